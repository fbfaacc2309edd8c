// Gate and plugin on a real mosquitto: who may connect, where each may speak,
// and that neither an absent nor a lying service lets anyone in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {Feed, fingerprint} from './lib/feed.mjs';
import {Child, Mosquitto, makeCa, makeCert, makeServerCert}
	from './lib/mosquitto.mjs';
import {Mqtt} from './lib/mqtt.mjs';
import {bin, freePort, runAsync, sleep, tempDir, until}
	from './lib/service.mjs';

let dir, devicesCa, foreignCa, server, serverCa, feed, gate, gatePort, broker;
const chips = {};

function makeChip(name, ca = devicesCa, dates = {}) {
	const c = makeCert(dir, ca, name, dates);
	return {...c, name, fp: fingerprint(c.bundle)};
}

async function startGate() {
	gate = new Child(bin, ['gate', '--service', feed.url, '--account',
		feed.account, '--cloud', feed.cloud, '--token-file',
		path.join(dir, 'token'), '--ca', serverCa.cert, '--dir',
		path.join(dir, 'gate'), '--listen', `127.0.0.1:${gatePort}`,
		'--socket', path.join(dir, 'gate.sock')]);
	await gate.says('answering on http');
}

/** Asks the gate: {status, headers, ...answer}. */
function ask({pathname = '/admit', body, headers = {}, socket} = {}) {
	const to = socket ? {socketPath: path.join(dir, 'gate.sock')}
		: {host: '127.0.0.1', port: gatePort};
	return new Promise((resolve, reject) => {
		const req = http.request({...to, path: pathname, headers,
			method: body === undefined ? 'GET' : 'POST'}, (res) => {
			let text = '';
			res.on('data', (d) => { text += d; });
			res.on('end', () => resolve({status: res.statusCode,
				headers: res.headers, ...JSON.parse(text)}));
		});
		req.on('error', reject);
		req.end(body);
	});
}

const pem = (chip) => fs.readFileSync(chip.cert, 'utf8');
const byCert = (chip) => ask({body: pem(chip)});
const applied = (chip, admit = true) => until(async () =>
	(await byCert(chip)).admit === admit, 10000, `${chip.name} in the gate`);

function mqtt(chip, more = {}) {
	const pem = chip && fs.readFileSync(chip.bundle);
	return new Mqtt({port: broker.port, ca: fs.readFileSync(serverCa.cert),
		cert: pem, key: pem, id: chip?.name ?? 'x', ...more});
}

async function powerOn(chip) {
	const r = await runAsync(['device', 'run', '--chip', chip.bundle,
		'--broker', `localhost:${broker.port}`, '--ca', serverCa.cert,
		'--timeout', '4', '--json']);
	return {...r, report: JSON.parse(r.stdout)};
}

before(async () => {
	dir = tempDir('broker');
	devicesCa = makeCa(dir, 'devices-ca');
	foreignCa = makeCa(dir, 'foreign-ca');
	serverCa = makeCa(dir, 'server-ca');
	server = makeServerCert(dir, serverCa);
	fs.writeFileSync(path.join(dir, 'token'), 'bmt_test\n', {mode: 0o600});
	for (const name of ['chip-a', 'chip-b', 'chip-c', 'chip-unknown'])
		chips[name] = makeChip(name);
	chips.foreign = makeChip('chip-foreign', foreignCa);
	chips.odd = makeChip('odd+id');
	feed = await new Feed({server}).start();
	for (const c of [chips['chip-a'], chips['chip-b'], chips['chip-c'],
		chips.odd])
		feed.admit(c.fp, c.name);
	gatePort = await freePort();
	await startGate();
	broker = await Mosquitto.start({dir, ca: devicesCa.cert, server,
		table: path.join(dir, 'gate', 'gate.table')});
	await applied(chips.odd);
});

after(async () => {
	await broker?.stop();
	await gate?.stop();
	await feed?.stop();
	fs.rmSync(dir, {recursive: true, force: true});
});

test('a known device connects, publishes and is recognised', async () => {
	const r = await powerOn(chips['chip-a']);
	assert.equal(r.status, 0, r.stdout + r.stderr);
	assert.deepEqual(r.report, {device: 'chip-a',
		broker: `localhost:${broker.port}`, connected: true, published: 1,
		reason: null});
	const d = await byCert(chips['chip-a']);
	assert.equal(d.status, 200);
	assert.equal(d.product, 'Dishwasher DW-9');
	assert.equal(d.device, 'chip-a');
	assert.equal(d.batch, 'B1');
	assert.equal(d.headers['x-birthmark-product'], 'Dishwasher%20DW-9');
});

test('a device whose id has wildcards has one topic of its own', async () => {
	const r = await powerOn(chips.odd);
	assert.equal(r.status, 0, r.stdout + r.stderr + broker.out);
});

test('a certificate of the right CA that is in no manifest is refused',
	async () => {
		const r = await powerOn(chips['chip-unknown']);
		assert.equal(r.status, 1);
		assert.equal(r.report.connected, false);
		assert.match(r.report.reason, /not authorised/);
		await broker.says('refused client chip-unknown');
		assert.match(broker.out, /unknown certificate/);
		const d = await byCert(chips['chip-unknown']);
		assert.deepEqual([d.status, d.admit, d.reason],
			[403, false, 'unknown certificate']);
	});

test('a certificate of a foreign CA fails in the handshake', async () => {
	const r = await powerOn(chips.foreign);
	assert.equal(r.status, 1);
	assert.match(r.report.reason, /TLS|certificate/);
	assert.equal((await byCert(chips.foreign)).admit, false);
});

test('no certificate is refused, even where TLS lets it pass', async () => {
	let m = mqtt(null);
	assert.equal(await m.connect(), null);
	m.end();
	const lax = await Mosquitto.start({dir, ca: devicesCa.cert, server,
		table: path.join(dir, 'gate', 'gate.table'),
		tlsExtra: 'require_certificate false'});
	m = mqtt(null, {port: lax.port, id: 'chip-a'});
	assert.equal(await m.connect(), 5);
	m.end();
	assert.match(lax.out, /no client certificate/);
	await lax.stop();
});

test('a copied certificate without its key is no chip', async () => {
	const copy = path.join(dir, 'copied.pem');
	fs.writeFileSync(copy, fs.readFileSync(chips['chip-unknown'].key, 'utf8') +
		pem(chips['chip-a']));
	const r = await runAsync(['device', 'run', '--chip', copy, '--broker',
		`localhost:${broker.port}`, '--ca', serverCa.cert]);
	assert.equal(r.status, 1);
	assert.match(r.stderr, /copied certificate/);
});

test('an expired or not-yet-valid certificate is refused', async () => {
	const old = makeChip('chip-old', devicesCa,
		{from: '20200101000000Z', to: '20210101000000Z'});
	const early = makeChip('chip-early', devicesCa,
		{from: '20900101000000Z', to: '20910101000000Z'});
	feed.admit(old.fp, old.name);
	feed.admit(early.fp, early.name);
	await until(async () => (await ask({
		pathname: `/admit?fingerprint=${early.fp}`})).admit);
	assert.equal((await byCert(old)).reason, 'certificate expired');
	assert.equal((await byCert(early)).reason, 'certificate not yet valid');
	for (const c of [old, early]) {
		const m = mqtt(c);
		assert.equal(await m.connect(), null);
		m.end();
	}
});

test('each keeps to its own topics', async () => {
	const a = mqtt(chips['chip-a']), b = mqtt(chips['chip-b']);
	assert.equal(await a.connect(), 0);
	assert.equal(await b.connect(), 0);
	for (const f of ['#', '+/chip-a/#', 'devices/#', 'devices/+/x',
		'devices/chip-b/#', 'devices/chip-b', 'products/#', '$SYS/#',
		'$share/g/devices/chip-a/#', 'devices/chip-ab/#', 'other'])
		assert.equal(await a.subscribe(f), 128, f);
	for (const f of ['devices/chip-a/#', 'devices/chip-a/+/y',
		'devices/chip-a', 'products/Dishwasher%20DW-9/#'])
		assert.ok(await a.subscribe(f) <= 1, f);
	assert.ok(await b.subscribe('devices/chip-b/#') <= 1);
	for (const t of ['devices/chip-b/x', 'products/Dishwasher%20DW-9/x',
		'devices', 'devices/chip-a2/x'])
		await a.publish(t, 'no');
	await b.publish('devices/chip-b/last', 'yes');
	await until(() => b.messages.length > 0);
	assert.deepEqual(b.messages, [{topic: 'devices/chip-b/last', payload: 'yes'}]);
	assert.deepEqual(a.messages, []);
	assert.match(broker.out, /devices\/chip-b\/x: not a topic of this device/);
	a.end();
	b.end();
});

test('a will is held to the same topics', async () => {
	const b = mqtt(chips['chip-b']);
	await b.connect();
	await b.subscribe('devices/chip-b/#');
	const a = mqtt(chips['chip-a']);
	await a.connect({will: 'devices/chip-b/will'});
	a.end();
	await sleep(300);
	await b.publish('devices/chip-b/mark', 'm');
	await until(() => b.messages.some((m) => m.payload === 'm'));
	assert.equal(b.messages.length, 1);
	b.end();
});

test('a client id of another device is refused', async () => {
	const m = mqtt(chips['chip-a'], {id: 'chip-b'});
	assert.equal(await m.connect(), 5);
	m.end();
	assert.match(broker.out, /the client id is not the device's/);
	const own = mqtt(chips['chip-a'], {id: 'chip-a:2'});
	assert.equal(await own.connect(), 0);
	own.end();
});

test('messages wait for a device whose session goes on', async () => {
	let b = mqtt(chips['chip-b'], {clean: false});
	assert.equal(await b.connect(), 0);
	await b.subscribe('devices/chip-b/#');
	b.end();
	await sleep(200);
	const other = mqtt(chips['chip-b'], {id: 'chip-b:2'});
	await other.connect();
	await other.publish('devices/chip-b/waiting', 'w');
	other.end();
	b = mqtt(chips['chip-b'], {clean: false});
	assert.equal(await b.connect(), 0);
	await until(() => b.messages.some((m) => m.payload === 'w'));
	b.end();
});

test('a device removed while connected is sent away', async () => {
	const c = chips['chip-c'];
	const m = mqtt(c);
	assert.equal(await m.connect(), 0);
	feed.remove(c.fp, c.name);
	await until(() => m.closed, 10000, 'the end of the connection');
	assert.match(broker.out, /refused client chip-c from 127.0.0.1: removed/);
	const r = await powerOn(c);
	assert.equal(r.status, 1);
	assert.deepEqual((await byCert(c)).reason, 'removed');
	feed.admit(c.fp, c.name);
	await applied(c);
	assert.equal((await powerOn(c)).status, 0);
});

test('the gate takes a certificate in each way, and only one', async () => {
	const a = chips['chip-a'];
	const header = {'X-SSL-Client-Cert': encodeURIComponent(pem(a))};
	const fp = {'X-Client-Fingerprint': a.fp};
	for (const q of [{headers: header}, {headers: fp},
		{pathname: `/admit?fingerprint=${a.fp}`},
		{body: JSON.stringify({certificate: pem(a)})},
		{body: JSON.stringify({fingerprint: a.fp})},
		{body: pem(a), socket: true}])
		assert.equal((await ask(q)).status, 200, JSON.stringify(q));
	for (const [q, status] of [[{}, 403], [{body: ''}, 403],
		[{body: 'x'}, 403], [{body: '{}'}, 403], [{body: '{"fingerprint":1}'},
			403],
		[{headers: {'X-Client-Fingerprint': a.fp.slice(1)}}, 403],
		[{headers: {'X-SSL-Client-Cert': '%zz'}}, 403],
		[{headers: {...header, ...fp}}, 400],
		[{headers: fp, body: pem(chips['chip-unknown'])}, 400],
		[{body: 'x'.repeat(40000)}, 413], [{pathname: '/other'}, 404]]) {
		const r = await ask(q);
		assert.equal(r.status, status, JSON.stringify(q));
		assert.equal(r.admit, false);
	}
	const health = await ask({pathname: '/healthz'});
	assert.equal(health.status, 'ok');
	assert.ok(health.synced_at);
});

test('pages that are forged, foreign, stale or torn change nothing',
	async () => {
		const u = chips['chip-unknown'];
		const other = new Feed({server});
		const lies = {
			'feed-signature': (p) => { p.key = other.key; },
			'feed-foreign': (p) => { p.claims.account = 'acc_other'; },
			'feed-gap': (p) => { p.claims.from = 'c0'; },
			'feed-stale': (p) => { p.claims.iat -= 3600; },
			'feed-digest': (p) => {
				p.sent = JSON.stringify(p.list).replace('"admit"', '"remove"');
			},
			'feed-count': (p) => { p.claims.count++; },
		};
		feed.admit(u.fp, u.name);
		for (const [slug, mangle] of Object.entries(lies)) {
			feed.mangle = mangle;
			// A fresh gate tries at once; the old one would wait longer.
			await gate.stop();
			await startGate();
			await gate.says(slug);
			assert.equal((await byCert(u)).admit, false, slug);
			assert.equal((await byCert(chips['chip-a'])).admit, true, slug);
		}
		feed.events.pop();
		feed.mangle = null;
		await gate.stop();
		await startGate();
	});

test('the service may be away and the gate killed: devices still connect',
	async () => {
		await feed.stop();
		await gate.stop('SIGKILL');
		assert.equal((await powerOn(chips['chip-a'])).status, 0);
		await startGate();
		await gate.says('the table stays as it is');
		assert.equal((await byCert(chips['chip-a'])).admit, true);
		assert.equal((await byCert(chips['chip-unknown'])).admit, false);
		feed.admit(chips['chip-unknown'].fp, 'chip-unknown');
		await feed.start();
		await applied(chips['chip-unknown']);
		assert.equal((await powerOn(chips['chip-unknown'])).status, 0);
	});

test('the table grows under a running broker', async () => {
	feed.pageSize = 2000;
	for (let i = 0; i < 12000; i++)
		feed.admit(i.toString(16).padStart(64, 'e'), `many-${i}`, 'Many',
			`B${i >> 10}`);
	const late = makeChip('chip-late');
	feed.admit(late.fp, late.name);
	await applied(late);
	assert.equal((await powerOn(late)).status, 0);
	assert.equal((await powerOn(chips['chip-a'])).status, 0);
});

test('a wrong token is told and lets nobody in', async () => {
	feed.token = 'bmt_other';
	await gate.stop();
	await startGate();
	await gate.says('gate-token');
	feed.token = 'bmt_test';
});

test('a broker that is not there or not trusted is told', async () => {
	const port = await freePort();
	let r = await runAsync(['device', 'run', '--chip',
		chips['chip-a'].bundle, '--broker', `127.0.0.1:${port}`, '--ca',
		serverCa.cert, '--json']);
	assert.equal(r.status, 1);
	assert.match(JSON.parse(r.stdout).reason, /No broker answers/);
	r = await runAsync(['device', 'run', '--chip', chips['chip-a'].bundle,
		'--broker', `localhost:${broker.port}`, '--ca', foreignCa.cert,
		'--json']);
	assert.equal(r.status, 1);
	assert.match(JSON.parse(r.stdout).reason, /TLS/);
});
