// A full disk, during upload, publish and bind: told as such, nothing is half
// done, and it goes on once there is room.  Run by disk.test.mjs, in a mount
// namespace of its own.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, beforeEach, test} from 'node:test';
import {until} from '../lib/service.mjs';
import {buildWorld} from '../lib/world.mjs';

// The spool leaves 64 MiB free for the store.
const SIZE_MB = 84;
const CHIPS = 6000;
let w, mount, big, small;

before(async () => {
	mount = fs.mkdtempSync(path.join(os.tmpdir(), 'birthmark-disk-'));
	const r = spawnSync('mount', ['-t', 'tmpfs', '-o',
		`size=${SIZE_MB}m,mode=0755`, 'tmpfs', mount], {encoding: 'utf8'});
	assert.equal(r.status, 0, r.stderr);
	const dir = path.join(mount, 'service');
	fs.mkdirSync(dir);
	w = await buildWorld({service: {dir, workers: 1}});
	big = w.fab.reel('big', {count: CHIPS, keyless: true});
	small = w.fab.reel('small');
	await w.mustPublish(small);
});

after(async () => {
	free();
	await w?.end();
	spawnSync('umount', [mount]);
	fs.rmdirSync(mount);
});

const ballast = () => path.join(mount, 'ballast');
beforeEach(() => free());

const left = () => {
	const s = fs.statfsSync(mount);
	return s.bavail * s.bsize;
};

/** Leaves so many bytes on the disk. */
function fill(leave) {
	const fd = fs.openSync(ballast(), 'a');
	const block = Buffer.alloc(1 << 20);
	while (left() > leave)
		try {
			fs.writeSync(fd, block, 0,
				Math.min(block.length, Math.max(left() - leave, 4096)));
		} catch {
			break;
		}
	fs.closeSync(fd);
}

function free() {
	fs.rmSync(ballast(), {force: true});
}

const uploads = () => `/api/v1/vendors/${w.vendor}/uploads`;

function full(r) {
	assert.ok([507, 503, 500].includes(r.status), r.text);
	assert.equal(r.json?.code, 'disk-full', r.text);
	assert.match(r.json.detail, /room|full|space/i);
}

test('an upload that has no room is refused at its start', async () => {
	fill(66 << 20);
	const r = await w.api('vendor', 'POST', uploads(), {batch: 'NOROOM',
		reel: 'noroom', form: 'csv', size: 40 << 20,
		claim_sha256: '00'.repeat(32)});
	free();
	full(r);
});

test('an upload that fills the disk stops, and goes on with room', async () => {
	const bytes = fs.readFileSync(big.file('manifest.csv'));
	const u = await w.must(201, 'vendor', 'POST', uploads(), {
		batch: big.batch, reel: 'big', form: 'csv', size: bytes.length,
		claim_sha256: big.claim_sha256});
	fill(256 << 10);
	const patch = (at) => w.api('vendor', 'PATCH', `${uploads()}/${u.id}`,
		bytes.subarray(at), {'upload-offset': String(at),
			'content-type': 'application/octet-stream'});
	// The service may close the connection while the client still sends.
	const r = await patch(0).catch((e) => e);
	if (!['EPIPE', 'ECONNRESET'].includes(r.code))
		full(r);
	free();
	const now = await w.must(200, 'vendor', 'GET', `${uploads()}/${u.id}`);
	assert.equal(now.state, 'receiving');
	assert.ok(now.offset < bytes.length);
	const rest = await patch(now.offset);
	assert.equal(rest.status, 204, rest.text);
	await w.must(204, 'vendor', 'PUT', `${uploads()}/${u.id}/signature`,
		fs.readFileSync(big.file('manifest.csv.p7s')),
		{'content-type': 'application/pkcs7-signature'});
	big.upload = u.id;
});

async function batches() {
	const {items} = await w.must(200, 'vendor', 'GET',
		`/api/v1/vendors/${w.vendor}/batches`);
	return items.map((b) => [b.batch, b.devices]);
}

test('publish on a full disk: nothing of it counts', async () => {
	fill(400 << 10);
	const r = await w.api('vendor', 'POST',
		`${uploads()}/${big.upload}/publish`, {});
	if (r.status !== 202)
		full(r);
	else
		await until(() => /disk-full|no room|full|No space/i
			.test(w.service.log), 20000, 'a word about the disk');
	assert.deepEqual(await batches(), [['SMALL', 2]]);
	free();
	if (r.status !== 202)
		await w.must(202, 'vendor', 'POST',
			`${uploads()}/${big.upload}/publish`, {});
	const u = await until(async () => {
		const now = await w.must(200, 'vendor', 'GET',
			`${uploads()}/${big.upload}`);
		assert.notEqual(now.state, 'rejected', JSON.stringify(now.error));
		return now.state === 'published' && now;
	}, 60000, 'the reel to be published');
	assert.equal(u.devices, CHIPS);
	assert.deepEqual((await batches()).sort(),
		[['BIG', CHIPS], ['SMALL', 2]]);
});

test('bind on a full disk: refused whole, bound later', async () => {
	fill(0);
	// What is reserved in the log of the store may still do for a few.
	let r;
	for (let i = 0; i < 300; i++) {
		r = await w.api('admin', 'POST', w.in('products'),
			{name: `filler ${i} ${'x'.repeat(100)}`});
		if (r.status !== 201)
			break;
	}
	full(r);
	full(await w.bind('admin', small.label));
	// Reading goes on.
	await w.must(200, 'admin', 'GET', w.in('batches'));
	free();
	const none = await w.must(200, 'admin', 'GET', w.in('batches'));
	assert.deepEqual(none.items, []);
	const bound = await until(async () => {
		const b = await w.bind('admin', small.label);
		return b.status < 500 && b;
	}, 10000, 'the bind');
	assert.equal(bound.status, 201, bound.text);
});

test('and the audit log is whole', async () => {
	const r = await w.must(200, 'service', 'GET',
		'/api/v1/service/audit/verify');
	assert.equal(r.ok, true);
});
