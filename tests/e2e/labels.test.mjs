// Label sheets in the browser: every size printed as PDF, SVG, PNG and ZPL and
// read back by a scanner.
// Must not let a claim code leave the browser.
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {axe, openBrowser, signIn} from './lib/browser.mjs';
import {run} from './lib/service.mjs';
import {buildWorld, Fab} from './lib/world.mjs';

// What ZPL, PDF and SVG each would stumble over.
const NAME = 'A^B~C_(\\) <&> Müller – 电';
let w, browser, page, reels, requests;

before(async () => {
	w = await buildWorld();
	const fab = new Fab(w.path('odd'), NAME);
	reels = ['one', 'two', 'three'].map((name) => fab.reel(name, {
		batch: name === 'three' ? 'A-batch.with_the-longest.name'.padEnd(64, '0') : name,
		count: 1, keyless: true}));
	browser = await openBrowser();
	const context = await browser.desktop();
	await signIn(context, w.service.url, w.passwords.vendor);
	page = await context.newPage();
	requests = [];
	context.on('request', (r) => requests.push(
		`${r.url()} ${JSON.stringify(r.headers())} ${r.postData() || ''}`));
	await page.goto(`${w.service.url}/console/v/${w.vendor}/labels`);
	await page.getByText('No labels chosen yet').waitFor();
}, {timeout: 60000});
after(async () => {
	await browser?.close();
	await w?.end();
});

const button = (name) => page.getByRole('button', {name, exact: true});

/** Clicks, and gives the files that are saved then. */
async function saved(name, count = 1) {
	const files = [];
	const keep = (d) => files.push(d);
	page.on('download', keep);
	const first = page.waitForEvent('download');
	await button(name).click();
	await first;
	while (files.length < count)
		await page.waitForEvent('download');
	page.off('download', keep);
	return Promise.all(files.map(async (d, i) => {
		const file = w.path(`${i}-${d.suggestedFilename()}`);
		await d.saveAs(file);
		return file;
	}));
}

/** What a scanner reads in a picture, sorted. */
function decode(picture) {
	const r = spawnSync('zbarimg', ['-q', '--raw', '-Sdisable', '-Sqrcode.enable',
		picture], {encoding: 'utf8'});
	return r.stdout.split('\n').filter(Boolean).sort();
}

function pictures(pdf) {
	const base = pdf.replace(/\.pdf$/, '');
	execFileSync('pdftoppm', ['-r', '200', '-gray', '-png', pdf, base]);
	return fs.readdirSync(path.dirname(base)).filter((f) =>
		f.startsWith(`${path.basename(base)}-`)).map((f) => w.path(f)).sort();
}

const wanted = (copies) => reels.flatMap((r) => Array(copies).fill(r.label)).sort();

test('labels come from files, once each', async () => {
	await page.locator('input[type=file]').setInputFiles(reels.map((r) => r.file('label.txt')));
	await page.getByText('3 labels', {exact: true}).waitFor();
	await page.getByLabel(/^Or the text/).fill(
		`${reels[0].label}\n${reels.map((r) => fs.readFileSync(r.file('label.txt'))).join('')}`);
	await button('Add a label').dblclick();
	await page.getByText('3 labels', {exact: true}).waitFor();
	await page.getByLabel(/^Or the text/).fill('no label');
	await button('Add a label').click();
	await page.getByText('There was no label in it').waitFor();
	await axe(page);
	for (const r of reels) {
		const told = run(['inspect', '-'], {input: `${r.label}\n`});
		assert.equal(told.status, 0, told.stderr);
		assert.ok(told.stdout.includes(r.claim_sha256), told.stdout);
	}
});

test('every sheet is read back whole from its PDF', {timeout: 180000}, async () => {
	const sizes = await page.getByLabel('Sheet').locator('option').allInnerTexts();
	assert.ok(sizes.length >= 7);
	await page.getByLabel('Copies of each').fill('4');
	for (const size of sizes) {
		await page.getByLabel('Sheet').selectOption(size);
		const [pdf] = await saved('PDF');
		const info = spawnSync('pdfinfo', [pdf], {encoding: 'utf8'});
		assert.equal(info.stderr, '', size);
		const pages = pictures(pdf);
		assert.deepEqual(pages.flatMap(decode).sort(), wanted(4), size);
		const text = execFileSync('pdftotext', ['-raw', pdf, '-'], {encoding: 'utf8'});
		for (const r of reels)
			assert.equal(text.split('\n').filter((l) => l.trim() === r.batch).length, 4, size);
		// A name with letters that the fonts lack is left out, not mangled.
		assert.ok(!text.includes('?') && !text.includes('A^B'), text);
		for (const f of [pdf, ...pages])
			fs.rmSync(f);
	}
	await page.getByText('The PDF leaves out names').waitFor();
});

test('letters that the fonts of the PDF have are written', async () => {
	await button('Clear').click();
	await page.getByLabel(/^Or the text/).fill(
		`Vendor      Žofie’s (Chips) – 5 €\n${reels[0].label}`);
	await button('Add a label').click();
	await page.getByText('1 label', {exact: true}).waitFor();
	await page.getByLabel('Copies of each').fill('1');
	const [pdf] = await saved('PDF');
	const text = execFileSync('pdftotext', ['-raw', pdf, '-'], {encoding: 'utf8'});
	assert.ok(text.includes('Žofie’s (Chips) – 5 €'), text);
	assert.equal(await page.getByText('The PDF leaves out names').count(), 0);
	await button('Clear').click();
	await page.locator('input[type=file]').setInputFiles(reels.map((r) => r.file('label.txt')));
	await page.getByText('3 labels', {exact: true}).waitFor();
});

test('each SVG and PNG is read back', {timeout: 120000}, async () => {
	await page.getByLabel('Sheet').selectOption('100x50');
	const svgs = await saved('SVG', 3);
	const view = await (await browser.desktop({viewport: {width: 800, height: 500},
		deviceScaleFactor: 2})).newPage();
	const read = [];
	for (const svg of svgs) {
		const text = fs.readFileSync(svg, 'utf8');
		assert.ok(text.includes('M&#252;ller') || text.includes('Müller'), text);
		await view.goto(`file://${svg}`);
		const faults = await view.locator('parsererror').count();
		assert.equal(faults, 0, text);
		const shot = `${svg}.png`;
		await view.screenshot({path: shot});
		read.push(...decode(shot));
	}
	assert.deepEqual(read.sort(), wanted(1));
	await view.context().close();
	const pngs = await saved('PNG', 3);
	assert.deepEqual(pngs.flatMap(decode).sort(), wanted(1));
	const size = fs.readFileSync(pngs[0]);
	assert.deepEqual([size.readUInt32BE(16), size.readUInt32BE(20)], [1181, 591]);
});

test('ZPL is in order whatever the names hold', async () => {
	await page.getByLabel('Copies of each').fill('2');
	const [file] = await saved('ZPL, for label printers');
	const text = fs.readFileSync(file, 'utf8');
	const labels = text.split('^XZ\n').slice(0, -1);
	assert.equal(labels.length, 6);
	// _XX is a byte in hexadecimal.
	const plain = (s) => Buffer.from(s.replace(/_([0-9A-F]{2})/g, (all, hex) =>
		String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8');
	const seen = [];
	for (const l of labels) {
		assert.equal(l.match(/\^XA/g).length, 1);
		assert.ok(l.startsWith('^XA\n^CI28\n'), l);
		assert.match(l, /^[\x20-\x7e\n]*$/);
		assert.ok(!l.includes('~'), l);
		assert.equal(l.match(/\^FD/g).length, l.match(/\^FS/g).length);
		const commands = new Set(l.match(/\^../g));
		assert.deepEqual([...commands].filter((c) => !['^XA', '^CI', '^PW', '^LL', '^FO', '^BQ',
			'^FH', '^FD', '^FS', '^A0'].includes(c)), []);
		seen.push(plain(/\^BQN,2,\d+\^FH\^FDMA,([^^]*)\^FS/.exec(l)[1]));
		assert.ok([...l.matchAll(/\^FH\^FD([^^]*)\^FS/g)].some((m) => plain(m[1]) === NAME), l);
	}
	assert.deepEqual(seen.sort(), wanted(2));
});

test('a very long list stays usable, and nothing of it was sent', async () => {
	const many = Array.from({length: 300}, (_, i) => `https://labels.test/b/N${i}`).join('\n');
	await page.getByLabel(/^Or the text/).fill(many);
	await button('Add a label').click();
	await page.getByText('303 labels', {exact: true}).waitFor();
	await page.getByLabel('Copies of each').fill('0');
	await page.getByLabel('Sheet').selectOption('5160');
	const [pdf] = await saved('PDF');
	const info = execFileSync('pdfinfo', [pdf], {encoding: 'utf8'});
	assert.match(info, /Pages: +11\n/);
	await axe(page);
	for (const r of requests)
		for (const reel of reels)
			assert.ok(!r.includes(reel.code), r);
	browser.check();
});
