// A vendor in the browser: a reel's files chosen, sent, signed, published; cut,
// paused and reloaded on the way; refused in words; labels and batches.
// Must not send a stored piece twice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {axe, openBrowser, signIn} from './lib/browser.mjs';
import {sign} from './lib/forge.mjs';
import {until} from './lib/service.mjs';
import {buildWorld, Fab} from './lib/world.mjs';

const piece = 4 << 20;
let w, browser, origin;

before(async () => {
	w = await buildWorld();
	origin = w.service.url;
	await w.join(`/api/v1/vendors/${w.vendor}/invitations`, 'vendor', 'publisher',
		{role: 'vendor-publisher'});
	browser = await openBrowser();
	browser.expect(/net::ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION)/);
}, {timeout: 60000});
after(async () => {
	await browser?.close();
	await w?.end();
});

const within = (route = '') => `${origin}/console/v/${w.vendor}${route}`;
const button = (page, name) => page.getByRole('button', {name, exact: true});
const dialog = (page) => page.getByRole('dialog');
const state = (page, name) => page.locator('.page-head .badge', {hasText: name});
const filesOf = (reel, form = 'csv') => [reel.file('reel.json'),
	...form === 'csv' ? [reel.file('manifest.csv'), reel.file('manifest.csv.p7s')] :
		[reel.file('manifest.microchip.json'), reel.file('manifest-signer.pem')]];

async function pageOf(who, address, look = 'desktop') {
	const context = await browser[look]({
		permissions: ['clipboard-read', 'clipboard-write']});
	await signIn(context, origin, w.passwords[who]);
	const page = await context.newPage();
	await page.goto(address);
	await page.locator('h1').waitFor();
	return page;
}

async function closed(page) {
	await page.context().close();
	browser.check();
}

/** Opens the form and chooses files in it. */
async function choose(page, files) {
	await page.goto(within('/uploads'));
	await button(page, 'Publish a manifest').click();
	await dialog(page).locator('input[type=file]').setInputFiles(files);
	await dialog(page).getByLabel('Batch ID').waitFor();
}

const send = (page) => button(page, 'Send and publish').click();

async function published(page, n, ms = 15000) {
	await page.getByText(new RegExp(`^Published: ${n} chips?\\.`))
		.waitFor({timeout: ms});
}

/** What is sent of manifests: [{from, to, status}] in the order of answers. */
function watchPieces(page) {
	const seen = [];
	page.on('response', (r) => {
		const q = r.request();
		if (q.method() !== 'PATCH' || !/\/uploads\//.test(q.url()))
			return;
		const from = Number(q.headers()['upload-offset']);
		seen.push({from, status: r.status(),
			to: Number(r.headers()['upload-offset'])});
	});
	return seen;
}

/** Each piece goes on where the one before it ended. */
function sentOnce(pieces, size) {
	let at = 0;
	for (const p of pieces) {
		assert.equal(p.status, 204, JSON.stringify(pieces));
		assert.ok(p.from >= at, JSON.stringify(pieces));
		at = p.to;
	}
	assert.equal(at, size, JSON.stringify(pieces));
}

describe('publishing', () => {
	test('the files of a reel fill the form, and are published', async () => {
		const reel = w.fab.reel('first', {count: 3, keyless: true});
		const page = await pageOf('publisher', within());
		await page.getByText('No manifests yet').waitFor();
		await axe(page);
		await page.getByRole('link', {name: 'Publish a manifest'}).click();
		await dialog(page).locator('input[type=file]').setInputFiles(filesOf(reel));
		assert.equal(await dialog(page).getByLabel('Batch ID').inputValue(), 'FIRST');
		assert.equal(await dialog(page).getByLabel('Reel', {exact: true}).inputValue(), 'first');
		assert.equal(await dialog(page).getByLabel('SHA-256 of the claim code').inputValue(),
			reel.claim_sha256);
		await axe(page);
		await button(page, 'Send and publish').dblclick();
		await published(page, 3);
		await axe(page);
		await page.getByRole('link', {name: 'Batch ID FIRST'}).click();
		await page.getByText('Its label holds a claim code').waitFor();
		await axe(page);
		const all = await w.must(200, 'vendor', 'GET', `/api/v1/vendors/${w.vendor}/uploads`);
		assert.equal(all.items.length, 1);
		// The same reel again is refused in the form.
		await choose(page, filesOf(reel));
		await send(page);
		await dialog(page).getByRole('alert').waitFor();
		await closed(page);
	});

	test('the files may be dropped, and a folder without a manifest is told', async () => {
		const reel = w.fab.reel('dropped', {count: 2, keyless: true});
		const page = await pageOf('vendor', within('/uploads#new'), 'phone');
		const drop = async (names) => {
			const data = await page.evaluateHandle((files) => {
				const d = new DataTransfer();
				for (const [name, text] of files)
					d.items.add(new File([Uint8Array.from(atob(text),
						(c) => c.charCodeAt(0))], name));
				return d;
			}, names.map((f) => [path.basename(f), fs.readFileSync(f, 'base64')]));
			await dialog(page).locator('.drop').dispatchEvent('drop', {dataTransfer: data});
		};
		await drop([reel.file('label.txt')]);
		await dialog(page).getByText('no manifest among these files').waitFor();
		await axe(page);
		await drop([reel.file('manifest.csv')]);
		await dialog(page).getByText('not chosen yet').waitFor();
		// What belongs to it may follow, and what was typed stays.
		await dialog(page).getByLabel('Reel', {exact: true}).fill('typed');
		await drop([reel.file('manifest.csv.p7s')]);
		await dialog(page).getByText(/^manifest\.csv\.p7s/).waitFor();
		assert.equal(await dialog(page).getByLabel('Reel', {exact: true}).inputValue(), 'typed');
		assert.equal(await dialog(page).getByLabel('Batch ID').inputValue(), 'DROPPED');
		await dialog(page).getByLabel('SHA-256 of the claim code').fill(reel.claim_sha256);
		await send(page);
		await published(page, 2);
		await closed(page);
	});

	test('the form of Microchip, of all the files of a reel', async () => {
		const reel = w.fab.reel('micro', {count: 2, keyless: true});
		const page = await pageOf('vendor', within());
		await choose(page, [...filesOf(reel), ...filesOf(reel, 'microchip').slice(1),
			reel.file('ca.pem'), reel.file('label.txt')]);
		await dialog(page).getByText(/^manifest\.csv \(/).waitFor();
		await dialog(page).getByLabel('Form').selectOption('microchip');
		await dialog(page).getByText(/^manifest\.microchip\.json/).waitFor();
		await dialog(page).getByText(/^manifest-signer\.pem/).waitFor();
		await send(page);
		await published(page, 2);
		await closed(page);
	});

	test('a missing signature is asked for, also after a reload', async () => {
		const reel = w.fab.reel('unsigned', {count: 2, keyless: true});
		const page = await pageOf('vendor', within());
		await choose(page, [reel.file('manifest.csv'), reel.file('reel.json')]);
		await send(page);
		await page.getByText('The signature is missing').waitFor();
		await axe(page);
		await page.reload();
		await page.getByText('The signature is missing').waitFor();
		await page.locator('input[type=file]').setInputFiles(reel.file('manifest.csv'));
		await page.getByRole('alert').getByText('no signature among').waitFor();
		await page.locator('input[type=file]').setInputFiles(reel.file('manifest.csv.p7s'));
		await published(page, 2);
		await closed(page);
	});

	test('one that is given up is sent no further', async () => {
		const reel = w.fab.reel('given-up', {count: 2, keyless: true});
		const page = await pageOf('vendor', within());
		await choose(page, [reel.file('manifest.csv'), reel.file('reel.json')]);
		await send(page);
		await button(page, 'Cancel this manifest').click();
		await dialog(page).getByRole('button', {name: 'Cancel this manifest'}).click();
		await state(page, 'cancelled').waitFor();
		await page.goBack();
		await page.getByRole('row', {name: /given-up.*cancelled/}).waitFor();
		await closed(page);
	});
});

describe('a long way', () => {
	let reel, size;

	before(() => {
		reel = w.fab.reel('long', {count: 16000, keyless: true});
		size = fs.statSync(reel.file('manifest.csv')).size;
		assert.ok(size > 3 * piece, `${size}`);
	}, {timeout: 120000});

	test('cut, paused and reloaded, no stored piece goes twice', {timeout: 180000}, async () => {
		const page = await pageOf('vendor', within());
		const pieces = watchPieces(page);
		let pass = 1;
		// Each piece waits for its leave; false cuts the line.
		await page.route(/\/uploads\/[^/]+$/, async (route) => {
			if (route.request().method() !== 'PATCH')
				return route.continue();
			if (pass > 0) {
				pass--;
				return route.continue();
			}
			return pass < 0 ? undefined : route.abort('connectionfailed');
		});
		await choose(page, filesOf(reel));
		await send(page);
		await page.getByText('No connection. Sending goes on by itself').waitFor();
		await axe(page);
		assert.equal(await page.locator('[data-stored]').getAttribute('data-stored'),
			String(piece));
		// It goes on by itself, for one piece; the next hangs and is paused.
		pass = 1;
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await until(() => pieces.length === 2, 20000, 'the second piece');
		await page.getByText('No connection').waitFor();
		pass = -1;
		await button(page, 'Pause').click();
		await button(page, 'Go on').waitFor();
		assert.equal(await page.locator('[data-stored]').getAttribute('data-stored'),
			String(2 * piece));
		pass = 1;
		await button(page, 'Go on').click();
		await until(() => pieces.length === 3, 20000, 'the third piece');

		await page.reload();
		await page.getByText('This manifest has not arrived whole').waitFor();
		await axe(page);
		await page.locator('input[type=file]').setInputFiles(reel.file('label.txt'));
		await page.getByRole('alert').getByText('This is another file').waitFor();
		pass = 1000;
		await page.locator('input[type=file]').setInputFiles(filesOf(reel));
		await published(page, '16,000', 90000);
		sentOnce(pieces, size);
		assert.equal(pieces.length, Math.ceil(size / piece));
		await closed(page);
	});

	test('a network that goes away and comes back', {timeout: 180000}, async () => {
		const other = w.fab.reel('longer', {count: 16000, keyless: true});
		const page = await pageOf('vendor', within());
		const pieces = watchPieces(page);
		await choose(page, filesOf(other));
		await page.route(/\/uploads\/[^/]+$/, async (route) => {
			if (route.request().method() === 'PATCH' && pieces.length === 1)
				await page.context().setOffline(true);
			await route.continue();
		});
		await send(page);
		await page.getByText('No connection. Sending goes on by itself').waitFor();
		await page.unroute(/\/uploads\/[^/]+$/);
		await page.context().setOffline(false);
		await published(page, '16,000', 90000);
		sentOnce(pieces.filter((p) => p.status === 204), fs.statSync(other.file('manifest.csv')).size);
		await closed(page);
	});
});

describe('refused', () => {
	async function rejected(page, files) {
		await choose(page, files);
		await send(page);
		await page.getByText('Rejected: nothing of this manifest counts.').waitFor();
		await axe(page);
		return page.locator('main').innerText();
	}

	test('a tampered manifest is told with its remedy', async () => {
		const reel = w.fab.reel('tampered', {count: 2, keyless: true});
		fs.appendFileSync(reel.file('manifest.csv'), '\n');
		const page = await pageOf('vendor', within());
		const text = await rejected(page, filesOf(reel));
		assert.match(text, /cms-signature/);
		assert.match(text, /Send the file as the fab signed it/);
		await closed(page);
	});

	test('a chip that stands twice is told with its line', async () => {
		const reel = w.fab.reel('twice', {count: 3, keyless: true});
		const text = fs.readFileSync(reel.file('manifest.csv'), 'utf8');
		const row = /^[^,\r\n]+,[^,\r\n]+,"-----BEGIN[^"]+"\r?\n/m.exec(text)[0];
		fs.writeFileSync(reel.file('manifest.csv'), text + row);
		fs.writeFileSync(reel.file('manifest.csv.p7s'),
			sign(reel.file('manifest.csv'), w.fab.signer));
		const page = await pageOf('vendor', within(), 'phone');
		const shown = await rejected(page, filesOf(reel));
		assert.match(shown, /certificate-twice/);
		assert.match(shown, /Line of the manifest\s+\d+/);
		assert.match(shown, /Each chip may be published once only/);
		assert.match(shown, new RegExp(row.split(',')[0]));
		await closed(page);
	});

	test('a manifest of a CA that nobody registered', async () => {
		const rogue = new Fab(w.path('rogue'), 'Virtual Chips');
		const reel = rogue.reel('foreign', {count: 1, keyless: true});
		const page = await pageOf('vendor', within());
		const shown = await rejected(page, filesOf(reel));
		assert.match(shown, /cms-signer-untrusted/);
		assert.match(shown, /its signer is not of your CA/);
		await closed(page);
	});
});

describe('labels and batches', () => {
	test('a claim code made here is shown once, and its label binds', async () => {
		const reel = w.fab.reel('coded', {count: 2, keyless: true});
		const page = await pageOf('vendor', within());
		page.on('dialog', (d) => d.accept());
		const bodies = [];
		page.on('request', (r) => bodies.push(`${r.url()} ${r.postData() || ''}`));
		await choose(page, [reel.file('manifest.csv'), reel.file('manifest.csv.p7s')]);
		await dialog(page).getByLabel('Reel', {exact: true}).fill('coded');
		await button(page, 'Make a claim code').click();
		await dialog(page).getByText('Its label is shown on the next page').waitFor();
		await send(page);
		await published(page, 2);
		const label = await page.getByText(/\/b\/CODED#[0-9A-Z]{26}$/).innerText();
		await axe(page);
		await page.getByRole('link', {name: 'Print its label'}).click();
		await page.getByText('1 label', {exact: true}).waitFor();
		await page.goBack();
		await page.getByText(label).waitFor();
		await page.getByText('Copy', {exact: true}).click();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), label);
		await page.reload();
		await published(page, 2);
		assert.ok(!(await page.content()).includes(label));
		const code = label.split('#')[1];
		assert.ok(bodies.every((b) => !b.includes(code)), 'the code left the browser');
		assert.equal((await w.bind('operator', label.replace(code, '0'.repeat(26)),
			{product: w.product})).status, 403);
		const r = await w.bind('operator', label, {product: w.product});
		assert.equal(r.status, 201, r.text);
		await closed(page);
	});

	test('an open batch is published, and its label printed', async () => {
		const reel = w.fab.reel('virtual', {count: 2, open: true, keyless: true});
		const page = await pageOf('vendor', within());
		await choose(page, filesOf(reel));
		await dialog(page).getByText('first account that names the Batch ID').waitFor();
		await axe(page);
		await send(page);
		await published(page, 2);
		await page.getByRole('link', {name: 'Batch ID VIRTUAL'}).click();
		await page.getByText('This is a virtual reel').waitFor();
		await page.getByRole('link', {name: 'Print its label'}).click();
		await page.getByRole('img', {name: 'VIRTUAL'}).waitFor();
		await page.getByText('1 label', {exact: true}).waitFor();
		await axe(page);
		await closed(page);
	});

	test('batches are searched and filtered', async () => {
		const page = await pageOf('publisher', within('/batches'));
		const row = (name) => page.getByRole('row', {name});
		await row(/^CODED bound/).waitFor();
		await row(/^VIRTUAL not bound/).waitFor();
		await axe(page);
		await page.getByLabel('State').selectOption('bound');
		await row(/^VIRTUAL/).waitFor({state: 'detached'});
		await row(/^CODED/).waitFor();
		await page.getByLabel('State').selectOption('open');
		await row(/^VIRTUAL/).waitFor();
		await page.getByLabel('State').selectOption('All');
		await page.getByLabel(/^Search/).fill('CODE');
		await row(/^VIRTUAL/).waitFor({state: 'detached'});
		await row(/^CODED/).waitFor();
		await page.getByLabel(/^Search/).fill('nothing like it');
		await page.getByText('Nothing matches').waitFor();
		await axe(page);
		await closed(page);
	});

	test('a publisher is shown no tokens and no log', async () => {
		const page = await pageOf('publisher', within());
		const nav = page.getByRole('navigation').first();
		await nav.getByRole('link', {name: 'Labels'}).waitFor();
		assert.equal(await nav.getByRole('link', {name: /token|audit/i}).count(), 0);
		await closed(page);
		const admin = await pageOf('vendor', within());
		await admin.getByRole('navigation').first().getByRole('link', {name: /token/i}).waitFor();
		await closed(admin);
	});

	for (const [locale, title] of [['de-DE', 'Manifeste'], ['zh-CN', '清单']])
		test(`nothing sticks out on a narrow phone in ${locale}`, async () => {
			const context = await browser.phone({locale, viewport: {width: 360, height: 740}});
			await signIn(context, origin, w.passwords.vendor);
			const page = await context.newPage();
			const uploads = (await w.must(200, 'vendor', 'GET',
				`/api/v1/vendors/${w.vendor}/uploads`)).items;
			for (const route of ['', '/uploads', '/uploads#new', '/batches', '/batches/VIRTUAL',
				'/labels?batch=VIRTUAL', ...['published', 'rejected'].map((s) =>
					`/uploads/${uploads.find((u) => u.state === s).id}`)]) {
				await page.goto(within(route));
				await page.locator('h1').waitFor();
				await until(async () => await page.locator('.loading').count() === 0, 10000, route);
				if (route === '/uploads')
					await page.getByRole('heading', {name: title}).waitFor();
				const wide = await page.evaluate(() => document.documentElement.scrollWidth);
				assert.ok(wide <= 360, `${route}: ${wide} px`);
				await axe(page);
			}
			await closed(page);
		});
});
