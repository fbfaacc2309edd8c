// The desk in a real browser: batches found, sorted and acted on, jobs watched
// while they run, devices found by their certificate, the overview, what an
// operator sees of it all, and a hundred thousand batches.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, afterEach, before, describe, test} from 'node:test';
import {addAwsCloud} from './lib/aws-cloud.mjs';
import {axe, openBrowser, signIn} from './lib/browser.mjs';
import {until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

let w, rx, browser, cloud, made = 0;
const open = new Set();

before(async () => {
	w = await buildWorld();
	({rx, cloud} = await addAwsCloud(w, {chunk: 10}));
	browser = await openBrowser();
}, {timeout: 120000});

afterEach(async () => {
	rx.reset();
	for (const c of open)
		await c.close();
	open.clear();
	browser.check();
});

after(async () => {
	if (process.env.BIRTHMARK_TEST_LOG)
		process.stderr.write(w?.service?.log || '');
	await browser?.close();
	await rx?.stop();
	await w?.end();
});

/** A page of the account, as one of its people; `denied` counts its 403s. */
async function desk(who, route, {account = w.account, look = 'desktop'} = {}) {
	const context = await browser.context(look);
	open.add(context);
	await signIn(context, w.service.url, w.passwords[who]);
	const page = await context.newPage();
	page.denied = [];
	page.on('response', (r) => {
		if (r.status() === 403)
			page.denied.push(r.url());
	});
	await page.goto(`${w.service.url}/console/a/${account}${route}`);
	await page.locator('h1').first().waitFor();
	return page;
}

/** A reel, published and bound. */
async function batch(count, more = {}, who = 'admin') {
	const reel = w.fab.reel(`d${++made}`, {count, keyless: true,
		batch: `DESK-${String(made).padStart(3, '0')}`});
	await w.mustPublish(reel);
	const r = await w.bind(who, reel.label, more);
	assert.equal(r.status, 201, r.text);
	return reel;
}

const devicesOf = async (reel) => (await w.must(200, 'admin', 'GET',
	w.in(`devices?batch=${reel.batch}`))).items;
const rowNames = (page) => page.locator('tbody th[scope=row] a').allTextContents();
const button = (page, name) => page.getByRole('button', {name, exact: true});
const names = (page, want) => until(async () =>
	JSON.stringify(await rowNames(page)) === JSON.stringify(want), 10000,
`${JSON.stringify(want)}`).catch(async (e) => {
	throw new Error(`${e.message}: ${await rowNames(page)}`);
});

describe('the list of batches', () => {
	test('is searched, filtered and sorted, and its address says how', async () => {
		const other = (await w.must(201, 'admin', 'POST', w.in('products'),
			{name: 'Oven'})).id;
		const small = await batch(2, {product: w.product});
		const big = await batch(9, {product: other});
		const middle = await batch(4, {product: w.product});
		const page = await desk('admin', '/batches');
		await names(page, [middle.batch, big.batch, small.batch]);
		await button(page, 'Devices').click();
		await names(page, [big.batch, middle.batch, small.batch]);
		await page.getByRole('button', {name: /^Devices/}).click();
		await names(page, [small.batch, middle.batch, big.batch]);
		assert.equal(await page.locator('th[aria-sort]').getAttribute('aria-sort'),
			'ascending');
		await page.getByLabel('Product', {exact: true}).selectOption({label: 'Oven'});
		await names(page, [big.batch]);
		await page.getByText('1 batch', {exact: true}).waitFor();
		await page.reload();
		await names(page, [big.batch]);
		await page.getByRole('link', {name: big.batch}).click();
		await page.getByRole('heading', {level: 1, name: big.batch}).waitFor();
		await page.goBack();
		await names(page, [big.batch]);
		await page.getByLabel('Product', {exact: true}).selectOption('');
		await page.getByRole('searchbox').fill(small.batch.slice(-3));
		await names(page, [small.batch]);
		assert.match(page.url(), new RegExp(`q=${small.batch.slice(-3)}`));
		await page.getByRole('searchbox').fill('nothing like this');
		await page.getByText('No batch matches').waitFor();
		await button(page, 'Show all').click();
		await names(page, [middle.batch, big.batch, small.batch]);
		await axe(page);
	});

	test('changes several at once, and says why one cannot be unbound', async () => {
		const sent = await batch(3, {cloud});
		const free = await batch(3);
		await w.provision(sent.batch, cloud);
		const page = await desk('admin', '/batches');
		for (const r of [sent, free])
			await page.getByRole('checkbox', {name: `Select ${r.batch}`}).check();
		await button(page, 'Change product or cloud').click();
		const dialog = page.getByRole('dialog');
		await dialog.getByLabel('Product', {exact: true}).selectOption({label: 'Oven'});
		await dialog.getByRole('button', {name: 'Save'}).click();
		await dialog.waitFor({state: 'detached'});
		for (const r of [sent, free])
			assert.equal((await w.must(200, 'admin', 'GET',
				w.in(`batches/${r.batch}`))).product.name, 'Oven');
		await button(page, 'Unbind').click();
		await dialog.getByRole('button', {name: 'Unbind'}).click();
		await dialog.getByText('Done for 1 of 2').waitFor();
		await dialog.locator('.notice', {hasText: sent.batch}).getByText(/cloud/).waitFor();
		await dialog.getByRole('button', {name: 'Close'}).last().click();
		await page.getByRole('link', {name: free.batch}).waitFor({state: 'detached'});
		await page.getByRole('link', {name: sent.batch}).waitFor();
		assert.equal((await w.api('admin', 'GET',
			w.in(`batches/${free.batch}`))).status, 404);
	});

	test('has a menu for each row, by keyboard too', async () => {
		const reel = await batch(2);
		const page = await desk('admin', '/batches');
		const dots = button(page, `Actions for ${reel.batch}`);
		await dots.focus();
		await page.keyboard.press('Enter');
		await page.getByRole('menu').waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('menu').waitFor({state: 'detached'});
		await dots.focus();
		await page.keyboard.press('Enter');
		await page.locator('[role=menuitem]:focus').waitFor();
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Enter');
		await page.getByRole('dialog').getByText('lists the birth certificate').waitFor();
		await page.getByRole('dialog').getByLabel('Format').selectOption('jsonl');
		const coming = page.waitForEvent('download');
		await page.getByRole('dialog').getByRole('link', {name: 'Download'}).click();
		const file = await (await coming).path();
		assert.equal(fs.readFileSync(file, 'utf8').trim().split('\n').length >= 2, true);
	});

	test('of an operator has his own, and a way back', async () => {
		const mine = await batch(3, {}, 'operator');
		const page = await desk('operator', '', {look: 'phone'});
		await page.getByRole('link', {name: mine.batch}).waitFor();
		assert.deepEqual(await page.locator('.mine-item h2').allTextContents(),
			[mine.batch]);
		assert.equal(await page.getByText('Frankfurt').count(), 0);
		await axe(page);
		await page.getByRole('link', {name: mine.batch}).click();
		await page.getByRole('heading', {level: 1, name: mine.batch}).waitFor();
		await page.goBack();
		await button(page, `Undo the binding of ${mine.batch}`).click();
		await page.getByRole('dialog').getByRole('button', {name: 'Undo'}).click();
		await page.getByText('You have not bound a reel yet').waitFor();
		assert.deepEqual(page.denied, []);
	});
});

/** The values that a progress bar shows until it is full. */
async function watch(page, full, ms = 60000) {
	const seen = new Set();
	await until(async () => {
		const bar = page.getByRole('progressbar');
		const at = await bar.count() ? await bar.first().getAttribute('aria-valuenow') : null;
		if (at !== null)
			seen.add(Number(at));
		return Number(at) === full;
	}, ms, `${full} devices`);
	return [...seen];
}

describe('the page of a batch', () => {
	test('shows a job while the courier works', async () => {
		const reel = await batch(60);
		rx.delay = 900;
		const page = await desk('admin', `/batches/${reel.batch}`);
		let followed = false;
		page.on('request', (r) => {
			followed ||= r.url().includes(`/events?batch=${reel.batch}`);
		});
		await page.reload();
		await button(page, 'Provision now').click();
		const dialog = page.getByRole('dialog');
		await dialog.getByLabel('Product cloud').selectOption({label: 'Frankfurt'});
		await dialog.getByRole('button', {name: 'Provision now'}).click();
		await page.getByText(/running/).first().waitFor();
		const seen = await watch(page, 60);
		assert.ok(seen.length >= 3, `${seen}`);
		assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
		assert.ok(followed);
		await page.getByText('60 of 60 devices').waitFor();
		await page.getByText('The provisioning ended.').waitFor();
		await page.getByText('admin started the provisioning').or(
			page.getByText('admin@world.test started the provisioning')).first().waitFor();
		await axe(page);
	});

	test('can cancel a job', async () => {
		const reel = await batch(40);
		rx.delay = 1500;
		const {id} = await w.must(202, 'admin', 'POST',
			w.in(`batches/${reel.batch}/provision`), {cloud});
		const page = await desk('admin', `/batches/${reel.batch}`);
		await button(page, 'Cancel the job').click();
		await page.getByRole('dialog').getByRole('button', {name: 'Cancel the job'}).click();
		await page.getByText('cancelled', {exact: true}).waitFor();
		assert.equal((await w.job(id)).state, 'cancelled');
	});

	test("lists failures in the cloud's words, and retries only them", async () => {
		const reel = await batch(7);
		const [one, two] = (await devicesOf(reel)).map((d) => d.fingerprint);
		rx.bad.set(one, 'Thing exists in another account');
		rx.bad.set(two, 'Policy limit <exceeded>');
		await w.provision(reel.batch, cloud);
		const page = await desk('admin', `/batches/${reel.batch}`);
		await page.getByText('2 devices were not taken').waitFor();
		await button(page, 'Show which, and why').click();
		await page.getByText('Thing exists in another account').waitFor();
		await page.getByText('Policy limit <exceeded>').waitFor();
		await axe(page);
		rx.reset();
		await button(page, 'Retry the 2 that failed').click();
		await until(() => rx.taken.all === 2, 20000, 'the two');
		assert.deepEqual([...rx.certs.keys()].sort(), [one, two].sort());
		await page.getByText('7 of 7 devices').or(page.getByText('2 of 2 devices')).first().waitFor();
		await page.getByText('2 devices were not taken').waitFor({state: 'detached'});
	});

	test('gives the manifest to an administrator, and no button to others', async () => {
		const reel = await batch(4);
		const page = await desk('admin', `/batches/${reel.batch}`);
		await button(page, 'Download manifest').click();
		const coming = page.waitForEvent('download');
		await page.getByRole('dialog').getByRole('link', {name: 'Download'}).click();
		const text = fs.readFileSync(await (await coming).path(), 'utf8');
		assert.equal(text.match(/BEGIN CERTIFICATE/g).length, 4);
		await page.keyboard.press('Escape');
		const auditor = await desk('auditor', `/batches/${reel.batch}`);
		await auditor.getByText('downloaded the manifest').waitFor();
		const developer = await desk('developer', `/batches/${reel.batch}`);
		await developer.getByRole('heading', {name: 'Reels'}).waitFor();
		for (const p of [auditor, developer]) {
			assert.equal(await button(p, 'Unbind').count(), 0);
			assert.equal(await button(p, 'Provision now').count(), 0);
			assert.deepEqual(p.denied, []);
		}
	});

	test('unbinds, and leads back to the list', async () => {
		const reel = await batch(2);
		const page = await desk('admin', `/batches/${reel.batch}`);
		await button(page, 'Unbind').click();
		const dialog = page.getByRole('dialog');
		await dialog.getByText('whoever has the label can bind it').waitFor();
		await dialog.getByRole('button', {name: 'Unbind'}).click();
		await page.getByRole('heading', {level: 1, name: 'Batches'}).waitFor();
		assert.equal((await w.bind('admin', reel.label)).status, 201);
	});
});

const file = (name, buffer) => ({name, mimeType: 'application/octet-stream', buffer});

describe('devices', () => {
	test('are found by any identifier', async () => {
		const reel = await batch(3);
		const [d] = await devicesOf(reel);
		const page = await desk('developer', '/devices');
		const find = page.getByRole('searchbox');
		for (const q of [d.chip_id, d.serial,
			d.fingerprint.match(/../g).join(':').toUpperCase()]) {
			await find.fill(q);
			await names(page, [d.chip_id]);
		}
		await find.fill('no such chip');
		await page.getByText('No device matches').waitFor();
		await find.fill('');
		await page.getByLabel('Batch ID', {exact: true}).fill(reel.batch);
		await until(async () => (await rowNames(page)).length === 3);
		await axe(page);
		assert.deepEqual(page.denied, []);
	});

	test('are found by the file of their certificate, dropped or chosen', async () => {
		const reel = await batch(2);
		const [d] = await devicesOf(reel);
		const {certificate} = await w.must(200, 'admin', 'GET',
			w.in(`devices/${d.fingerprint}`));
		const der = new crypto.X509Certificate(certificate).raw;
		const page = await desk('auditor', '/devices');
		for (const f of [file('device.pem', Buffer.from(certificate)), file('device.der', der)]) {
			await page.locator('input[type=file]').setInputFiles(f);
			await page.getByRole('heading', {level: 1, name: d.chip_id}).waitFor();
			await page.goBack();
		}
		const data = await page.evaluateHandle((bytes) => {
			const t = new DataTransfer();
			t.items.add(new File([new Uint8Array(bytes)], 'device.crt'));
			return t;
		}, [...der]);
		await page.dispatchEvent('.drop', 'drop', {dataTransfer: data});
		await page.getByRole('heading', {level: 1, name: d.chip_id}).waitFor();
	});

	test('are told from strangers and from what is no certificate', async () => {
		const stranger = w.fab.reel(`d${++made}`, {count: 1});
		await w.mustPublish(stranger);
		const page = await desk('admin', '/devices');
		const input = page.locator('input[type=file]');
		await input.setInputFiles(file('x.pem', Buffer.from(stranger.devices[0].cert)));
		await page.getByText('This certificate is not among your devices.').waitFor();
		await page.getByText(/made by “Virtual Chips Issuing CA”/).waitFor();
		for (const bad of [Buffer.from('hello'), Buffer.alloc(0), Buffer.from([0x30, 0x03, 2, 1, 5]),
			Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')]) {
			await input.setInputFiles(file('x.pem', Buffer.from(stranger.devices[0].cert)));
			await page.getByText('This certificate is not among your devices.').waitFor();
			await input.setInputFiles(file('notes.txt', bad));
			await page.getByText('notes.txt holds no certificate').waitFor();
		}
		await axe(page);
	});

	test('have a page in plain words', async () => {
		const reel = await batch(2, {product: w.product});
		const [d] = await devicesOf(reel);
		await w.provision(reel.batch, cloud);
		const page = await desk('developer', `/devices/${d.fingerprint}`);
		await page.getByText(/Virtual Chips made this certificate for the chip/).waitFor();
		await page.getByText(/elliptic curve P-256/).waitFor();
		await page.getByText(/31 December 9999/).waitFor();
		await page.locator('.cloud-states li', {hasText: 'Frankfurt'})
			.getByText('provisioned', {exact: true}).waitFor();
		await page.getByText('Frankfurt was told to expect it.').waitFor();
		await page.getByText(/Published by Virtual Chips, reel/).waitFor();
		assert.equal(await page.locator('.chain li').count(), 3);
		await page.getByRole('cell', {name: 'Digital Signature'}).waitFor();
		const coming = page.waitForEvent('download');
		await page.getByRole('link', {name: 'Download'}).click();
		const pem = fs.readFileSync(await (await coming).path(), 'utf8');
		assert.equal(crypto.createHash('sha256').update(
			new crypto.X509Certificate(pem).raw).digest('hex'), d.fingerprint);
		await axe(page);
		await page.getByRole('link', {name: reel.batch}).click();
		await page.getByRole('heading', {level: 1, name: reel.batch}).waitFor();
	});
});

describe('the frame', () => {
	test('is there once while a page is on its way, and says where it leads', async () => {
		const page = await desk('admin', '');
		let arrive;
		const held = new Promise((resolve) => arrive = resolve);
		await page.route(/assets\/products-.*\.js$/, async (route) => {
			await held;
			await route.continue();
		});
		await page.getByRole('link', {name: 'Products', exact: true}).click();
		await page.waitForURL(/\/products$/);
		await page.getByRole('status').getByText('Loading').waitFor({state: 'attached'});
		assert.equal(await page.locator('.shell').count(), 1);
		assert.equal(await page.locator('[aria-current=page]').innerText(), 'Products');
		arrive();
		await page.getByRole('heading', {level: 1, name: 'Products'}).waitFor();
		assert.equal(await page.locator('.shell').count(), 1);
	});

	test('stays when a page cannot be loaded, and the page says so', async () => {
		browser.expect(/dynamically imported/, /ERR_FAILED/);
		const page = await desk('admin', '');
		await page.route(/assets\/tokens-.*\.js$/, (route) => route.abort());
		await page.getByRole('link', {name: 'API tokens', exact: true}).click();
		await page.getByRole('alert').getByText('cannot be reached').waitFor();
		await page.unroute(/assets\/tokens-.*\.js$/);
		await button(page, 'Try again').click();
		await page.getByRole('heading', {level: 1, name: 'API tokens'}).waitFor();
	});
});

describe('the overview', () => {
	test('shows the first steps to an account without batches', async () => {
		const page = await desk('rival', '', {account: w.rival});
		await page.getByRole('heading', {name: 'First steps'}).waitFor();
		await page.locator('.steps li').nth(3).waitFor();
		await axe(page);
		await page.getByRole('link', {name: 'Make a product'}).click();
		await page.getByRole('heading', {level: 1, name: 'Products'}).waitFor();
	});

	test('counts, says what needs attention, and leads to where it is mended', async () => {
		const reel = await batch(5);
		const [d] = await devicesOf(reel);
		rx.bad.set(d.fingerprint, 'No');
		await w.provision(reel.batch, cloud);
		const page = await desk('auditor', '');
		await page.getByText('Devices bound', {exact: true}).first().waitFor();
		assert.equal(await page.locator('.figure').count(), 5);
		await until(async () => await page.locator('.chart canvas').count() === 3,
			10000, 'three charts');
		assert.equal(await page.getByRole('img', {name: /^Devices provisioned: /}).count(), 1);
		await button(page, '7 days').click();
		await page.getByText('The same as a table').click();
		await until(async () => await page.locator('.chart-table tbody tr').count() === 7);
		await axe(page);
		await page.locator('.attention li', {hasText: `of ${reel.batch} was not taken`})
			.getByRole('link').click();
		await page.getByRole('heading', {level: 1, name: reel.batch}).waitFor();
		await page.getByText('1 device was not taken').waitFor();
		assert.deepEqual(page.denied, []);
	});
});

describe('a hundred thousand batches', () => {
	const count = 100000;

	before(async () => {
		await w.service.stop();
		const now = Math.floor(Date.now() / 1000);
		execFileSync('sqlite3', [path.join(w.service.dir, 'data', 'birthmark.db')], {input: `
			PRAGMA foreign_keys = ON;
			BEGIN;
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
			INSERT INTO batch (bid, vendor_id, open, claim_hash, devices, created_at, published_at)
				SELECT printf('MANY-%06d', i), '${w.vendor}', 1, NULL, 1000 + i,
				${now} - i, ${now} - i FROM n;
			INSERT INTO binding (bid, account_id, product_id, cloud_id, bound_at,
				by_id, by_name, by_from, devices)
				SELECT bid, '${w.rival}', NULL, NULL, created_at, 'usr_0', 'rival',
				'127.0.0.1', devices FROM batch WHERE bid LIKE 'MANY-%';
			INSERT OR REPLACE INTO account_sum (account_id, batches, devices, provisioned, seen)
				SELECT account_id, count(*), sum(devices), 0, 0 FROM binding
				WHERE account_id = '${w.rival}';
			COMMIT;`});
		await w.service.start();
	}, {timeout: 120000});

	test('are scrolled with few rows in the page, and loaded as they come', {timeout: 120000}, async () => {
		const page = await desk('rival', '/batches', {account: w.rival});
		await page.getByText('100,000 batches').waitFor();
		let pages = 0;
		page.on('response', (r) => {
			if (/\/batches\?/.test(r.url()))
				pages++;
		});
		const rows = () => page.locator('tbody tr[aria-rowindex]').count();
		let most = 0;
		for (let i = 0; i < 50; i++) {
			await page.mouse.wheel(0, 900);
			await page.evaluate(() => new Promise((r) =>
				requestAnimationFrame(() => requestAnimationFrame(r))));
			most = Math.max(most, await rows());
		}
		assert.ok(most > 10 && most <= 90, `${most} rows in the page`);
		const index = await page.locator('tbody tr[aria-rowindex]').first()
			.getAttribute('aria-rowindex');
		assert.ok(Number(index) > 600, `row ${index} after 50 screens`);
		assert.ok(pages >= 1 && pages <= 6, `${pages} pages for 50 screens`);
		const heights = await page.locator('tbody tr[aria-rowindex]').evaluateAll((all) =>
			[...new Set(all.map((r) => Math.round(r.getBoundingClientRect().height)))]);
		assert.equal(heights.length, 1, `heights ${heights}`);
		const shown = await page.evaluate(() => document.elementFromPoint(
			innerWidth / 2, innerHeight / 2)?.closest('tr[aria-rowindex]') !== null);
		assert.ok(shown, 'a row is in the middle of the screen');
	});

	test('jump to their end and back without an empty screen', {timeout: 120000}, async () => {
		const page = await desk('rival', '/batches?sort=batch&order=asc', {account: w.rival});
		await page.getByRole('link', {name: 'MANY-000000'}).waitFor();
		for (let i = 0; i < 20; i++) {
			await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
			await page.waitForFunction(() => document.elementFromPoint(innerWidth / 2,
				innerHeight / 2)?.closest('tr[aria-rowindex], .table-more'));
		}
		assert.ok(await page.locator('tbody tr[aria-rowindex]').count() <= 90);
		await page.evaluate(() => scrollTo(0, 0));
		await page.getByRole('link', {name: 'MANY-000000'}).waitFor();
		await page.getByRole('searchbox').fill('099999');
		await names(page, ['MANY-099999']);
	});
});
