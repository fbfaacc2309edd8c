// The processes of `birthmark serve`: started, killed, started again, ended;
// what they may reach; and hostile bytes on the TLS port.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import tls from 'node:tls';
import {alive, endService, request, run, sleep, startService, tempDir, until}
	from './lib/service.mjs';

let s;
before(async () => { s = await startService({workers: 2}); });
after(() => endService(s));

const allPids = (p) => [p.parent, p.signer, ...p.workers, p.courier];
const health = async () => {
	const r = await s.api('GET', '/healthz');
	return r.status === 200 && r.json.status === 'ok';
};
/** An answer that needs the signer. */
const signed = async () =>
	(await s.api('GET', '/.well-known/jwks.json')).status === 200;

/** A TLS connection; what it says until it is closed. */
function raw(bytes, {pause = 0, rest = '', options = {}, to = s.url} = {}) {
	const u = new URL(to);
	return new Promise((resolve, reject) => {
		let text = '', done = false;
		const c = tls.connect({host: u.hostname, port: u.port, ca: s.ca,
			...options}, async () => {
			c.write(bytes);
			await sleep(pause);
			if (!done)
				c.write(rest);
		});
		c.setEncoding('latin1');
		c.on('data', (d) => { text += d; });
		c.on('error', reject);
		c.on('close', () => { done = true; resolve(text); });
		c.setTimeout(20000, () => c.destroy(new Error('silence')));
	});
}

test('init again changes nothing and tells no password', () => {
	const dir = tempDir('init');
	try {
		const args = ['init', '--dir', dir, '--admin-email', 'a@b.test'];
		const one = run(args);
		assert.equal(one.status, 0, one.stderr);
		assert.match(one.stdout, /with the password \S{20}\n/);
		const files = ['signer/interop.pem', 'signer/feed.pem',
			'courier/key.pem', 'courier.pub', 'tls/cert.pem', 'tls/key.pem'];
		const read = () => files.map((f) =>
			fs.readFileSync(path.join(dir, f), 'utf8')).join('');
		const before = read();
		const two = run(args);
		assert.equal(two.status, 0, two.stderr);
		assert.doesNotMatch(two.stdout, /password/);
		assert.equal(read(), before);
		for (const f of ['signer/interop.pem', 'courier/key.pem',
			'tls/key.pem'])
			assert.equal(fs.statSync(path.join(dir, f)).mode & 0o777,
				0o600, f);
	} finally {
		fs.rmSync(dir, {recursive: true});
	}
});

test('serve refuses a folder that init has not made, and bad settings', () => {
	const dir = tempDir('bare');
	try {
		const bare = run(['serve', '--dir', dir]);
		assert.notEqual(bare.status, 0);
		assert.match(bare.stderr, /birthmark init --dir/);
		const conf = path.join(dir, 'birthmark.conf');
		for (const [text, says] of [['wrokers = 2\n', /wrokers/],
			['workers = many\n', /workers/], ['workers = 65\n', /64/],
			['public_url = http://a\n', /https/],
			['log_level = loud\n', /log_level/]]) {
			fs.writeFileSync(conf, text);
			const r = run(['serve', '--dir', dir]);
			assert.equal(r.status, 2, text);
			assert.match(r.stderr, says);
		}
	} finally {
		fs.rmSync(dir, {recursive: true});
	}
});

test('a taken port is told, not fought for', () => {
	const r = run(['serve', '--dir', s.dir, '--listen', s.addresses.listen]);
	assert.equal(r.status, 3);
	assert.match(r.stderr, /Cannot listen on 127/);
	assert.equal(alive(s.addresses.pids.parent), true);
});

test('workers cannot read the keys of signer and courier', () => {
	const r = run(['serve', '--dir', s.dir, '--check']);
	if (/not in this kernel/.test(r.stdout))
		return;
	assert.equal(r.status, 0, r.stdout);
	assert.match(r.stdout,
		/worker +signer's keys: no access, courier's key: no access/);
	assert.match(r.stdout, /courier +signer's keys: no access/);
	assert.match(r.stdout, /signer +.*courier's key: no access/);
	const p = s.addresses.pids;
	for (const pid of [p.signer, ...p.workers, p.courier])
		assert.match(fs.readFileSync(`/proc/${pid}/status`, 'utf8'),
			/NoNewPrivs:\t1/);
});

test('each process that is killed is started again', async () => {
	for (const kind of ['signer', 'worker', 'courier', 'worker', 'signer']) {
		const p = s.addresses.pids;
		const pid = kind === 'worker' ? p.workers[0] : p[kind];
		process.kill(pid, 'SIGKILL');
		await until(() => {
			const now = s.addresses.pids;
			return !allPids(now).includes(pid) &&
				allPids(now).every(alive);
		}, 5000, `a new ${kind}`);
		assert.equal(await health(), true);
		assert.equal(await signed(), true);
		assert.equal(s.addresses.pids.parent, p.parent);
	}
});

test('requests go on while workers and signer die', async () => {
	let going = true, good = 0;
	const bad = [];
	const asker = async () => {
		while (going) {
			const r = await s.api('GET', '/.well-known/jwks.json')
				.catch((e) => ({status: e.code}));
			if (r.status === 200)
				good++;
			else
				bad.push(r.status);
		}
	};
	const askers = [asker(), asker(), asker()];
	for (let i = 0; i < 3; i++) {
		await sleep(150);
		process.kill(s.addresses.pids.signer, 'SIGKILL');
		await sleep(150);
		const [pid] = s.addresses.pids.workers;
		process.kill(pid, 'SIGKILL');
		await until(() => !allPids(s.addresses.pids).includes(pid));
	}
	going = false;
	await Promise.all(askers);
	assert.ok(good > 20, `${good} answers`);
	// Only connections that were open at the killed worker may break.
	for (const b of bad)
		assert.match(String(b), /ECONNRESET|EPIPE|UND_ERR|ERR_/);
	assert.ok(bad.length <= 9, bad.join(' '));
});

test('hostile requests are refused over TLS', async () => {
	const H = 'Host: a\r\n';
	for (const [bytes, status] of [
		['GET / HTTP/1.1\r\n\r\n', 400],
		[`GET / HTTP/1.1\r\n${H}Host: b\r\n\r\n`, 400],
		[`POST / HTTP/1.1\r\n${H}Content-Length: 1\r\n` +
			'Content-Length: 2\r\n\r\nab', 400],
		[`POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n` +
			'Content-Length: 2\r\n\r\n0\r\n\r\n', 400],
		[`GET / HTTP/1.1\r\n${H}A: b\r\n c\r\n\r\n`, 400],
		[`GET / HTTP/1.1\r\n${H}A: b\rC: d\r\n\r\n`, 400],
		[`GET /../etc/passwd HTTP/1.1\r\n${H}\r\n`, 400],
		[`GET / HTTP/1.1\r\n${H}${'A: b\r\n'.repeat(100)}\r\n`, 431],
		[`GET /${'a'.repeat(20000)} HTTP/1.1\r\n${H}\r\n`, 414],
		[`POST /api/v1/sessions HTTP/1.1\r\n${H}` +
			'Content-Type: application/json\r\n' +
			'Content-Length: 999999999\r\n\r\n', 413],
		[`GETX / HTTP/1.1\r\n${H}\r\n`, 501],
		['\0\0\0\0', 400],
	]) {
		const text = await raw(bytes);
		assert.match(text, new RegExp(`^HTTP/1.1 ${status} `), bytes);
		assert.match(text, /application\/problem\+json/);
		assert.match(text, /Connection: close/);
	}
	assert.equal(await health(), true);
});

test('a body in small pieces is taken, one after another', async () => {
	const body = JSON.stringify({email: 'nobody@x.test', password: 'x'});
	const text = await raw('POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\n' +
		'Connection: close\r\nContent-Type: application/json\r\n' +
		`Content-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
		{pause: 50, rest: body.slice(9)});
	assert.match(text, /^HTTP\/1.1 401 /);
});

test('old TLS and other protocols are refused', async () => {
	for (const options of [{maxVersion: 'TLSv1.1', minVersion: 'TLSv1',
		ciphers: 'DEFAULT@SECLEVEL=0'}, {ALPNProtocols: ['h2']}])
		await assert.rejects(raw('', {options}));
	const text = await raw('GET /healthz HTTP/1.1\r\nHost: a\r\n' +
		'Connection: close\r\n\r\n', {options: {ALPNProtocols:
		['h2', 'http/1.1'], maxVersion: 'TLSv1.2'}});
	assert.match(text, /^HTTP\/1.1 200 /);
	const plain = await request(s.url.replace('https', 'http') + '/healthz')
		.catch((e) => e.code);
	assert.ok(typeof plain === 'string', 'plain HTTP is no TLS');
});

const deviceGet = (files, route = '/.well-known/birthmark/device') =>
	request(s.deviceUrl + route, {ca: s.ca, ...files});

function foreignChip(dir) {
	const key = path.join(dir, 'k.pem'), cert = path.join(dir, 'c.pem');
	const r = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec',
		'-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj',
		'/CN=chip/serialNumber=1', '-days', '2', '-keyout', key, '-out',
		cert]);
	assert.equal(r.status, 0, String(r.stderr));
	return {key: fs.readFileSync(key), cert: fs.readFileSync(cert)};
}

test('the device port takes only certificates of a vendor\'s CA', async () => {
	const dir = tempDir('fab');
	try {
		assert.equal((await deviceGet({})).status, 401,
			'without a certificate');
		await assert.rejects(deviceGet(foreignChip(dir)), 'self-signed');

		const fab = path.join(dir, 'fab'), reel = path.join(dir, 'r');
		let r = run(['fab', 'init', '--vendor', 'Acme', '--dir', fab]);
		assert.equal(r.status, 0, r.stderr);
		r = run(['fab', 'personalize', '--dir', fab, '--reel', 'R1',
			'--batch', 'B1', '--count', '1', '--out', reel]);
		assert.equal(r.status, 0, r.stderr);
		const [name] = fs.readdirSync(path.join(reel, 'chips'));
		const pem = fs.readFileSync(path.join(reel, 'chips', name));
		const chip = {cert: pem, key: pem};
		await assert.rejects(deviceGet(chip), 'of an unknown CA');

		const token = await s.login();
		const v = await s.api('POST', '/api/v1/vendors', token,
			{name: 'Acme', slug: 'acme'});
		assert.equal(v.status, 201, v.text);
		for (const [file, role] of [['root.pem', 'root'],
			['issuing.pem', 'issuing']]) {
			const ca = await s.api('POST',
				`/api/v1/vendors/${v.json.id}/cas`, token,
				{certificate: fs.readFileSync(path.join(fab, file),
					'utf8'), role});
			assert.equal(ca.status, 201, ca.text);
		}
		const got = await until(() => deviceGet(chip), 5000,
			'the CA to be trusted');
		assert.equal(got.status, 404, 'right CA, in no manifest');
		assert.match(got.headers['content-type'], /problem\+json/);
		// Each worker takes the new CA in its own time.
		const other = await until(() => deviceGet(chip, '/other'), 5000,
			'the CA to be trusted by every worker');
		assert.equal(other.status, 404);
		await assert.rejects(deviceGet(foreignChip(dir)), 'still foreign');
	} finally {
		fs.rmSync(dir, {recursive: true});
	}
});

test('counters of all workers are told by any', async () => {
	const value = (text, name) => Number(text.split('\n').find((l) =>
		l.startsWith(name)).split(' ')[1]);
	const a = await s.api('GET', '/metrics');
	assert.equal(a.status, 200);
	for (let i = 0; i < 5; i++)
		await health();
	const b = await s.api('GET', '/metrics');
	const n = 'birthmark_requests_total{class="2xx"}';
	assert.ok(value(b.text, n) >= value(a.text, n) + 5);
	assert.ok(value(b.text, 'birthmark_restarts_total') >= 5);
});

test('SIGHUP reads the TLS certificate again', async () => {
	process.kill(s.addresses.pids.parent, 'SIGHUP');
	await until(() => (s.log.match(/was read again/g) || []).length === 2);
	assert.equal(await health(), true);
});

test('SIGTERM lets a request end that has begun', async () => {
	const t = await startService({workers: 1});
	const p = t.addresses.pids;
	const to = t.url, ca = t.ca;
	const body = JSON.stringify({email: 'nobody@x.test', password: 'x'});
	const text = raw('POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\n' +
		'Content-Type: application/json\r\n' +
		`Content-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
		{pause: 600, rest: body.slice(9), to, options: {ca}});
	await sleep(200);
	const ended = t.stop();
	assert.match(await text, /^HTTP\/1.1 401 .*Connection: close/s);
	assert.deepEqual(await ended, {code: 0, signal: null});
	await until(() => !allPids(p).some(alive), 3000, 'the end of all');
	assert.equal(fs.existsSync(t.addressesFile), false);
	t.destroy();
});

test('no process outlives a killed parent', async () => {
	const t = await startService({workers: 2});
	const p = t.addresses.pids;
	process.kill(p.parent, 'SIGKILL');
	await until(() => !allPids(p).some(alive), 10000, 'the end of all');
	await t.start();
	assert.equal((await t.api('GET', '/healthz')).status, 200);
	assert.deepEqual(await endService(t), {code: 0, signal: null});
});
