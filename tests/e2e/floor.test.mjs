// The factory floor in a real browser, as on a phone: labels opened, scanned,
// photographed and typed, shifts without a network, and what an operator sees.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {after, afterEach, before, test} from 'node:test';
import {axe, cameraFile, openBrowser, signIn} from './lib/browser.mjs';
import {buildWorld} from './lib/world.mjs';

let w, browser, url;
const open = new Set();

before(async () => {
	w = await buildWorld();
	url = w.service.url;
	await w.must(200, 'admin', 'PATCH', `/api/v1/accounts/${w.account}`,
		{default_product: w.product});
	browser = await openBrowser();
});

afterEach(async () => {
	for (const c of open)
		await c.close();
	open.clear();
});

after(async () => {
	if (process.env.BIRTHMARK_TEST_LOG)
		process.stderr.write(w?.service?.log || '');
	await browser?.close();
	await w?.end();
});

let made = 0;
async function published(opts = {}) {
	const reel = w.fab.reel(`f${++made}`, {count: 3, keyless: true, ...opts});
	await w.mustPublish(reel);
	return reel;
}

const labelUrl = (reel) => `${url}/b/${reel.batch}#${reel.code}`;
const printed = (reel) => /^Claim code\s+(\S+)/m.exec(
	fs.readFileSync(reel.file('label.txt'), 'utf8'))[1];

/** A phone with somebody logged in (or not), and a page of it. */
async function phone(who, {at = browser, ...more} = {}) {
	const context = await at.phone(more);
	open.add(context);
	if (who)
		await signIn(context, url, w.passwords[who]);
	const page = await context.newPage();
	page.bindings = [];
	page.on('request', (r) => {
		if (r.method() === 'POST' && r.url().endsWith('/bindings'))
			page.bindings.push(r.headers()['idempotency-key']);
	});
	return {context, page};
}

async function camera(shots, seconds = 2) {
	const file = w.path(`film${++made}.mjpeg`);
	cameraFile(file, shots.map((reels) => ({seconds,
		pictures: reels.map((r) => r.file('label.png'))})));
	return openBrowser({camera: file});
}

const answer = (page, kind) => page.locator(`.answer[data-kind=${kind}]`).waitFor();
const bindButton = (page) => page.getByRole('button', {name: 'Bind', exact: true});
const row = (page, reel, state) => page.locator(
	`li[data-bid="${reel.batch}"][data-state=${state}]`);

async function boundTo(reel, account = w.account, who = 'admin') {
	const r = await w.api(who, 'GET', w.in(`batches/${reel.batch}`, account));
	return r.status === 200 ? r.json : null;
}

// The scanner may be loading just when the network is cut: it tries again.
const cutOff = /wasm|falling back to ArrayBuffer|Aborted\(NetworkError/;

async function startShift(page) {
	await page.goto(`${url}/scan?account=${w.account}`);
	await page.getByRole('button', {name: 'Shift', exact: true}).click();
	await page.getByRole('button', {name: 'Start the shift'}).click();
}

/** As a scanner does that types. */
async function typed(page, reel, code = printed(reel)) {
	const batch = page.getByLabel('Batch ID', {exact: true});
	if (!await batch.isVisible())
		await page.getByRole('button', {name: 'Type', exact: true}).click();
	await batch.fill(`${reel.batch} ${code}`);
	await batch.press('Enter');
}

test('a label opened by the camera app survives the login and binds in two taps', async () => {
	const reel = await published();
	const {page} = await phone(null);
	await page.goto(labelUrl(reel));
	await page.locator('input[type=email]').fill(w.passwords.operator.email);
	await page.locator('input[type=password]').fill(w.passwords.operator.password);
	await page.locator('input[type=password]').press('Enter');
	await page.getByText('Claim code read').waitFor();
	assert.ok(page.url().includes('#'), 'the fragment is still there');
	await page.waitForFunction(() => document.querySelector('select.input')
		?.selectedOptions[0]?.textContent === 'Dishwasher DW-9');
	await axe(page);
	await bindButton(page).click();
	await answer(page, 'bound');
	await axe(page);
	const text = await page.locator('.answer').innerText();
	for (const part of [reel.batch, '3 devices', 'Dishwasher DW-9', 'Dishwashers Ltd'])
		assert.ok(text.includes(part), `${part} in ${text}`);
	assert.ok(!page.url().includes('#'), 'the claim code left the address');
	const stored = await page.evaluate(() => JSON.stringify({...localStorage}));
	assert.ok(!stored.includes(reel.code), 'the claim code is kept nowhere');
	const b = await boundTo(reel);
	assert.equal(b.product.name, 'Dishwasher DW-9');
	assert.equal(page.bindings.length, 1);
	await page.getByRole('button', {name: 'Undo'}).click();
	await answer(page, 'undone');
	assert.equal(await boundTo(reel), null);
	browser.check();
});

test('a claim code that waited while the login was elsewhere is used once', async () => {
	const reel = await published();
	const {page} = await phone('operator');
	await page.goto(`${url}/console`); // leads an operator to the scanner
	await page.waitForURL(/\/scan/);
	await page.getByRole('button', {name: 'Type', exact: true}).waitFor();
	const keep = (path) => page.evaluate(([at, hash]) => sessionStorage.setItem(
		'birthmark.label', JSON.stringify({path: at, hash})), [path, `#${reel.code}`]);
	await keep('/b/ANOTHER');
	await page.goto(`${url}/b/${reel.batch}`);
	await page.getByLabel(/^Claim code/).waitFor();
	await keep(`/b/${reel.batch}`);
	await page.reload();
	await page.getByText('Claim code read').waitFor();
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await bindButton(page).click();
	await answer(page, 'bound');
	browser.check();
});

test('the scanner of the page reads a label and binds it', async () => {
	const reel = await published();
	const b = await camera([[reel]]);
	try {
		const {page} = await phone('operator', {at: b, permissions: ['camera']});
		await page.goto(`${url}/scan?account=${w.account}`);
		await page.locator('.reel-bid').getByText(reel.batch).waitFor();
		await axe(page);
		await bindButton(page).click();
		await answer(page, 'bound');
		assert.ok(await boundTo(reel));
		await page.getByRole('button', {name: 'Scan the next'}).click();
		await page.locator('.reel-bid').getByText(reel.batch).waitFor();
		await bindButton(page).click();
		await answer(page, 'already');
		b.check();
	} finally {
		await b.close();
	}
});

test('of several labels in a picture the worker taps one', async () => {
	const reels = [await published(), await published()];
	const b = await camera([reels]);
	try {
		const {page} = await phone('operator', {at: b, permissions: ['camera']});
		await page.goto(`${url}/scan`);
		await page.locator('.viewer-pick').nth(1).waitFor();
		await axe(page);
		await page.getByRole('button', {name: reels[1].batch}).click();
		await bindButton(page).click();
		await answer(page, 'bound');
		assert.equal(await boundTo(reels[0]), null);
		assert.ok(await boundTo(reels[1]));
		b.check();
	} finally {
		await b.close();
	}
});

test('without a camera it says so, and a photo or typing does it', async () => {
	const [photo, byHand] = [await published(), await published()];
	const {page} = await phone('operator');
	await page.goto(`${url}/scan`);
	await page.getByText('No camera picture').waitFor();
	await axe(page);
	await page.locator('input[type=file]').setInputFiles(photo.file('label.png'));
	await page.locator('.reel-bid').getByText(photo.batch).waitFor();
	await bindButton(page).click();
	await answer(page, 'bound');
	await page.getByRole('button', {name: 'Scan the next'}).click();

	const right = printed(byHand);
	const third = right.split('-')[2];
	const wrong = right.replace(third, third[0] === 'A' ? `B${third.slice(1)}` :
		`A${third.slice(1)}`);
	await page.getByRole('button', {name: 'Type', exact: true}).click();
	await page.getByLabel('Batch ID', {exact: true}).fill(byHand.batch);
	const code = page.getByLabel(/^Claim code/);
	await code.pressSequentially(wrong.replaceAll('-', '').toLowerCase());
	assert.equal(await code.inputValue(), wrong);
	await page.getByText('the check character does not fit').waitFor();
	await page.getByRole('button', {name: 'Take this label'}).click();
	await axe(page);
	assert.equal(await page.locator('.reel-bid').count(), 0);
	await code.fill(`${right.slice(0, 7)}U${right.slice(8)}`);
	await page.getByText('Group 2: claim codes have no “U”.').waitFor();
	await code.fill(right);
	await page.getByText('The claim code is typed right.').waitFor();
	await page.getByRole('button', {name: 'Take this label'}).click();
	await bindButton(page).click();
	await answer(page, 'bound');
	assert.ok(await boundTo(byHand));
	assert.equal(page.bindings.length, 2);
	browser.check();
});

test('a label of another account is refused as large as the screen', async () => {
	const reel = await published();
	assert.equal((await w.bind('rival', reel.label, {}, w.rival)).status, 201);
	const {page} = await phone('admin');
	await page.goto(labelUrl(reel));
	await bindButton(page).click();
	await answer(page, 'elsewhere');
	await page.getByRole('heading', {name: 'Belongs to another account'}).waitFor();
	assert.doesNotMatch(await page.locator('.answer').innerText(), /Rival/);
	await axe(page);
	browser.check();
});

test('a wrong code and an unknown batch look alike, then the lock counts down', async () => {
	const reel = await published();
	const other = await published();
	const {page} = await phone('operator');
	const texts = [];
	for (const bid of ['NO-SUCH-BATCH', reel.batch]) {
		await page.goto(`${url}/b/${bid}#${other.code}`);
		await bindButton(page).click();
		await answer(page, 'unknown');
		texts.push((await page.locator('.answer').innerText()).replace(bid, ''));
	}
	assert.equal(texts[0], texts[1]);
	await axe(page);
	await page.goto(`${url}/b/${reel.batch}`);
	await bindButton(page).click();
	await answer(page, 'code-needed');
	for (let i = 0; i < 4; i++)
		await w.bind('operator', `${reel.batch} ${other.code}`);
	await page.goto(labelUrl(reel));
	await bindButton(page).click();
	await answer(page, 'locked');
	await page.getByText(/^Again in \d+ sec/).waitFor();
	await axe(page);
	assert.equal(await boundTo(reel), null);
	await page.getByText('You can try again now.').waitFor();
	await page.getByRole('button', {name: 'Try again'}).click();
	await bindButton(page).click();
	await answer(page, 'bound');
	browser.check();
});

test('a shift goes on without a network, and sends each once after a reload', async () => {
	browser.expect(cutOff);
	const reels = [await published(), await published(), await published()];
	const {context, page} = await phone('operator');
	await startShift(page);
	await typed(page, reels[0]);
	await row(page, reels[0], 'bound').waitFor();
	await context.setOffline(true);
	await typed(page, reels[1]);
	await typed(page, reels[2]);
	await typed(page, reels[1]);
	await page.getByText(`${reels[1].batch} is in this shift already.`).waitFor();
	await page.getByText('No network: 2 labels wait on this device').waitFor();
	await axe(page);
	assert.equal(await boundTo(reels[1]), null);
	// Closed and opened again when the network is back.
	await page.close();
	await context.setOffline(false);
	const again = await context.newPage();
	const sent = [];
	again.on('request', (r) => {
		if (r.method() === 'POST' && r.url().endsWith('/bindings'))
			sent.push(r.postDataJSON().batch);
	});
	await again.goto(`${url}/scan?account=${w.account}`);
	for (const reel of reels)
		await row(again, reel, 'bound').waitFor();
	assert.deepEqual(sent, [reels[1].batch, reels[2].batch], 'once, in order');
	for (const reel of reels)
		assert.equal((await boundTo(reel)).product.name, 'Dishwasher DW-9');
	assert.equal(await again.locator('[data-count=bound] dd').innerText(), '3');

	await again.getByRole('button', {name: `Undo ${reels[2].batch}`}).click();
	await row(again, reels[2], 'undone').waitFor();
	assert.equal(await boundTo(reels[2]), null);
	await again.getByRole('button', {name: 'End the shift'}).click();
	await axe(again);
	const download = again.waitForEvent('download');
	await again.getByRole('button', {name: 'Download as CSV'}).click();
	const csv = fs.readFileSync(await (await download).path(), 'utf8');
	assert.match(csv, new RegExp(`^${reels[0].batch},Bound,Dishwasher DW-9,`, 'm'));
	assert.match(csv, new RegExp(`^${reels[2].batch},Undone,`, 'm'));
	await again.getByRole('dialog').getByRole('button', {name: 'End the shift'}).click();
	await again.getByRole('button', {name: 'Start the shift'}).waitFor();
	browser.expect(/ERR_INTERNET_DISCONNECTED/);
	browser.check();
});

test('labels in front of the camera are bound one after the other, each once', async () => {
	const reels = [await published(), await published(), await published()];
	const b = await camera([[reels[0]], [reels[1], reels[2]]], 4);
	try {
		const {page} = await phone('operator', {at: b, permissions: ['camera']});
		await startShift(page);
		for (const reel of reels)
			await row(page, reel, 'bound').waitFor();
		// The film starts again.
		await page.getByText(/is in this shift already/).first().waitFor();
		assert.equal(page.bindings.length, 3);
		await axe(page);
		b.check();
	} finally {
		await b.close();
	}
});

test('a lost answer is asked for with the same key, and nothing is bound twice', async () => {
	const reel = await published();
	const {page} = await phone('operator');
	await startShift(page);
	let lost = 0;
	await page.route('**/bindings', async (route) => {
		if (lost++ > 0)
			return route.continue();
		await route.fetch();
		return route.abort('connectionreset');
	});
	await typed(page, reel);
	await page.getByText('No network: 1 label waits on this device').waitFor();
	assert.ok(await boundTo(reel), 'the service did it');
	await row(page, reel, 'bound').waitFor();
	assert.equal(page.bindings.length, 2);
	assert.equal(page.bindings[0], page.bindings[1]);
	const told = (await w.must(200, 'admin', 'GET', w.in('audit?limit=200'))).items
		.filter((e) => e.action === 'bind' && e.target === reel.batch);
	assert.equal(told.length, 1);
	browser.check();
});

test('an undo that cannot be says why, and the reel stays bound', async () => {
	const reel = await published();
	const {page} = await phone('operator');
	await startShift(page);
	await typed(page, reel);
	await row(page, reel, 'bound').waitFor();
	let code = 'batch-provisioned';
	await page.route(`**/batches/${reel.batch}`, (route) => route.fulfill({
		status: 409, contentType: 'application/problem+json',
		body: JSON.stringify({code, detail: 'told by code'})}));
	const undo = page.getByRole('button', {name: `Undo ${reel.batch}`});
	await undo.click();
	await page.getByText('the product cloud may know its devices already').waitFor();
	code = 'unbind-too-late';
	await undo.click();
	await page.getByText('more than 15 minutes have passed').waitFor();
	assert.equal(await row(page, reel, 'bound').count(), 1);
	assert.ok(await boundTo(reel));
	browser.check();
});

test('what one worker scanned is sent by nobody else, and by it after its login', async () => {
	browser.expect(cutOff);
	const reel = await published();
	const {context, page} = await phone('operator');
	await startShift(page);
	await context.setOffline(true);
	await typed(page, reel);
	await page.getByText('No network: 1 label waits').waitFor();
	// The session ends meanwhile.
	const token = await w.service.login(w.passwords.operator.email,
		w.passwords.operator.password);
	const ended = await w.service.api('DELETE', '/api/v1/sessions', token);
	assert.equal(ended.status, 204, ended.text);
	w.tokens.operator = await w.service.login(w.passwords.operator.email,
		w.passwords.operator.password);
	await context.setOffline(false);
	await page.locator('input[type=password]').waitFor();
	assert.equal(await boundTo(reel), null);

	await signIn(context, url, w.passwords.admin);
	await page.goto(`${url}/scan?account=${w.account}`);
	await page.getByText('that somebody else scanned waits on this device').waitFor();
	assert.equal(await boundTo(reel), null);
	await axe(page);

	await context.clearCookies();
	await signIn(context, url, w.passwords.operator);
	await page.goto(`${url}/scan?account=${w.account}`);
	await row(page, reel, 'bound').waitFor();
	assert.equal((await boundTo(reel)).bound_by, w.passwords.operator.email);
	browser.check();
});

test('an operator sees binding and its own batches, and nothing else', async () => {
	const {page} = await phone('operator', {viewport: {width: 360, height: 740}});
	await page.goto(`${url}/scan`);
	await page.getByRole('button', {name: 'Menu'}).click();
	await page.getByRole('dialog').waitFor();
	await axe(page);
	const links = await page.locator('a').evaluateAll((all) =>
		all.map((a) => new URL(a.href).pathname));
	assert.deepEqual([...new Set(links)].sort(),
		['/console', `/console/a/${w.account}/batches`]);
	for (const route of ['/scan', '/b/B-1'].map((p) => url + p)) {
		await page.goto(route);
		await page.locator('.floor-main').waitFor();
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		assert.ok(wide <= 360, `${route} is ${wide} pixels wide`);
	}
	assert.equal(await page.getByLabel('Product cloud').count(), 0);
	browser.check();
});

test('the scanner finds a device, and no claim code gets into an address', async () => {
	const reel = await published();
	const b = await camera([[reel]]);
	try {
		const {page} = await phone('admin', {at: b, permissions: ['camera']});
		await page.goto(`${url}/scan?account=${w.account}&for=device`);
		await page.waitForURL(`**/console/a/${w.account}/devices?q=${reel.batch}`);
		b.check();
	} finally {
		await b.close();
	}
});
