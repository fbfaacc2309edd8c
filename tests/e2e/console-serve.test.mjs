// The console as the service serves it, and the browser's session: headers,
// compression, caching, cookies, the CSRF token.  Must not open a browser.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import zlib from 'node:zlib';
import {endService, startService} from './lib/service.mjs';

const COOKIE = '__Host-birthmark';
const DOCUMENTS = ['/', '/scan', '/b/D0012345', '/console', '/console/',
	'/console/login', '/console/a/acc_0/batches/D0012345'];
let s;

before(async () => { s = await startService(); });
after(() => endService(s));

const get = (route, headers) => s.api('GET', route, null, undefined, headers);

/** The directives of a policy: {name: [sources]}. */
const policy = (r) => Object.fromEntries(
	r.headers['content-security-policy'].split(';').map((d) => {
		const [name, ...sources] = d.trim().split(/\s+/);
		return [name, sources];
	}));

/** The addresses of what the document loads. */
async function loaded() {
	const r = await get('/');
	return [...r.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((m) => m[1]);
}

/** The script of the scanner's worker, by the names in the other scripts. */
async function workerScript() {
	const seen = new Set(await loaded());
	for (const route of seen) {
		const r = route.endsWith('.js') ? await get(route) : {text: ''};
		for (const [, name] of r.text.matchAll(
			/["'`/]([\w.-]+-[\w-]{8}\.js)["'`]/g))
			seen.add(`/assets/${name}`);
	}
	return [...seen].find((route) => /\/scan-worker-/.test(route));
}

describe('documents', () => {
	for (const route of DOCUMENTS)
		test(`${route} has its policy and nothing inline`, async () => {
			const r = await get(route);
			const p = policy(r);
			const scan = route === '/scan';
			assert.equal(r.status, 200);
			assert.equal(r.headers['content-type'],
				'text/html; charset=utf-8');
			assert.deepEqual(p['default-src'], ["'none'"]);
			assert.deepEqual(p['script-src'], scan
				? ["'self'", "'wasm-unsafe-eval'"] : ["'self'"]);
			assert.deepEqual(p['style-src'], ["'self'"]);
			assert.deepEqual(p['connect-src'], ["'self'"]);
			assert.deepEqual(p['img-src'], ["'self'", 'blob:', 'data:']);
			for (const none of ['base-uri', 'frame-ancestors'])
				assert.deepEqual(p[none], ["'none'"], none);
			assert.match(r.headers['permissions-policy'],
				scan ? /^camera=\(self\)/ : /^camera=\(\)/);
			assert.match(r.headers['permissions-policy'],
				/microphone=\(\), geolocation=\(\)/);
			assert.equal(r.headers['cross-origin-opener-policy'],
				'same-origin');
			assert.equal(r.headers['x-content-type-options'], 'nosniff');
			assert.equal(r.headers['referrer-policy'], 'no-referrer');
			assert.equal(r.headers['cache-control'], 'no-cache');
			assert.match(r.headers.vary, /Accept-Encoding/);
			assert.ok(!r.headers['set-cookie']);
			assert.doesNotMatch(r.text, /<script(?![^>]*\ssrc=)/);
			assert.doesNotMatch(r.text, /<style|\sstyle=|\son\w+=/);
			assert.doesNotMatch(r.text, /D0012345|acc_0/);
		});

	test('are asked for again, and answered in few bytes', async () => {
		const r = await get('/');
		assert.match(r.headers.etag, /^"[0-9a-f]{32}"$/);
		const same = await get('/console/login',
			{'if-none-match': r.headers.etag});
		assert.equal(same.status, 304);
		assert.equal(same.bytes.length, 0);
		assert.ok(same.headers['content-security-policy']);
		const other = await get('/', {'if-none-match': '"0"'});
		assert.equal(other.status, 200);
	});

	test('HEAD tells the same without a body', async () => {
		const r = await s.api('HEAD', '/');
		assert.equal(r.status, 200);
		assert.equal(r.bytes.length, 0);
		assert.deepEqual(policy(r)['script-src'], ["'self'"]);
	});

	test('are for reading only', async () => {
		for (const method of ['POST', 'PUT', 'DELETE']) {
			const r = await s.api(method, '/console/login');
			assert.equal(r.status, 405);
			assert.match(r.headers.allow, /GET, HEAD/);
		}
	});

	test('what is not there is a problem, never a page', async () => {
		for (const route of ['/nothing', '/index.html', '/scan/x',
			'/console//x', '/console/%2e%2e/x', '/b/', '/b/a/b', '/assets/',
			'/assets/none-00000000.js', '/assets/..%2findex.html',
			`/console/${'a/'.repeat(129)}`, `/console/${'a'.repeat(129)}`]) {
			const r = await get(route);
			assert.equal(r.status, 404, route);
			assert.equal(r.json.code, 'not-found', route);
			assert.deepEqual(policy(r)['default-src'], ["'none'"], route);
			assert.ok(!('script-src' in policy(r)), route);
			assert.equal(r.headers['cache-control'], 'no-store', route);
		}
	});

	test('the API allows no scripts at all', async () => {
		const r = await get('/api/v1/me');
		assert.equal(r.status, 401);
		assert.deepEqual(policy(r)['default-src'], ["'none'"]);
		assert.ok(!('script-src' in policy(r)));
	});
});

describe('assets', () => {
	test('all that the document names is there, for ever', async () => {
		const all = await loaded();
		assert.ok(all.some((route) => route.endsWith('.js')));
		assert.ok(all.some((route) => route.endsWith('.css')));
		const types = {js: 'text/javascript; charset=utf-8',
			css: 'text/css; charset=utf-8', svg: 'image/svg+xml'};
		for (const route of all) {
			const r = await get(route);
			assert.equal(r.status, 200, route);
			assert.equal(r.headers['content-type'],
				types[route.split('.').pop()], route);
			if (route.startsWith('/assets/'))
				assert.equal(r.headers['cache-control'],
					'public, max-age=31536000, immutable', route);
			assert.deepEqual(policy(r)['default-src'], ["'none'"], route);
		}
	});

	test('compressed for who takes it, the same bytes', async () => {
		const route = (await loaded()).find((r) => r.endsWith('.js'));
		const plain = await get(route);
		const gzip = await get(route, {'accept-encoding': 'br, gzip'});
		assert.ok(!plain.headers['content-encoding']);
		assert.equal(gzip.headers['content-encoding'], 'gzip');
		assert.equal(gzip.headers.vary, plain.headers.vary);
		assert.notEqual(gzip.headers.etag, plain.headers.etag);
		assert.ok(gzip.bytes.length < plain.bytes.length / 2);
		assert.deepEqual(zlib.gunzipSync(gzip.bytes), plain.bytes);
		const not = await get(route, {'accept-encoding': 'gzip;q=0, *;q=0'});
		assert.ok(!not.headers['content-encoding']);
	});

	test('only the scanner\'s worker may compile WebAssembly', async () => {
		const route = await workerScript();
		assert.ok(route, 'no script names the worker');
		const worker = await get(route);
		assert.equal(worker.status, 200);
		assert.deepEqual(policy(worker)['script-src'],
			["'self'", "'wasm-unsafe-eval'"]);
		const [main] = (await loaded()).filter((r) => r.endsWith('.js'));
		assert.deepEqual(policy(await get(main))['script-src'], ["'self'"]);
		const [, wasm] = /([\w-]+-[\w-]{8}\.wasm)/.exec(worker.text);
		const r = await get(`/assets/${wasm}`, {'accept-encoding': 'gzip'});
		assert.equal(r.headers['content-type'], 'application/wasm');
		assert.equal(zlib.gunzipSync(r.bytes).toString('latin1', 0, 4),
			'\0asm');
	});
});

describe('the session in a cookie', () => {
	/** Logs in as a browser does: {cookie, csrf, line}. */
	async function login() {
		const r = await s.api('POST', '/api/v1/sessions', null,
			{...s.admin, cookie: true});
		assert.equal(r.status, 201, r.text);
		assert.ok(!('token' in r.json));
		assert.equal(r.headers['set-cookie'].length, 1);
		const [line] = r.headers['set-cookie'];
		return {line, cookie: line.split(';')[0], csrf: r.json.csrf};
	}

	const as = (b, method, route, body, headers = {}) => s.api(method, route,
		null, body, {cookie: b.cookie, ...headers});
	const own = (b) => ({'birthmark-csrf': b.csrf});
	const isDropped = (r) => r.headers['set-cookie']?.length === 1 &&
		r.headers['set-cookie'][0].startsWith(`${COOKIE}=;`) &&
		/Max-Age=0/.test(r.headers['set-cookie'][0]);

	test('is out of reach of scripts, other hosts and plain HTTP', async () => {
		const b = await login();
		const [value, ...flags] = b.line.split('; ');
		assert.match(value, new RegExp(`^${COOKIE}=bms_[\\w-]+$`));
		assert.deepEqual(flags.sort(),
			['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
		assert.match(b.csrf, /^[\w-]{43}$/);
		assert.ok(!b.cookie.includes(b.csrf));
	});

	test('reads with the cookie alone, and tells the CSRF token', async () => {
		const b = await login();
		const r = await as(b, 'GET', '/api/v1/me');
		assert.equal(r.status, 200);
		assert.equal(r.json.csrf, b.csrf);
		assert.equal(r.headers['cache-control'], 'no-store');
		const bearer = await s.api('GET', '/api/v1/me', await s.login());
		assert.equal(bearer.json.csrf, null);
	});

	test('writes need the CSRF token of this very session', async () => {
		const b = await login(), other = await login();
		const to = [b, 'PATCH', '/api/v1/me', {name: 'Jo'}];
		for (const headers of [{}, {'birthmark-csrf': ''}, own(other),
			{'birthmark-csrf': b.csrf.slice(0, -1)},
			{'birthmark-csrf': `${b.csrf}A`},
			{'birthmark-csrf': b.cookie.split('=')[1]}]) {
			const r = await as(...to, headers);
			assert.equal(r.status, 403, JSON.stringify(headers));
			assert.equal(r.json.code, 'csrf-token-needed');
		}
		const r = await as(...to, own(b));
		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.user.name, 'Jo');
	});

	test('gives way to an Authorization header', async () => {
		const b = await login();
		const token = await s.login();
		const r = await as(b, 'PATCH', '/api/v1/me', {name: 'Jo'},
			{authorization: `Bearer ${token}`});
		assert.equal(r.status, 200);
		assert.equal(r.json.csrf, null);
		const no = await as(b, 'GET', '/api/v1/me', undefined,
			{authorization: 'Bearer bms_none'});
		assert.equal(no.status, 401);
	});

	test('a form of another site cannot log in', async () => {
		for (const type of ['text/plain', 'multipart/form-data; boundary=x',
			'application/x-www-form-urlencoded']) {
			const r = await s.api('POST', '/api/v1/sessions', null,
				JSON.stringify({...s.admin, cookie: true}),
				{'content-type': type});
			assert.equal(r.status, 415, type);
			assert.ok(!r.headers['set-cookie'], type);
		}
		const r = await s.api('OPTIONS', '/api/v1/sessions', null, undefined,
			{origin: 'https://evil.test',
				'access-control-request-method': 'POST'});
		assert.ok(!Object.keys(r.headers).some((h) =>
			h.startsWith('access-control-')));
	});

	test('each write is done once by its key', async () => {
		const b = await login();
		const write = () => as(b, 'POST', '/api/v1/accounts', {name: 'Once'},
			{...own(b), 'idempotency-key': 'console-1'});
		const one = await write(), two = await write();
		assert.equal(one.status, 201, one.text);
		assert.equal(two.json.id, one.json.id);
	});

	test('a stolen cookie is worth nothing after logout', async () => {
		const b = await login(), other = await login();
		const csrf = await as(b, 'DELETE', '/api/v1/sessions/current');
		assert.equal(csrf.status, 403);
		const r = await as(b, 'DELETE', '/api/v1/sessions/current',
			undefined, own(b));
		assert.equal(r.status, 204);
		assert.ok(isDropped(r));
		assert.equal((await as(b, 'GET', '/api/v1/me')).status, 401);
		assert.equal((await as(b, 'PATCH', '/api/v1/me', {name: 'X'},
			own(b))).status, 401);
		assert.equal((await as(other, 'GET', '/api/v1/me')).status, 200);
	});

	test('logging out everywhere ends every session', async () => {
		const b = await login(), other = await login();
		const token = await s.login();
		const list = await as(b, 'GET', '/api/v1/sessions');
		assert.ok(list.json.items.length >= 3);
		assert.equal(list.json.items.filter((i) => i.current).length, 1);
		assert.ok(list.json.items.every((i) => i.method === 'password'));
		const r = await as(b, 'DELETE', '/api/v1/sessions', undefined,
			own(b));
		assert.equal(r.status, 204);
		assert.ok(isDropped(r));
		for (const gone of [b, other])
			assert.equal((await as(gone, 'GET', '/api/v1/me')).status, 401);
		assert.equal((await s.api('GET', '/api/v1/me', token)).status, 401);
	});

	test('a browser\'s name is kept short and printable', async () => {
		const agent = `Phone/1 ${'\u00e9'.repeat(9)}${'x'.repeat(300)}`;
		const r = await s.api('POST', '/api/v1/sessions', null,
			{...s.admin, cookie: true}, {'user-agent': agent});
		const b = {cookie: r.headers['set-cookie'][0].split(';')[0]};
		const list = await as(b, 'GET', '/api/v1/sessions');
		const mine = list.json.items.find((i) => i.current);
		assert.match(mine.agent, /^Phone\/1 x+$/);
		assert.equal(mine.agent.length, 200);
	});
});
