// AWS IoT Core against a strict double that botocore itself proves: ten
// thousand devices through faults and kills, what is there already, plans and
// audits, quarantine, revocation, unbinding, roles, and a cloud that is away.
import './lib/release.mjs';
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';

import {Aws} from '../clouds/aws.mjs';
import {certificate, newKey, serverPki} from './lib/forge.mjs';
import {alive, until} from './lib/service.mjs';
import {buildWorld, csvDevices} from './lib/world.mjs';

const COUNT = 10000;
const PER_MINUTE = 30000;
const ROLE = 'arn:aws:iam::123456789012:role/';
const POLICY = 'devices';
const OPS = ['register', 'update', 'delete', 'describe', 'policy', 'thing',
	'principal', 'list', 'sts'];
const CALLS = ['RegisterCertificateWithoutCA', 'UpdateCertificate',
	'DeleteCertificate', 'DescribeCertificate', 'AttachPolicy', 'CreateThing',
	'DescribeThing', 'UpdateThing', 'DeleteThing', 'AttachThingPrincipal',
	'DetachThingPrincipal', 'ListCertificates', 'ListThings',
	'ListTargetsForPolicy', 'AssumeRole', 'GetCallerIdentity'];
const rates = (names) => Object.fromEntries(names.map((n) => [n, PER_MINUTE]));
let w, aws, pki, otherPem, serial = 0;

const get = (what) => w.must(200, 'admin', 'GET', w.in(what));
const post = (what, status = 202, body = {}) =>
	w.must(status, 'admin', 'POST', w.in(what), body);
const fpOf = (pem) => crypto.createHash('sha256')
	.update(new crypto.X509Certificate(pem).raw).digest('hex');

async function bound(count) {
	const reel = w.fab.reel(`a${++serial}`, {count, keyless: true});
	await w.mustPublish(reel);
	const r = await w.bind('admin', reel.label, {product: w.product});
	assert.equal(r.status, 201, r.text);
	reel.all = csvDevices(fs.readFileSync(reel.file('manifest.csv'), 'utf8'))
		.map((d) => ({...d, fp: fpOf(d.cert)}));
	return reel;
}

async function addCloud({settings = {}, ...more} = {}) {
	const made = await post('clouds', 201, {name: `aws ${++serial}`,
		type: 'aws', settings: {region: aws.region, account_id: aws.account,
			policy: POLICY, endpoint: aws.url, sts_endpoint: aws.url,
			...settings},
		credentials: {access_key_id: aws.key, secret_access_key: aws.secret},
		quotas: rates(OPS), ca_certificate: fs.readFileSync(pki.ca, 'utf8'),
		...more});
	return made.id;
}

const provision = async (bid, body) =>
	(await post(`batches/${bid}/provision`, 202, body)).id;
const tested = async (id) => w.job((await post(`clouds/${id}/test`)).id);

/** A finished job, and that it went so. */
async function done(id, want = {}, ms = 60000) {
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

/** Exactly these devices, welcome, and nothing else. */
function assertExact(state, reel, devices = reel.all) {
	assert.deepEqual(state.certificates, Object.fromEntries(devices.map((d) =>
		[d.fp, {status: 'ACTIVE', policies: [POLICY], things: [d.id]}])));
	assert.deepEqual(state.things, Object.fromEntries(devices.map((d) =>
		[d.id, {type: null, groups: [], attributes: {birthmark: d.fp,
			product: 'Dishwasher-DW-9', batch: reel.batch}}])));
}

/** Nothing was sent that AWS would not take, nor more than it allows. */
async function assertClean() {
	const c = await aws.counters();
	assert.deepEqual(c.faults, []);
	assert.deepEqual(c.over, {});
	return c;
}

before(async () => {
	w = await buildWorld();
	const dir = fs.mkdtempSync(w.path('aws-'));
	pki = serverPki(dir);
	otherPem = certificate(dir, {key: newKey(dir, 'other')});
	aws = await new Aws(pki).start();
}, {timeout: 60000});

after(async () => {
	await aws?.stop();
	await w?.end();
});

async function fresh() {
	await aws.reset();
	await aws.config({policies: [POLICY], quotas: rates(CALLS)});
}

test('botocore finds the double to be AWS', () => {
	const r = aws.prove();
	assert.equal(r.status, 0, r.stderr);
	assert.match(r.stdout, /proven/);
});

describe('ten thousand devices, through faults and three kills', () => {
	let reel, job, cloud;
	const kills = [];

	before(async () => {
		await fresh();
		reel = await bound(COUNT);
		cloud = await addCloud();
		await aws.config({fault_rate: 0.05, fault_kinds: ['500', '503',
			'cut-before', 'cut-after', 'garbage']});
	}, {timeout: 60000});

	test('all of them get there', {timeout: 240000}, async () => {
		job = await provision(reel.batch, {cloud});
		for (const part of [0.2, 0.45, 0.7]) {
			await until(async () =>
				(await get(`jobs/${job}`)).done >= part * COUNT, 120000,
			`${part} of them`);
			await killCourier();
			// Whatever came of its last moments is counted by now.
			kills.push({done: (await get(`jobs/${job}`)).done,
				mark: await aws.mark()});
		}
		const j = await done(job, {total: COUNT, done: COUNT, failed: 0},
			120000);
		assert.equal(j.created + j.same + j.changed, COUNT);
	});

	test('exactly so, within the quota', async () => {
		assertExact(await aws.state(), reel);
		const c = await assertClean();
		assert.ok(Object.keys(c.injected).length === 5 &&
			Object.values(c.injected).every((n) => n > 100),
		JSON.stringify(c.injected));
		// Four calls for each device, and what faults and kills cost.
		assert.ok(c.total < COUNT * 5.4, JSON.stringify(c.calls));
	});

	test('no finished chunk is sent again', async () => {
		const sent = await aws.registered();
		const place = new Map(reel.all.map((d, i) => [d.fp, i]));
		for (const k of kills)
			for (const id of sent.slice(k.mark))
				assert.ok(place.get(id) >= k.done,
					`the ${place.get(id)}th, behind ${k.done}`);
	});

	test('an audit finds what is missing, different and strange', async () => {
		const [gone, off, named] = reel.all;
		await aws.config({fault_rate: 0, drop_certificates: [gone.fp],
			status: {[off.fp]: 'INACTIVE'}, drop_things: [named.id, gone.id],
			plant: [{id: fpOf(otherPem), pem: otherPem}],
			things: [{name: named.id, attributes: {birthmark: gone.fp}},
				{name: 'theirs'}]});
		const id = (await post(`clouds/${cloud}/audit`)).id;
		await done(id, {created: 1, changed: 1, conflicts: 1, removed: 2,
			same: COUNT - 3});
		const x = await get(`jobs/${id}/exceptions`);
		assert.deepEqual(x.items.map((i) => [i.what, i.chip_id]).sort(), [
			['conflict', named.id], ['different', off.id],
			['stranger', `certificate/${fpOf(otherPem)}`],
			['stranger', 'thing/theirs'],
			['missing', gone.id]].sort());
	});

	test('a device that is well takes four calls', async () => {
		const other = await bound(2);
		await aws.forget();
		await done(await provision(other.batch, {cloud}), {created: 2});
		const c = await assertClean();
		assert.equal(c.total, 8, JSON.stringify(c.calls));
	});
});

describe('a small reel', () => {
	let reel, cloud;

	before(async () => {
		await fresh();
		reel = await bound(5);
		cloud = await addCloud();
	});

	test('is planned, and nothing is written', async () => {
		const [one, two] = reel.all;
		await aws.config({plant: [{id: one.fp, pem: one.cert,
			status: 'INACTIVE'}], things: [{name: two.id}]});
		const there = await aws.state();
		const j = await done(await provision(reel.batch, {cloud, plan: true}));
		assert.deepEqual([j.created, j.changed, j.conflicts], [3, 1, 1],
			JSON.stringify(j));
		assert.deepEqual(await aws.state(), there);
	});

	test('conflicts are told in the cloud\'s words, and mended', async () => {
		const [one, two, three] = reel.all;
		await aws.config({drop_certificates: [one.fp],
			plant: [{id: three.fp, pem: otherPem}]});
		const id = await provision(reel.batch, {cloud});
		await done(id, {done: 3, failed: 2, conflicts: 2, created: 3});
		const x = await get(`jobs/${id}/exceptions?what=conflict`);
		assert.deepEqual(x.items.map((i) => i.chip_id).sort(),
			[two.id, three.id].sort());
		const said = Object.fromEntries(x.items.map((i) =>
			[i.chip_id, i.message]));
		assert.match(said[two.id], /not ours/);
		assert.match(said[three.id], /certificate is already registered/);
		// What is another's stays as it is, and lets nobody else in.
		const s = await aws.state();
		assert.deepEqual(s.certificates[three.fp].policies, []);
		assert.equal(s.certificates[two.fp], undefined);
		await aws.config({drop_things: [two.id], drop_certificates: [three.fp]});
		await aws.forget();
		await post(`jobs/${id}/retry`);
		await until(async () => (await get(`jobs/${id}`)).done === 5);
		assertExact(await aws.state(), reel);
		assert.equal((await aws.counters()).calls.RegisterCertificateWithoutCA,
			2);
	});

	test('quarantine shuts out, its end lets in, revocation removes',
		async () => {
			const [one, two] = reel.all;
			const is = (d, status) => until(async () => (await aws.state())
				.certificates[d.fp]?.status === status, 15000, `${status}`);
			await post(`devices/${one.fp}/quarantine`, 204);
			await is(one, 'INACTIVE');
			await post(`devices/${one.fp}/release`, 204);
			await is(one, 'ACTIVE');
			assertExact(await aws.state(), reel);
			await w.must(204, 'vendor', 'POST',
				`/api/v1/vendors/${w.vendor}/devices/${two.fp}/revoke`,
				{reason: 'keyCompromise'});
			await is(two, undefined);
			await until(async () => !(await aws.state()).things[two.id]);
			assertExact(await aws.state(), reel,
				reel.all.filter((d) => d !== two));
		});

	test('a second one is unbound while detachments are slow', async () => {
		const other = await bound(3);
		await done(await provision(other.batch, {cloud}), {created: 3});
		await aws.config({lag: 3, slow_ms: 20, things: [{name: 'theirs'}]});
		await w.must(204, 'admin', 'DELETE', w.in(`batches/${other.batch}`));
		await until(async () => Object.keys((await aws.state()).certificates)
			.length === 4, 20000, 'three to go');
		await until(async () => Object.keys((await aws.state()).things)
			.length === 5, 20000, 'their things to go');
		await aws.config({lag: 0, slow_ms: 0, drop_things: ['theirs']});
		assertExact(await aws.state(), reel,
			reel.all.filter((d) => d !== reel.all[1]));
		await assertClean();
	});

	test('a cloud that is away is waited for, by all jobs', async () => {
		const others = [await bound(2), await bound(2), await bound(2)];
		await aws.away();
		const ids = [];
		for (const other of others)
			ids.push(await provision(other.batch, {cloud}));
		const c = await until(async () => {
			const now = await get(`clouds/${cloud}`);
			return now.breaker.state === 'open' && now;
		}, 30000, 'the breaker');
		assert.match(c.breaker.why, /reach|connect|refused/i);
		await aws.back();
		// Nobody has to do anything.
		for (const id of ids)
			await done(id, {done: 2, created: 2});
		assert.equal((await get(`clouds/${cloud}`)).breaker.state, 'closed');
	});
});

describe('a quota that holds things up', () => {
	test('is kept to when it is known', async () => {
		await fresh();
		await aws.config({quotas: {CreateThing: 1200}});
		const reel = await bound(120);
		const cloud = await addCloud({quotas: {...rates(OPS), thing: 1200}});
		await done(await provision(reel.batch, {cloud}), {created: 120});
		assertExact(await aws.state(), reel);
		const c = await assertClean();
		// Twenty a second.
		assert.ok(c.span_s > 5, `${c.span_s} s`);
	});

	test('is found out when it is less than we were told', async () => {
		await fresh();
		await aws.config({quotas: {CreateThing: 600}});
		const reel = await bound(60);
		const cloud = await addCloud({quotas: {...rates(OPS), thing: 6000}});
		await done(await provision(reel.batch, {cloud}), {created: 60});
		assertExact(await aws.state(), reel);
		const c = await aws.counters();
		assert.deepEqual(c.faults, []);
		assert.ok(c.over.CreateThing > 0, JSON.stringify(c.over));
		assert.ok(c.over.CreateThing < 60, JSON.stringify(c.over));
	});
});

describe('credentials', () => {
	test('a test says which right is missing', async () => {
		await fresh();
		const cloud = await addCloud();
		let t = await tested(cloud);
		assert.equal(t.state, 'done', JSON.stringify(t));
		assert.match(t.result.account.detail, /user\/birthmark/);
		await aws.config({deny: ['AttachPolicy']});
		t = await tested(cloud);
		assert.equal(t.state, 'failed');
		assert.deepEqual(Object.entries(t.result).filter(([, c]) => !c.ok)
			.map(([name]) => name), ['attach']);
		assert.match(t.result.attach.detail, /AttachPolicy.*right/);
		await aws.config({deny: []});
	});

	test('wrong ones stop the job until they are right', async () => {
		const reel = await bound(2);
		const cloud = await addCloud({credentials: {access_key_id: aws.key,
			secret_access_key: 'Wrong/0123456789'}});
		const id = await provision(reel.batch, {cloud});
		const c = await until(async () => {
			const now = await get(`clouds/${cloud}`);
			return now.breaker.state === 'open' && now;
		}, 20000, 'the breaker');
		assert.match(c.breaker.why, /credentials refused/);
		await w.must(200, 'admin', 'PATCH', w.in(`clouds/${cloud}`),
			{credentials: {access_key_id: aws.key,
				secret_access_key: aws.secret}});
		await done(id, {done: 2, created: 2});
		for (const route of [`clouds/${cloud}`, 'clouds', 'audit', 'jobs']) {
			const a = await w.api('admin', 'GET', w.in(route));
			assert.ok(!a.text.includes(aws.secret), route);
		}
		assert.ok(!w.service.log.includes(aws.secret));
	});

	test('roles are assumed, by keys and by our own token', async () => {
		await fresh();
		const [key] = (await w.identityKeys()).keys;
		const pem = crypto.createPublicKey({key, format: 'jwk'})
			.export({type: 'spki', format: 'pem'});
		const issuer = `${w.service.url}/.well-known/birthmark/accounts/` +
			w.account;
		await aws.config({types: ['washer'], groups: ['kitchen'], roles: {
			[`${ROLE}keys`]: {external_id: 'ours'},
			[`${ROLE}web`]: {web: {pem, issuer, subject: w.account}}}});
		const clouds = [
			await addCloud({settings: {role_arn: `${ROLE}keys`,
				external_id: 'ours', thing_name: 'dw:{chip_id}',
				thing_type: 'washer', thing_groups: 'kitchen'}}),
			await addCloud({settings: {role_arn: `${ROLE}web`,
				web_identity: 'yes', thing_name: ''}, credentials: {}})];
		for (const cloud of clouds) {
			const t = await tested(cloud);
			assert.equal(t.state, 'done', JSON.stringify(t));
			assert.match(t.result.account.detail, /assumed-role/);
			const reel = await bound(1);
			const [d] = reel.all;
			await done(await provision(reel.batch, {cloud}), {created: 1});
			const s = await aws.state();
			assert.equal(s.certificates[d.fp].status, 'ACTIVE');
			if (cloud === clouds[0])
				assert.deepEqual([s.things[`dw:${d.id}`].type,
					s.things[`dw:${d.id}`].groups], ['washer', ['kitchen']]);
			else
				assert.deepEqual(s.certificates[d.fp].things, []);
		}
		await assertClean();
		const wrong = await addCloud({settings: {role_arn: `${ROLE}keys`,
			external_id: 'theirs'}});
		const t = await tested(wrong);
		assert.equal(t.state, 'failed');
		assert.match(JSON.stringify(t), /AssumeRole/);
	});
});
