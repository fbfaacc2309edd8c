// The reference device against the real service: first boot with chips of
// three kinds, losses of power, renewal, the owner's broker, and impostors.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import {after, before, test} from 'node:test';
import {Device, addAuthority, makeToken, serverCertificate, softhsm,
	startBroker, startTpm, swtpm, trusted} from './lib/field.mjs';
import {serverPki} from './lib/forge.mjs';
import {closeServer, run, sleep} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

let w, authority, brief, broker, chips, short, first;

const certificatesOf = async (device) => (await w.must(200, 'admin', 'GET',
	w.in(`certificates?device=${device.fingerprint()}`))).items;

async function addReel(name, product, opts = {}) {
	const reel = w.fab.reel(name, opts);
	await w.mustPublish(reel);
	if (product) {
		const r = await w.bind('admin', reel.label, {product, cloud: w.cloud});
		assert.equal(r.status, 201, r.text);
		// The gate hears of it while the devices boot.
		await w.must(202, 'admin', 'POST', w.in(
			`batches/${reel.batch}/provision`), {cloud: w.cloud});
	}
	return reel;
}

before(async () => {
	w = await buildWorld();
	brief = (await w.must(201, 'admin', 'POST', w.in('products'),
		{name: 'Brief lives'})).id;
	authority = await addAuthority(w, {[w.product]: {},
		[brief]: {lifetime_s: 300, renew_before_s: 100}});
	await w.startGate();
	broker = await startBroker(w, authority,
		await serverCertificate(w, authority.issuing, ['localhost']));
	chips = (await addReel('boot', w.product, {count: 3})).devices;
	await trusted(w, chips[0].chip);
	short = new Device(w, 'short', (await addReel('short', brief,
		{count: 1})).devices[0].chip);
	first = await short.enrol();
}, {timeout: 60000});

after(async () => {
	await broker?.stop();
	await w?.end();
});

test('a device finds its owner, enrols and connects to the broker', async () => {
	const d = new Device(w, 'first', chips[0].chip);
	const r = await d.enrol('--broker', `localhost:${broker.port}`);
	assert.deepEqual(r.broker, {address: `localhost:${broker.port}`,
		connected: true, published: true, connects: 1, reason: null});
	assert.equal(r.device, chips[0].id);
	assert.match(r.certificate.issuer, /Issuing/);
	assert.match(r.certificate.subject, new RegExp(chips[0].id));
	assert.equal(r.certificate.proof, true);
	const [one, ...more] = await certificatesOf(d);
	assert.deepEqual(more, []);
	assert.equal(one.fingerprint, r.certificate.fingerprint);
	// Later starts need to be told nothing, and take no second certificate.
	const again = await d.enrol();
	assert.equal(again.certificate.fingerprint, r.certificate.fingerprint);
});

test('a device that nobody owns waits, and binds itself with a claim voucher',
	async () => {
		const reel = await addReel('unbound', null, {count: 1});
		const d = new Device(w, 'unbound', reel.devices[0].chip);
		const r = await d.once();
		assert.equal(r.status, 1);
		assert.equal(r.why, 'unowned');
		assert.match(r.reason, /Nobody has bound/);
		const v = await w.must(201, 'admin', 'POST', w.in('claim-vouchers'),
			{name: 'Field', product: w.product, max_devices: 10,
				expires_in_days: 3});
		const token = w.path('claim-voucher');
		fs.writeFileSync(token, `${v.token}\n`);
		await d.enrol('--claim-voucher', token);
	});

test('power may be lost at any moment', async () => {
	const d = new Device(w, 'lossy', chips[1].chip);
	let kills = 0;
	for (let ms = 12; ms < 300; ms += 6) {
		const p = d.start('power-on', '--once', ...d.registrar);
		const done = await Promise.race([p.exited, sleep(ms)]);
		if (done)
			break;
		kills++;
		await p.stop('SIGKILL');
	}
	assert.ok(kills > 0);
	const r = await d.enrol();
	const before = (await certificatesOf(d)).length;
	assert.ok(before <= kills + 1, `${before} after ${kills}`);
	const again = await d.enrol();
	assert.equal(again.certificate.fingerprint, r.certificate.fingerprint);
	assert.equal((await certificatesOf(d)).length, before);
	assert.deepEqual(fs.readdirSync(d.state)
		.filter((f) => /\.\w{6}$/.test(f)), []);
});

test('a certificate is renewed in time, and the connection with it', async () => {
	// Its certificate is some seconds old by now.
	const p = short.start('power-on', '--renew-before', '296', '--broker',
		`localhost:${broker.port}`);
	await p.until(() => /renew\n[^]*broker: connected/.test(p.log),
		'a renewal');
	const stopped = await p.stop();
	assert.equal(stopped.code, 0, p.log);
	const r = JSON.parse(p.log.slice(p.log.indexOf('{"device"')));
	assert.notEqual(r.certificate.fingerprint, first.certificate.fingerprint);
	assert.ok((await certificatesOf(short)).length >= 2);
});

test('birth keys in a token and in a TPM', {skip: !softhsm || !swtpm}, async () => {
	const token = makeToken(w);
	const tpm = await startTpm(w);
	const made = run(['device', 'csr', '--chip', token.uri, '--public-key',
		w.path('token.pub')], {env: token.env});
	assert.equal(made.status, 0, made.stderr);
	const keys = w.path('hard.keys');
	fs.writeFileSync(keys, ['token.pub', 'tpm.pub'].map((f) =>
		fs.readFileSync(w.path(f), 'utf8')).join(''));
	const reel = await addReel('hard', w.product, {count: 2,
		args: ['--keys', 'none', '--public-keys', keys]});
	const birth = reel.file('manifest.csv');
	const devices = [new Device(w, 'token', token.uri, {birth, env: token.env}),
		new Device(w, 'tpm', tpm, {birth})];
	for (const d of devices)
		await d.enrol();
	for (const d of devices) {
		const r = await d.enrol('--broker', `localhost:${broker.port}`);
		assert.equal(r.broker.connected, true, r.broker.reason);
	}
	// Only this TPM loads the key that it made.
	const key = fs.readdirSync(w.path('state-tpm'))
		.filter((f) => f.startsWith('key-')).map((f) =>
			fs.readFileSync(w.path('state-tpm', f), 'latin1')).join('');
	assert.ok(key.length > 0);
	assert.ok(!key.includes('PRIVATE KEY'));
});

test('an impostor cloud is refused, and told', async () => {
	const pki = serverPki(fs.mkdtempSync(w.path('impostor-')));
	const server = https.createServer({cert: fs.readFileSync(pki.cert),
		key: fs.readFileSync(pki.key)}, (req, res) => res.end());
	await new Promise((r) => server.listen(0, '127.0.0.1', r));
	const d = new Device(w, 'lured', chips[2].chip);
	const {port} = server.address();
	const lured = await d.once('--registrar', `https://localhost:${port}`);
	await closeServer(server);
	assert.equal(lured.status, 1);
	assert.equal(lured.why, 'tls');
	assert.match(lured.reason, /certificate of localhost is not trusted/);
	assert.equal(lured.state, 'new');

	const false_broker = await startBroker(w, authority, pki);
	const r = await d.once('--timeout', '1', '--broker',
		`localhost:${false_broker.port}`);
	await false_broker.stop();
	assert.equal(r.status, 1);
	assert.equal(r.state, 'enrolled');
	assert.equal(r.broker.connected, false);
	assert.match(r.broker.reason, /The broker is not trusted/);
});
