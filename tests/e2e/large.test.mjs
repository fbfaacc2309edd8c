// A reel of a quarter of a million chips, and one of a single chip: published
// with the memory of the service flat, bound, found, downloaded.
// BIRTHMARK_CHIPS=N for another size; the bench publishes a million.
import './lib/release.mjs';
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, test} from 'node:test';

import {buildWorld, csvDevices} from './lib/world.mjs';

const CHIPS = Number(process.env.BIRTHMARK_CHIPS || 250000);
const FLAT_KB = 64 << 10;
let w, reel, bindMs;
const most = new Map(); // pid -> its most memory so far, in KiB

/** Peak resident memory of the service's processes, as the kernel kept it. */
function peaks() {
	const {parent, signer, workers, courier} = w.service.addresses.pids;
	for (const pid of [parent, signer, courier, ...workers]) {
		const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
		most.set(pid, Number(/^VmHWM:\s+(\d+) kB/m.exec(text)[1]));
	}
	return new Map(most);
}

before(async () => {
	w = await buildWorld();
});

after(() => w && w.end());

async function mustBind(r) {
	const start = process.hrtime.bigint();
	const bound = await w.bind('admin', r.label, {product: w.product});
	assert.equal(bound.status, 201, bound.text);
	return Number(process.hrtime.bigint() - start) / 1e6;
}

async function findsBy(device, batch) {
	const found = await w.must(200, 'admin', 'GET',
		w.in(`devices?chip_id=${device.id}`));
	assert.equal(found.items.length, 1);
	assert.equal(found.items[0].batch, batch);
	const fp = crypto.createHash('sha256').update(
		new crypto.X509Certificate(device.cert).raw).digest('hex');
	const one = await w.must(200, 'admin', 'GET', w.in(`devices/${fp}`));
	assert.equal(new crypto.X509Certificate(one.certificate).fingerprint256,
		new crypto.X509Certificate(device.cert).fingerprint256);
}

test('a manifest of one chip', async () => {
	const one = w.fab.reel('one', {count: 1});
	const made = await w.mustPublish(one);
	assert.equal(made.devices, 1);
	bindMs = await mustBind(one);
	await findsBy(one.devices[0], one.batch);
});

test(`a manifest of ${CHIPS} chips is made`, () => {
	reel = w.fab.reel('large', {count: CHIPS, keyless: true,
		args: ['--form', 'csv']});
	assert.equal(reel.count, CHIPS);
});

test('it is published, and memory stays flat', async (t) => {
	const before = peaks();
	const made = await w.mustPublish(reel);
	assert.equal(made.devices, CHIPS);
	for (const [pid, kb] of peaks())
		t.diagnostic(`${pid}: ${before.get(pid)} to ${kb} KiB`);
	for (const [pid, kb] of peaks())
		assert.ok(kb - before.get(pid) < FLAT_KB,
			`${pid} grew by ${kb - before.get(pid)} KiB`);
});

/** The first and the last chip, read from the ends of the file. */
function ends() {
	const file = reel.file('manifest.csv');
	const fd = fs.openSync(file, 'r');
	const {size} = fs.fstatSync(fd);
	const bytes = Buffer.alloc(8192);
	const part = (at) => {
		const n = fs.readSync(fd, bytes, 0, bytes.length, at);
		return csvDevices(`\n${bytes.toString('latin1', 0, n)}`);
	};
	const out = [part(0)[0], part(size - bytes.length).at(-1)];
	fs.closeSync(fd);
	return out;
}

test('it is bound in the time of one chip', async () => {
	const ms = await mustBind(reel);
	assert.ok(ms < Math.max(250, bindMs * 10),
		`${ms} ms, and ${bindMs} ms for one chip`);
	const b = await w.must(200, 'admin', 'GET',
		w.in(`batches/${reel.batch}`));
	assert.equal(b.devices, CHIPS);
});

test('its first and its last device are found', async () => {
	for (const device of ends())
		await findsBy(device, reel.batch);
});

test('its devices are listed page by page', async () => {
	const page = await w.must(200, 'admin', 'GET',
		w.in(`devices?batch=${reel.batch}&limit=500`));
	assert.equal(page.items.length, 500);
	const next = await w.must(200, 'admin', 'GET',
		w.in(`devices?batch=${reel.batch}&limit=500&cursor=` +
			encodeURIComponent(page.next)));
	const seen = new Set([...page.items, ...next.items]
		.map((d) => d.fingerprint));
	assert.equal(seen.size, 1000);
});

test('its manifest comes back whole, and memory stays flat', async () => {
	const before = peaks();
	const out = w.path('back.csv');
	const r = await w.cli('admin', ['manifest', reel.batch, '-o', out]);
	assert.equal(r.status, 0, r.stderr);
	const size = (f) => fs.statSync(f).size;
	assert.ok(Math.abs(size(out) - size(reel.file('manifest.csv'))) < 4096);
	fs.rmSync(out);
	for (const [pid, kb] of peaks())
		assert.ok(kb - before.get(pid) < FLAT_KB,
			`${pid} grew by ${kb - before.get(pid)} KiB`);
});

test('the store stays compact', (t) => {
	let bytes = 0;
	for (const f of fs.readdirSync(`${w.service.dir}/data`)) {
		const s = fs.statSync(`${w.service.dir}/data/${f}`);
		if (s.isFile() && !f.endsWith('-wal'))
			bytes += s.size;
	}
	t.diagnostic(`${Math.round(bytes / CHIPS)} bytes a device`);
	// A certificate alone has 720.  The goal is 160, index included; all that
	// is no device, and what is in the log still, is little beside so many.
	if (CHIPS >= 250000)
		assert.ok(bytes / CHIPS <= 200,
			`${Math.round(bytes / CHIPS)} bytes a device`);
});
