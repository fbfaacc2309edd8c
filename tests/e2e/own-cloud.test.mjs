// nginx and HAProxy before an own cloud, with the configurations of docs/clouds
// as they stand there (only paths and ports are put in), and the requests of
// EMQX and of an extension by hand.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {Feed, fingerprint} from './lib/feed.mjs';
import {Child, makeCa, makeCert, makeServerCert} from './lib/mosquitto.mjs';
import {bin, freePort, tempDir, until} from './lib/service.mjs';

const docs = new URL('../../docs/clouds/gate/', import.meta.url);
let dir, feed, gate, gatePort, app, serverCa, seen;
const chips = {}, running = [];

/** A documented file with these words put in; each of them must be there. */
function place(name, words) {
	let text = fs.readFileSync(new URL(name, docs), 'utf8');
	for (const [from, to] of Object.entries(words)) {
		assert.ok(text.includes(from), `${name}: ${from}`);
		text = text.replaceAll(from, to);
	}
	const file = path.join(dir, name);
	fs.writeFileSync(file, text);
	return file;
}

/** What a device gets from a proxy: its status, or null for no connection. */
function get(port, chip, headers = {}) {
	const bundle = chip && fs.readFileSync(chip.bundle);
	return new Promise((resolve) => {
		const req = https.request({host: '127.0.0.1', port, path: '/hello',
			headers, ca: fs.readFileSync(serverCa.cert), cert: bundle,
			key: chip?.otherKey ?? bundle, agent: false,
			servername: 'localhost'}, (res) => {
			res.resume();
			res.on('end', () => resolve(res.statusCode));
		});
		req.on('error', () => resolve(null));
		req.end();
	});
}

/** A device's certificate, and a key that claims its public half but signs with
 * another secret one. */
function copied() {
	const jwk = (chip) => crypto.createPrivateKey(
		fs.readFileSync(chip.key)).export({format: 'jwk'});
	const key = crypto.createPrivateKey({format: 'jwk',
		key: {...jwk(chips['chip-a']), d: jwk(chips.unbound).d}});
	return {...chips['chip-a'],
		otherKey: key.export({type: 'sec1', format: 'pem'})};
}

function ask(pathname, body) {
	return new Promise((resolve, reject) => {
		const req = http.request({host: '127.0.0.1', port: gatePort,
			path: pathname, method: 'POST'}, (res) => {
			let text = '';
			res.on('data', (d) => { text += d; });
			res.on('end', () => resolve({status: res.statusCode,
				...JSON.parse(text)}));
		});
		req.on('error', reject);
		req.end(typeof body === 'string' ? body : JSON.stringify(body));
	});
}

const pem = (chip) => fs.readFileSync(chip.cert, 'utf8');

async function startNginx(devicesCa, server, appPort) {
	const port = await freePort();
	const site = place('nginx.conf', {
		'listen 443': `listen 127.0.0.1:${port}`,
		'/etc/nginx/server.pem': server.cert,
		'/etc/nginx/server.key': server.key,
		'/etc/birthmark/devices-ca.pem': devicesCa.cert,
		'127.0.0.1:9000': `127.0.0.1:${appPort}`,
		'127.0.0.1:8446': `127.0.0.1:${gatePort}`});
	const conf = path.join(dir, 'nginx-main.conf');
	const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
		.map((n) => `${n}_temp_path ${dir}/nginx-${n};`).join(' ');
	fs.writeFileSync(conf, `${process.getuid() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${dir}/nginx.pid;
error_log stderr; events {} http { access_log off; ${temp} include ${site}; }`);
	running.push(new Child('/usr/sbin/nginx', ['-c', conf, '-e', 'stderr']));
	return port;
}

async function startHaproxy(devicesCa, server, appPort) {
	const port = await freePort();
	const lua = place('haproxy.lua', {
		'127.0.0.1:8446': `127.0.0.1:${gatePort}`});
	const both = path.join(dir, 'haproxy.pem');
	fs.writeFileSync(both, fs.readFileSync(server.cert, 'utf8') +
		fs.readFileSync(server.key, 'utf8'), {mode: 0o600});
	const conf = place('haproxy.cfg', {
		'bind :443': `bind 127.0.0.1:${port}`,
		'/etc/haproxy/birthmark.lua': lua,
		'/etc/haproxy/server.pem': both,
		'/etc/birthmark/devices-ca.pem': devicesCa.cert,
		'127.0.0.1:9000': `127.0.0.1:${appPort}`});
	running.push(new Child('/usr/sbin/haproxy', ['-db', '-f', conf]));
	return port;
}

const ports = {};
before(async () => {
	dir = tempDir('own-cloud');
	const devicesCa = makeCa(dir, 'devices-ca');
	const foreignCa = makeCa(dir, 'foreign-ca');
	serverCa = makeCa(dir, 'server-ca');
	const server = makeServerCert(dir, serverCa);
	fs.writeFileSync(path.join(dir, 'token'), 'bmt_test\n', {mode: 0o600});
	for (const [name, ca] of [['chip-a', devicesCa], ['revoked', devicesCa],
		['unbound', devicesCa], ['foreign', foreignCa]]) {
		const c = makeCert(dir, ca, name);
		chips[name] = {...c, fp: fingerprint(c.bundle)};
	}
	feed = await new Feed({server}).start();
	for (const [i, name] of ['+', '#', 'a/b'].entries()) {
		const cn = `odd-${i}`;
		const c = makeCert(dir, devicesCa, cn);
		chips[name] = {...c, cn, fp: fingerprint(c.bundle)};
		feed.admit(chips[name].fp, name, name, name);
	}
	feed.admit(chips['chip-a'].fp, 'chip-a');
	feed.admit(chips.revoked.fp, 'revoked');
	gatePort = await freePort();
	gate = new Child(bin, ['gate', '--service', feed.url, '--account',
		feed.account, '--cloud', feed.cloud, '--token-file',
		path.join(dir, 'token'), '--ca', serverCa.cert, '--dir',
		path.join(dir, 'gate'), '--listen', `127.0.0.1:${gatePort}`]);
	await gate.says('answering on http');
	app = http.createServer((req, res) => {
		seen = req.headers;
		res.end('hello\n');
	});
	await new Promise((r) => app.listen(0, '127.0.0.1', r));
	const appPort = app.address().port;
	ports.nginx = await startNginx(devicesCa, server, appPort);
	ports.haproxy = await startHaproxy(devicesCa, server, appPort);
	await until(async () => (await ask('/admit', pem(chips.revoked))).admit);
	for (const port of Object.values(ports))
		await until(async () => await get(port, chips['chip-a']) === 200,
			10000, running.map((r) => r.out).join('\n'));
});

after(async () => {
	for (const r of running)
		await r.stop();
	await gate?.stop();
	await feed?.stop();
	app?.close();
	fs.rmSync(dir, {recursive: true, force: true});
});

for (const name of ['nginx', 'haproxy'])
	describe(name, () => {
		const through = (chip, headers) => get(ports[name], chip, headers);

		test('a device passes, and the application knows it', async () => {
			seen = null;
			assert.equal(await through(chips['chip-a'], {
				'x-birthmark-product': 'Forged',
				'x-birthmark-device': 'forged',
				'x-birthmark-batch': 'forged',
				'X_Birthmark_Device': 'forged',
				'x_BirthMark-device': 'forged',
				'X-BIRTHMARK_BATCH': 'forged',
				'X.Birthmark~Product': 'forged'}), 200);
			assert.deepEqual(Object.entries(seen)
				.filter(([n]) => /birthmark/i.test(n)).sort(),
			[['x-birthmark-batch', 'B1'], ['x-birthmark-device', 'chip-a'],
				['x-birthmark-product', 'Dishwasher%20DW-9']]);
		});

		test('a chip that nobody bound does not pass', async () => {
			seen = null;
			assert.equal(await through(chips.unbound), 403);
			assert.equal(await through(chips.unbound, {
				'x-client-fingerprint': chips['chip-a'].fp}), 403);
			assert.equal(seen, null);
		});

		test('no certificate, and one of an unknown CA, do not pass',
			async () => {
				seen = null;
				assert.notEqual(await through(null), 200);
				assert.notEqual(await through(chips.foreign), 200);
				assert.equal(seen, null);
			});

		test('a copied certificate without its key does not pass',
			async () => {
				seen = null;
				assert.notEqual(await through(copied()), 200);
				assert.equal(seen, null);
			});
	});

test('a revoked device is out with its next request', async () => {
	for (const port of Object.values(ports))
		assert.equal(await get(port, chips.revoked), 200);
	feed.remove(chips.revoked.fp, 'revoked');
	for (const port of Object.values(ports))
		await until(async () => await get(port, chips.revoked) === 403);
});

/** As EMQX writes the certificate of a handshake. */
const base64 = (chip) => pem(chip).replace(/-----[^-]+-----|\s/g, '');
const handshake = (name) => ({certificate: base64(chips[name]),
	subject: `serialNumber=${name},CN=${name}`, common_name: name});

test('EMQX is told with status 200 whatever it asks', async () => {
	const real = handshake('chip-a');
	const allow = await ask('/emqx', {...real, client_id: 'chip-a:1'});
	assert.deepEqual(allow, {status: 200, result: 'allow',
		is_superuser: false, client_attrs: {device: 'chip-a',
			product: 'Dishwasher%20DW-9', batch: 'B1'}});
	const deny = {status: 200, result: 'deny', is_superuser: false};
	const good = {...real, client_id: 'chip-a'};
	const {subject, common_name, ...claimed} = good;
	for (const body of [{...real, client_id: 'chip-b'},
		{...real, client_id: ''}, {...real, client_id: 7},
		real, {...good, certificate: ''},
		{...good, certificate: pem(chips['chip-a'])},
		{...good, certificate: `${real.certificate}\n`},
		{...handshake('unbound'), client_id: 'unbound'},
		{...good, certificate: 'undefined'},
		// A certificate that a client without TLS sent by itself.
		claimed, {...claimed, subject}, {...claimed, common_name},
		{...good, subject: '', common_name: ''},
		{...good, subject: 'undefined', common_name: 'undefined'},
		// One that another device sent.
		{...handshake('unbound'), certificate: real.certificate,
			client_id: 'chip-a'},
		{fingerprint: chips['chip-a'].fp, client_id: 'chip-a'},
		pem(chips['chip-a']), {}, '{', ''])
		assert.deepEqual(await ask('/emqx', body), deny,
			JSON.stringify(body).slice(-60));
});

test('a name in EMQX widens no topic', async () => {
	for (const [name, encoded] of [['+', '%2B'], ['#', '%23'],
		['a/b', 'a%2Fb']]) {
		const c = chips[name];
		await until(async () => (await ask('/admit', pem(c))).admit);
		const answer = await ask('/emqx', {certificate: base64(c),
			subject: `CN=${c.cn}`, common_name: c.cn, client_id: encoded});
		assert.deepEqual(answer.client_attrs, {device: encoded,
			product: encoded, batch: encoded});
		assert.equal((await ask('/emqx', {certificate: base64(c),
			subject: `CN=${c.cn}`, common_name: c.cn,
			client_id: name})).result, 'deny');
	}
});

test('EMQX has no listener without the certificate of a handshake', () => {
	const conf = fs.readFileSync(new URL('emqx.conf', docs), 'utf8');
	for (const kind of ['tcp', 'ws', 'wss'])
		assert.ok(conf.includes(`listeners.${kind}.default.enable = false`));
	assert.match(conf, /verify = verify_peer\n *fail_if_no_peer_cert = true/);
	for (const [field, value] of [['certificate', 'cert_pem'],
		['subject', 'cert_subject'], ['common_name', 'cert_common_name']])
		assert.ok(conf.includes(`${field} = "\${${value}}"`), field);
	assert.doesNotMatch(conf, /username/);
	assert.deepEqual(conf.match(/^listeners\.\S+/gm).sort(),
		['listeners.ssl.default', 'listeners.tcp.default.enable',
			'listeners.ws.default.enable',
			'listeners.wss.default.enable']);
});

test('an extension is told by the status', async () => {
	const certificate = pem(chips['chip-a']);
	const good = await ask('/admit', {certificate, client_id: 'chip-a'});
	assert.deepEqual([good.status, good.device], [200, 'chip-a']);
	const bare = await ask('/admit', {certificate: base64(chips['chip-a']),
		client_id: 'chip-a'});
	assert.equal(bare.status, 403);
	const other = await ask('/admit', {certificate, client_id: 'chip-b'});
	assert.deepEqual([other.status, other.reason],
		[403, "the client id is not the device's"]);
});

test('without the gate nobody passes', async () => {
	await gate.stop();
	gate = null;
	for (const port of Object.values(ports))
		assert.ok([403, 500, 502, 503].includes(
			await get(port, chips['chip-a'])));
});
