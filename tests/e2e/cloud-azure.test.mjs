// Azure IoT Hub and DPS against strict doubles: ten thousand devices through
// faults and kills, what is there already, plans and audits, quarantine,
// revocation, unbinding, Entra ID, and a hub that disappears.
import './lib/release.mjs';
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';

import {AzureDps, AzureHub, Entra, newKey} from '../clouds/azure.mjs';
import {enrol} from './lib/enrol.mjs';
import {addAuthority} from './lib/field.mjs';
import {serverPki} from './lib/forge.mjs';
import {alive, freePort, request, until} from './lib/service.mjs';
import {buildWorld, csvDevices} from './lib/world.mjs';

const COUNT = 10000;
const SECRET = 'the-secret-of-the-application-93';
const AUDIENCE = 'api://AzureADTokenExchange';
const quotas = {hub: {registry: 1200, query: 6000, login: 600},
	dps: {enrolment: 9000, query: 3000, login: 600}};
let w, pki, hub, dps, away, entra, jwks, shown;
let serial = 0;

const get = (what, who = 'admin') => w.must(200, who, 'GET', w.in(what));
const post = (what, status = 202, body = {}) =>
	w.must(status, 'admin', 'POST', w.in(what), body);
const fpOf = (pem) => crypto.createHash('sha256')
	.update(new crypto.X509Certificate(pem).raw).digest('hex');
const cnOf = (pem) => /^CN=(.*)$/m.exec(new crypto.X509Certificate(pem).subject)[1];

async function bound(count, keyless = true) {
	const reel = w.fab.reel(`z${++serial}`, {count, keyless,
		args: ['--model', 'SC1']});
	await w.mustPublish(reel);
	const r = await w.bind('admin', reel.label, {product: w.product});
	assert.equal(r.status, 201, r.text);
	reel.all = csvDevices(fs.readFileSync(reel.file('manifest.csv'), 'utf8'))
		.map((d) => ({...d, fp: fpOf(d.cert), cn: cnOf(d.cert)}));
	return reel;
}

async function addCloud(kind, more = {}) {
	const made = await post('clouds', 201, {name: `azure ${++serial}`,
		type: `azure-${kind}`, settings: {},
		credentials: {connection_string:
			(kind === 'hub' ? hub : dps).connectionString('writer')},
		quotas: quotas[kind],
		ca_certificate: fs.readFileSync(pki.ca, 'utf8'), ...more});
	return made.id;
}

const tested = async (id) => w.job((await post(`clouds/${id}/test`)).id);
const provision = async (bid, body) =>
	(await post(`batches/${bid}/provision`, 202, body)).id;

/** A finished job, and that it went well. */
async function done(id, want, ms = 60000) {
	const j = await w.job(id, 'admin', ms);
	for (const [name, value] of Object.entries({state: 'done', ...want}))
		assert.equal(j[name], value, `${name} of ${JSON.stringify(j)}`);
	return j;
}

async function killCourier() {
	const pid = w.service.addresses.pids.courier;
	process.kill(pid, 'SIGKILL');
	await until(() => !alive(pid) && w.service.addresses.pids.courier !== pid &&
		alive(w.service.addresses.pids.courier));
}

/** A hub disappears while there is work for it. */
async function leave(server) {
	const other = await bound(3);
	server.cloud = await addCloud('hub', {credentials:
		{connection_string: server.connectionString('writer')}});
	await server.stop();
	return provision(other.batch, {cloud: server.cloud});
}

before(async () => {
	w = await buildWorld();
	pki = serverPki(fs.mkdtempSync(w.path('azure-')));
	jwks = await w.identityKeys();
	const rights = ['RegistryRead', 'RegistryWrite', 'EnrollmentRead',
		'EnrollmentWrite'];
	entra = await new Entra({pki, tenant: 'tenant-1', apps: {
		'app-1': {secret: SECRET, rights},
		'app-3': {secret: SECRET, rights: ['RegistryRead']},
		'app-2': {rights, verify: (jwt) => {
			const [head, body, signature] = jwt.split('.');
			const header = JSON.parse(Buffer.from(head, 'base64url'));
			const claims = JSON.parse(Buffer.from(body, 'base64url'));
			const jwk = jwks.keys.find((k) => k.kid === header.kid);
			assert.equal(header.alg, 'RS256', 'all that Entra ID documents');
			assert.ok(crypto.verify('sha256', Buffer.from(`${head}.${body}`),
				crypto.createPublicKey({key: jwk, format: 'jwk'}),
				Buffer.from(signature, 'base64url')), 'signature');
			assert.equal(claims.aud, AUDIENCE);
			assert.equal(claims.sub, w.account);
			assert.ok(claims.exp > Date.now() / 1000);
			shown = claims;
		}}}}).start();
	const policies = () => ({writer: {key: newKey(), rights},
		reader: {key: newKey(), rights: ['RegistryRead', 'EnrollmentRead']}});
	hub = await new AzureHub({pki, entra, policies: policies(), lagMs: 300,
		quotas: quotas.hub, seed: 7}).start();
	dps = await new AzureDps({pki, entra, policies: policies(),
		quotas: quotas.dps, seed: 8}).start();
	away = await new AzureHub({pki, policies: policies(),
		port: await freePort()}).start();
	away.job = await leave(away);
}, {timeout: 60000});
after(async () => {
	for (const s of [hub, dps, away, entra])
		await s?.stop();
	await w?.end();
});

test('a test tells which right is missing', async () => {
	for (const kind of ['hub', 'dps']) {
		const server = kind === 'hub' ? hub : dps;
		const good = await addCloud(kind);
		let t = await tested(good);
		assert.equal(t.state, 'done', JSON.stringify(t));
		assert.ok(Object.values(t.result).every((c) => c.ok));
		await w.must(200, 'admin', 'PATCH', w.in(`clouds/${good}`), {credentials:
			{connection_string: server.connectionString('reader')}});
		t = await tested(good);
		assert.equal(t.state, 'failed');
		const wrong = Object.entries(t.result).filter(([, c]) => !c.ok);
		assert.equal(wrong.length, 1, JSON.stringify(t.result));
		assert.match(wrong[0][0], /write/);
		assert.match(wrong[0][1].detail, /right to write .* is missing/);
		await w.must(200, 'admin', 'PATCH', w.in(`clouds/${good}`), {credentials:
			{connection_string: server.connectionString('writer')
				.replace(/SharedAccessKey=.*/, `SharedAccessKey=${newKey()}`)}});
		t = await tested(good);
		assert.equal(t.state, 'failed');
		assert.match(JSON.stringify(t.result), /refused the credentials/);
		const r = await w.api('admin', 'PATCH', w.in(`clouds/${good}`),
			{credentials: {connection_string: 'HostName=other.test;' +
				'SharedAccessKeyName=a;SharedAccessKey=YWJj'}});
		assert.equal(r.status, 400, r.text);
	}
});

describe('ten thousand devices to each, through faults and three kills', () => {
	let reel, theirs, ids, jobs;
	const servers = {hub: null, dps: null};
	const kills = [];

	before(async () => {
		Object.assign(servers, {hub, dps});
		reel = await bound(COUNT);
		ids = {hub: await addCloud('hub'), dps: await addCloud('dps')};
		const [one, two] = [reel.all[123], reel.all[9876]];
		theirs = {hub: [one.id, two.id], dps: [one.cn, two.cn]};
		for (const id of theirs.hub)
			hub.put(id, {authentication: {type: 'selfSigned', x509Thumbprint:
				{primaryThumbprint: 'F'.repeat(64), secondaryThumbprint: null}}});
		for (const id of theirs.dps)
			dps.put(id, {attestation: {type: 'x509', x509: {clientCertificates:
				{primary: {info: {sha256Thumbprint: 'F'.repeat(64)}}}}}});
		for (const s of [hub, dps]) {
			s.calls.length = s.over.length = s.faults.length = 0;
			s.trouble = {percent: 5, kinds: ['500', '503', 'cut-before',
				'cut-after', 'garbage', 'slow']};
		}
	}, {timeout: 60000});

	test('all of them get there', {timeout: 120000}, async () => {
		jobs = {hub: await provision(reel.batch, {cloud: ids.hub}),
			dps: await provision(reel.batch, {cloud: ids.dps})};
		const now = async () => ({hub: (await get(`jobs/${jobs.hub}`)).done,
			dps: (await get(`jobs/${jobs.dps}`)).done});
		for (const part of [0.15, 0.4, 0.7]) {
			let is;
			await until(async () => {
				is = await now();
				return is.hub + is.dps >= part * 2 * COUNT;
			}, 60000, `${part} of them`);
			kills.push({...is, hubFrom: hub.repeated.length,
				dpsFrom: dps.repeated.length});
			await killCourier();
		}
		for (const kind of ['hub', 'dps'])
			await done(jobs[kind], {total: COUNT, done: COUNT - 2, conflicts: 2,
				failed: 2});
	});

	test('exactly so, and the others are left alone', async () => {
		for (const [kind, name] of [['hub', 'id'], ['dps', 'cn']]) {
			const want = Object.fromEntries(reel.all.map((d) =>
				[d[name], ['enabled', d.fp]]));
			for (const id of theirs[kind])
				want[id] = ['enabled', 'f'.repeat(64)];
			assert.deepEqual(servers[kind].state(), want);
			const x = await get(`jobs/${jobs[kind]}/exceptions`);
			assert.deepEqual(x.items.map((i) => i.what), ['conflict', 'conflict']);
			assert.match(x.items[0].message, /another certificate: thumbprint f{64}/);
		}
		const sample = dps.enrolments.get(reel.all[0].cn.toLowerCase());
		assert.deepEqual(sample.initialTwin.tags,
			{product: 'Dishwasher DW-9', batch: reel.batch});
	});

	test('within the quota, and nothing wrong was sent', () => {
		for (const s of [hub, dps]) {
			assert.deepEqual(s.faults, []);
			assert.equal(s.over.length, 0, `${s.over.length} over quota`);
			assert.ok(Object.keys(s.troubles).length >= 4,
				JSON.stringify(s.troubles));
		}
		// A hundred, and ten, in one call; those of an answer that was lost
		// are looked up one by one, as queries are late.
		assert.ok(hub.count() < COUNT / 10, `${hub.count()} calls`);
		assert.ok(dps.count() < COUNT / 10 * 2.5, `${dps.count()} calls`);
	});

	test('no finished chunk is sent again', () => {
		for (const [kind, name] of [['hub', 'id'], ['dps', 'cn']]) {
			const place = new Map(reel.all.map((d, i) => [d[name], i]));
			const s = servers[kind];
			kills.forEach((k, i) => {
				const until = kills[i + 1]?.[`${kind}From`] ?? s.repeated.length;
				for (const id of s.repeated.slice(k[`${kind}From`], until))
					assert.ok(place.get(id) >= k[kind] - 2,
						`${id}, the ${place.get(id)}th, behind ${k[kind]}`);
			});
		}
	});

	test('an audit finds what is missing, different and strange', async () => {
		for (const s of [hub, dps])
			s.trouble = {percent: 0, kinds: []};
		const [gone, off] = [reel.all[1], reel.all[2]];
		hub.devices.delete(gone.id);
		hub.devices.get(off.id).status = 'disabled';
		hub.put('stranger', {authentication: {type: 'sas'}});
		dps.enrolments.delete(gone.cn.toLowerCase());
		dps.enrolments.get(off.cn.toLowerCase()).provisioningStatus = 'disabled';
		dps.put('stranger', {attestation: {type: 'symmetricKey'}});
		const audits = await Promise.all(['hub', 'dps'].map(async (kind) =>
			(await post(`clouds/${ids[kind]}/audit`)).id));
		for (const id of audits) {
			const j = await done(id, {});
			assert.deepEqual([j.created, j.changed, j.removed, j.conflicts, j.same],
				[1, 1, 1, 2, COUNT - 4], JSON.stringify(j));
			const x = await get(`jobs/${id}/exceptions`);
			assert.deepEqual(x.items.map((i) => i.what).sort(), ['conflict',
				'conflict', 'different', 'missing', 'stranger']);
		}
	});

	test('what is to leave the hub leaves it, and only that', async () => {
		const {id} = await post(`batches/${reel.batch}/remove`, 202,
			{cloud: ids.hub});
		await done(id, {total: COUNT, failed: 0, removed: COUNT - 3});
		assert.deepEqual([...hub.devices.keys()].sort(),
			[...theirs.hub, 'stranger'].sort());
		assert.equal(dps.enrolments.size, COUNT);
		for (const s of [hub, dps]) {
			assert.deepEqual(s.faults, []);
			assert.equal(s.over.length, 0, `${s.over.length} over quota`);
		}
		hub.devices.clear();
		dps.enrolments.clear();
	});
});

describe('a small reel', () => {
	let reel, ids;

	before(async () => {
		reel = await bound(4, false);
		ids = {hub: await addCloud('hub'), dps: await addCloud('dps')};
	});

	test('is planned, and nothing is written', async () => {
		hub.put(reel.all[3].id, {authentication: {type: 'sas'}});
		const j = await done(await provision(reel.batch,
			{cloud: ids.hub, plan: true}), {});
		assert.deepEqual([j.created, j.conflicts], [3, 1], JSON.stringify(j));
		assert.equal(hub.devices.size, 1);
		hub.devices.clear();
	});

	test('quarantine disables, its end enables, revocation removes', async () => {
		for (const kind of ['hub', 'dps'])
			await done(await provision(reel.batch, {cloud: ids[kind]}),
				{done: 4, created: 4});
		const [one, two] = reel.all;
		const is = (d, want) => until(() =>
			hub.state()[d.id]?.[0] === want && dps.state()[d.cn]?.[0] === want,
		15000, `${want}`);
		await post(`devices/${one.fp}/quarantine`, 204);
		await is(one, 'disabled');
		assert.equal(hub.state()[two.id][0], 'enabled');
		await post(`devices/${one.fp}/release`, 204);
		await is(one, 'enabled');
		assert.deepEqual(hub.state()[one.id], ['enabled', one.fp]);
		await w.must(204, 'vendor', 'POST',
			`/api/v1/vendors/${w.vendor}/devices/${two.fp}/revoke`,
			{reason: 'keyCompromise'});
		await is(two, undefined);
		assert.equal(hub.devices.size, 3);
		assert.equal(dps.enrolments.size, 3);
	});

	test('what others set in an enrolment stays, and what a hub has is told', async () => {
		const other = await bound(2);
		const cloud = await addCloud('dps');
		await done(await provision(other.batch, {cloud}), {done: 2, created: 2});
		const [one, two] = other.all;
		const at = (d) => dps.enrolments.get(d.cn.toLowerCase());
		const theirs = {reprovisionPolicy: {updateHubAssignment: true,
			migrateDeviceData: false}, capabilities: {iotEdge: true},
		optionalDeviceInformation: {line: 7}, initialTwin: {
			tags: {...at(one).initialTwin.tags, floor: 2},
			properties: {desired: {rate: 5}}}};
		Object.assign(at(one), theirs);
		for (const [verb, status] of [['quarantine', 'disabled'],
			['release', 'enabled']]) {
			await post(`devices/${one.fp}/${verb}`, 204);
			await until(() => at(one).provisioningStatus === status, 15000, verb);
			for (const [name, value] of Object.entries(theirs))
				assert.deepEqual(at(one)[name], value, name);
		}
		at(two).registrationState = {registrationId: two.cn, status: 'assigned',
			assignedHub: 'h.azure-devices.test', deviceId: 'dev-7'};
		const {id} = await post(`batches/${other.batch}/remove`, 202, {cloud});
		await done(id, {removed: 1, failed: 1});
		const x = await get(`jobs/${id}/exceptions`);
		assert.match(x.items[0].message,
			/removed, but .* h\.azure-devices\.test as dev-7/);
		assert.equal(at(one) ?? at(two), undefined);
		// Done there by hand, it is tried again, and is well.
		await post(`jobs/${id}/retry`);
		await until(async () => (await get(`jobs/${id}`)).failed === 0, 15000,
			'the retry');
	});

	test('a new certificate lets in, and one that is revoked does not', async () => {
		await addAuthority(w, {[w.product]: {}});
		const d = reel.devices.find((x) => x.id === reel.all[2].id);
		const own = await enrol(w.service, w.dir, d);
		const fp = fpOf(own.cert);
		const is = (want) => until(() =>
			JSON.stringify(hub.state()[d.id]) === JSON.stringify(want), 15000,
		JSON.stringify(want));
		await is(['enabled', fp, reel.all[2].fp]);
		const {items} = await get('certificates');
		await w.must(200, 'admin', 'POST',
			w.in(`certificates/${items[0].id}/revoke`), {reason: 'keyCompromise'});
		await is(['enabled', reel.all[2].fp]);
	});

	test('a hub that lies is not believed', async () => {
		const other = await bound(2);
		hub.liesAbout.add(other.all[0].id);
		hub.queries = false; // nor is it of the standard tier
		const id = await provision(other.batch, {cloud: ids.hub});
		await done(id, {done: 1, failed: 1});
		const x = await get(`jobs/${id}/exceptions`);
		assert.match(x.items[0].message, /already|not there/);
		hub.liesAbout.clear();
		hub.queries = true;
		await post(`jobs/${id}/retry`);
		await until(() => hub.devices.has(other.all[0].id), 15000, 'the retry');
	});

	test('Entra ID lets an application in, by secret or by our token', async () => {
		const settings = {tenant_id: 'tenant-1',
			login_endpoint: `https://${entra.host}`};
		const clouds = [
			await addCloud('hub', {settings: {...settings, host: hub.host,
				client_id: 'app-1'}, credentials: {client_secret: SECRET}}),
			await addCloud('dps', {settings: {...settings, host: dps.host,
				client_id: 'app-2', federated: 'yes'}, credentials: {}})];
		for (const id of clouds) {
			const t = await tested(id);
			assert.equal(t.state, 'done', JSON.stringify(t));
		}
		// As Entra ID finds the keys of an issuer.
		const at = `${shown.iss}/.well-known/openid-configuration`;
		const issuer = (await request(at, {ca: w.service.ca})).json;
		assert.equal(issuer.issuer, shown.iss);
		assert.deepEqual(issuer.id_token_signing_alg_values_supported, ['RS256']);
		assert.deepEqual((await request(issuer.jwks_uri, {ca: w.service.ca})).json,
			jwks);
		await done(await provision(reel.batch, {cloud: clouds[0]}), {same: 4});
		const reader = await tested(await addCloud('hub', {settings: {...settings,
			host: hub.host, client_id: 'app-3'},
		credentials: {client_secret: SECRET}}));
		assert.equal(reader.state, 'failed');
		assert.match(JSON.stringify(reader), /right|may not/i);
		assert.doesNotMatch(JSON.stringify(reader), /credentials refused|refused the credentials/);
		const bad = await tested(await addCloud('hub', {settings: {...settings,
			host: hub.host, client_id: 'app-1'},
		credentials: {client_secret: 'another'}}));
		assert.equal(bad.state, 'failed');
		assert.match(JSON.stringify(bad), /AADSTS7000215/);
	});

	test('unbinding takes all out of both, and leaves others alone', async () => {
		hub.put('stranger', {authentication: {type: 'sas'}});
		await w.must(204, 'admin', 'DELETE', w.in(`batches/${reel.batch}`));
		await until(() => reel.all.every((d) => !hub.devices.has(d.id) &&
			!dps.enrolments.has(d.cn.toLowerCase())), 20000, 'all to be gone');
		assert.ok(hub.devices.has('stranger'));
	});

	test('no secret is seen', async () => {
		const keys = [SECRET, hub.policies.writer.key, dps.policies.writer.key];
		const texts = [w.service.log];
		for (const what of ['clouds', 'jobs', 'audit', `clouds/${ids.hub}`])
			texts.push((await w.api('admin', 'GET', w.in(what))).text);
		for (const key of keys)
			for (const text of texts)
				assert.ok(!text.includes(key));
		assert.deepEqual(hub.faults, []);
		assert.deepEqual(dps.faults, []);
	});
});

test('a hub that was away for all this time gets its devices', async () => {
	const c = await until(async () => {
		const now = await get(`clouds/${away.cloud}`);
		return now.breaker.state !== 'closed' && now;
	}, 30000, 'the breaker');
	assert.match(c.breaker.why, /reach|connect|refused/i);
	await away.start();
	assert.equal((await tested(away.cloud)).state, 'done');
	await done(away.job, {done: 3, created: 3, failed: 0});
	assert.equal((await get(`clouds/${away.cloud}`)).breaker.state, 'closed');
});
