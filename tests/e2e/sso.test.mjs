// Signing in at a provider of OpenID Connect: a real one, and one that lies.
// Must not reach into the service but by its API and its log.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {serverPki} from './lib/forge.mjs';
import {Browser, ecKey, rsaKey, signJws, startEvilProvider, startProvider,
	startSsoService} from './lib/oidc.mjs';
import {endService, freePort, run, sleep, startService, tempDir, until}
	from './lib/service.mjs';

const CALLBACK = '/sso/callback';
const password = 'a pass phrase for people 1';

/** A service that knows this provider, and an account of it. */
async function serviceFor(provider, port, env = {}) {
	const s = await startSsoService(provider, {serveArgs: [
		'--listen', `127.0.0.1:${port}`], env});
	s.tokenOfAdmin = await s.login();
	s.account = (await s.api('POST', '/api/v1/accounts', s.tokenOfAdmin,
		{name: 'Appliances'})).json.id;
	return s;
}

async function ready(s) {
	await until(async () => {
		const r = await s.api('GET', '/sso/start');
		return r.status === 303 && !/error=/.test(r.headers.location);
	}, 10000, 'the provider to be known');
}

async function invite(s, email, role = 'auditor') {
	const r = await s.api('POST',
		`/api/v1/accounts/${s.account}/invitations`, s.tokenOfAdmin,
		{email, role});
	assert.equal(r.status, 201, r.text);
	return r.json.token;
}

/** Somebody with a password. */
async function person(s, email) {
	const r = await s.api('POST', '/api/v1/invitations/accept', null,
		{token: await invite(s, email), password, name: email});
	assert.equal(r.status, 200, r.text);
}

const isOurs = (s) => (url) => url.startsWith(s.url);

/** From /sso/start to where the provider sends the browser back. */
async function toProvider(s, login, next = '') {
	const b = new Browser([s.ca, ...(s.moreCas || [])]);
	let r = await b.follow(`${s.url}/sso/start${next}`, isOurs(s));
	if (login !== undefined && !r.to)
		r = await b.form(r.url, {login}, isOurs(s));
	assert.ok(r.to, `${r.status} ${r.url} ${r.text}`);
	return {b, to: r.to};
}

/** POST /api/v1/sessions/sso until it is decided. */
async function finish(s, b, body = {}) {
	let r, waited = 0;
	for (;;) {
		r = await b.ask(`${s.url}/api/v1/sessions/sso`, {method: 'POST',
			headers: {'content-type': 'application/json'},
			body: JSON.stringify(body)});
		if (r.status !== 202)
			return {...r, waited};
		waited++;
		await sleep(20);
	}
}

async function signIn(s, login, body) {
	const {b, to} = await toProvider(s, login);
	const r = await b.ask(to);
	assert.equal(r.status, 303, r.text);
	assert.equal(r.headers.location, '/console/sso');
	return {...await finish(s, b, body), b, to};
}

const problem = (r, status, code) => {
	assert.equal(r.status, status, r.text);
	assert.equal(r.json.code, code, r.text);
};

describe('a real provider', () => {
	let s, provider, port;
	before(async () => {
		port = await freePort();
		provider = await startProvider({
			redirectUri: `https://127.0.0.1:${port}${CALLBACK}`, users: {
				ann: {email: 'Ann@Example.com', email_verified: true,
					name: 'Ann Lee'},
				bob: {email: 'bob@example.com', email_verified: false},
				carl: {email: 'carl@example.com', email_verified: true},
				dora: {email: 'dora@example.com', email_verified: true,
					name: 'Dora Dör'},
				eve: {email: 'eve@example.com', email_verified: true},
				nomail: {name: 'Nobody'}}});
		s = await serviceFor(provider, port);
		await ready(s);
		for (const who of ['ann', 'bob', 'eve'])
			await person(s, `${who}@example.com`);
	});
	after(async () => {
		await endService(s);
		await provider.stop();
	});

	test('is named at the login', async () => {
		const r = await s.api('GET', '/api/v1/signin');
		assert.equal(r.status, 200);
		assert.deepEqual(r.json, {sso: {name: 'Example Login'}});
	});

	test('start sends what the provider needs and keeps it from others',
		async () => {
			const r = await s.api('GET', '/sso/start?next=/console/batches');
			assert.equal(r.status, 303);
			const to = new URL(r.headers.location);
			assert.equal(to.origin, provider.issuer);
			const q = to.searchParams;
			assert.equal(q.get('response_type'), 'code');
			assert.equal(q.get('client_id'), provider.clientId);
			assert.equal(q.get('redirect_uri'), s.url + CALLBACK);
			assert.equal(q.get('scope'), 'openid email profile');
			assert.equal(q.get('code_challenge_method'), 'S256');
			for (const name of ['state', 'nonce', 'code_challenge'])
				assert.match(q.get(name), /^[\w-]{43}$/);
			const [cookie] = r.headers['set-cookie'];
			assert.match(cookie, /^__Host-birthmark-sso=bml_\w{32}; /);
			for (const part of ['Path=/', 'Secure', 'HttpOnly',
				'SameSite=Lax', 'Max-Age=600'])
				assert.ok(cookie.includes(`; ${part}`), cookie);
			assert.equal(r.headers['referrer-policy'], 'no-referrer');
		});

	test('an address known here signs in, is linked, and once only',
		async () => {
			const r = await signIn(s, 'ann');
			assert.equal(r.status, 201, r.text);
			assert.equal(r.json.user.email, 'ann@example.com');
			const cookie = r.headers['set-cookie'].find((c) =>
				c.startsWith('__Host-birthmark-sso='));
			assert.match(cookie, /Max-Age=0/);
			const me = await s.api('GET', '/api/v1/me', r.json.token);
			assert.equal(me.json.user.email, 'ann@example.com');
			const list = await s.api('GET', '/api/v1/sessions', r.json.token);
			assert.equal(list.json.items.find((x) => x.current).method, 'sso');
			problem(await finish(s, r.b), 401, 'sso-expired');
			const again = await r.b.ask(r.to);
			assert.match(again.headers.location, /error=sso-state$/);
		});

	test('a browser gets its session in a cookie', async () => {
		const r = await signIn(s, 'ann', {cookie: true});
		assert.equal(r.status, 201, r.text);
		assert.equal(r.json.token, undefined);
		assert.ok(r.json.csrf);
		assert.deepEqual([...r.b.cookies(s.url).keys()], ['__Host-birthmark']);
		const me = await r.b.ask(`${s.url}/api/v1/me`);
		assert.equal(me.json.user.email, 'ann@example.com', me.text);
	});

	test('the audit log tells of link, login and refusals', async () => {
		await signIn(s, 'bob');
		const r = await s.api('GET', '/api/v1/service/audit?limit=200',
			s.tokenOfAdmin);
		const has = (x) => r.json.items.some((i) => Object.entries(x).every(
			([k, v]) => i[k] === v));
		assert.ok(has({action: 'sso-link', target: 'ann@example.com'}), r.text);
		assert.ok(has({action: 'login', target: 'ann@example.com',
			detail: 'sso'}));
		assert.ok(r.json.items.some((i) => i.action === 'login' &&
			i.reason === 'sso-email-unverified'));
	});

	test('an unverified address is refused', async () => {
		problem(await signIn(s, 'bob'), 401, 'sso-email-unverified');
	});

	test('somebody without an address is refused', async () => {
		problem(await signIn(s, 'nomail'), 401, 'sso-refused');
	});

	test('who is not invited is refused, and makes no user', async () => {
		problem(await signIn(s, 'carl'), 403, 'sso-not-invited');
		problem(await signIn(s, 'carl'), 403, 'sso-not-invited');
	});

	test('an invitation makes a user without a password', async () => {
		const token = await invite(s, 'dora@example.com', 'operator');
		problem(await signIn(s, 'carl', {invitation: token}), 403,
			'invitation-other-address');
		problem(await signIn(s, 'dora', {invitation: 'bmi_no'}), 404,
			'invitation-unknown');
		const r = await signIn(s, 'dora', {invitation: token});
		assert.equal(r.status, 201, r.text);
		assert.equal(r.json.user.name, 'Dora Dör');
		const me = await s.api('GET', '/api/v1/me', r.json.token);
		assert.ok(JSON.stringify(me.json).includes('"operator"'), me.text);
		for (const text of ['', password])
			problem(await s.api('POST', '/api/v1/sessions', null,
				{email: 'dora@example.com', password: text || 'x'}), 401,
			'login-refused');
		problem(await signIn(s, 'eve', {invitation: token}), 404,
			'invitation-unknown');
		assert.equal((await signIn(s, 'dora')).status, 201);
	});

	test('an identity stays its user when its address changes', async () => {
		const was = await signIn(s, 'ann');
		provider.users.ann.email = 'eve@example.com';
		const now = await signIn(s, 'ann');
		assert.equal(now.status, 201, now.text);
		assert.equal(now.json.user.id, was.json.user.id);
		provider.users.ann.email = 'Ann@Example.com';
	});

	test('a user is one identity there, not two', async () => {
		provider.users.mallory = {email: 'ann@example.com',
			email_verified: true};
		problem(await signIn(s, 'mallory'), 403, 'sso-other-identity');
	});

	test('next comes back when it is a path of ours, without a fragment',
		async () => {
			for (const [next, want] of [
				['/console/batches?x=1', '?next=%2Fconsole%2Fbatches%3Fx%3D1'],
				['//evil.example', ''], ['https://evil.example', ''],
				['/\\evil.example', ''], ['/b/X#code', ''],
				['/a b', ''], [`/${'a'.repeat(600)}`, '']]) {
				const {b, to} = await toProvider(s, 'ann',
					`?next=${encodeURIComponent(next)}`);
				const r = await b.ask(to);
				assert.equal(r.headers.location, `/console/sso${want}`, next);
			}
		});

	test('an answer without its browser is refused', async () => {
		const {b, to} = await toProvider(s, 'ann');
		const other = await toProvider(s, 'ann');
		for (const [browser, url] of [[new Browser(s.ca), to], [other.b, to],
			[b, other.to], [b, to.replace(/state=[^&]*/, 'state=x')],
			[b, to.replace(/state=[^&]*&?/, '')]]) {
			const r = await browser.ask(url);
			assert.equal(r.status, 303);
			assert.equal(r.headers.location, '/console/sso?error=sso-state');
		}
		problem(await finish(s, b), 401, 'sso-expired');
	});

	test('an answer of another provider is refused', async () => {
		const {b, to} = await toProvider(s, 'ann');
		const r = await b.ask(to.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fx'));
		assert.equal(r.headers.location, '/console/sso?error=sso-refused');
		assert.match((await b.ask(to)).headers.location, /sso-expired$/);
	});

	test('a code counts once', async () => {
		const one = await toProvider(s, 'ann');
		await one.b.ask(one.to);
		const again = await one.b.ask(one.to.replace(/code=[^&]*/, 'code=x'));
		assert.equal(again.headers.location, '/console/sso');
		assert.equal((await finish(s, one.b)).status, 201);
		// The same code in another login of the same person.
		const code = /code=[^&]*/.exec(one.to)[0];
		const two = await toProvider(s, 'ann');
		await two.b.ask(two.to.replace(/code=[^&]*/, code));
		problem(await finish(s, two.b), 401, 'sso-refused');
	});

	test('what the provider says of a fault is not repeated', async () => {
		for (const [error, want] of [['access_denied', 'sso-denied'],
			['<script>alert(1)</script>', 'sso-refused'],
			['x'.repeat(500), 'sso-refused']]) {
			const {b, to} = await toProvider(s, 'ann');
			const state = new URL(to).searchParams.get('state');
			const r = await b.ask(`${s.url}${CALLBACK}?state=${state}&error=${
				encodeURIComponent(error)}&error_description=%3Cb%3E`);
			assert.equal(r.headers.location, `/console/sso?error=${want}`);
			assert.equal(r.text, '');
		}
	});

	test('cancelling at the provider comes back as such', async () => {
		const b = new Browser(s.ca);
		const page = await b.follow(`${s.url}/sso/start`, isOurs(s));
		const r = await b.follow(`${page.url}/abort`, isOurs(s));
		assert.match((await b.ask(r.to)).headers.location,
			/error=sso-denied$/);
	});

	test('a slow provider is waited for', async () => {
		provider.before = (req) => req.url.startsWith('/token') ?
			sleep(1000) : undefined;
		const r = await signIn(s, 'ann');
		provider.before = async () => {};
		assert.equal(r.status, 201, r.text);
		assert.ok(r.waited > 5, String(r.waited));
	});

	test('a wrong secret is told in the log, not to the person', async () => {
		const file = path.join(s.dir, 'courier', 'sso-secret');
		fs.writeFileSync(file, 'wrong');
		problem(await signIn(s, 'ann'), 401, 'sso-unavailable');
		fs.writeFileSync(file, provider.secret);
		assert.match(s.log, /sso-client/);
		assert.equal((await signIn(s, 'ann')).status, 201);
	});

	test('a courier that is killed while it asks ends that login alone',
		async () => {
			const {b, to} = await toProvider(s, 'ann');
			let asked = false;
			provider.before = (req) => req.url.startsWith('/token') ?
				(asked = true, sleep(3000)) : undefined;
			await b.ask(to);
			await until(() => asked, 5000, 'the courier to ask');
			const {courier} = s.addresses.pids;
			process.kill(courier, 'SIGKILL');
			problem(await finish(s, b), 401, 'sso-expired');
			provider.before = async () => {};
			assert.equal((await signIn(s, 'ann')).status, 201);
		});

	test('no code, token, secret or address is in the log', async () => {
		const r = await signIn(s, 'ann');
		const code = new URL(r.to).searchParams.get('code');
		for (const text of [code, r.json.token, provider.secret,
			'ann@example.com', 'eyJ'])
			assert.ok(!s.log.includes(text), text);
	});

	test('many starts of one peer are slowed', async () => {
		let r;
		for (let i = 0; i < 80; i++) {
			r = await s.api('GET', '/sso/start');
			assert.equal(r.status, 303);
			if (/error=/.test(r.headers.location))
				break;
		}
		assert.equal(r.headers.location, '/console/sso?error=sso-busy');
	});
});

for (const [name, opts] of [
	['addresses by UserInfo alone', {thin: true}],
	['ES256 and a public client', {alg: 'ES256', secret: ''}],
	['the secret in the body', {post: true}]])
	test(`a provider with ${name} works`, async () => {
		const port = await freePort();
		const provider = await startProvider({...opts,
			redirectUri: `https://127.0.0.1:${port}${CALLBACK}`,
			users: {ann: {email: 'ann@example.com', email_verified: true}}});
		const s = await serviceFor(provider, port);
		try {
			await ready(s);
			await person(s, 'ann@example.com');
			const r = await signIn(s, 'ann');
			assert.equal(r.status, 201, `${r.text}\n${s.log}`);
		} finally {
			await endService(s);
			await provider.stop();
		}
	});

describe('a provider inside the company', () => {
	let dir, pki, provider, port;
	before(async () => {
		dir = tempDir('sso');
		pki = serverPki(dir);
		port = await freePort();
		provider = await startProvider({
			tls: {cert: fs.readFileSync(pki.cert), key: fs.readFileSync(pki.key)},
			redirectUri: `https://127.0.0.1:${port}${CALLBACK}`,
			users: {ann: {email: 'ann@example.com', email_verified: true}}});
	});
	after(async () => {
		await provider.stop();
		fs.rmSync(dir, {recursive: true});
	});

	for (const [name, env, says] of [
		['is not called unless it may be', {SSO_CA: true},
			/address-not-allowed/],
		['is not believed without its CA', {SSO_PRIVATE: true},
			/peer-not-trusted/]])
		test(name, async () => {
			const s = await serviceFor(provider, port, {
				...(env.SSO_CA ? {BIRTHMARK_SSO_CA: pki.ca} : {}),
				...(env.SSO_PRIVATE ? {BIRTHMARK_SSO_PRIVATE: 'true'} : {})});
			try {
				await until(() => says.test(s.log), 10000, 'the log');
				assert.match((await s.api('GET', '/sso/start'))
					.headers.location, /sso-unavailable$/);
			} finally {
				await endService(s);
			}
		});

	test('works with its CA', async () => {
		const s = await serviceFor(provider, port, {
			BIRTHMARK_SSO_CA: pki.ca, BIRTHMARK_SSO_PRIVATE: 'true'});
		try {
			s.moreCas = [fs.readFileSync(pki.ca)];
			await ready(s);
			await person(s, 'ann@example.com');
			const r = await signIn(s, 'ann');
			assert.equal(r.status, 201, `${r.text}\n${s.log}`);
		} finally {
			await endService(s);
		}
	});
});

describe('a provider that lies', () => {
	let s, evil;
	before(async () => {
		evil = await startEvilProvider();
		s = await serviceFor(evil, await freePort());
		await ready(s);
		await person(s, 'ann@example.com');
	});
	after(async () => {
		await endService(s);
		await evil.stop();
	});
	const ann = {sub: 'ann', email: 'ann@example.com', email_verified: true};
	const honest = (c, p) => signJws(p.keys[0], {...c, ...ann});

	async function answered(answer, code = 'sso-refused') {
		evil.answer = answer;
		problem(await signIn(s), 401, code);
	}

	test('is believed when it tells the truth, with PKCE', async () => {
		evil.answer = honest;
		const r = await signIn(s);
		assert.equal(r.status, 201, `${r.text}\n${s.log}`);
		const {form, authorization} = evil.asked.at(-1);
		assert.equal(authorization, undefined);
		assert.equal(form.get('client_id'), evil.clientId);
		assert.equal(form.get('grant_type'), 'authorization_code');
		assert.equal(evil.codes.get(form.get('code')).get('code_challenge'),
			crypto.createHash('sha256').update(form.get('code_verifier'))
				.digest('base64url'));
	});

	const b64 = (x) => Buffer.from(JSON.stringify(x)).toString('base64url');
	for (const [name, answer] of [
		['no signature (alg none)', (c) => `${b64({alg: 'none'})}.${
			b64({...c, ...ann})}.`],
		['an HMAC with its public key', (c, p) => {
			const text = `${b64({alg: 'HS256', kid: p.keys[0].kid})}.${
				b64({...c, ...ann})}`;
			return `${text}.${crypto.createHmac('sha256', p.keys[0].x)
				.update(text).digest('base64url')}`;
		}],
		['another key', (c, p) => signJws({...ecKey(), kid: p.keys[0].kid},
			{...c, ...ann})],
		['another kind of key', (c, p) => signJws({...rsaKey(),
			kid: p.keys[0].kid}, {...c, ...ann})],
		['a key it does not publish', (c) => signJws(ecKey(),
			{...c, ...ann})],
		['changed claims', (c, p) => {
			const [h, , sig] = honest(c, p).split('.');
			return `${h}.${b64({...c, ...ann, sub: 'x'})}.${sig}`;
		}],
		['another client', (c, p) => honest({...c, aud: 'x'}, p)],
		['another issuer', (c, p) => honest({...c, iss: `${c.iss}/`}, p)],
		['a token that has expired', (c, p) => honest({...c,
			exp: c.iat - 600}, p)],
		['a token of yesterday', (c, p) => honest({...c,
			iat: c.iat - 86400}, p)],
		['another nonce', (c, p) => honest({...c, nonce: 'x'}, p)],
		['no nonce', (c, p) => honest({...c, nonce: undefined}, p)],
		['nobody', (c, p) => signJws(p.keys[0], {...c, ...ann,
			sub: undefined})],
		['no token', () => ({status: 200, body: {token_type: 'Bearer'}})],
		['garbage', () => ({status: 200, body: '\u0000<html>'})],
		['a token of garbage', () => 'a.b.c'],
		['a flood', () => ({status: 200, body: 'x'.repeat(5 << 20)})],
		['a refusal', () => ({status: 400, body: {error: 'invalid_grant'}})],
	])
		test(`is refused with ${name}`, () => answered(answer));

	test('cannot send the courier elsewhere', () => answered(() => ({
		status: 302, body: ''}), 'sso-refused'));

	test('that is out of order is away, not refused', () =>
		answered(() => ({status: 503, body: {}}), 'sso-unavailable'));

	test('tells by UserInfo of nobody else', async () => {
		const sub = (c, p) => signJws(p.keys[0], {...c, sub: 'ann'});
		evil.userinfo = () => ({...ann, sub: 'eve'});
		await answered(sub);
		evil.userinfo = () => '[';
		await answered(sub);
		evil.userinfo = () => ann;
		evil.answer = sub;
		assert.equal((await signIn(s)).status, 201);
	});

	test('may change its keys', async () => {
		await sleep(0);
		evil.keys = [rsaKey(), ecKey()];
		evil.answer = honest;
		await until(async () => (await signIn(s)).status === 201, 20000,
			'the new keys');
	});
});

test('a provider that is away leaves the login page as it is', async () => {
	const port = await freePort(), away = await freePort();
	const s = await serviceFor({issuer: `http://127.0.0.1:${away}`,
		clientId: 'x'}, port);
	try {
		const r = await s.api('GET', '/sso/start');
		assert.equal(r.status, 303);
		assert.equal(r.headers.location,
			'/console/sso?error=sso-unavailable');
		assert.equal(r.headers['set-cookie'], undefined);
		assert.equal((await s.api('GET', '/api/v1/signin')).json.sso.name,
			'Example Login');
		assert.ok(await s.login());
		await until(() => /cannot be read/.test(s.log), 10000, 'the log');
		// It comes; it goes while somebody is on the way; it comes again.
		const provider = await startProvider({port: away, users: {},
			redirectUri: `https://127.0.0.1:${port}${CALLBACK}`});
		await until(async () => !/error/.test(
			(await s.api('GET', '/sso/start')).headers.location), 20000,
		'the provider to be noticed');
		await provider.stop();
	} finally {
		await endService(s);
	}
});

test('a provider of another name is not taken', async () => {
	const evil = await startEvilProvider();
	evil.change = (m) => ({...m, issuer: 'https://elsewhere.example'});
	const s = await serviceFor(evil, await freePort());
	try {
		await until(() => /elsewhere\.example/.test(s.log), 10000, 'the log');
		assert.match((await s.api('GET', '/sso/start')).headers.location,
			/sso-unavailable$/);
	} finally {
		await endService(s);
		await evil.stop();
	}
});

test('an address that is not verified counts when the service says so',
	async () => {
		const evil = await startEvilProvider();
		const s = await serviceFor(evil, await freePort(),
			{BIRTHMARK_SSO_TRUST_EMAIL: 'true'});
		try {
			await ready(s);
			await person(s, 'ann@example.com');
			evil.user = {sub: 'a', email: 'ann@example.com'};
			assert.equal((await signIn(s)).status, 201);
		} finally {
			await endService(s);
			await evil.stop();
		}
	});

test('without a provider there is nothing to start', async () => {
	const s = await startService();
	try {
		assert.deepEqual((await s.api('GET', '/api/v1/signin')).json,
			{sso: null});
		problem(await s.api('GET', '/sso/start'), 404, 'sso-off');
		problem(await s.api('GET', CALLBACK), 404, 'sso-off');
		problem(await s.api('POST', '/api/v1/sessions/sso', null, {}), 404,
			'sso-off');
		const conf = path.join(s.dir, 'birthmark.conf');
		const had = fs.readFileSync(conf, 'utf8');
		for (const [text, says] of [
			['sso_issuer = https://x.example', /sso_client_id/],
			['sso_client_id = x', /sso_issuer/],
			['sso_issuer = http://x.example\nsso_client_id = x', /https/],
			['sso_issuer = http://127.0.0.1.x.example\nsso_client_id = x',
				/https/],
			['sso_issuer = https://x.example?a\nsso_client_id = x', /query/],
			['sso_issuer = https://x.example\nsso_client_id = x\n' +
				'sso_ca = /nowhere.pem', /nowhere/]]) {
			fs.writeFileSync(conf, `${had}\n${text}\n`);
			const r = run(['serve', '--dir', s.dir]);
			assert.equal(r.status, 2, text);
			assert.match(r.stderr, says);
		}
		fs.writeFileSync(conf, `${had}\nsso_issuer = https://x.example\n` +
			'sso_client_id = console\n');
		const r = run(['serve', '--dir', s.dir, '--check']);
		assert.match(r.stdout, /single sign-on: https:\/\/x\.example as console, without a secret/);
		assert.match(r.stdout, /\/sso\/callback/);
		fs.writeFileSync(conf, had);
	} finally {
		await endService(s);
	}
});
