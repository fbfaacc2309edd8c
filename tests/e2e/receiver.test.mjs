// The reference receiver: the interop protocol to the letter, and what the
// published ones let through.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {Child, makeCa, makeCert} from './lib/mosquitto.mjs';
import {bin, freePort, request, run, tempDir} from './lib/service.mjs';

const AUDIENCE = '123456789012';
let dir, ca, receiver, base, jwtKey;

const b64 = (v) => Buffer.from(JSON.stringify(v)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

function jwt(claims = {}, {key = jwtKey, alg = 'ES256'} = {}) {
	const text = b64({alg, typ: 'JWT'}) + '.' +
		b64({iss: 'https://x', aud: AUDIENCE, exp: now() + 60, ...claims});
	return text + '.' + (alg === 'none' ? ''
		: crypto.sign('sha256', Buffer.from(text),
			{key: key.privateKey, dsaEncoding: 'ieee-p1363'})
			.toString('base64url'));
}

async function start(extra = []) {
	const port = await freePort();
	receiver = new Child(bin, ['receiver', '--dir', path.join(dir, 'taken'),
		'--listen', `127.0.0.1:${port}`, ...(extra.length ? extra
			: ['--jwt-key', path.join(dir, 'jwt.pem'), '--audience', AUDIENCE,
				'--ca', ca.cert])]);
	base = `http://127.0.0.1:${port}/stage`;
	await receiver.says('receiving on');
}

const call = (body, {token = jwt(), pathname = '/interop', method = 'POST',
	auth = `Bearer ${token}`} = {}) =>
	request(base + pathname, {method, body: body === undefined ? undefined
		: typeof body === 'string' ? body : JSON.stringify(body),
	headers: {'Content-Type': 'application/json',
		...(auth ? {Authorization: auth} : {})}});

const cert = (chip, ref = 'r') => ({ref, cert: Buffer.from(
	fs.readFileSync(chip.cert, 'utf8')).toString('base64')});

const provision = async (...certs) =>
	(await call({action: 'provision', certs})).json;

const lines = () => fs.readFileSync(
	path.join(dir, 'taken', 'devices.jsonl'), 'utf8').split('\n')
	.filter(Boolean).map((l) => JSON.parse(l));

before(async () => {
	dir = tempDir('receiver');
	ca = makeCa(dir, 'ca');
	jwtKey = crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'});
	fs.writeFileSync(path.join(dir, 'jwt.pem'),
		jwtKey.publicKey.export({type: 'spki', format: 'pem'}));
	await start();
});

after(async () => {
	await receiver?.stop();
	fs.rmSync(dir, {recursive: true, force: true});
});

test('info and auth answer as the protocol says', async () => {
	const info = await call({action: 'info'});
	assert.equal(info.status, 200);
	assert.deepEqual(info.json, {action: 'info', compatibilityVersion: 1});
	assert.equal((await call({action: 'status'})).json,
		'Not yet implemented.');
	assert.equal((await call(undefined,
		{pathname: '/auth', method: 'GET'})).status, 200);
});

test('a token that is not the service\'s is refused', async () => {
	const other = crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'});
	for (const auth of [null, 'Bearer', 'Bearer x', `Basic ${jwt()}`,
		`Bearer ${jwt({exp: now() - 1})}`, `Bearer ${jwt({exp: undefined})}`,
		`Bearer ${jwt({exp: 'soon'})}`, `Bearer ${jwt({aud: '1'})}`,
		`Bearer ${jwt({aud: undefined})}`,
		`Bearer ${jwt({nbf: now() + 3600})}`,
		`Bearer ${jwt({}, {key: other})}`, `Bearer ${jwt({}, {alg: 'none'})}`,
		`Bearer ${jwt().slice(0, -4)}AAAA`]) {
		for (const [pathname, method] of [['/interop', 'POST'],
			['/auth', 'GET']]) {
			const r = await call(method === 'POST' ? {action: 'info'}
				: undefined, {auth, pathname, method});
			assert.equal(r.status, 401, auth);
			assert.ok(r.json.error);
		}
	}
	assert.equal((await call(undefined, {pathname: '/auth', method: 'GET',
		token: jwt({aud: ['x', AUDIENCE]})})).status, 200);
});

test('a body that does not fit is refused', async () => {
	for (const body of ['', '{', '[]', '{}', '{"action":1}',
		{action: 'format'}, {action: 'info', certs: []},
		{action: 'provision'}, {action: 'provision', certs: []},
		{action: 'provision', certs: [{ref: 'r'}]},
		{action: 'provision', certs: [{ref: 1, cert: ''}]},
		{action: 'provision', certs: [{ref: 'r', cert: '', x: 1}]},
		{action: 'provision', certs: [], more: 1},
		'{"action":"info","action":"provision"}'])
		assert.equal((await call(body)).status, 400, JSON.stringify(body));
	assert.equal((await call('x'.repeat(11 << 20))).status, 413);
	assert.equal((await call({}, {pathname: '/other'})).status, 404);
});

test('devices are kept, once, over a restart', async () => {
	const a = makeCert(dir, ca, 'chip-a'), b = makeCert(dir, ca, 'chip-b');
	let answer = await provision(cert(a, '1'), cert(b, '2'));
	assert.deepEqual(answer.map((x) => [x.ref, x.status]),
		[['1', 'SUCCESS'], ['2', 'SUCCESS']]);
	assert.ok(answer[0].endpoint && answer[0].topic &&
		answer[0].policyApplied);
	await receiver.stop('SIGKILL');
	fs.appendFileSync(path.join(dir, 'taken', 'devices.jsonl'),
		'{"id":"cut sho');
	await start();
	answer = await provision(cert(a, 'again'));
	assert.deepEqual(answer.map((x) => x.status), ['SUCCESS']);
	assert.deepEqual(lines().map((l) => l.id), ['chip-a', 'chip-b']);
});

test('each bad certificate is told, and the good ones count', async () => {
	const good = makeCert(dir, ca, 'chip-good');
	const copy = makeCert(tempDirIn('copy'), ca, 'chip-a');
	const foreign = makeCert(dir, makeCa(dir, 'other-ca'), 'chip-foreign');
	const old = makeCert(dir, ca, 'chip-old',
		{from: '20200101000000Z', to: '20210101000000Z'});
	const answer = await provision(cert(copy, 'copy'),
		cert(foreign, 'foreign'), cert(old, 'old'),
		{ref: 'not64', cert: '***'}, {ref: 'notpem', cert: 'AAAA'},
		cert(good, 'good'));
	assert.deepEqual(Object.fromEntries(answer.map(
		(x) => [x.ref, x.message ?? x.status])), {
		copy: 'this id exists already with another key',
		foreign: 'the certificate is not of a known CA',
		old: 'notBefore or notAfter out of range',
		not64: 'cannot decode certificate',
		notpem: 'cannot decode certificate', good: 'SUCCESS'});
	assert.equal(lines().at(-1).id, 'chip-good');
});

function tempDirIn(name) {
	const d = path.join(dir, name);
	fs.mkdirSync(d);
	return d;
}

test('Basic is checked where it is configured', async () => {
	await receiver.stop();
	fs.writeFileSync(path.join(dir, 'basic'), 'user:pass word\n');
	await start(['--basic-file', path.join(dir, 'basic')]);
	const basic = (s) => `Basic ${Buffer.from(s).toString('base64')}`;
	assert.equal((await call({action: 'info'},
		{auth: basic('user:pass word')})).status, 200);
	for (const auth of [basic('user:pass'), basic('user:pass word2'),
		`Bearer ${jwt()}`, null])
		assert.equal((await call({action: 'info'}, {auth})).status, 401);
});

test('a command line without a way to authenticate is refused', () => {
	for (const args of [['--dir', dir], ['--dir', dir, '--jwt-key', 'x'],
		['--jwt-key', 'x', '--audience', 'y']])
		assert.equal(run(['receiver', ...args]).status, 2);
});
