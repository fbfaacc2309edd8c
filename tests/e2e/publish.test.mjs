// Publishing over REST and by the command line: every form, resumed uploads,
// what is refused, and that what comes out is what went in.
import assert from 'node:assert/strict';
import {createHash, randomUUID} from 'node:crypto';
import fs from 'node:fs';
import {after, before, test} from 'node:test';
import {until} from './lib/service.mjs';
import {buildWorld, csvDevices} from './lib/world.mjs';

const FORMS = {
	csv: ['manifest.csv', 'manifest.csv.p7s'],
	jsonl: ['manifest.jsonl', 'manifest.jsonl.p7s'],
	microchip: ['manifest.microchip.json', 'manifest-signer.pem'],
};
let w;

before(async () => {
	w = await buildWorld({service: {workers: 2}});
});

after(async () => {
	if (process.env.BIRTHMARK_TEST_LOG)
		process.stderr.write(w?.service?.log || '');
	await w?.end();
});

const at = (what = '') => `/api/v1/vendors/${w.vendor}/uploads${what}`;

function wish(reel, form, more = {}) {
	return {batch: reel.batch, reel: reel.reel, form,
		size: fs.statSync(reel.file(FORMS[form][0])).size,
		...(reel.open ? {open: true} : {claim_sha256: reel.claim_sha256}),
		...more};
}

const send = (id, offset, bytes) => w.api('vendor', 'PATCH', at(`/${id}`),
	bytes, {'content-type': 'application/octet-stream',
		'upload-offset': String(offset)});

async function sign(id, reel, form) {
	await w.must(204, 'vendor', 'PUT', at(`/${id}/signature`),
		fs.readFileSync(reel.file(FORMS[form][1])),
		{'content-type': form === 'microchip' ?
			'application/x-pem-file' : 'application/pkcs7-signature'});
}

const ended = (id) => until(async () => {
	const u = await w.must(200, 'vendor', 'GET', at(`/${id}`));
	return ['published', 'rejected', 'cancelled'].includes(u.state) && u;
}, 30000, 'the end of an upload');

async function publish(reel, form, bytes, more) {
	const u = await w.must(201, 'vendor', 'POST', at(),
		wish(reel, form, {size: bytes.length, ...more}));
	const r = await send(u.id, 0, bytes);
	assert.equal(r.status, 204, r.text);
	assert.equal(r.headers['upload-offset'], String(bytes.length));
	await sign(u.id, reel, form);
	await w.must(202, 'vendor', 'POST', at(`/${u.id}/publish`));
	return ended(u.id);
}

for (const form of Object.keys(FORMS))
	test(`a reel is published in the form ${form}`, async () => {
		const reel = w.fab.reel(`form-${form}`, {count: 12, keyless: true});
		const u = await w.mustPublish(reel, ['--form', form]);
		assert.equal(u.state, 'published');
		assert.equal(u.devices, 12);
		const b = await w.must(200, 'vendor', 'GET',
			`/api/v1/vendors/${w.vendor}/batches/${reel.batch}`);
		assert.equal(b.devices, 12);
		assert.equal(b.bound, false);
		assert.equal(b.reels[0].form, form);
		assert.equal(b.reels[0].manifest_sha256, createHash('sha256')
			.update(fs.readFileSync(reel.file(FORMS[form][0])))
			.digest('hex'));
		// Again is once.
		const again = await w.publish(reel, ['--form', form]);
		assert.equal(again.json?.state, 'published', again.stderr);
	});

test('a reel of one chip', async () => {
	const reel = w.fab.reel('one', {count: 1});
	assert.equal((await w.mustPublish(reel)).devices, 1);
});

test('a batch of several reels', async () => {
	const a = w.fab.reel('several-a', {batch: 'SEVERAL', count: 3,
		keyless: true});
	const b = w.fab.reel('several-b', {batch: 'SEVERAL', count: 4,
		keyless: true});
	assert.equal(a.claim_sha256, b.claim_sha256, 'one label');
	await w.mustPublish(a);
	await w.mustPublish(b);
	const got = await w.must(200, 'vendor', 'GET',
		`/api/v1/vendors/${w.vendor}/batches/SEVERAL`);
	assert.equal(got.devices, 7);
	assert.deepEqual(got.reels.map((r) => r.reel).sort(),
		['several-a', 'several-b']);
});

test('an upload goes on where it was', async () => {
	const reel = w.fab.reel('resumed', {count: 40, keyless: true});
	const bytes = fs.readFileSync(reel.file('manifest.csv'));
	const third = Math.floor(bytes.length / 3);
	const key = {'idempotency-key': randomUUID()};
	const u = await w.must(201, 'vendor', 'POST', at(), wish(reel, 'csv'),
		key);
	let r = await send(u.id, 0, bytes.subarray(0, third));
	assert.equal(r.status, 204, r.text);
	// The answer got lost; the same request tells how far it is.
	const v = await w.must(200, 'vendor', 'POST', at(), wish(reel, 'csv'),
		key);
	assert.equal(v.id, u.id);
	assert.equal(v.offset, third);
	r = await send(u.id, 0, bytes);
	assert.equal(r.status, 409);
	assert.equal(r.json.code, 'offset-mismatch');
	assert.equal(r.headers['upload-offset'], String(third));
	r = await w.api('vendor', 'POST', at(`/${u.id}/publish`));
	assert.equal(r.json.code, 'upload-incomplete');
	r = await send(u.id, third, bytes.subarray(third));
	assert.equal(r.status, 204, r.text);
	r = await w.api('vendor', 'POST', at(`/${u.id}/publish`));
	assert.equal(r.json.code, 'signature-missing');
	await sign(u.id, reel, 'csv');
	await w.must(202, 'vendor', 'POST', at(`/${u.id}/publish`));
	assert.equal((await ended(u.id)).state, 'published');
	// Another wish under the same key is refused.
	r = await w.api('vendor', 'POST', at(), wish(reel, 'csv', {size: 5}), key);
	assert.equal(r.status, 422);
});

test('a reel is published once, and a batch has one vendor and code',
	async () => {
		const reel = w.fab.reel('once', {count: 1});
		await w.mustPublish(reel);
		let r = await w.api('vendor', 'POST', at(), wish(reel, 'csv'));
		assert.equal(r.status, 409);
		assert.equal(r.json.code, 'reel-published');
		r = await w.api('vendor', 'POST', at(), wish(reel, 'csv',
			{reel: 'other', claim_sha256: 'a'.repeat(64)}));
		assert.equal(r.json.code, 'batch-differs');
		assert.equal((await w.bind('admin', reel.label)).status, 201);
		r = await w.api('vendor', 'POST', at(), wish(reel, 'csv',
			{reel: 'other'}));
		assert.equal(r.json.code, 'batch-already-bound');
	});

test('a refused manifest can be sent again when it is right', async () => {
	const reel = w.fab.reel('mended', {count: 20, keyless: true});
	const good = fs.readFileSync(reel.file('manifest.csv'));
	const bad = Buffer.from(good);
	bad[good.indexOf('\n') + 1] ^= 1;
	const u = await publish(reel, 'csv', bad);
	assert.equal(u.state, 'rejected');
	assert.equal(u.error.code, 'cms-signature');
	assert.equal(u.error.line, null);
	let r = await w.api('vendor', 'GET',
		`/api/v1/vendors/${w.vendor}/batches/${reel.batch}`);
	assert.equal(r.status, 404);
	assert.equal((await publish(reel, 'csv', good)).state, 'published');
	r = await w.must(200, 'vendor', 'GET', at('?limit=2'));
	assert.equal(r.items.length, 2);
	assert.ok(r.next);
});

test('a declared digest is held against what came', async () => {
	const reel = w.fab.reel('digest', {count: 2});
	const u = await publish(reel, 'csv',
		fs.readFileSync(reel.file('manifest.csv')),
		{sha256: '0'.repeat(64)});
	assert.equal(u.state, 'rejected');
	assert.equal(u.error.code, 'sha256-wrong');
});

test('a cancelled upload leaves nothing', async () => {
	const reel = w.fab.reel('cancelled', {count: 2});
	const u = await w.must(201, 'vendor', 'POST', at(), wish(reel, 'csv'));
	await send(u.id, 0, fs.readFileSync(reel.file('manifest.csv')));
	await w.must(204, 'vendor', 'DELETE', at(`/${u.id}`));
	const r = await send(u.id, 0, Buffer.from('x'));
	assert.equal(r.status, 409);
	assert.equal(r.json.code, 'upload-closed');
	assert.equal((await w.must(200, 'vendor', 'GET', at(`/${u.id}`))).state,
		'cancelled');
	await w.mustPublish(reel);
});

test('more bytes than declared are refused', async () => {
	const reel = w.fab.reel('longer', {count: 2});
	const u = await w.must(201, 'vendor', 'POST', at(),
		wish(reel, 'csv', {size: 10}));
	const r = await send(u.id, 0, Buffer.alloc(11));
	assert.equal(r.status, 413);
	assert.equal(r.json.code, 'upload-too-long');
	assert.equal((await w.must(200, 'vendor', 'GET', at(`/${u.id}`))).offset,
		0);
});

test('what comes out is what went in, in every form', async () => {
	const reel = w.fab.reel('roundtrip', {count: 30, keyless: true});
	await w.mustPublish(reel, ['--form', 'microchip']);
	assert.equal((await w.bind('admin', reel.label)).status, 201);
	const sent = csvDevices(fs.readFileSync(reel.file('manifest.csv'),
		'utf8')).map((d) => d.cert.replace(/\s/g, ''));
	const route = w.in(`batches/${reel.batch}/manifest`);
	let r = await w.api('admin', 'GET', `${route}?form=csv`);
	assert.equal(r.status, 200, r.text);
	assert.match(r.headers['content-disposition'], /ROUNDTRIP\.csv/);
	assert.deepEqual(csvDevices(r.text).map(
		(d) => d.cert.replace(/\s/g, '')), sent);
	r = await w.api('admin', 'GET', `${route}?form=jsonl`);
	assert.deepEqual(r.text.trim().split('\n').map((l) =>
		JSON.parse(l).certificate.replace(/\s/g, '')), sent);
	// Signed by the service's own log signer, which the vendor need not be.
	r = await w.api('admin', 'GET', `${route}?form=microchip`);
	assert.equal(r.status, 200, r.text);
	const der = sent.map((c) => c.replace(/-----[A-Z]+?CERTIFICATE-----/g,
		''));
	assert.deepEqual(JSON.parse(r.text).map((x) => JSON.parse(Buffer.from(
		x.payload, 'base64url')).publicKeySet.keys[0].x5c[0]), der);
	const pem = await w.api(null, 'GET',
		'/.well-known/birthmark/manifest-signer.pem');
	assert.match(pem.text, /^-----BEGIN CERTIFICATE-----/);
	r = await w.api('admin', 'GET', `${route}?form=csv&zip=1`);
	assert.equal(r.bytes.subarray(0, 4).toString('latin1'), 'PK\x03\x04');
	r = await w.api('admin', 'GET', `${route}?form=7z`);
	assert.equal(r.status, 400);
});
