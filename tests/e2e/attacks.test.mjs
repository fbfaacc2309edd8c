// The attacks of the design that must fail, each under its own name, against
// the real service, the real gate and a real mosquitto.  Forged certificates
// come from the openssl command, devices from a client of the test's own.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {certificate, newCa, newKey, sign} from './lib/forge.mjs';
import {mean} from './lib/mean.mjs';
import {secretsOf, sees} from './lib/memory.mjs';
import {alive, bin, until} from './lib/service.mjs';
import {Fab, Reel, buildWorld} from './lib/world.mjs';

let w, story, unbound, rivals, unlisted, foreign;

before(async () => {
	w = await buildWorld();
	foreign = new Fab(w.path('foreign'), 'Virtual Chips');
	story = w.fab.reel('story', {count: 6});
	unbound = w.fab.reel('unbound');
	rivals = w.fab.reel('rivals');
	unlisted = w.fab.reel('unlisted', {count: 3});
	for (const reel of [story, unbound, rivals])
		await w.mustPublish(reel);
	const bound = await w.bind('operator', story.label,
		{product: w.product});
	assert.equal(bound.status, 201, bound.text);
	const taken = await w.bind('rival', rivals.label, {}, w.rival);
	assert.equal(taken.status, 201, taken.text);
	await w.startGate();
	const job = await w.provision(story.batch, w.cloud);
	assert.equal(job.done, 6);
	await until(async () =>
		(await w.ask(story.devices[5].cert)).status === 200);
	await w.startBroker();
});

after(() => w && w.end());

function refused(r, status, code) {
	assert.equal(r.status, status, r.text);
	assert.equal(r.json.code, code, r.text);
	assert.match(r.headers['content-type'], /^application\/problem\+json/);
	assert.ok(r.json.detail.length > 10);
}

/** The alert's name, whatever prefix this OpenSSL gives it. */
const alertOf = (code) => String(code).replace(/^ERR_SSL_.*ALERT_/, '');

/** The broker's TLS refuses with one of these alerts; so does the gate. */
async function refusedByTls(cert, key, id, ...alerts) {
	const r = await w.connect(cert, key, id);
	assert.equal(r.admitted, false);
	assert.ok(alerts.includes(alertOf(r.tls)),
		`${r.tls} is none of ${alerts}`);
	const asked = await w.ask(cert);
	assert.equal(asked.status, 403);
	assert.equal(asked.admit, false);
	assert.ok(asked.reason);
}

/** TLS is passed; CONNACK says 5, not authorized; and so says the gate. */
async function refusedByBroker(device) {
	const r = await w.connectChip(device);
	assert.deepEqual([r.admitted, r.tls, r.connack], [false, null, 5]);
	const asked = await w.ask(device.cert);
	assert.equal(asked.status, 403);
	assert.equal(asked.admit, false);
}

test('a genuine device gets in, and only to its own topics', async () => {
	const [one, other] = story.devices;
	const a = await w.connectChip(one), b = await w.connectChip(other);
	assert.ok(a.admitted && b.admitted);
	assert.equal(await a.client.subscribe(`devices/${one.id}/#`), 1);
	assert.equal(await a.client.subscribe(`devices/${other.id}/#`), 128);
	assert.equal(await a.client.subscribe('#'), 128);
	assert.equal(await b.client.subscribe(`devices/${other.id}/#`), 1);
	await a.client.publish(`devices/${other.id}/telemetry`, 'forged');
	await a.client.publish(`devices/${one.id}/telemetry`, 'own');
	await until(() => a.client.messages.length > 0);
	assert.deepEqual(a.client.messages, [
		{topic: `devices/${one.id}/telemetry`, payload: 'own'}]);
	assert.deepEqual(b.client.messages, []);
	const asked = await w.ask(one.cert);
	assert.equal(asked.product, 'Dishwasher DW-9');
	assert.equal(asked.batch, story.batch);
	assert.equal(asked.device, one.id);
	a.client.end();
	b.client.end();
});

test('a copied serial number', async () => {
	const {id, cert} = story.devices[0];
	const real = new crypto.X509Certificate(cert);
	// The attacker names its own CA as the vendor's.
	const ca = newCa(w.dir, 'copy-ca',
		'/O=Virtual Chips/CN=Virtual Chips Issuing CA');
	const key = newKey(w.dir, 'copy');
	const copy = certificate(w.dir, {key, ca, serial: real.serialNumber,
		subject: `/O=Virtual Chips/CN=Birthmark software chip ${id}` +
			`/serialNumber=${id}`});
	assert.equal(new crypto.X509Certificate(copy).serialNumber,
		real.serialNumber);
	await refusedByTls(copy, fs.readFileSync(key), id,
		'DECRYPT_ERROR',
		'UNKNOWN_CA');
});

test('a self-signed certificate', async () => {
	const key = newKey(w.dir, 'self');
	const cert = certificate(w.dir, {key,
		subject: `/CN=${story.devices[0].id}`});
	await refusedByTls(cert, fs.readFileSync(key), story.devices[0].id,
		'UNKNOWN_CA');
});

test('a certificate of an unknown CA', async () => {
	const [chip] = foreign.reel('chips', {count: 1}).devices;
	const pem = fs.readFileSync(chip.chip, 'utf8');
	await refusedByTls(chip.cert, pem, chip.id,
		'UNKNOWN_CA',
		'DECRYPT_ERROR');
});

test('a certificate of the right CA that is in no manifest', async () => {
	await refusedByBroker(unlisted.devices[0]);
	// Nor does an admitted device's name help.
	const key = newKey(w.dir, 'extra');
	const {id, cert} = story.devices[0];
	const extra = certificate(w.dir, {key, ca: w.fab.ca,
		serial: new crypto.X509Certificate(cert).serialNumber,
		subject: `/CN=${id}/serialNumber=${id}`});
	const r = await w.connect(extra, fs.readFileSync(key), id);
	assert.deepEqual([r.admitted, r.tls, r.connack], [false, null, 5]);
});

test('a chip that nobody bound', async () => {
	await refusedByBroker(unbound.devices[0]);
});

test('a chip bound to another account', async () => {
	await refusedByBroker(rivals.devices[0]);
});

test('a copied certificate without its key', async () => {
	const {id, cert} = story.devices[0];
	// What a thief of certificates has: another key that claims to be it.
	const key = crypto.createPrivateKey(fs.readFileSync(
		newKey(w.dir, 'thief')));
	const jwk = new crypto.X509Certificate(cert).publicKey
		.export({format: 'jwk'});
	const mixed = crypto.createPrivateKey({format: 'jwk',
		key: {...key.export({format: 'jwk'}), x: jwk.x, y: jwk.y}})
		.export({type: 'pkcs8', format: 'pem'});
	const r = await w.connect(cert, mixed, id);
	assert.equal(r.admitted, false);
	assert.equal(alertOf(r.tls), 'DECRYPT_ERROR');
	// A certificate shown without any handshake proves nothing: the genuine
	// device is not disturbed.
	const genuine = await w.connectChip(story.devices[0]);
	assert.ok(genuine.admitted);
	genuine.client.end();
});

test('an admitted device under the name of another', async () => {
	const [one, other] = story.devices;
	const pem = fs.readFileSync(one.chip, 'utf8');
	const r = await w.connect(pem, pem, other.id);
	assert.deepEqual([r.admitted, r.connack], [false, 5]);
});

test('an expired certificate', async () => {
	const key = newKey(w.dir, 'old');
	const cert = certificate(w.dir, {key, ca: w.fab.ca, from: -20, to: -10});
	await refusedByTls(cert, fs.readFileSync(key), 'old',
		'CERTIFICATE_EXPIRED');
});

test('a not-yet-valid certificate', async () => {
	const key = newKey(w.dir, 'early');
	const cert = certificate(w.dir, {key, ca: w.fab.ca, from: 10, to: 20});
	await refusedByTls(cert, fs.readFileSync(key), 'early',
		'BAD_CERTIFICATE',
		'CERTIFICATE_EXPIRED');
});

test('a guessed Batch ID', async () => {
	const bare = await w.bind('rival', unbound.batch, {}, w.rival);
	refused(bare, 403, 'claim-code-needed');
	const absent = await w.bind('rival', 'NOSUCHBATCH', {}, w.rival);
	refused(absent, 403, 'claim-code-needed');
	assert.equal(bare.json.detail, absent.json.detail);
	// With a code that looks right, both answers are the same too.
	const guess = (batch) => w.api('rival', 'POST',
		w.in('bindings', w.rival),
		{batch, claim_code: rivals.code});
	const wrong = await guess(unbound.batch);
	const nothing = await guess('NOSUCHBATCH');
	refused(wrong, 403, 'claim-refused');
	refused(nothing, 403, 'claim-refused');
	assert.equal(wrong.json.detail, nothing.json.detail);
});

test('a guessed claim code', async () => {
	const target = w.fab.reel('guessed');
	await w.mustPublish(target);
	const guess = () => w.api('rival', 'POST', w.in('bindings', w.rival),
		{batch: target.batch, claim_code: rivals.code});
	let r, tries = 0;
	do {
		r = await guess();
		tries++;
		assert.ok(tries < 30, 'guesses are never slowed');
	} while (r.status === 403);
	refused(r, 429, 'claim-code-locked');
	assert.ok(r.json.retry_after_s > 0);
	assert.ok(Number(r.headers['retry-after']) > 0);
	// The right code has to wait as well, or the lock would be a hint.
	const right = await w.bind('rival', target.label, {}, w.rival);
	assert.equal(right.status, 429, right.text);
	const log = await w.must(200, 'rival', 'GET',
		w.in('audit?limit=100', w.rival));
	assert.ok(log.items.some((i) => /bind/.test(i.action) &&
		i.outcome !== 'ok'), 'guesses are in the audit log');
	const alarm = await w.must(200, 'service', 'GET',
		'/api/v1/service/audit?limit=200');
	assert.ok(alarm.items.some((i) => /alarm|locked/.test(
		`${i.action} ${i.reason}`)), 'nobody was alarmed');
});

test('a second bind of the same batch', async () => {
	const r = await w.bind('rival', story.label, {}, w.rival);
	refused(r, 409, 'batch-bound-elsewhere');
	assert.ok(!r.text.includes(w.account));
	assert.ok(!r.text.includes('Dishwasher'));
	assert.ok(!/operator|world\.test/.test(r.text));
	const again = await w.bind('operator', story.label);
	assert.equal(again.status, 200, again.text);
	assert.equal(again.json.already, true);
});

test('fifty binders of one batch at once: exactly one wins', async () => {
	const prize = w.fab.reel('prize');
	await w.mustPublish(prize);
	const tries = await Promise.all(Array.from({length: 50}, (_, i) =>
		i % 2 ? w.bind('rival', prize.label, {}, w.rival) :
			w.bind('admin', prize.label)));
	assert.equal(tries.filter((r) => r.status === 201).length, 1);
	for (const r of tries)
		assert.ok([200, 201, 409].includes(r.status), r.text);
	const owner = tries.findIndex((r) => r.status === 201) % 2;
	for (const [i, r] of tries.entries())
		assert.equal(r.status === 409, i % 2 !== owner);
});

/** A copy of a good reel under another name, to be spoilt. */
function copyOf(name) {
	const dir = w.path('spoilt', name);
	fs.cpSync(unlisted.dir, dir, {recursive: true});
	const facts = JSON.parse(fs.readFileSync(
		path.join(dir, 'reel.json'), 'utf8'));
	fs.writeFileSync(path.join(dir, 'reel.json'),
		JSON.stringify({...facts, reel: name}));
	return new Reel(dir);
}

async function rejected(reel, code, args) {
	const r = await w.publish(reel, args);
	assert.equal(r.status, 1, r.stdout + r.stderr);
	assert.equal(r.json.state, 'rejected');
	assert.equal(r.json.error.code, code);
	assert.ok(r.json.error.detail.length > 10);
	const {items} = await w.must(200, 'vendor', 'GET',
		`/api/v1/vendors/${w.vendor}/batches`);
	assert.ok(!items.some((b) => b.batch === reel.batch),
		'something of a rejected manifest counts');
	return r.json.error;
}

const forms = {csv: 'manifest.csv', jsonl: 'manifest.jsonl'};

for (const [form, file] of Object.entries(forms)) {
	test(`a tampered manifest (${form})`, async () => {
		const reel = copyOf(`tampered-${form}`);
		const bytes = fs.readFileSync(reel.file(file));
		bytes[bytes.length >> 1] ^= 1;
		fs.writeFileSync(reel.file(file), bytes);
		await rejected(reel, 'cms-signature', ['--form', form]);
	});

	test(`a truncated manifest (${form})`, async () => {
		const reel = copyOf(`truncated-${form}`);
		const {size} = fs.statSync(reel.file(file));
		fs.truncateSync(reel.file(file), size - 700);
		await rejected(reel, 'cms-signature', ['--form', form]);
	});

	test(`a re-signed manifest (${form})`, async () => {
		const reel = copyOf(`resigned-${form}`);
		fs.writeFileSync(reel.file(`${file}.p7s`),
			sign(reel.file(file), foreign.signer));
		await rejected(reel, 'cms-signer-untrusted', ['--form', form]);
	});
}

test('a tampered manifest (microchip)', async () => {
	const reel = copyOf('tampered-microchip');
	const file = reel.file('manifest.microchip.json');
	const list = JSON.parse(fs.readFileSync(file, 'utf8'));
	list[1].payload = list[2].payload;
	fs.writeFileSync(file, JSON.stringify(list));
	const e = await rejected(reel, 'jws-signature', ['--form', 'microchip']);
	assert.ok(e.line > 0);
});

test('a duplicated manifest', async () => {
	// The first chip stands in it twice; its vendor's signature is in order.
	const reel = copyOf('duplicated');
	const file = reel.file('manifest.csv');
	const text = fs.readFileSync(file, 'utf8');
	const first = /\n([^,\n]+,[^,\n]+,"[^"]+"\r?\n)/.exec(text)[1];
	fs.writeFileSync(file, text + first);
	fs.writeFileSync(reel.file('manifest.csv.p7s'),
		sign(file, w.fab.signer));
	const e = await rejected(reel, 'certificate-twice');
	assert.ok(e.line > 3);
	// A published reel's chips under another name.
	const twin = copyOf('twin');
	const theirs = fs.readFileSync(story.file('manifest.csv'), 'utf8')
		.replaceAll(`,${story.batch},`, `,${unlisted.batch},`);
	fs.writeFileSync(twin.file('manifest.csv'), theirs);
	fs.writeFileSync(twin.file('manifest.csv.p7s'),
		sign(twin.file('manifest.csv'), w.fab.signer));
	await rejected(twin, 'certificate-known');
});

test('an oversized manifest', async () => {
	const r = await w.api('vendor', 'POST',
		`/api/v1/vendors/${w.vendor}/uploads`, {batch: 'HUGE', reel: 'huge',
			form: 'csv', size: 2 ** 50, claim_sha256: '00'.repeat(32)});
	refused(r, 413, 'upload-too-large');
	// More bytes than announced are not taken.
	const u = await w.must(201, 'vendor', 'POST',
		`/api/v1/vendors/${w.vendor}/uploads`, {batch: 'HUGE', reel: 'huge',
			form: 'csv', size: 10, claim_sha256: '00'.repeat(32)});
	const more = await w.api('vendor', 'PATCH',
		`/api/v1/vendors/${w.vendor}/uploads/${u.id}`, Buffer.alloc(5000),
		{'upload-offset': '0', 'content-type': 'application/octet-stream'});
	assert.equal(more.status, 413, more.text);
});

test('an operator reading manifests or clouds', async () => {
	for (const what of [`batches/${story.batch}/manifest`, 'clouds',
		`clouds/${w.cloud}`, 'devices', 'jobs', 'members', 'tokens',
		'audit'])
		refused(await w.api('operator', 'GET', w.in(what)), 403,
			'role-denied');
	// Nor does it see what somebody else bound.
	const other = w.fab.reel('other');
	await w.mustPublish(other);
	assert.equal((await w.bind('admin', other.label)).status, 201);
	refused(await w.api('operator', 'GET', w.in(`batches/${other.batch}`)),
		404, 'not-found');
});

test('any read or write across accounts', async () => {
	const fp = new crypto.X509Certificate(story.devices[0].cert)
		.fingerprint256.replaceAll(':', '').toLowerCase();
	const tries = [['GET', ''], ['PATCH', '', {name: 'stolen'}],
		['GET', 'members'], ['GET', 'batches'], ['GET', 'devices'],
		['GET', `batches/${story.batch}`], ['GET', `devices/${fp}`],
		['GET', `batches/${story.batch}/manifest`],
		['PATCH', `batches/${story.batch}`, {product: null}],
		['DELETE', `batches/${story.batch}`],
		['POST', `batches/${story.batch}/provision`, {}],
		['GET', `clouds/${w.cloud}`], ['DELETE', `clouds/${w.cloud}`],
		['GET', `clouds/${w.cloud}/feed`], ['GET', 'jobs'],
		['POST', 'products', {name: 'stolen'}],
		['DELETE', `products/${w.product}`], ['GET', 'tokens'],
		['POST', 'tokens', {name: 't', role: 'administrator',
			expires_in_days: 1}],
		['POST', 'bindings', {label: unbound.label}], ['GET', 'audit']];
	for (const [method, what, body] of tries) {
		const theirs = w.in(what).replace(/\/$/, '');
		refused(await w.api('rival', method, theirs, body), 404,
			'not-found');
		refused(await w.api('vendor', method, theirs, body), 404,
			'not-found');
		refused(await w.api(null, method, theirs, body), 401,
			'login-needed');
	}
	// Their own address with our ids finds nothing either.
	for (const what of [`batches/${story.batch}`, `devices/${fp}`,
		`clouds/${w.cloud}`, `products/${w.product}`,
		`batches/${story.batch}/manifest`])
		assert.equal((await w.api('rival', 'GET', w.in(what, w.rival)))
			.status, 404);
	const used = await w.bind('rival', unbound.label, {product: w.product},
		w.rival);
	refused(used, 400, 'product-unknown');
	const vendors = await w.api('admin', 'GET',
		`/api/v1/vendors/${w.vendor}/batches`);
	refused(vendors, 404, 'not-found');
});

test('a stolen session after logout', async () => {
	const {email, password} = w.passwords.auditor;
	const token = await w.service.login(email, password);
	const me = () => w.service.api('GET', '/api/v1/me', token);
	assert.equal((await me()).status, 200);
	const out = await w.service.api('DELETE', '/api/v1/sessions/current',
		token);
	assert.equal(out.status, 204);
	refused(await me(), 401, 'session-unknown');
	const forged = await w.service.api('GET', '/api/v1/me',
		`bms_${'a'.repeat(32)}`);
	assert.equal(forged.status, 401);
});

/** What the signer says to packets that come through the worker's socket. */
function asWorker(pid, packets) {
	const r = spawnSync(path.join(path.dirname(bin), '..', '..', 'tests',
		'e2e', 'rogue'), [String(pid)], {encoding: 'utf8',
		input: packets.map((p) => `${p.toString('hex')}\n`).join('')});
	if (r.status === 77)
		return null;
	assert.equal(r.status, 0, r.error?.message || r.stderr);
	return r.stdout.trim().split('\n');
}

const u32 = (n) => {
	const b = Buffer.alloc(4);
	b.writeUInt32BE(n);
	return b;
};
const block = (x) => Buffer.concat([u32(Buffer.byteLength(x)), Buffer.from(x)]);

/** A packet as the worker builds them: version 1, type, id, fields. */
function packet(type, ...fields) {
	const body = Buffer.concat([Buffer.from([1, type]),
		crypto.randomBytes(8), ...fields]);
	return Buffer.concat([u32(body.length), body]);
}

const REPLY_RC = 14 * 2; // where in the hex of a reply its result stands
const DENIED = '03';

test('a compromised web worker trying to sign with the CA', async (t) => {
	const {pids} = w.service.addresses;
	const [worker] = pids.workers;
	const jwks = async () => (await w.api(null, 'GET',
		'/.well-known/jwks.json').catch(() => ({}))).text;
	const keys = await jwks();
	const ca = block(fs.readFileSync(w.fab.ca.cert));
	const hash = crypto.randomBytes(32);
	// Heads of feeds it gets signed, but nothing beyond their limits; and no
	// token for a product cloud at all.
	const url = block('https://localhost:8443');
	const acc = block(w.account);
	const limits = [packet(1, acc, url, block('aud'), u32(3601)),
		packet(1, acc, url, block('aud'), u32(0)),
		packet(1, acc, block('http://x'), block('aud'), u32(60)),
		packet(1, acc, url, block('a","exp":99999999999,"x":"'),
			u32(60)),
		packet(1, block('feed'), url, block('aud'), u32(60)),
		packet(4, block(`${w.account}\0x`)),
		packet(2, block('a"b'), block('cloud'), block(''), block('1'),
			u32(1), hash)];
	const said = asWorker(worker, [packet(3), ...limits]);
	if (said === null)
		t.diagnostic('no process may take another one\'s sockets here');
	else {
		assert.equal(said[0].slice(REPLY_RC, REPLY_RC + 2), '00', said[0]);
		for (const reply of said.slice(1))
			assert.equal(reply.slice(REPLY_RC, REPLY_RC + 2), '01', reply);
		const [token] = asWorker(worker, [packet(1, acc, url,
			block('aud'), u32(60))]);
		assert.equal(token.slice(REPLY_RC, REPLY_RC + 2), DENIED, token);
		// Whatever else it says, to have bytes of its own signed, cuts it off.
		const oracle = asWorker(worker, [packet(0x42, ca, hash), packet(3)]);
		assert.match(oracle[0], /^(closed|none)$/);
		assert.equal(oracle[1], 'closed');
		// And a worker that says such things does not live on.
		await until(() => !w.service.addresses.pids.workers
			.includes(worker) && !alive(worker), 5000, 'its end');
		assert.match(w.service.log, /worker 1 was cut off by the signer/);
		await until(async () => (await jwks()) === keys);
	}
});

test('a compromised web worker reading keys from memory or files', (t) => {
	if (process.getuid() !== 0)
		return t.skip('only root may look into these processes');
	const {pids} = w.service.addresses;
	const secrets = secretsOf(path.join(w.service.dir, 'signer'));
	assert.ok(secrets.length > 0);
	for (const pid of pids.workers)
		for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
			let to = '';
			try { to = fs.readlinkSync(`/proc/${pid}/fd/${fd}`); } catch {}
			assert.ok(!to.includes('/signer/'), to);
		}
	for (const s of secrets)
		assert.ok(sees(pids.signer, s), 'the signer itself has its keys');
	for (const pid of [pids.parent, pids.courier, ...pids.workers])
		for (const s of secrets)
			assert.ok(!sees(pid, s),
				'a key is in the memory of another process');
});

test('a product cloud that answers with garbage, slowly, or never',
	async () => {
		for (const kind of ['garbage', 'wrong', 'huge', 'slow', 'never',
			'absent']) {
			const server = await mean(kind);
			const cloud = await w.must(201, 'admin', 'POST',
				w.in('clouds'), {name: kind, type: 'interop',
					form: 'other', ca_certificate: server.ca,
					other: {url: server.url, username: 'u',
						password: 'a secret'}});
			const {id} = await w.must(202, 'admin', 'POST',
				w.in(`batches/${story.batch}/provision`),
				{cloud: cloud.id});
			// It is tried, nothing counts as done, and it says why.
			const job = await until(async () => {
				const r = await w.must(200, 'admin', 'GET',
					w.in(`jobs/${id}`));
				return (r.last_error || ['slow', 'never']
					.includes(kind) && server.calls() > 0) && r;
			}, 30000, `a try of the ${kind} cloud`);
			assert.equal(job.done, 0, kind);
			assert.ok(!JSON.stringify(job).includes('a secret'));
			// The rest of the service does not wait for it.
			const start = Date.now();
			await w.must(200, 'admin', 'GET', w.in('batches'));
			assert.ok(Date.now() - start < 5000);
			const ended = await w.api('admin', 'POST',
				w.in(`jobs/${id}/cancel`), {});
			assert.ok([200, 202].includes(ended.status), ended.text);
			server.close();
		}
		// Another cloud is served meanwhile.
		const good = await w.provision(story.batch, w.cloud);
		assert.equal(good.state, 'done');
		assert.ok(alive(w.service.addresses.pids.courier));
	});
