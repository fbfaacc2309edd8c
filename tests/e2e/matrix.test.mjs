// Every route with every role, and every account with every other, against a
// real service; what is expected is computed from the route table.
// Must not name a route that is in the table: a new one is tested by itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {endService, root, startService} from './lib/service.mjs';

const roleOf = {
	R_ADMIN: 'administrator', R_OPERATOR: 'operator',
	R_DEVELOPER: 'developer', R_AUDITOR: 'auditor', R_GATE: 'gate',
	R_VADMIN: 'vendor-administrator', R_VPUBLISHER: 'vendor-publisher',
	R_SERVICE: 'service'};

function readRoutes() {
	const dir = path.join(root, 'src', 'api');
	const row = /^\s*\{"([A-Z]+)", "([^"]+)", (API_[A-Z]+), ([^,]+), ([^,]+), \w+, \w+\},/gm;
	const routes = [];
	for (const name of fs.readdirSync(dir)) {
		if (!/^api_routes.*\.c$/.test(name))
			continue;
		const text = fs.readFileSync(path.join(dir, name), 'utf8');
		for (const m of text.matchAll(row))
			routes.push({method: m[1], path: m[2],
				scope: m[3].slice(4).toLowerCase(),
				roles: m[4] === '0' ? [] :
					m[4].split('|').map((r) => roleOf[r.trim()]),
				body: m[5] !== '0'});
	}
	return routes;
}

const routes = readRoutes();
const password = 'a pass phrase for the matrix 1';
const accountRoles = ['administrator', 'operator', 'developer', 'auditor'];
const vendorRoles = ['vendor-administrator', 'vendor-publisher'];
let service, serviceToken;
// Each: {name, token, isToken, scope, id, role}
const actors = [];
const accounts = {}, vendors = {};

async function ok(method, route, token, body, headers) {
	const r = await service.api(method, route, token, body, headers);
	assert.ok(r.status < 300, `${method} ${route}: ${r.status} ${r.text}`);
	return r.json;
}

async function join(invitation, email) {
	await ok('POST', '/api/v1/invitations/accept', null,
		{token: invitation.token, password, name: email.split('@')[0]});
	return service.login(email, password);
}

// The user of the service makes the account, hands it over, and leaves it.
async function makeAccount(key) {
	const a = await ok('POST', '/api/v1/accounts', serviceToken,
		{name: `Account ${key}`});
	const base = `/api/v1/accounts/${a.id}`;
	const email = `owner-${key}@example.com`;
	const owner = await join(await ok('POST', `${base}/invitations`,
		serviceToken, {email, role: 'administrator'}), email);
	const me = await ok('GET', '/api/v1/me', serviceToken);
	await ok('DELETE', `${base}/members/${me.user.id}`, serviceToken);
	accounts[key] = {id: a.id, owner};
	for (const role of accountRoles) {
		const who = `${role}-${key}@example.com`;
		actors.push({name: `${role} of account ${key}`, scope: 'account',
			email: who, id: a.id, role, token: await join(await ok('POST',
				`${base}/invitations`, owner, {email: who, role}), who)});
	}
	for (const role of [...accountRoles, 'gate'])
		actors.push({name: `${role} token of account ${key}`,
			isToken: true, scope: 'account', id: a.id, role,
			token: (await ok('POST', `${base}/tokens`, owner,
				{name: role, role, expires_in_days: 1})).token});
}

async function makeVendor(key) {
	const v = await ok('POST', '/api/v1/vendors', serviceToken,
		{name: `Vendor ${key}`, slug: `vendor-${key}`});
	vendors[key] = {id: v.id};
	for (const role of vendorRoles) {
		const who = `${role}-${key}@example.com`;
		const token = await join(await ok('POST',
			'/api/v1/service/invitations', serviceToken,
			{email: who, scope: 'vendor', id: v.id, role}), who);
		actors.push({name: `${role} of vendor ${key}`, scope: 'vendor',
			email: who, id: v.id, role, token});
		if (role === 'vendor-administrator')
			vendors[key].admin = token;
	}
	for (const role of vendorRoles)
		actors.push({name: `${role} token of vendor ${key}`,
			isToken: true, scope: 'vendor', id: v.id, role,
			token: (await ok('POST', `/api/v1/vendors/${v.id}/tokens`,
				vendors[key].admin,
				{name: role, role, expires_in_days: 1})).token});
}

before(async () => {
	service = await startService();
	serviceToken = await service.login();
	for (const key of ['one', 'two'])
		await makeAccount(key);
	for (const key of ['one', 'two'])
		await makeVendor(key);
	actors.push({name: 'user of the service', scope: 'service', id: '',
		role: 'service', token: serviceToken});
});

after(() => endService(service));

const idOf = {session: 'ses_0000000000000000', bid: 'NO-SUCH-BATCH'};

/** The route's path for one account or vendor; other ids do not exist. */
function fill(route, own) {
	return route.path.replace(/\{(\w+)\}/g, (_, name) => {
		if (name === route.scope)
			return own;
		if (name === 'vendor')
			return 'ven_0000000000000000';
		if (name === 'fingerprint')
			return '0'.repeat(64);
		return idOf[name] || `${name.slice(0, 3)}_0000000000000000`;
	});
}

function call(route, own, token) {
	return service.api(route.method, fill(route, own), token,
		route.body ? '{}' : undefined);
}

/** What ends sessions may have ended the caller's own. */
async function loginAgain(actor) {
	if (!actor || actor.isToken ||
		(await service.api('GET', '/api/v1/me', actor.token)).status === 200)
		return;
	actor.token = await (actor.email ? service.login(actor.email, password) :
		service.login());
	if (actor.role === 'service')
		serviceToken = actor.token;
}

/** What the frame has to say: 'ok' (the handler's answer), or a status. */
function expected(route, actor, own) {
	if (route.scope === 'public')
		return 'ok';
	if (!actor)
		return 401;
	if (route.scope === 'user')
		return actor.isToken ? 403 : 'ok';
	const inside = actor.scope === route.scope && actor.id === own;
	if (inside)
		return route.roles.includes(actor.role) ? 'ok' : 403;
	if (route.scope === 'service')
		return 403;
	if (actor.role === 'service' && route.roles.includes('service'))
		return 'ok';
	return 404;
}

function check(route, actor, own, r) {
	const who = actor ? actor.name : 'nobody';
	const want = expected(route, actor, own);
	const got = `${route.method} ${fill(route, own)} as ${who}: ${r.status} ${
		r.text.slice(0, 200)}`;
	if (want === 401) {
		assert.equal(r.status, 401, got);
	} else if (want === 403) {
		assert.equal(r.status, 403, got);
		assert.equal(r.json.code, actor.isToken && route.scope === 'user' ?
			'session-needed' : 'role-denied', got);
	} else if (want === 404) {
		assert.equal(r.status, 404, got);
		assert.equal(r.json.code, 'not-found', got);
	} else {
		assert.ok(r.status !== 401 || route.scope === 'public', got);
		assert.ok(!r.json || !['role-denied', 'session-needed'].includes(
			r.json.code), got);
		assert.ok(r.status < 500 || r.status === 503, got);
		// A list or the thing itself is there, not hidden.
		const things = route.path.replace(`{${route.scope}}`, '');
		if (route.method === 'GET' && !things.includes('{'))
			assert.ok(r.status < 400 || route.scope === 'public' ||
				r.json.code === 'audit-verified', got);
	}
}

function scopesOf(route) {
	const list = route.scope === 'account' ? accounts :
		route.scope === 'vendor' ? vendors : {none: {id: ''}};
	return Object.values(list).map((x) => x.id);
}

describe('the route table', () => {
	test('is read whole', () => {
		const text = fs.readdirSync(path.join(root, 'src', 'api'))
			.filter((n) => /^api_routes.*\.c$/.test(n))
			.map((n) => fs.readFileSync(
				path.join(root, 'src', 'api', n), 'utf8')).join('');
		assert.equal(routes.length, (text.match(/"\/[^"]*",/g) || []).length);
		assert.ok(routes.length > 40);
		for (const r of routes)
			for (const role of r.roles)
				assert.ok(role, `${r.method} ${r.path}: unknown role`);
	});

	for (const route of routes)
		test(`${route.method} ${route.path} obeys its roles`, async () => {
			for (const own of scopesOf(route))
				for (const actor of [null, ...actors]) {
					check(route, actor, own, await call(route, own,
						actor && actor.token));
					if (route.scope === 'user' && route.method === 'DELETE')
						await loginAgain(actor);
				}
		});
});

/** Things of account two, which administrators of account one try to reach. */
async function thingsOf(key) {
	const {id, owner} = accounts[key];
	const base = `/api/v1/accounts/${id}`;
	const members = await ok('GET', `${base}/members`, owner);
	const things = {
		user: members.items[0].user,
		token: (await ok('GET', `${base}/tokens`, owner)).items[0].id,
		invitation: (await ok('POST', `${base}/invitations`, owner,
			{email: 'later@example.com', role: 'auditor'})).id,
	};
	const had = (part) => routes.some((r) => r.method === 'POST' &&
		r.path === `/api/v1/accounts/{account}/${part}`);
	if (had('products'))
		things.product = (await ok('POST', `${base}/products`, owner,
			{name: 'Dishwasher DW-9'})).id;
	if (had('clouds'))
		things.cloud = (await ok('POST', `${base}/clouds`, owner, {
			name: 'Cloud', type: 'gate'})).id;
	return things;
}

test('nothing of one account is reached through another', async () => {
	const things = await thingsOf('two');
	const admin = accounts.one.owner;
	for (const route of routes.filter((r) => r.scope === 'account')) {
		const parts = [...route.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
		if (!parts.some((p) => things[p]))
			continue;
		const where = route.path.replace(/\{(\w+)\}/g, (_, p) =>
			p === 'account' ? accounts.one.id : things[p] || 'none');
		const r = await service.api(route.method, where, admin,
			route.body ? '{"role":"auditor","name":"x"}' : undefined);
		const want = route.roles.includes('administrator') ?
			[400, 404] : [403];
		assert.ok(want.includes(r.status),
			`${route.method} ${where}: ${r.status} ${r.text}`);
	}
	const base = `/api/v1/accounts/${accounts.two.id}`;
	for (const [list, id] of [['members', things.user],
		['tokens', things.token], ['invitations', things.invitation]]) {
		const j = await ok('GET', `${base}/${list}?limit=500`,
			accounts.two.owner);
		const x = j.items.find((i) => (i.user || i.id) === id);
		assert.ok(x, `${list} of account two lost ${id}`);
		assert.ok(!x.revoked_at);
	}
});

test('an account of others looks like one that does not exist', async () => {
	const there = await service.api('GET',
		`/api/v1/accounts/${accounts.two.id}`, accounts.one.owner);
	const none = await service.api('GET',
		'/api/v1/accounts/acc_0000000000000000', accounts.one.owner);
	assert.equal(there.status, 404);
	assert.equal(there.text, none.text);
});

test('a session is worth nothing after its logout', async () => {
	const token = await service.login('auditor-one@example.com', password);
	await ok('GET', '/api/v1/me', token);
	await ok('DELETE', '/api/v1/sessions/current', token);
	for (const route of ['/api/v1/me', `/api/v1/accounts/${accounts.one.id}`]) {
		const r = await service.api('GET', route, token);
		assert.equal(r.status, 401);
	}
});

test('a token is worth nothing after it was revoked', async () => {
	const base = `/api/v1/accounts/${accounts.one.id}`;
	const t = await ok('POST', `${base}/tokens`, accounts.one.owner,
		{name: 'short', role: 'auditor', expires_in_days: 1});
	await ok('GET', `${base}/members`, t.token);
	await ok('DELETE', `${base}/tokens/${t.id}`, accounts.one.owner);
	assert.equal((await service.api('GET', `${base}/members`,
		t.token)).status, 401);
});

test('a member who was removed sees nothing more', async () => {
	const base = `/api/v1/accounts/${accounts.two.id}`;
	const gone = actors.find((a) => a.name === 'developer of account two');
	const j = await ok('GET', `${base}/members?limit=500`, accounts.two.owner);
	const m = j.items.find((x) => x.email.startsWith('developer-two@'));
	await ok('GET', base, gone.token);
	await ok('DELETE', `${base}/members/${m.user}`, accounts.two.owner);
	assert.equal((await service.api('GET', base, gone.token)).status, 404);
});

test('the audit log is whole after all this', async () => {
	const j = await ok('GET', '/api/v1/service/audit/verify', serviceToken);
	assert.equal(j.ok, true);
	assert.ok(j.count > 50);
});
