// Webhooks against a strict receiver: ten thousand devices through faults and
// kills, conflicts, quarantine, unbinding, what must not be called, and the
// secret that must not be seen.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, beforeEach, describe, test} from 'node:test';
import * as jose from 'jose';

import {Webhook, hold, holdAnswer} from '../clouds/webhook.mjs';
import {serverPki} from './lib/forge.mjs';
import {csvDevices, buildWorld} from './lib/world.mjs';
import {alive, until} from './lib/service.mjs';

const BEARER = 'a-bearer-token-of-the-receiver-7f21';
const PER_MINUTE = 3000;
let w, rx, pki, jwks, cloud, serial = 0;

const get = (what, who = 'admin') => w.must(200, who, 'GET', w.in(what));
const post = (what, status = 202, body = {}) =>
	w.must(status, 'admin', 'POST', w.in(what), body);
const fpOf = (pem) => crypto.createHash('sha256')
	.update(new crypto.X509Certificate(pem).raw).digest('hex');

async function addCloud(r, more = {}) {
	const made = await post('clouds', 201, {name: `hook ${++serial}`,
		type: 'webhook', settings: {url: r.url},
		credentials: {bearer: BEARER}, quotas: {post: PER_MINUTE},
		ca_certificate: fs.readFileSync(pki.ca, 'utf8'), ...more});
	return made.id;
}

async function bound(count, {keyless = false} = {}) {
	const reel = w.fab.reel(`h${++serial}`, {count, keyless});
	await w.mustPublish(reel);
	const r = await w.bind('admin', reel.label, {product: w.product});
	assert.equal(r.status, 201, r.text);
	reel.all = csvDevices(fs.readFileSync(reel.file('manifest.csv'), 'utf8'))
		.map((d) => ({...d, fp: fpOf(d.cert)}));
	return reel;
}

const tested = async (id) =>
	w.job((await post(`clouds/${id}/test`)).id);

/** What the receiver was told last of each device of a reel. */
const words = (reel, r = rx) => new Set(reel.all.map((d) =>
	r.devices.get(d.fp)?.op));

before(async () => {
	w = await buildWorld();
	pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	({jwks} = await w.interopKeys());
	rx = await new Webhook({server: pki, jwks, account: w.account,
		bearer: BEARER}).start();
	cloud = await addCloud(rx);
	rx.cloud = cloud;
});

beforeEach(() => rx.reset());

after(async () => {
	await rx?.stop();
	await w?.end();
});

test('a test is a signed event, which anybody can check', async () => {
	let taken;
	rx.script = [(event, res, body) => {
		taken = {event, body, field: rx.lastField};
		return true;
	}];
	const t = await tested(cloud);
	assert.equal(t.state, 'done', JSON.stringify(t));
	assert.equal(t.result.ping.ok, true);
	assert.deepEqual([taken.event.type, taken.event.devices], ['ping', []]);
	const [head, , signature] = taken.field.split('.');
	const flat = {protected: head, payload: taken.body, signature};
	const keys = jose.createLocalJWKSet(jwks);
	const opts = {crit: {b64: true}, algorithms: ['ES256']};
	const {protectedHeader} = await jose.flattenedVerify(flat, keys, opts);
	assert.equal(protectedHeader.jti, taken.event.id);
	await assert.rejects(jose.flattenedVerify({...flat,
		payload: Buffer.concat([taken.body, Buffer.from(' ')])}, keys, opts));
	// The same key signs tokens: this is none, however it is put together.
	await assert.rejects(jose.jwtVerify(
		`${head}.${taken.body.toString('base64url')}.${signature}`, keys));
	assert.deepEqual(rx.faults, []);
});

test('a token that is refused is said, and a right one is taken', async () => {
	const r = await new Webhook({server: pki, jwks, account: w.account,
		bearer: 'another'}).start();
	const id = await addCloud(r);
	let t = await tested(id);
	assert.equal(t.state, 'failed');
	assert.equal(t.result.ping.ok, false);
	assert.match(t.result.ping.detail, /401.*bearer token/);
	await w.must(200, 'admin', 'PATCH', w.in(`clouds/${id}`),
		{credentials: {bearer: 'another'}});
	t = await tested(id);
	assert.equal(t.state, 'done', JSON.stringify(t));
	await r.stop();
});

test('ten thousand devices through faults and three kills', async () => {
	const reel = await bound(10000, {keyless: true});
	const odd = [17, 4711, 9999].map((i) => reel.all[i]);
	for (const d of odd)
		rx.others.set(d.fp, `${d.id} is there with another key`);
	rx.rate = 0.05;
	rx.kills = true;
	// A thousand calls, many at once, so that the quota holds them up.
	rx.delay = 100;
	await w.must(200, 'admin', 'PATCH', w.in(`clouds/${cloud}`), {chunk: 10});
	const kills = [];
	const {id} = await post(`batches/${reel.batch}/provision`, 202, {cloud});
	for (const at of [1500, 4000, 7000]) {
		await until(async () => (await get(`jobs/${id}`)).done >= at, 60000,
			`${at} devices`);
		const pid = w.service.addresses.pids.courier;
		process.kill(pid, 'SIGKILL');
		await until(() => !alive(pid) &&
			w.service.addresses.pids.courier !== pid &&
			alive(w.service.addresses.pids.courier));
		const now = await get(`jobs/${id}`);
		kills.push({over: now.done + now.failed, mark: rx.told.length});
	}
	const j = await w.job(id, 'admin', 120000);
	assert.deepEqual([j.state, j.total, j.done, j.failed, j.conflicts],
		['done', 10000, 9997, 3, 3], JSON.stringify(j));
	assert.deepEqual(rx.faults, []);
	assert.equal(rx.devices.size, 9997);
	assert.equal(rx.count('admit'), 9997);
	for (const d of reel.all)
		assert.deepEqual(rx.devices.get(d.fp)?.valid,
			odd.includes(d) ? undefined : [d.fp]);
	assert.ok(Object.keys(rx.injected).length > 0);
	// A kill may repeat what was not yet recorded, and no more.
	const place = new Map(reel.all.map((d, i) => [d.fp, i]));
	for (const k of kills)
		for (const fp of rx.told.slice(k.mark))
			assert.ok(place.get(fp) >= k.over,
				`the ${place.get(fp)}th, behind ${k.over}`);
	assert.ok(rx.calls.length >= 1000, `${rx.calls.length} calls`);
	assert.ok(rx.busiest(10000) <= PER_MINUTE / 6,
		`${rx.busiest(10000)} in ten seconds`);

	const x = await get(`jobs/${id}/exceptions`);
	assert.deepEqual(x.items.map((i) => i.fingerprint).sort(),
		odd.map((d) => d.fp).sort());
	for (const i of x.items) {
		assert.equal(i.what, 'conflict');
		assert.match(i.message, /is there with another key/);
	}
	// Set right there, and only these again.
	rx.others.clear();
	rx.rate = rx.delay = 0;
	rx.kills = false;
	await w.must(200, 'admin', 'PATCH', w.in(`clouds/${cloud}`), {chunk: 100});
	const from = rx.calls.length;
	await post(`jobs/${id}/retry`);
	const again = await until(async () => {
		const now = await get(`jobs/${id}`);
		return now.state === 'done' && now.failed === 0 && now;
	}, 30000, 'the three');
	assert.equal(again.done, 10000);
	assert.equal(rx.calls.slice(from).reduce((n, c) => n + (c.n || 0), 0), 3);
	assert.deepEqual([...words(reel)], ['admit']);

	// Gone as it came.
	await w.must(204, 'admin', 'DELETE', w.in(`batches/${reel.batch}`));
	await until(() => rx.count('remove') === 10000, 60000, 'all to be gone');
	assert.deepEqual(rx.faults, []);
});

describe('what changes later', () => {
	let reel;

	before(async () => {
		reel = await bound(3);
	});

	test('quarantine keeps out, and the end of it lets in', async () => {
		const j = await w.provision(reel.batch, cloud);
		assert.deepEqual([j.state, j.done], ['done', 3], JSON.stringify(j));
		const [first, second] = reel.all;
		const is = (op) => until(() => rx.devices.get(first.fp)?.op === op,
			15000, op);
		await post(`devices/${first.fp}/quarantine`, 204);
		await is('suspend');
		assert.deepEqual(rx.devices.get(first.fp).valid, []);
		await post(`devices/${first.fp}/release`, 204);
		await is('admit');
		assert.deepEqual(rx.devices.get(first.fp).valid, [first.fp]);
		assert.equal(rx.devices.get(second.fp).words, 1);
		assert.equal(rx.devices.get(second.fp).product, 'Dishwasher DW-9');
		assert.deepEqual(rx.faults, []);
	});

	test('unbinding takes every device out', async () => {
		await w.must(204, 'admin', 'DELETE', w.in(`batches/${reel.batch}`));
		await until(() => rx.count('remove') === 3, 15000, 'all to be gone');
		assert.deepEqual([...words(reel)], ['remove']);
		assert.deepEqual(rx.faults, []);
	});

	test('one that is gone for good is left alone, and a test brings it back',
		async () => {
			const one = await bound(2);
			rx.script = [(event, res) => rx.answer(res, 410,
				{message: 'moved out'})];
			const {id} = await post(`batches/${one.batch}/provision`, 202,
				{cloud});
			const c = await until(async () => {
				const now = await get(`clouds/${cloud}`);
				return now.breaker.state === 'open' && now;
			});
			assert.match(c.breaker.why, /410.*moved out/);
			assert.equal(rx.calls.length, 1);
			assert.equal((await tested(cloud)).state, 'done');
			assert.equal((await w.job(id)).done, 2);
			assert.equal((await get(`clouds/${cloud}`)).breaker.state, 'closed');
		});
});

describe('what must not be', () => {
	test('an address that hides something is refused', async () => {
		for (const url of ['http://localhost:1/', 'ftp://localhost/', 'https://',
			'https://u:p@localhost/', 'https://localhost/#x', '', 'localhost',
			'https://localhost/\nHost: x', 'file:///etc/passwd']) {
			const r = await w.api('admin', 'POST', w.in('clouds'), {name: 'bad',
				type: 'webhook', settings: {url}});
			assert.equal(r.status, 400, `${url}: ${r.text}`);
		}
		const r = await w.api('admin', 'POST', w.in('clouds'), {name: 'bad',
			type: 'webhook', settings: {url: rx.url},
			credentials: {bearer: 'a\r\nX-Other: b'}});
		assert.equal(r.status, 400);
	});

	test('a redirect is not followed', async () => {
		const other = await new Webhook({server: pki, jwks, account: w.account,
			bearer: BEARER}).start();
		rx.script = [(event, res) => rx.answer(res, 307, '',
			{location: other.url})];
		const t = await tested(cloud);
		assert.equal(t.state, 'failed');
		assert.match(t.result.ping.detail, /307.*redirects are not followed/);
		assert.equal(other.calls.length, 0);
		await other.stop();
	});

	test('a certificate of another CA is not trusted', async () => {
		const id = await addCloud(rx, {ca_certificate:
			fs.readFileSync(w.fab.file('root.pem'), 'utf8')});
		const t = await tested(id);
		assert.equal(t.state, 'failed');
		assert.match(t.result.ping.detail, /certificate/i);
		assert.equal(rx.calls.length, 0);
	});

	test('the bearer token is nowhere to be seen', async () => {
		// Not even where a cloud gives it back.
		rx.script = [(event, res) => rx.answer(res, 400,
			{message: `you sent "Bearer ${BEARER}"`})];
		const t = await tested(cloud);
		assert.match(t.result.ping.detail, /you sent "Bearer \*{8,}"/);
		for (const route of [`clouds/${cloud}`, 'clouds', 'audit', 'jobs']) {
			const a = await w.api('admin', 'GET', w.in(route));
			assert.ok(!a.text.includes(BEARER), route);
		}
		assert.ok(!w.service.log.includes(BEARER));
		for (const f of fs.readdirSync(path.join(w.service.dir, 'data'),
			{recursive: true})) {
			const file = path.join(w.service.dir, 'data', f);
			if (fs.statSync(file).isFile())
				assert.ok(!fs.readFileSync(file).includes(BEARER), f);
		}
	});

	test('the schema is one that refuses', () => {
		const event = JSON.parse(`{"id":"evt_0123456789abcdef",
			"account":"acc_0123456789abcdef","cloud":"cld_0123456789abcdef",
			"type":"ping","time":"2026-11-23T08:00:00Z","devices":[]}`);
		const schema = JSON.parse(fs.readFileSync(new URL(
			'../../docs/webhook.schema.json', import.meta.url)));
		hold(schema, event);
		for (const bad of [{id: 'evt_1'}, {type: 'pong'}, {more: 1},
			{devices: [{}]}, {type: 'devices'}, {time: 'now'}])
			assert.throws(() => hold(schema, {...event, ...bad}));
		holdAnswer({devices: [{device: 'x', result: 'same'}]});
		assert.throws(() => holdAnswer({devices: [{result: 'same'}]}));
	});

	// The last: the service starts again without its leave.
	test('an address inside the network is not called', async () => {
		const ids = [cloud];
		for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]',
			'169.254.169.254', '10.0.0.1', '0.0.0.0', '2130706433'])
			ids.push(await addCloud({url: `https://${host}:${rx.port}/hook`}));
		await w.service.stop();
		const {serveArgs} = w.service.opts;
		w.service.opts.serveArgs = [];
		delete w.service.status;
		await w.service.start();
		w.service.opts.serveArgs = serveArgs;
		const {calls} = rx;
		for (const id of ids) {
			const t = await tested(id);
			assert.equal(t.state, 'failed');
			assert.match(t.result.ping.detail,
				/private|inside|loopback|not allowed/, JSON.stringify(t));
		}
		assert.equal(calls.length, 0);
	});
});
