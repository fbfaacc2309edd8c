// The courier against strict receivers that are well, slow, wrong or absent,
// and killed in the middle of its work.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, beforeEach, describe, test} from 'node:test';

import {serverPki} from './lib/forge.mjs';
import {Receiver, verifyJws} from './lib/receiver.mjs';
import {alive, request, sleep, until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const AWS = '123456789012';
const PASSWORD = 'a password of the cloud 5e1d';
let w, rx, jwks, keys, pki, serial = 0;

const job = (id) => w.must(200, 'admin', 'GET', w.in(`jobs/${id}`));
const post = (what, status = 202, body = {}) =>
	w.must(status, 'admin', 'POST', w.in(what), body);

function receiver(opts = {}) {
	return new Receiver({server: pki, ...keys, issuer: w.service.url,
		audience: AWS, base: '/prod', ...opts}).start();
}

async function addCloud(r, more = {}) {
	const made = await w.must(201, 'admin', 'POST', w.in('clouds'), {
		name: `cloud ${++serial}`, type: 'interop', form: 'aws',
		aws: {account_id: AWS, url: r.url},
		ca_certificate: fs.readFileSync(pki.ca, 'utf8'), ...more});
	return made.id;
}

/** A new reel, published and bound; its batch. */
async function batch(count) {
	const reel = w.fab.reel(`c${++serial}`, {count});
	await w.mustPublish(reel);
	const r = await w.bind('admin', reel.label);
	assert.equal(r.status, 201, r.text);
	return reel.batch;
}

async function start(bid, cloud) {
	return (await post(`batches/${bid}/provision`, 202, {cloud})).id;
}

/** To the end of a job, without its pauses. */
async function push(id, ms = 60000) {
	return until(async () => {
		const j = await job(id);
		if (j.state === 'waiting')
			await post(`jobs/${id}/retry`);
		return ['done', 'failed', 'cancelled'].includes(j.state) && j;
	}, ms, `job ${id}`);
}

before(async () => {
	w = await buildWorld();
	pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	const get = (route) => request(w.service.url + route,
		{ca: w.service.ca});
	const answer = await get('/.well-known/jwks.json');
	jwks = JSON.parse(answer.text);
	keys = await w.interopKeys();
	rx = await receiver();
});

beforeEach(() => rx.reset());

after(async () => {
	await rx?.stop();
	await w?.end();
});

describe('a cloud that is well', () => {
	test('the AWS form: a test, then every certificate once', async () => {
		const cloud = await addCloud(rx);
		const t = await w.job((await post(`clouds/${cloud}/test`)).id);
		assert.equal(t.state, 'done', JSON.stringify(t));
		assert.equal(t.result.info.ok, true);
		assert.equal(t.result.auth.ok, true);
		const bid = await batch(120);
		const j = await w.job(await start(bid, cloud));
		assert.deepEqual([j.state, j.total, j.done, j.failed],
			['done', 120, 120, 0]);
		assert.equal(j.last_error, null);
		assert.deepEqual(rx.taken, {different: 120, all: 120});
		assert.ok(rx.calls.every((c) => c.refs.length <= 50));
		assert.deepEqual(rx.faults, []);
	});

	test('a claimed device is sent alone, and not with its batch', async () => {
		const cloud = await addCloud(rx);
		const reel = w.fab.reel(`c${++serial}`, {count: 3});
		await w.mustPublish(reel);
		const voucher = await post('claim-vouchers', 201, {name: 'Spring',
			product: w.product, cloud, max_devices: 1, expires_in_days: 1});
		const [own, ...others] = reel.devices;
		const chip = fs.readFileSync(own.chip, 'utf8');
		const r = await until(() => request(`${w.service.deviceUrl}` +
			'/.well-known/birthmark/claim', {method: 'POST', cert: chip,
			key: chip, ca: w.service.ca,
			body: JSON.stringify({voucher: voucher.token}),
			headers: {'content-type': 'application/json'}}));
		assert.equal(r.status, 200, r.text);
		const [one] = (await w.must(200, 'admin', 'GET',
			w.in(`jobs?batch=${reel.batch}`))).items;
		const j = await w.job(one.id);
		assert.deepEqual([j.state, j.total, j.done], ['done', 1, 1]);
		assert.deepEqual(rx.taken, {different: 1, all: 1});
		// Its batch becomes another account's, all but this one.
		assert.equal((await w.bind('rival', reel.label, {},
			w.rival)).status, 201);
		const theirs = w.in(`batches/${reel.batch}/manifest?format=cloudid-csv`,
			w.rival);
		const {text} = await w.api('rival', 'GET', theirs);
		assert.ok(!text.includes(own.id));
		for (const d of others)
			assert.ok(text.includes(d.id), text.slice(0, 200));
		assert.equal((await w.must(200, 'admin', 'GET',
			w.in(`claim-vouchers/${voucher.id}`))).provisioned, 1);
	});

	test('the Azure form has its subscription for audience', async () => {
		const r = await receiver({audience: '0a1b2c3d-4e5f', base: '/api'});
		const cloud = await addCloud(r, {form: 'azure', aws: undefined,
			azure: {url: `${r.url}/interop`,
				subscription_id: '0a1b2c3d-4e5f'}});
		const j = await w.job(await start(await batch(3), cloud));
		assert.equal(j.done, 3);
		assert.deepEqual(r.faults, []);
		await r.stop();
	});

	test('another cloud later gets the same devices', async () => {
		const one = await addCloud(rx);
		const r = await receiver();
		const two = await addCloud(r);
		const bid = await batch(4);
		await w.job(await start(bid, one));
		const j = await w.job(await start(bid, two));
		assert.equal(j.done, 4);
		assert.deepEqual([...rx.certs.keys()].sort(),
			[...r.certs.keys()].sort());
		await r.stop();
	});

	test('a bind provisions by itself where the account wants it',
		async () => {
			const cloud = await addCloud(rx);
			await w.must(200, 'admin', 'PATCH',
				`/api/v1/accounts/${w.account}`,
				{default_cloud: cloud, auto_provision: true});
			const bid = await batch(7);
			const jobs = await w.must(200, 'admin', 'GET',
				w.in(`jobs?batch=${bid}`));
			assert.equal(jobs.items.length, 1);
			const j = await w.job(jobs.items[0].id);
			assert.equal(j.done, 7);
			assert.equal(rx.taken.all, 7);
			await w.must(200, 'admin', 'PATCH',
				`/api/v1/accounts/${w.account}`,
				{default_cloud: null, auto_provision: false});
		});

	test('a provisioned batch cannot be unbound', async () => {
		const cloud = await addCloud(rx);
		const bid = await batch(2);
		await w.job(await start(bid, cloud));
		const r = await w.api('admin', 'DELETE', w.in(`batches/${bid}`));
		assert.equal(r.status, 409);
		assert.equal(r.json.code, 'batch-provisioned');
	});
});

describe('credentials', () => {
	test('Basic ones are sealed, sent, and never shown', async () => {
		const r = await receiver({basic: `user:${PASSWORD}`, base: ''});
		const cloud = await addCloud(r, {form: 'other', aws: undefined,
			other: {url: r.url, username: 'user', password: PASSWORD}});
		const j = await w.job(await start(await batch(3), cloud));
		assert.equal(j.done, 3);
		assert.deepEqual(r.faults, []);
		for (const route of [`clouds/${cloud}`, 'clouds', 'audit', 'jobs']) {
			const a = await w.api('admin', 'GET', w.in(route));
			assert.ok(!a.text.includes(PASSWORD), route);
		}
		assert.ok(!w.service.log.includes(PASSWORD));
		for (const f of fs.readdirSync(path.join(w.service.dir, 'data'),
			{recursive: true})) {
			const file = path.join(w.service.dir, 'data', f);
			if (fs.statSync(file).isFile())
				assert.ok(!fs.readFileSync(file).includes(PASSWORD), f);
		}
		await r.stop();
	});

	test('refused ones make the job wait until they are right', async () => {
		const r = await receiver({basic: `user:${PASSWORD}`, base: '',
			mayRefuse: true});
		const cloud = await addCloud(r, {form: 'other', aws: undefined,
			other: {url: r.url, username: 'user', password: 'wrong'}});
		const id = await start(await batch(3), cloud);
		const waits = await until(async () => {
			const j = await job(id);
			return j.state === 'waiting' && j;
		});
		assert.match(waits.last_error, /credentials refused/);
		assert.equal(waits.done, 0);
		await w.must(200, 'admin', 'PATCH', w.in(`clouds/${cloud}`),
			{password: PASSWORD});
		assert.equal((await push(id)).done, 3);
		assert.equal(r.taken.all, 3);
		await r.stop();
	});
});

describe('the key of an account', () => {
	const wellKnown = (id, file) => request(
		`${w.service.url}/.well-known/birthmark/accounts/${id}/${file}`,
		{ca: w.service.ca});
	/** What a receiver says to a token. */
	const replay = (r, token) => request(`${r.url}/auth`,
		{ca: fs.readFileSync(pki.ca),
			headers: {authorization: `Bearer ${token}`}});
	const rivalCloud = async (r) => (await w.must(201, 'rival', 'POST',
		w.in('clouds', w.rival), {name: `rival ${++serial}`,
			type: 'interop', form: 'aws',
			aws: {account_id: AWS, url: r.url},
			ca_certificate: fs.readFileSync(pki.ca, 'utf8')})).id;

	test('is where its clouds say, and in no other set', async () => {
		const cloud = await w.must(200, 'admin', 'GET',
			w.in(`clouds/${await addCloud(rx)}`));
		const at = `${w.service.url}/.well-known/birthmark/accounts/` +
			w.account;
		assert.equal(cloud.key_url, `${at}/interop-key.pem`);
		assert.equal(cloud.jwks_url, `${at}/jwks.json`);
		assert.equal((await request(cloud.key_url,
			{ca: w.service.ca})).text, keys.pem);
		const spki = (key) => crypto.createPublicKey(key)
			.export({format: 'der', type: 'spki'}).toString('hex');
		assert.equal(keys.jwks.keys.length, 1);
		assert.equal(spki({key: keys.jwks.keys[0], format: 'jwk'}),
			spki(keys.pem));
		const rival = await w.interopKeys(w.rival);
		assert.notEqual(spki(rival.pem), spki(keys.pem));
		assert.equal(jwks.keys.length, 1);
		for (const k of [keys, rival])
			assert.notEqual(k.jwks.keys[0].kid, jwks.keys[0].kid);
		assert.ok(![...keys.jwks.keys, ...jwks.keys].some((k) => k.d));
	});

	test('does not tell which accounts there are', async () => {
		for (const file of ['interop-key.pem', 'jwks.json']) {
			const nobody = await wellKnown('acc_0123456789abcdef', file);
			const known = await wellKnown(w.account, file);
			assert.equal(nobody.status, 200, nobody.text);
			assert.equal(nobody.text.length, known.text.length);
			for (const id of ['acc_1', 'acc_', w.account.toUpperCase(),
				`${w.account}0`, w.account.slice(0, -1),
				w.account.replace('acc', 'usr'), 'acc_0123456789abcdei'])
				assert.equal((await wellKnown(id, file)).status, 404, id);
		}
		assert.equal((await request(`${w.service.url}/.well-known/` +
			'birthmark/interop-key.pem', {ca: w.service.ca})).status, 404);
	});

	test("a token of one account is refused by another account's receiver",
		async () => {
			// The owner's token for this audience is in the courier.
			const victim = await receiver({mayRefuse: true});
			const own = await addCloud(victim);
			await w.job((await post(`clouds/${own}/test`)).id);
			const good = victim.lastToken;
			assert.equal((await replay(victim, good)).status, 200);
			assert.deepEqual([victim.refused, victim.faults],
				[undefined, []]);
			victim.reset();

			// Pointed at it, with its audience.
			const cloud = await rivalCloud(victim);
			const t = await w.job((await w.must(202, 'rival', 'POST',
				w.in(`clouds/${cloud}/test`, w.rival), {})).id, 'rival',
			30000, w.rival);
			assert.equal(t.state, 'failed');
			assert.deepEqual([t.result.info.ok, t.result.auth.ok],
				[false, false]);
			const reel = w.fab.reel(`c${++serial}`, {count: 3});
			await w.mustPublish(reel);
			assert.equal((await w.bind('rival', reel.label, {},
				w.rival)).status, 201);
			const {id} = await w.must(202, 'rival', 'POST',
				w.in(`batches/${reel.batch}/provision`, w.rival), {cloud});
			const waits = await until(async () => {
				const j = await w.must(200, 'rival', 'GET',
					w.in(`jobs/${id}`, w.rival));
				return j.state === 'waiting' && j;
			});
			assert.match(waits.last_error, /credentials refused.* 401/);
			assert.deepEqual([waits.done, waits.failed], [0, 0]);
			await w.must(200, 'rival', 'POST',
				w.in(`jobs/${id}/cancel`, w.rival), {});
			assert.ok(victim.refused >= 3);

			// Harvested by a receiver of its own, and brought there.
			const thief = await receiver(await w.interopKeys(w.rival));
			const mine = await rivalCloud(thief);
			const j = await w.job((await w.must(202, 'rival', 'POST',
				w.in(`batches/${reel.batch}/provision`, w.rival),
				{cloud: mine})).id, 'rival', 30000, w.rival);
			assert.deepEqual([j.state, j.done], ['done', 3]);
			assert.deepEqual(thief.faults, []);
			assert.equal((await replay(thief, thief.lastToken)).status, 200);
			assert.equal((await replay(victim, thief.lastToken)).status,
				401);
			assert.deepEqual([victim.calls, victim.taken],
				[[], {different: 0, all: 0}]);

			// The owner is served as before.
			const bid = await batch(2);
			assert.equal((await w.job(await start(bid, own))).done, 2);
			await thief.stop();
			await victim.stop();
		});
});

describe('a cloud that is not well', () => {
	const good = (refs, item = {}) => refs.map((ref) =>
		({ref, status: 'SUCCESS', ...item}));
	const say = (f, status = 200, headers) => (refs, res) =>
		rx.answer(res, status, f(refs), headers);
	const answers = {
		'garbage': say(() => ']]]] no cloud [[[['),
		'nothing': say(() => ''),
		'an object': say((refs) => ({items: good(refs)})),
		'one item less': say((refs) => good(refs.slice(1))),
		'one item more': say((refs) => good([...refs, 'f'.repeat(64)])),
		'an item twice': say((refs) =>
			good([refs[0], ...refs.slice(0, -1)])),
		'an unknown ref': say((refs) =>
			good(['f'.repeat(64), ...refs.slice(1)])),
		'another status': say((refs) => good(refs, {status: 'success'})),
		'numbers': say((refs) => good(refs, {status: 1})),
		'too much': say((refs) => JSON.stringify(good(refs)) +
			' '.repeat(6 << 20)),
		'500': say(() => ({message: 'Internal server error'}), 500),
		'a redirect': say(() => '', 302, {location: '/prod/interop'}),
		'201': say(good, 201),
		'a broken connection': (refs, res) => res.destroy(),
		'half an answer': (refs, res) => {
			res.writeHead(200, {'content-length': '1000'});
			res.write('[{"ref":');
			setTimeout(() => res.destroy(), 20);
		},
	};

	for (const [name, act] of Object.entries(answers))
		test(`${name} counts for nothing, and the chunk is sent again`,
			async () => {
				const cloud = await addCloud(rx);
				rx.script = [act];
				const id = await start(await batch(5), cloud);
				const j = await push(id);
				assert.deepEqual([j.state, j.done, j.failed],
					['done', 5, 0]);
				assert.equal(rx.taken.all, 5);
				assert.equal(rx.script.length, 0);
				assert.ok(rx.calls.length >= 2);
				assert.deepEqual(rx.faults, []);
			});

	test('one that throttles is left alone as long as it says', async () => {
		const cloud = await addCloud(rx);
		let asked;
		rx.script = [(refs, res) => {
			asked = Date.now();
			rx.answer(res, 429, {}, {'retry-after': '2'});
		}];
		const j = await w.job(await start(await batch(3), cloud));
		assert.equal(j.done, 3);
		assert.ok(rx.calls.at(-1).at - asked >= 1950);
	});

	test('devices it does not take are exceptions, tried again alone',
		async () => {
			const cloud = await addCloud(rx, {chunk: 10});
			const bid = await batch(30);
			rx.script = [(refs) => {
				rx.bad.set(refs[2], 'cannot decode\u0007certificate');
				rx.bad.set(refs[7], 'x'.repeat(5000));
				return true;
			}];
			const id = await start(bid, cloud);
			let j = await w.job(id);
			assert.deepEqual([j.state, j.done, j.failed], ['done', 28, 2]);
			const x = await w.must(200, 'auditor', 'GET',
				w.in(`jobs/${id}/exceptions`));
			assert.deepEqual(x.items.map((i) => i.fingerprint).sort(),
				[...rx.bad.keys()].sort());
			assert.ok(x.items.every((i) => i.message.length <= 300 &&
				!/[\u0000-\u001f]/.test(i.message)));
			const [first] = rx.bad.keys();
			rx.bad.delete(first);
			await post(`jobs/${id}/retry`);
			j = await until(async () => {
				const now = await job(id);
				return now.state === 'done' && now.failed === 1 && now;
			});
			assert.equal(j.done, 29);
			assert.equal(rx.taken.all, 29);
			assert.equal(rx.calls.at(-1).refs.length, 2);
		});

	test('a certificate that spoils its request is found and left out',
		async () => {
			const cloud = await addCloud(rx, {chunk: 16});
			const bid = await batch(40);
			rx.script = [(refs) => {
				rx.poison.add(refs[5]);
				return true;
			}];
			const j = await push(await start(bid, cloud));
			assert.deepEqual([j.state, j.done, j.failed], ['done', 39, 1]);
			assert.equal(rx.taken.different, 39);
		});

	test('an absent one is tried again when it is back', async () => {
		const r = await receiver();
		const cloud = await addCloud(r);
		await r.stop();
		const id = await start(await batch(3), cloud);
		const waits = await until(async () => {
			const j = await job(id);
			return j.state === 'waiting' && j;
		});
		assert.ok(waits.last_error);
		await r.start();
		assert.equal((await push(id)).done, 3);
		await r.stop();
	});

	test('slow ones do not hold up the others', async () => {
		const slow = await receiver();
		slow.delay = 15000;
		const ids = [];
		for (let i = 0; i < 4; i++)
			ids.push(await start(await batch(2), await addCloud(slow)));
		await until(() => slow.flying > 0);
		const cloud = await addCloud(rx);
		const from = Date.now();
		const j = await w.job(await start(await batch(60), cloud));
		assert.equal(j.done, 60);
		assert.ok(Date.now() - from < 8000);
		for (const id of ids)
			await post(`jobs/${id}/cancel`, 200);
		await slow.stop();
	});

	test('an address that hides something is refused', async () => {
		for (const url of ['http://localhost:1', 'https://u:p@localhost',
			'https://localhost/?x=1', 'ftp://localhost']) {
			const r = await w.api('admin', 'POST', w.in('clouds'), {
				name: 'bad', type: 'interop', form: 'aws',
				aws: {account_id: AWS, url}});
			assert.equal(r.status, 400, url);
		}
	});
});

test('kill -9 in the middle: nothing lost, nothing finished sent again',
	async () => {
		const COUNT = 600, CHUNK = 20, KILLS = 4;
		const cloud = await addCloud(rx, {chunk: CHUNK});
		const bid = await batch(COUNT);
		rx.delay = 60;
		const id = await start(bid, cloud);
		const killed = [];
		for (let i = 1; i <= KILLS; i++) {
			const j = await until(async () => {
				const now = await job(id);
				return now.done >= i * 100 && now;
			}, 30000, 'progress');
			const pid = w.service.addresses.pids.courier;
			process.kill(pid, 'SIGKILL');
			await until(() => !alive(pid) &&
				w.service.addresses.pids.courier !== pid &&
				alive(w.service.addresses.pids.courier));
			killed.push({done: j.done, taken: new Set(rx.certs.keys())});
		}
		const j = await w.job(id, 'admin', 60000);
		assert.deepEqual([j.state, j.done, j.failed], ['done', COUNT, 0]);
		assert.equal(rx.taken.different, COUNT);
		// Only what was in flight at a kill may have come again.
		assert.ok(rx.taken.all - COUNT <= KILLS * CHUNK,
			`${rx.taken.all - COUNT} sent again`);
		assert.ok(Math.max(...rx.certs.values()) <= KILLS + 1);
		// One chunk after another: the first ones of all are never repeated.
		const first = rx.calls.find((c) => c.action === 'provision').refs;
		assert.ok(first.every((r) => rx.certs.get(r) === 1));
		assert.deepEqual(rx.faults, []);
		assert.equal(rx.mostFlying, 1);
	});

describe('the feed of a gate', () => {
	let cloud, gate;
	const feed = (cursor, limit = 7, who = gate) => w.service.api('GET',
		`${w.in(`clouds/${cloud}/feed`)}?limit=${limit}` +
		(cursor ? `&cursor=${cursor}` : ''), who);

	/** Checks a page by its head, over the bytes as they came. */
	function check(r, from) {
		assert.equal(r.status, 200, r.text);
		const head = verifyJws(r.json.head, jwks, 'birthmark-feed');
		const at = r.text.indexOf('"entries":') + '"entries":'.length;
		const text = r.text.slice(at, r.text.indexOf(']', at) + 1);
		assert.deepEqual(JSON.parse(text), r.json.entries);
		assert.equal(head.sha256,
			crypto.createHash('sha256').update(text).digest('hex'));
		assert.equal(head.count, r.json.entries.length);
		assert.deepEqual([head.account, head.cloud, head.from, head.to],
			[w.account, cloud, from, r.json.next]);
		return r.json;
	}

	before(async () => {
		cloud = (await w.must(201, 'admin', 'POST', w.in('clouds'),
			{name: 'own cloud', type: 'gate'})).id;
		gate = (await w.must(201, 'admin', 'POST', w.in('tokens'),
			{name: 'gate', role: 'gate', expires_in_days: 1})).token;
	});

	test('is read in signed pages; the job is done when it was', async () => {
		const bid = await batch(20);
		const id = await start(bid, cloud);
		await until(async () => (await job(id)).state === 'running');
		const seen = [];
		let at = '', page;
		do {
			page = check(await feed(at), at);
			seen.push(...page.entries);
			if (page.more)
				assert.equal((await job(id)).state, 'running');
			at = page.next;
		} while (page.more);
		const mine = seen.filter((x) => x.batch === bid);
		assert.equal(new Set(mine.map((x) => x.fp)).size, 20);
		assert.ok(mine.every((x) => x.op === 'admit'));
		check(await feed(at), at);
		const j = await w.job(id);
		assert.deepEqual([j.state, j.done], ['done', 20]);
		// Asked again from the start, it says the same again.
		const again = check(await feed('', 2000), '');
		assert.deepEqual(again.entries, seen);
	});

	test('is for its gate only', async () => {
		assert.equal((await feed('', 1, w.tokens.admin)).status, 403);
		assert.equal((await feed('', 1, null)).status, 401);
		const other = (await w.must(201, 'rival', 'POST',
			w.in('tokens', w.rival),
			{name: 'gate', role: 'gate', expires_in_days: 1})).token;
		assert.equal((await feed('', 1, other)).status, 404);
	});

	test('refuses a cursor that it never gave', async () => {
		assert.equal((await feed('x')).status, 400);
		assert.equal((await feed('0.0')).status, 400);
		const r = await feed('99.0');
		assert.equal(r.status, 409);
		assert.equal(r.json.code, 'feed-cursor-unknown');
	});

	test('a cloud without a gate fails its test', async () => {
		const id = (await w.must(201, 'admin', 'POST', w.in('clouds'),
			{name: 'no gate', type: 'gate'})).id;
		const t = await w.job((await post(`clouds/${id}/test`)).id);
		assert.equal(t.state, 'failed');
		assert.equal(t.result.auth.ok, false);
	});
});

test('a stop in the middle ends soon and goes on later', async () => {
	const cloud = await addCloud(rx, {chunk: 5});
	const bid = await batch(40);
	rx.delay = 100;
	const id = await start(bid, cloud);
	await until(async () => (await job(id)).done >= 10);
	const from = Date.now();
	const status = await w.service.stop();
	assert.equal(status.code, 0);
	assert.ok(Date.now() - from < 8000);
	await sleep(100);
	delete w.service.status;
	rx.issuer = null; // the service comes back at another port
	await w.service.start();
	const j = await w.job(id);
	assert.deepEqual([j.state, j.done], ['done', 40]);
	assert.ok(rx.taken.all <= 45);
	assert.deepEqual(rx.faults, []);
});

test('an address inside the network is not called unless allowed',
	async () => {
		const cloud = await addCloud(rx);
		const bid = await batch(2);
		await w.service.stop();
		const {serveArgs} = w.service.opts;
		w.service.opts.serveArgs = [];
		delete w.service.status;
		await w.service.start();
		w.service.opts.serveArgs = serveArgs;
		const id = await start(bid, cloud);
		const waits = await until(async () => {
			const j = await job(id);
			return j.state === 'waiting' && j;
		});
		assert.match(waits.last_error, /private|address|loopback/);
		assert.equal(rx.calls.length, 0);
		assert.deepEqual(rx.faults, []);
	});
