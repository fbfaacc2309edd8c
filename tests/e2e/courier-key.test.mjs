// The key that opens stored credentials: changed, in a token, as a credential
// of systemd; what is stored keeps working and is never seen.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {serverPki} from './lib/forge.mjs';
import {makeToken, softhsm, tool} from './lib/field.mjs';
import {Receiver} from './lib/receiver.mjs';
import {run, until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const PASSWORD = 'a password at rest 77c1';
let w, rx, cloud;

const own = (name) => path.join(w.service.dir, 'courier', name);
const rotate = () => run(['courier-key', 'rotate', '--dir', w.service.dir]);

/** The stored credentials open, and the receiver takes them. */
async function works() {
	const {id} = await w.must(202, 'admin', 'POST',
		w.in(`clouds/${cloud}/test`), {});
	const j = await w.job(id);
	assert.deepEqual([j.state, j.result?.auth?.ok], ['done', true],
		JSON.stringify(j));
}

async function restart(env = {}) {
	await w.service.stop();
	w.service.opts.env = env;
	await w.service.start();
}

before(async () => {
	w = await buildWorld();
	const pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	rx = await new Receiver({server: pki, ...await w.interopKeys(),
		issuer: w.service.url, audience: 'x', base: '',
		basic: `user:${PASSWORD}`}).start();
	cloud = (await w.must(201, 'admin', 'POST', w.in('clouds'), {
		name: 'own', type: 'interop', form: 'other', other: {url: rx.url,
			username: 'user', password: PASSWORD},
		ca_certificate: fs.readFileSync(pki.ca, 'utf8')})).id;
});

after(async () => {
	await rx?.stop();
	await w?.end();
});

test('a new key takes over what the old one has sealed', async () => {
	await works();
	const first = fs.readFileSync(own('key.pem'), 'utf8');
	assert.equal(rotate().status, 0);
	assert.equal(fs.readFileSync(own('key-before.pem'), 'utf8'), first);
	assert.equal(fs.statSync(own('key.pem')).mode & 0o777, 0o600);
	const again = rotate();
	assert.equal(again.status, 1, again.stderr);
	assert.match(again.stderr, /start the service once/);
	await restart();
	await until(() => !fs.existsSync(own('key-before.pem')));
	await until(() => /sealed for the courier's new key/.test(w.service.log));
	await works();
	// What the old key could open is gone.
	fs.writeFileSync(own('key-before.pem'), first, {mode: 0o600});
	await restart();
	await works();
});

test('a change that was cut off is finished, not begun again', async () => {
	fs.rmSync(own('key-before.pem'), {force: true});
	const pub = path.join(w.service.dir, 'courier.pub');
	const before = fs.readFileSync(pub, 'utf8');
	assert.equal(rotate().status, 0);
	const made = fs.readFileSync(own('key.pem'), 'utf8');
	fs.writeFileSync(pub, before);
	assert.equal(rotate().status, 0);
	assert.equal(fs.readFileSync(own('key.pem'), 'utf8'), made);
	assert.notEqual(fs.readFileSync(pub, 'utf8'), before);
	await restart();
	await until(() => !fs.existsSync(own('key-before.pem')));
	await works();
});

test('the key may be a credential of systemd', async () => {
	const dir = w.path('credentials');
	fs.mkdirSync(dir, {mode: 0o700});
	fs.renameSync(own('key.pem'), path.join(dir, 'courier'));
	fs.writeFileSync(own('key.conf'), 'courier_key = credential:courier\n');
	await restart({CREDENTIALS_DIRECTORY: dir});
	await works();
	const refused = rotate();
	assert.equal(refused.status, 1, refused.stderr);
	assert.match(refused.stderr, /courier_key_before/);
});

test('the key may be in an HSM', {skip: !softhsm}, async () => {
	const {env, uri} = makeToken(w);
	tool('pkcs11-tool', ['--module', softhsm, '--token-label', 'chips',
		'--login', '--pin', '1234', '--keypairgen', '--key-type',
		'EC:prime256v1', '--usage-derive', '--label', 'courier', '--id',
		'02'], env);
	const at = uri.replace('birth', 'courier') + `&module-path=${softhsm}`;
	fs.writeFileSync(own('key.conf'), `courier_key = ${at}
courier_key_before = ${w.path('credentials')}/courier
courier_key_allow = ${w.path('tokens')}:${w.path('softhsm2.conf')}:${
	w.path('credentials')}\n`, {mode: 0o600});
	const hsm = {SOFTHSM2_CONF: env.SOFTHSM2_CONF};
	const published = run(['courier-key', 'publish', '--dir', w.service.dir],
		{env: hsm});
	assert.equal(published.status, 0, published.stderr);
	await restart(hsm);
	await until(() => /sealed for the courier's new key/.test(w.service.log));
	await works();
	// Only the token opens it by now.
	fs.rmSync(w.path('credentials'), {recursive: true});
	await restart(hsm);
	await works();
});

test('no process that holds secrets leaves a core, or its memory', () => {
	const {pids} = w.service.addresses;
	for (const pid of [pids.signer, pids.courier]) {
		const limits = fs.readFileSync(`/proc/${pid}/limits`, 'utf8');
		assert.match(limits, /Max core file size +0 +0/);
	}
	assert.ok(!w.service.log.includes(PASSWORD));
	for (const f of fs.readdirSync(w.service.dir, {recursive: true})) {
		const file = path.join(w.service.dir, f);
		if (fs.statSync(file).isFile())
			assert.ok(!fs.readFileSync(file).includes(PASSWORD), f);
	}
});
