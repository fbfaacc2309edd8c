// Server-sent events: what changes is told as it happens, to those who may
// see it, for as long as they may.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import {after, before, describe, test} from 'node:test';

import {listen} from './lib/events.mjs';
import {serverPki} from './lib/forge.mjs';
import {Receiver} from './lib/receiver.mjs';
import {sleep, startService, endService, until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const AWS = '123456789012';
const open = [];
let w, rx, pki, cloud, serial = 0;

/** A stream that the test's end closes. */
async function stream(who, route = w.in('events'), token = w.tokens[who]) {
	const s = await listen(w.service, route, token);
	open.push(s);
	return s;
}

async function batch(count = 2, who = 'admin', account = w.account) {
	const reel = w.fab.reel(`e${++serial}`, {count, keyless: count > 20});
	await w.mustPublish(reel);
	const r = await w.bind(who, reel.label, {}, account);
	assert.equal(r.status, 201, r.text);
	return reel.batch;
}

async function start(bid) {
	return (await w.must(202, 'admin', 'POST',
		w.in(`batches/${bid}/provision`), {cloud})).id;
}

const ended = (s, ms, what) => Promise.race([s.ended,
	sleep(ms).then(() => { throw new Error(`${what} after ${ms} ms`); })]);

before(async () => {
	w = await buildWorld();
	pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	rx = await new Receiver({server: pki, ...await w.interopKeys(),
		issuer: w.service.url, audience: AWS, base: '/prod'}).start();
	cloud = (await w.must(201, 'admin', 'POST', w.in('clouds'), {
		name: 'live', type: 'interop', form: 'aws',
		aws: {account_id: AWS, url: rx.url},
		ca_certificate: fs.readFileSync(pki.ca, 'utf8')})).id;
});

after(async () => {
	for (const s of open)
		s.close();
	await rx?.stop();
	await w?.end();
});

describe('a stream', () => {
	test('is one of events, which nobody keeps or holds back', async () => {
		const s = await stream('developer');
		assert.equal(s.status, 200);
		assert.match(s.headers['content-type'], /^text\/event-stream/);
		assert.equal(s.headers['cache-control'], 'no-store');
		assert.equal(s.headers['x-accel-buffering'], 'no');
		assert.equal(s.headers['transfer-encoding'], 'chunked');
		await until(() => s.retry === 1000, 3000, 'the first line');
		s.close();
	});

	test('shows the work of the courier as it goes on', async () => {
		const bid = await batch(400);
		const s = await stream('auditor', w.in(`events?batch=${bid}`));
		rx.delay = 300;
		const id = await start(bid);
		await until(() => s.of('job').some((j) => j.state === 'done'), 60000,
			'the job to be done');
		rx.delay = 0;
		const jobs = s.of('job');
		assert.ok(jobs.every((j) => j.id === id && j.batch === bid));
		const steps = new Set(jobs.map((j) => j.done));
		assert.ok(steps.size >= 3, `told only ${[...steps]}`);
		assert.deepEqual([...steps], [...steps].sort((a, b) => a - b));
		assert.deepEqual(jobs.at(-1), await w.must(200, 'admin', 'GET',
			w.in(`jobs/${id}`)));
		await until(() => s.of('batch').at(-1)?.state === 'provisioned',
			5000, 'the batch');
		const b = s.of('batch').at(-1);
		assert.equal(b.provisioned, 400);
		const list = await w.must(200, 'admin', 'GET',
			w.in(`batches?q=${bid}`));
		assert.deepEqual(b, list.items[0]);
		s.close();
	});

	test('begins with what is unfinished', async () => {
		const bid = await batch(3);
		rx.delay = 2000;
		const id = await start(bid);
		const s = await stream('admin');
		await until(() => s.of('job').length > 0, 2000, 'the job');
		assert.equal(s.of('job')[0].id, id);
		assert.notEqual(s.of('job')[0].state, 'done');
		rx.delay = 0;
		await until(() => s.of('job').at(-1).state === 'done', 20000,
			'the end');
		s.close();
	});

	test('tells nothing of another account, or another batch', async () => {
		const bid = await batch(2);
		const rival = await stream('rival', w.in('events', w.rival));
		const other = await stream('admin', w.in('events?batch=OTHER'));
		const own = await stream('admin');
		await w.job(await start(bid));
		await until(() => own.of('job').at(-1)?.state === 'done', 5000,
			'the job');
		await sleep(1200);
		assert.deepEqual(rival.events, []);
		assert.deepEqual(other.events, []);
		for (const s of [rival, other, own])
			s.close();
	});

	test('tells a binding and a product that changed', async () => {
		const s = await stream('admin');
		const bid = await batch(2);
		const has = (f) => until(() => s.of('batch').some((b) =>
			b.batch === bid && f(b)), 5000, 'the batch');
		await has((b) => b.state === 'bound');
		await w.must(200, 'admin', 'PATCH', w.in(`batches/${bid}`),
			{product: w.product});
		await has((b) => b.product?.id === w.product);
		s.close();
	});

	test('goes on when the courier is killed', async () => {
		const bid = await batch(300);
		const s = await stream('admin', w.in(`events?batch=${bid}`));
		rx.delay = 200;
		await start(bid);
		await until(() => s.of('job').some((j) => j.done > 0), 20000,
			'some progress');
		process.kill(w.service.addresses.pids.courier, 'SIGKILL');
		rx.delay = 0;
		await until(() => s.of('job').at(-1).state === 'done', 60000,
			'the end');
		assert.equal(s.of('job').at(-1).done, 300);
		s.close();
	});

	test('tells a vendor of its uploads', async () => {
		const s = await stream('vendor', `/api/v1/vendors/${w.vendor}/events`);
		const reel = w.fab.reel(`e${++serial}`, {count: 2});
		await w.mustPublish(reel);
		await until(() => s.of('upload').at(-1)?.state === 'published', 5000,
			'the upload');
		const {items} = await w.must(200, 'vendor', 'GET',
			`/api/v1/vendors/${w.vendor}/uploads?limit=1`);
		assert.deepEqual(s.of('upload').at(-1), items[0]);
		assert.deepEqual(s.of('job'), []);
		s.close();
	});
});

describe('a stream ends', () => {
	test('within 2 s of the logout', async () => {
		const {email, password} = w.passwords.developer;
		const token = await w.service.login(email, password);
		const s = await stream(null, w.in('events'), token);
		await w.service.api('DELETE', '/api/v1/sessions/current', token);
		assert.equal(await ended(s, 2000, 'open'), 'end');
		const again = await stream(null, w.in('events'), token);
		assert.equal(again.status, 401);
	});

	test('within 2 s of the logout of a browser, and not before', async () => {
		const {email, password} = w.passwords.developer;
		const r = await w.service.api('POST', '/api/v1/sessions', null,
			{email, password, cookie: true});
		assert.equal(r.status, 201, r.text);
		const headers = {cookie: r.headers['set-cookie'][0].split(';')[0]};
		const s = await listen(w.service, w.in('events'), null, {headers});
		open.push(s);
		assert.equal(s.status, 200);
		await batch(1);
		await until(() => s.of('batch').length > 0, 3000, 'the batch');
		await sleep(1500);
		assert.equal(await Promise.race([s.ended, 'open']), 'open');
		const {json: {csrf}} = await w.service.api('GET', '/api/v1/me', null,
			undefined, headers);
		const out = await w.service.api('DELETE',
			'/api/v1/sessions/current', null, undefined,
			{...headers, 'birthmark-csrf': csrf});
		assert.equal(out.status, 204, out.text);
		assert.equal(await ended(s, 2000, 'open'), 'end');
	});

	test('within 2 s when the role is taken away', async () => {
		await w.join(w.in('invitations'), 'admin', 'leaver',
			{role: 'developer'});
		const s = await stream('leaver');
		const {items} = await w.must(200, 'admin', 'GET', w.in('members'));
		const {user} = items.find((m) => /^leaver@/.test(m.email));
		await w.must(204, 'admin', 'DELETE',
			w.in(`members/${user}`));
		assert.equal(await ended(s, 2000, 'open'), 'end');
	});

	test('within 2 s when an API token is revoked', async () => {
		const t = await w.must(201, 'admin', 'POST', w.in('tokens'),
			{name: 'live', role: 'developer', expires_in_days: 1});
		const s = await stream(null, w.in('events'), t.token);
		assert.equal(s.status, 200);
		await w.must(204, 'admin', 'DELETE', w.in(`tokens/${t.id}`));
		assert.equal(await ended(s, 2000, 'open'), 'end');
	});

	test('for who may not see it, before it began', async () => {
		assert.equal((await stream('operator')).status, 403);
		assert.equal((await stream('rival')).status, 404);
		assert.equal((await stream(null, w.in('events'), 'bms_x')).status, 401);
	});
});

describe('streams are limited', () => {
	test('eight of a user; one that was closed is free again', async () => {
		const own = [];
		for (let i = 0; i < 8; i++)
			own.push(await stream('auditor'));
		assert.ok(own.every((s) => s.status === 200));
		const ninth = await stream('auditor');
		assert.equal(ninth.status, 429);
		assert.match(ninth.headers['retry-after'], /^\d+$/);
		assert.equal((await stream('developer')).status, 200);
		own[0].close();
		await until(async () => {
			const s = await stream('auditor');
			own.push(s);
			return s.status === 200;
		}, 3000, 'the closed one to be noticed');
		for (const s of open)
			s.close();
	});

	test('the rest of the service is as quick as before', async () => {
		const own = [];
		for (let i = 0; i < 8; i++)
			own.push(await stream('admin'));
		const t = Date.now();
		for (let i = 0; i < 20; i++)
			await w.must(200, 'admin', 'GET', '/api/v1/me');
		assert.ok(Date.now() - t < 5000);
		for (const s of own)
			s.close();
	});
});

/** CPU time of a process so far, in ms. */
function cpuMs(pid) {
	const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
	const f = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return (Number(f[11]) + Number(f[12])) * 10;
}

test('200 idle streams cost next to nothing', async (t) => {
	const own = [];
	for (let i = 0; i < 25; i++) {
		const made = await w.must(201, 'admin', 'POST', w.in('tokens'),
			{name: `reader ${i}`, role: 'auditor', expires_in_days: 1});
		own.push(...await Promise.all(Array.from({length: 8}, () =>
			stream(null, w.in('events'), made.token))));
	}
	assert.ok(own.every((s) => s.status === 200));
	const pid = w.service.addresses.pids.workers[0];
	const [cpu, at] = [cpuMs(pid), Date.now()];
	await sleep(5000);
	const share = (cpuMs(pid) - cpu) / (Date.now() - at);
	t.diagnostic(`${(share * 100).toFixed(1)} % of a core`);
	assert.ok(share < 0.1, `${share}`);
	for (const s of own)
		s.close();
	await until(async () => (await stream('auditor')).status === 200, 5000,
		'them to be gone');
});

test('a reader who does not read harms nobody else', async () => {
	const {listen: at} = w.service.addresses;
	const [host, port] = [at.slice(0, at.lastIndexOf(':')),
		Number(at.slice(at.lastIndexOf(':') + 1))];
	const raw = net.connect({host, port});
	const s = tls.connect({socket: raw, ca: w.service.ca,
		servername: 'localhost', rejectUnauthorized: false});
	s.on('error', () => {});
	await new Promise((resolve) => s.once('secureConnect', resolve));
	s.pause();
	s.write(`GET ${w.in('events')} HTTP/1.1\r\nHost: x\r\n` +
		`Authorization: Bearer ${w.tokens.developer}\r\n\r\n`);
	const own = await stream('admin');
	await w.job(await start(await batch(50)));
	await until(() => own.of('job').at(-1)?.state === 'done', 5000, 'it');
	own.close();
	s.destroy();
});

test('a service that ends ends its streams at once, in good order',
	async () => {
		const service = await startService();
		try {
			const token = await service.login();
			const {json} = await service.api('POST', '/api/v1/accounts',
				token, {name: 'A'});
			const s = await listen(service,
				`/api/v1/accounts/${json.id}/events`, token);
			const t = Date.now();
			const stopping = service.stop();
			assert.equal(await ended(s, 3000, 'open'), 'end');
			assert.equal((await stopping).code, 0);
			assert.ok(Date.now() - t < 5000, `${Date.now() - t} ms`);
		} finally {
			await endService(service);
		}
	});
