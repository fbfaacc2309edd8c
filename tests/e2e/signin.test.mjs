// Signing in with more than a password, and links that set a new one, over the
// API of a real service.  Must not sleep.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {Authenticator, totp} from './lib/passkey.mjs';
import {endService, runAsync, startService, tempDir} from './lib/service.mjs';

const ORIGIN = 'https://localhost:8443';
let service, admin, account, vendor;

before(async () => {
	service = await startService({initArgs: ['--public-url', ORIGIN]});
	admin = await service.login();
	account = (await must(201, admin, 'POST', '/api/v1/accounts',
		{name: 'Dishwashers'})).id;
	vendor = (await must(201, admin, 'POST', '/api/v1/vendors',
		{name: 'Chips', slug: 'chips'})).id;
});
after(() => endService(service));

async function must(status, token, method, route, body, from = service) {
	const r = await from.api(method, route, token, body);
	assert.equal(r.status, status, `${method} ${route}: ${r.text}`);
	return r.json;
}

async function refused(status, code, token, method, route, body, from) {
	const json = await must(status, token, method, route, body, from);
	assert.equal(json.code, code);
	return json;
}

/** The service as another peer of the loopback sees it. */
function peer(address) {
	return Object.assign(Object.create(service), {
		agent: new https.Agent({localAddress: address, keepAlive: false})});
}

let people = 0;

/** Somebody new: {email, password, token, id}; body: where and what role. */
async function join(body = {scope: 'account', id: account,
	role: 'operator'}) {
	const email = `person-${++people}@signin.test`;
	const password = `violet umbrella ${crypto.randomBytes(6).toString('hex')}`;
	const i = await must(201, admin, 'POST', '/api/v1/service/invitations',
		{...body, email});
	const {user} = await must(200, null, 'POST',
		'/api/v1/invitations/accept', {token: i.token, password});
	return {email, password, id: user.id,
		token: await service.login(email, password)};
}

/** Turns one-time codes on: {secret, uri, code, codes}. */
async function withTotp(who) {
	const {secret, uri} = await must(200, who.token, 'POST',
		'/api/v1/me/totp', {password: who.password});
	const code = totp(secret);
	const {codes} = await must(200, who.token, 'PUT', '/api/v1/me/totp',
		{code});
	return {secret, uri, code, codes};
}

const login = (who, code) => ({email: who.email, password: who.password,
	...(code ? {code} : {})});

describe('one-time codes', () => {
	test('are asked for once they are on, and work once', async () => {
		const who = await join();
		const {secret, uri, code, codes} = await withTotp(who);
		assert.match(uri, /^otpauth:\/\/totp\/Birthmark:person/);
		assert.match(uri, /issuer=Birthmark/);
		assert.equal(new URL(uri).searchParams.get('secret'), secret);
		assert.equal(codes.length, 10);
		await refused(401, 'second-factor-needed', null, 'POST',
			'/api/v1/sessions', login(who));
		// The code that turned it on was used.
		await refused(401, 'code-wrong', null, 'POST', '/api/v1/sessions',
			login(who, code));
		const next = totp(secret, 1);
		await must(201, null, 'POST', '/api/v1/sessions', login(who, next));
		await refused(401, 'code-wrong', null, 'POST', '/api/v1/sessions',
			login(who, next));
		const {items} = await must(200, who.token, 'GET', '/api/v1/sessions');
		assert.deepEqual(items.map((i) => i.method).sort(),
			['password', 'totp']);
		const me = await must(200, who.token, 'GET', '/api/v1/me');
		assert.equal(me.has_password, true);
		assert.equal(me.totp, true);
		assert.equal(me.recovery_codes, 10);
		assert.equal(me.passkeys, 0);
	});

	test('a recovery code works once', async () => {
		const who = await join();
		const {codes} = await withTotp(who);
		await must(201, null, 'POST', '/api/v1/sessions',
			login(who, codes[3].toUpperCase()));
		await refused(401, 'code-wrong', null, 'POST', '/api/v1/sessions',
			login(who, codes[3]));
		const renewed = await must(200, who.token, 'POST',
			'/api/v1/me/recovery-codes', {password: who.password});
		await refused(401, 'code-wrong', null, 'POST', '/api/v1/sessions',
			login(who, codes[4]));
		await must(201, null, 'POST', '/api/v1/sessions',
			login(who, renewed.codes[0]));
	});

	test('need the password to be changed, and a right code', async () => {
		const who = await join();
		await refused(403, 'password-wrong', who.token, 'POST',
			'/api/v1/me/totp', {password: 'something else'});
		await refused(409, 'totp-not-begun', who.token, 'PUT',
			'/api/v1/me/totp', {code: '123456'});
		const {secret} = await must(200, who.token, 'POST',
			'/api/v1/me/totp', {password: who.password});
		const wrong = String((Number(totp(secret)) + 1) % 1000000)
			.padStart(6, '0');
		if (![-1, 0, 1].some((n) => totp(secret, n) === wrong))
			await refused(403, 'code-wrong', who.token, 'PUT',
				'/api/v1/me/totp', {code: wrong});
		// Not on until it is confirmed.
		await must(201, null, 'POST', '/api/v1/sessions', login(who));
		await must(200, who.token, 'PUT', '/api/v1/me/totp',
			{code: totp(secret)});
		await refused(409, 'totp-on', who.token, 'POST', '/api/v1/me/totp',
			{password: who.password});
		await refused(403, 'password-wrong', who.token, 'POST',
			'/api/v1/me/totp/removal', {password: 'something else'});
		await must(204, who.token, 'POST', '/api/v1/me/totp/removal',
			{password: who.password});
		await must(201, null, 'POST', '/api/v1/sessions', login(who));
		await refused(409, 'totp-off', who.token, 'POST',
			'/api/v1/me/recovery-codes', {password: who.password});
	});

	test('guesses from one peer do not keep the owner out', async () => {
		const who = await join();
		const {codes} = await withTotp(who);
		const home = peer('127.0.0.5'), stranger = peer('127.0.0.6');
		await must(201, null, 'POST', '/api/v1/sessions',
			login(who, codes[0]), home);
		let r;
		for (let i = 0; i < 20; i++) {
			r = await stranger.api('POST', '/api/v1/sessions', null,
				login(who, 'zzzz-zzzz-zzzz-zzzz'));
			if (r.status === 429)
				break;
			assert.equal(r.status, 401);
			assert.equal(r.json.code, 'code-wrong');
		}
		assert.equal(r.status, 429);
		assert.ok(r.json.retry_after_s > 0);
		await must(201, null, 'POST', '/api/v1/sessions',
			login(who, codes[1]), home);
	});
});

describe('passkeys', () => {
	const add = async (who, key = new Authenticator(ORIGIN), change) => {
		const options = await must(200, who.token, 'POST',
			'/api/v1/me/passkeys/options', {password: who.password});
		const made = await service.api('POST', '/api/v1/me/passkeys',
			who.token, {name: 'My key', credential: key.make(options,
				change)});
		return {options, made, key};
	};
	const options = () => must(200, null, 'POST',
		'/api/v1/sessions/passkey/options', {});

	test('sign in without e-mail and password, and are listed', async () => {
		const who = await join();
		const {options: o, made, key} = await add(who);
		assert.equal(made.status, 201, made.text);
		assert.equal(o.rp.id, 'localhost');
		assert.equal(o.authenticatorSelection.residentKey, 'required');
		assert.equal(o.authenticatorSelection.userVerification, 'required');
		assert.equal(Buffer.from(o.user.id, 'base64url').length, 32);
		assert.deepEqual(o.excludeCredentials, []);
		const session = await must(201, null, 'POST',
			'/api/v1/sessions/passkey',
			{credential: key.sign(await options())});
		assert.equal(session.user.email, who.email);
		const browser = await service.api('POST', '/api/v1/sessions/passkey',
			null, {credential: key.sign(await options()), cookie: true});
		assert.equal(browser.status, 201);
		assert.equal(browser.json.token, undefined);
		assert.match(browser.headers['set-cookie'][0],
			/^__Host-birthmark=bms_\w+;.*HttpOnly/);
		await must(200, session.token, 'GET', '/api/v1/me');
		const {items} = await must(200, who.token, 'GET',
			'/api/v1/me/passkeys');
		assert.equal(items.length, 1);
		assert.ok(items[0].last_used_at);
		const again = await must(200, who.token, 'POST',
			'/api/v1/me/passkeys/options', {password: who.password});
		assert.equal(again.user.id, o.user.id);
		assert.deepEqual(again.excludeCredentials.map((c) => c.id),
			[key.id.toString('base64url')]);
		await must(204, who.token, 'DELETE',
			`/api/v1/me/passkeys/${items[0].id}`);
		await refused(401, 'passkey-refused', null, 'POST',
			'/api/v1/sessions/passkey',
			{credential: key.sign(await options())}, peer('127.0.0.20'));
	});

	for (const [what, change, code] of [
		['another origin', {origin: 'https://localhost.evil.test'},
			'webauthn-origin'],
		['a frame of another site', {crossOrigin: true}, 'webauthn-origin'],
		['another challenge', {challenge: crypto.randomBytes(32)
			.toString('base64url')}, 'passkey-challenge'],
		['another site', {rpId: 'evil.test'}, 'webauthn-site'],
		['no user verification', {flags: 0x41}, 'webauthn-unverified'],
		['no user presence', {flags: 0x44}, 'webauthn-unverified'],
		['an unknown algorithm', {alg: -35}, 'webauthn-key'],
		['cut CBOR', {object: (b) => b.subarray(0, b.length - 1)},
			'webauthn-object'],
		['more than CBOR', {object: (b) => Buffer.concat([b, b])},
			'webauthn-object'],
	])
		test(`one with ${what} is not added`, async () => {
			const {made} = await add(await join(), undefined, change);
			assert.equal(made.status, 400, made.text);
			assert.equal(made.json.code, code);
		});

	test('one is added once, by whom it was asked of', async () => {
		const one = await join(), two = await join();
		const {options: o, made, key} = await add(one);
		assert.equal(made.status, 201);
		await refused(400, 'passkey-challenge', one.token, 'POST',
			'/api/v1/me/passkeys', {name: 'x', credential: key.make(o)});
		const {made: known} = await add(two, key);
		assert.equal(known.status, 409);
		assert.equal(known.json.code, 'passkey-known');
		const theirs = await must(200, one.token, 'POST',
			'/api/v1/me/passkeys/options', {password: one.password});
		await refused(400, 'passkey-challenge', two.token, 'POST',
			'/api/v1/me/passkeys', {name: 'x',
				credential: new Authenticator(ORIGIN).make(theirs)});
		await refused(403, 'password-wrong', two.token, 'POST',
			'/api/v1/me/passkeys/options', {password: 'something else'});
	});

	test('what was not made for this is refused at signing in', async () => {
		const one = await join(), two = await join();
		const {key} = await add(one), {key: other} = await add(two);
		const from = peer('127.0.0.21');
		const refuse = async (credential) => refused(401,
			'passkey-refused', null, 'POST', '/api/v1/sessions/passkey',
			{credential}, from);
		for (const change of [{origin: 'https://evil.test'},
			{rpId: 'evil.test'}, {flags: 0x01}, {flags: 0x04},
			{type: 'webauthn.create'}, {crossOrigin: true},
			{handle: other.handle}, {handle: ''},
			{challenge: Buffer.alloc(32).toString('base64url')}])
			await refuse(key.sign(await options(), change));
		const mixed = key.sign(await options());
		mixed.rawId = other.id.toString('base64url');
		mixed.response.userHandle = other.handle;
		await refuse(mixed);
		const changed = key.sign(await options());
		changed.response.signature = other.sign(await options())
			.response.signature;
		await refuse(changed);
		const good = key.sign(await options());
		await must(201, null, 'POST', '/api/v1/sessions/passkey',
			{credential: good}, from);
		await refuse(good);
	});

	test('a copy shows by its counter', async () => {
		const who = await join();
		const {key} = await add(who);
		const from = peer('127.0.0.22');
		await must(201, null, 'POST', '/api/v1/sessions/passkey',
			{credential: key.sign(await options(), {count: 5})}, from);
		await refused(401, 'passkey-cloned', null, 'POST',
			'/api/v1/sessions/passkey',
			{credential: key.sign(await options(), {count: -3})}, from);
		const {items} = await must(200, admin, 'GET',
			'/api/v1/service/audit?limit=5');
		assert.ok(items.some((i) => i.reason === 'passkey-cloned'));
	});

	test('guesses are slowed', async () => {
		const from = peer('127.0.0.23');
		const key = new Authenticator(ORIGIN);
		key.handle = Buffer.alloc(32).toString('base64url');
		let r;
		for (let i = 0; i < 40; i++) {
			r = await from.api('POST', '/api/v1/sessions/passkey', null,
				{credential: key.sign({challenge: 'AA', rpId: 'localhost'})});
			if (r.status === 429)
				break;
		}
		assert.equal(r.status, 429);
	});
});

describe('resets', () => {
	const reset = (who, body = {}) => must(201, admin, 'POST',
		`/api/v1/accounts/${account}/members/${who.id}/reset`, body);

	test('a link sets a password once, and ends sessions', async () => {
		const who = await join();
		const {secret} = await withTotp(who);
		const old = await reset(who);
		const {token, expires_at} = await reset(who);
		const hours = (Date.parse(expires_at) - Date.now()) / 3600000;
		assert.ok(hours > 23 && hours <= 24.1, `${hours}`);
		await refused(404, 'link-invalid', null, 'POST',
			'/api/v1/resets/preview', {token: old.token});
		assert.equal((await must(200, null, 'POST',
			'/api/v1/resets/preview', {token})).email, who.email);
		const password = 'an orange bicycle in the rain';
		await refused(400, 'password-common', null, 'POST',
			'/api/v1/resets/accept', {token, password: 'football99'});
		await must(200, who.token, 'GET', '/api/v1/me');
		await must(204, null, 'POST', '/api/v1/resets/accept',
			{token, password});
		await refused(404, 'link-invalid', null, 'POST',
			'/api/v1/resets/accept', {token, password});
		await refused(401, 'session-unknown', who.token, 'GET',
			'/api/v1/me');
		await refused(401, 'login-refused', null, 'POST',
			'/api/v1/sessions', login(who));
		// The second factor stays.
		await refused(401, 'second-factor-needed', null, 'POST',
			'/api/v1/sessions', {email: who.email, password});
		await must(201, null, 'POST', '/api/v1/sessions',
			{email: who.email, password, code: totp(secret, 1)});
	});

	test('a lost phone is taken off', async () => {
		const who = await join();
		await withTotp(who);
		const {token} = await reset(who, {remove_factors: true});
		const password = 'a green kettle on the stove';
		await must(204, null, 'POST', '/api/v1/resets/accept',
			{token, password});
		await must(201, null, 'POST', '/api/v1/sessions',
			{email: who.email, password});
	});

	test('nobody of other places falls into one hand', async () => {
		const boss = await join({scope: 'account', id: account,
			role: 'administrator'});
		const both = await join();
		const {token} = await must(201, admin, 'POST',
			'/api/v1/service/invitations', {scope: 'vendor', id: vendor,
				role: 'vendor-publisher', email: both.email});
		await must(200, null, 'POST', '/api/v1/invitations/accept',
			{token, password: both.password});
		const me = await must(200, admin, 'GET', '/api/v1/me');
		const at = (id) => `/api/v1/accounts/${account}/members/${id}/reset`;
		await refused(403, 'member-elsewhere', boss.token, 'POST',
			at(both.id), {});
		await refused(403, 'member-elsewhere', boss.token, 'POST',
			at(me.user.id), {});
		await refused(403, 'reset-self', boss.token, 'POST', at(boss.id), {});
		await refused(404, 'not-found', boss.token, 'POST',
			at('usr_0000000000000000'), {});
		await refused(403, 'role-denied', both.token, 'POST',
			at(boss.id), {});
		await must(201, boss.token, 'POST', at((await join()).id), {});
		// The service may reset anybody, which the account can see.
		await must(201, admin, 'POST', '/api/v1/service/resets',
			{email: both.email});
		const {items} = await must(200, boss.token, 'GET',
			`/api/v1/accounts/${account}/audit?action=reset`);
		assert.ok(items.some((i) => i.target === both.email));
	});

	test('guessed links are slowed', async () => {
		const from = peer('127.0.0.30');
		let r;
		for (let i = 0; i < 15; i++) {
			r = await from.api('POST', '/api/v1/resets/preview', null,
				{token: `bmr_${'0'.repeat(32)}`});
			if (r.status === 429)
				break;
			assert.equal(r.json.code, 'link-invalid');
		}
		assert.equal(r.status, 429);
	});

	test('an invitation says what it is for', async () => {
		const who = await join();
		const make = (email) => must(201, admin, 'POST',
			`/api/v1/accounts/${account}/invitations`,
			{email, role: 'auditor'});
		const preview = (token) => must(200, null, 'POST',
			'/api/v1/invitations/preview', {token});
		assert.deepEqual(await preview((await make('new@signin.test')).token),
			{email: 'new@signin.test', scope: 'account',
				name: 'Dishwashers', role: 'auditor', known: false});
		assert.equal((await preview((await make(who.email)).token)).known,
			true);
		await refused(404, 'invitation-unknown', null, 'POST',
			'/api/v1/invitations/preview', {token: 'bmi_none'});
	});
});

describe('the command line', () => {
	const home = tempDir('signin');
	after(() => fs.rmSync(home, {recursive: true, force: true}));

	const cli = (token, args, input) => runAsync(args, {input, env: {
		BIRTHMARK_URL: service.url, XDG_CONFIG_HOME: home,
		BIRTHMARK_CA: path.join(service.dir, 'tls', 'cert.pem'),
		...(token ? {BIRTHMARK_TOKEN: token} : {})}});

	test('takes a code, and says when one is needed', async () => {
		const who = await join();
		const {codes} = await withTotp(who);
		const args = ['login', '--email', who.email, '--password-file', '-'];
		let r = await cli(null, args, who.password);
		assert.equal(r.status, 1);
		assert.match(r.stderr, /second-factor-needed/);
		r = await cli(null, [...args, '--code', codes[0]], who.password);
		assert.equal(r.status, 0, r.stderr);
		assert.match(r.stdout, new RegExp(who.email));
	});

	test('prints links of resets and invitations', async () => {
		const who = await join();
		const link = (text, page) => new RegExp(
			`${service.url}/console/${page}#(\\S+)`).exec(text)?.[1];
		let r = await cli(admin, ['user', 'reset', who.email.toUpperCase(),
			'--account', account]);
		assert.equal(r.status, 0, r.stderr);
		await must(204, null, 'POST', '/api/v1/resets/accept',
			{token: link(r.stdout, 'reset'),
				password: 'a purple lantern at noon'});
		r = await cli(admin, ['user', 'reset', who.email, '--service',
			'--remove-factors', '--json']);
		assert.equal(r.status, 0, r.stderr);
		await must(200, null, 'POST', '/api/v1/resets/preview',
			{token: JSON.parse(r.stdout).token});
		r = await cli(admin, ['user', 'reset', 'nobody@signin.test',
			'--account', account]);
		assert.equal(r.status, 1);
		r = await cli(admin, ['user', 'invite', 'cli@signin.test',
			'--role', 'auditor', '--account', account]);
		await must(200, null, 'POST', '/api/v1/invitations/preview',
			{token: link(r.stdout, 'invite')});
	});
});

test('a common password is refused wherever one is set', async () => {
	const who = await join();
	const {token} = await must(201, admin, 'POST',
		`/api/v1/accounts/${account}/invitations`,
		{email: 'easy@signin.test', role: 'auditor'});
	await refused(400, 'password-common', null, 'POST',
		'/api/v1/invitations/accept', {token, password: 'qwertyuiop'});
	await refused(400, 'password-common', who.token, 'PUT',
		'/api/v1/me/password', {old: who.password, new: 'Superman-2024'});
	await refused(400, 'password-too-easy', who.token, 'PUT',
		'/api/v1/me/password', {old: who.password,
			new: `${who.email.split('@')[0]}-2024`});
});

test('a service by an IP address has no passkeys', async () => {
	const other = await startService({
		initArgs: ['--public-url', 'https://127.0.0.1:8443']});
	try {
		await refused(409, 'passkeys-need-a-name', null, 'POST',
			'/api/v1/sessions/passkey/options', {}, other);
	} finally {
		await endService(other);
	}
});
