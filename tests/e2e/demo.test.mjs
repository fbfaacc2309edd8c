// The two demonstrations, as `make demo` and `make run` start them.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {after, test} from 'node:test';
import {bin, request, run, tempDir} from './lib/service.mjs';
import {Proc} from './lib/world.mjs';

// Its time is a promise to users, who have no sanitizer.
const release = process.env.BIRTHMARK_RELEASE || bin;
const dir = tempDir('demo');
let kit, hello;

after(async () => {
	await kit?.stop();
	fs.rmSync(dir, {recursive: true, force: true});
});

test('demo: the whole story, and every attack refused', () => {
	const start = Date.now();
	const r = spawnSync(release, ['demo', '--json'], {encoding: 'utf8',
		timeout: 120000});
	const took = Date.now() - start;
	assert.equal(r.status, 0, r.stdout + r.stderr);
	const {scenes, attacks} = JSON.parse(r.stdout);
	assert.ok(scenes.length >= 19);
	for (const s of scenes) {
		assert.deepEqual(Object.keys(s).sort(), ['ms', 'name', 'ok']);
		assert.equal(s.ok, true, s.name);
		assert.ok(s.ms >= 0);
	}
	assert.ok(scenes.some((s) => s.name.includes('Dishwasher DW-9')));
	for (const part of ['first boot', 'its own certificate', 'renewed',
		'claims itself', 'thermostat', 'service stopped', 'cuts off',
		'impostor'])
		assert.ok(scenes.some((s) => s.name.includes(part)), part);
	assert.ok(attacks.length >= 35);
	for (const part of ['replayed voucher request', 'of another device',
		'signed by another', "another's name", 'nobody bound',
		'revoked certificate', 'status proof', 'another owner'])
		assert.ok(attacks.some((a) => a.name.includes(part)), part);
	for (const a of attacks) {
		assert.deepEqual(Object.keys(a).sort(),
			['name', 'reason', 'refused']);
		assert.equal(a.refused, true, `${a.name}: ${a.reason}`);
		assert.ok(a.reason.length > 10, a.name);
	}
	assert.ok(took < 30000, `${took} ms`);
});

test('demo: a table for people', () => {
	const r = spawnSync(release, ['demo'], {encoding: 'utf8',
		timeout: 120000});
	assert.equal(r.status, 0, r.stdout + r.stderr);
	assert.match(r.stdout, /Everything went as it should in [\d.]+ s\./);
	assert.ok(!/WRONG|FAIL/.test(r.stdout));
});

async function startKit() {
	kit = new Proc('kit', bin, ['kit', '--json', '--dir',
		path.join(dir, 'kit')]);
	let out = '';
	kit.child.stdout.on('data', (d) => { out += d; });
	hello = await kit.until(() => {
		try { return JSON.parse(out); } catch { return null; }
	}, 'the kit to be up');
	return hello;
}

const ca = () => path.join(hello.folder, 'service', 'tls', 'cert.pem');

function person(...args) {
	return run(args, {env: {XDG_CONFIG_HOME: path.join(dir, 'config')}});
}

function ok(...args) {
	const r = person(...args);
	assert.equal(r.status, 0, `${args.join(' ')}: ${r.stderr}`);
	try { return JSON.parse(r.stdout); } catch { return r.stdout; }
}

test('kit: comes up with ten reels', async () => {
	await startKit();
	assert.match(hello.address, /^https:\/\/localhost:\d+$/);
	assert.deepEqual(hello.labels.map((l) => [l.batch, l.devices]),
		[2, 2, 2, 2, 2, 5, 5, 5, 10, 10].map((n, i) =>
			[`D0${String(i + 1).padStart(2, '0')}`, n]));
	const r = await request(`${hello.address}/healthz`,
		{ca: fs.readFileSync(ca())});
	assert.equal(r.status, 200);
});

test('kit: login, bind, provision, power on', async () => {
	const secret = path.join(dir, 'password');
	fs.writeFileSync(secret, `${hello.password}\n`);
	ok('login', '--url', hello.address, '--ca', ca(), '--email',
		hello.email, '--password-file', secret);
	const bound = ok('bind', hello.labels[0].label, '--product',
		'Dishwasher DW-9', '--cloud', 'Own cloud', '--json');
	assert.equal(bound.batch, 'D001');
	const job = ok('provision', 'D001', '--wait', '--json');
	assert.deepEqual([job.state, job.done], ['done', 2]);
	const other = ok('provision', 'D001', '--cloud', 'Interop receiver',
		'--wait', '--json');
	assert.deepEqual([other.state, other.done], ['done', 2]);
	const on = powerOn('D001');
	assert.equal(on.status, 0, on.stdout + on.stderr);
	assert.equal(powerOn('D002').status, 1);
});

test('kit: a device finds its owner by itself', async () => {
	const at = (...names) => path.join(hello.folder, ...names);
	const chips = at('reels', 'D001', 'chips');
	const r = run(['device', 'power-on', '--once', '--json',
		'--chip', path.join(chips, fs.readdirSync(chips)[0]), '--state',
		path.join(dir, 'device'), '--registrar',
		`https://localhost:${hello.device_port}`, '--anchors', ca(),
		'--voucher-anchor', at('service', 'signer', 'voucher-cert.pem'),
		'--broker', `localhost:${hello.own_broker_port}`]);
	assert.equal(r.status, 0, r.stdout + r.stderr);
	const report = JSON.parse(r.stdout);
	assert.equal(report.state, 'enrolled');
	assert.equal(report.broker.connected, true);
});

function powerOn(batch) {
	const chips = path.join(hello.folder, 'reels', batch, 'chips');
	return run(['device', 'run', '--chip',
		path.join(chips, fs.readdirSync(chips)[0]), '--broker',
		`localhost:${hello.broker_port}`, '--ca',
		path.join(hello.folder, 'broker', 'ca.pem'), '--json']);
}

test('kit: stops on SIGTERM and goes on where it left off', async () => {
	const first = hello;
	assert.deepEqual(await kit.stop(), {code: 0, signal: null});
	await assert.rejects(request(`${first.address}/healthz`,
		{ca: fs.readFileSync(ca())}));
	await startKit();
	assert.equal(hello.address, first.address);
	assert.equal(hello.password, first.password);
	assert.deepEqual(hello.labels, first.labels);
	const batches = ok('batch', 'list', '--json');
	assert.deepEqual(batches.items.map((b) => [b.batch, b.state]),
		[['D001', 'provisioned']]);
	const on = powerOn('D001');
	assert.equal(on.status, 0, on.stdout + on.stderr);
});

test('kit: a second one of the same folder is refused', () => {
	const r = run(['kit', '--dir', path.join(dir, 'kit')]);
	assert.notEqual(r.status, 0);
	assert.match(r.stderr, /is another kit running/);
	assert.equal(powerOn('D001').status, 0);
});

test('kit: when a part ends, it tells which and stops', async () => {
	const pid = fs.readdirSync('/proc').find((p) => {
		try {
			const m = /^\d+ \((.*)\) . (\d+)/.exec(
				fs.readFileSync(`/proc/${p}/stat`, 'latin1'));
			return m[1] === 'mosquitto' && +m[2] === kit.child.pid;
		} catch {
			return false;
		}
	});
	process.kill(Number(pid), 'SIGKILL');
	const {code} = await kit.exited;
	assert.equal(code, 3);
	assert.match(kit.log, /The broker ended with status/);
});
