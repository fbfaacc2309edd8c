// AWS IoT Core, further on: the certificates that devices get in the field, an
// AWS that lies, temporary keys, how long a job takes at its quota, the audit
// of the command line, and two clouds that share a quota.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';

import {Aws} from '../clouds/aws.mjs';
import {enrol} from './lib/enrol.mjs';
import {addAuthority, trusted} from './lib/field.mjs';
import {certificate, newKey, serverPki} from './lib/forge.mjs';
import {until} from './lib/service.mjs';
import {buildWorld, csvDevices} from './lib/world.mjs';

const PER_MINUTE = 30000;
const POLICY = 'devices';
const OPS = ['register', 'update', 'delete', 'describe', 'policy', 'thing',
	'principal', 'list', 'sts'];
const rates = Object.fromEntries(OPS.map((n) => [n, PER_MINUTE]));
let w, aws, pki, otherPem, serial = 0;

const get = (what) => w.must(200, 'admin', 'GET', w.in(what));
const post = (what, status = 202, body = {}) =>
	w.must(status, 'admin', 'POST', w.in(what), body);
const fpOf = (pem) => crypto.createHash('sha256')
	.update(new crypto.X509Certificate(pem).raw).digest('hex');

async function bound(count, keyless = true) {
	const reel = w.fab.reel(`m${++serial}`, {count, keyless});
	await w.mustPublish(reel);
	const r = await w.bind('admin', reel.label, {product: w.product});
	assert.equal(r.status, 201, r.text);
	reel.all = csvDevices(fs.readFileSync(reel.file('manifest.csv'), 'utf8'))
		.map((d) => ({...d, fp: fpOf(d.cert)}));
	return reel;
}

async function addCloud({name = `aws ${++serial}`, settings = {}, quotas = {},
	credentials = {access_key_id: aws.key, secret_access_key: aws.secret}} = {}) {
	const made = await post('clouds', 201, {name, type: 'aws',
		settings: {region: aws.region, account_id: aws.account, policy: POLICY,
			endpoint: aws.url, sts_endpoint: aws.url, ...settings},
		credentials, quotas: {...rates, ...quotas},
		ca_certificate: fs.readFileSync(pki.ca, 'utf8')});
	return made.id;
}

const provision = async (bid, cloud) =>
	(await post(`batches/${bid}/provision`, 202, {cloud})).id;

/** A finished job, and that it went so. */
async function done(id, want = {}, ms = 60000) {
	const j = await w.job(id, 'admin', ms);
	for (const [name, value] of Object.entries({state: 'done', ...want}))
		assert.equal(j[name], value, `${name} of ${JSON.stringify(j)}`);
	return j;
}

/** Exactly these devices, each with its birth certificate alone. */
function assertExact(state, devices) {
	assert.deepEqual(state.certificates, Object.fromEntries(devices.map((d) =>
		[d.fp, {status: 'ACTIVE', policies: [POLICY], things: [d.id]}])));
	assert.deepEqual(Object.keys(state.things).sort(),
		devices.map((d) => d.id).sort());
	for (const d of devices)
		assert.equal(state.things[d.id].attributes.birthmark, d.fp);
}

/** Nothing was sent that AWS would not take, nor more than it allows. */
async function assertClean() {
	const c = await aws.counters();
	assert.deepEqual(c.faults, []);
	assert.deepEqual(c.over, {});
	return c;
}

async function fresh() {
	await aws.reset();
	await aws.config({policies: [POLICY]});
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

describe('a certificate that a device gets in the field', () => {
	let reel, one, two, cloud, own;

	/** Waits until the cloud knows these, and all certificates are: for each
	 * fingerprint its device and status. */
	const is = async (want, what) => {
		let s;
		const all = Object.fromEntries(want.map(([fp, d, status = 'ACTIVE']) =>
			[fp, {status, policies: [POLICY], things: [d.id]}]));
		await until(async () => {
			s = await aws.state();
			assert.deepEqual(s.certificates, all);
			return true;
		}, 15000, what);
		// One thing a device, marked with what it was born with.
		assert.deepEqual(Object.entries(s.things).map(([id, t]) =>
			[id, t.attributes.birthmark]).sort(),
		[[one.id, one.fp], [two.id, two.fp]].sort());
	};

	before(async () => {
		await fresh();
		await addAuthority(w, {[w.product]: {}});
		reel = await bound(2, false);
		[one, two] = reel.all;
		cloud = await addCloud();
		await done(await provision(reel.batch, cloud), {created: 2});
		await trusted(w, reel.devices[0].chip);
	});

	const chipOf = (d) => reel.devices.find((x) => x.id === d.id);

	test('is let in beside the birth certificate', async () => {
		await is([[one.fp, one], [two.fp, two]], 'both');
		await aws.forget();
		own = await enrol(w.service, w.dir, chipOf(one));
		own.fp = fpOf(own.cert);
		assert.notEqual(own.fp, one.fp);
		await is([[one.fp, one], [own.fp, one], [two.fp, two]], 'its own');
		// The other device is not asked for.
		assert.equal((await assertClean()).calls.RegisterCertificateWithoutCA,
			2);
	});

	test('comes along with a job that is later', async () => {
		const second = await addCloud({settings: {thing_name: 'x:{chip_id}'}});
		await aws.config({drop_certificates: [one.fp, own.fp, two.fp],
			drop_things: [one.id, two.id]});
		await done(await provision(reel.batch, second), {created: 2});
		const s = await aws.state();
		assert.deepEqual(Object.fromEntries(Object.entries(s.certificates)
			.map(([fp, c]) => [fp, [c.status, c.policies, c.things]])),
		Object.fromEntries([[one.fp, one], [own.fp, one], [two.fp, two]]
			.map(([fp, d]) => [fp, ['ACTIVE', [POLICY], [`x:${d.id}`]]])));
		await done((await post(`batches/${reel.batch}/remove`, 202,
			{cloud: second})).id, {removed: 2});
		assert.deepEqual(await aws.state(), {certificates: {}, things: {}});
		await done(await provision(reel.batch, cloud), {created: 2});
		await is([[one.fp, one], [own.fp, one], [two.fp, two]], 'all again');
	});

	test('is shut out and let in with its device', async () => {
		await post(`devices/${one.fp}/quarantine`, 204);
		await is([[one.fp, one, 'INACTIVE'], [own.fp, one, 'INACTIVE'],
			[two.fp, two]], 'both shut out');
		await post(`devices/${one.fp}/release`, 204);
		await is([[one.fp, one], [own.fp, one], [two.fp, two]], 'both in');
	});

	test('leaves when it is revoked, and the birth certificate stays',
		async () => {
			const {items} = await get(`certificates?device=${one.fp}`);
			assert.equal(items.length, 1);
			await post(`certificates/${items[0].id}/revoke`, 200,
				{reason: 'keyCompromise'});
			await is([[one.fp, one], [two.fp, two]], 'it to be gone');
			await assertClean();
		});
});

describe('an AWS that lies', () => {
	const exists = (id, message = 'The certificate is already registered.') => ({
		error: 'ResourceAlreadyExistsException', message, members: {
			resourceId: id, resourceArn: arnOf(id)}});
	const arnOf = (id, account = aws.account) =>
		`arn:aws:iot:${aws.region}:${account}:cert/${id}`;
	const described = (id, pem, more = {}) => ({answer: {certificateDescription: {
		certificateId: id, certificateArn: arnOf(id), certificatePem: pem,
		status: 'ACTIVE', ownedBy: aws.account, ...more}}});

	test('is never believed, and what it says is told', async () => {
		await fresh();
		const reel = await bound(8);
		const cloud = await addCloud();
		const [well, nowhere, elsewhere, other, both, state, thing, mark] =
			reel.all;
		const otherFp = fpOf(otherPem);
		await aws.config({lies: {
			RegisterCertificateWithoutCA: {
				[nowhere.fp]: exists(nowhere.fp),
				[elsewhere.fp]: exists(otherFp),
				[other.fp]: exists(other.fp),
				[both.fp]: exists(both.fp),
				[state.fp]: {error: 'CertificateStateException',
					message: 'It is being moved to another account.'}},
			DescribeCertificate: {
				[other.fp]: described(other.fp, otherPem),
				[both.fp]: described(both.fp, both.cert + otherPem)},
			CreateThing: {
				[thing.id]: {error: 'ResourceAlreadyExistsException',
					message: 'Thing already exists.'},
				[mark.id]: {error: 'ResourceAlreadyExistsException',
					message: 'Thing already exists.'}},
			DescribeThing: {
				[mark.id]: {answer: {thingName: mark.id,
					attributes: {birthmark: otherFp}, version: 1}}}}});
		const id = await provision(reel.batch, cloud);
		await done(id, {done: 1, created: 1, failed: 7, conflicts: 4});
		const said = Object.fromEntries((await get(`jobs/${id}/exceptions`))
			.items.map((i) => [i.chip_id, `${i.what}: ${i.message}`]));
		for (const [d, what] of [
			[nowhere, /^refused: .*that it is there, and that it is not/],
			[elsewhere, new RegExp(`^conflict: .*registered.* ${otherFp}`)],
			[other, /^conflict: Another certificate is there/],
			[both, /^conflict: Another certificate is there/],
			[state, /^refused: It is being moved to another account/],
			[thing, /^refused: .*that it is there, and that it is not/],
			[mark, new RegExp(`^conflict: .*another device's.* ${otherFp}`)]])
			assert.match(said[d.id], what);
		// Whoever's name was another's is not let in either.
		const s = await aws.state();
		assert.deepEqual(Object.entries(s.certificates).map(([fp, c]) =>
			[fp, c.policies.length]), [[well.fp, 1]]);
		assert.equal((await get(`clouds/${cloud}`)).breaker.state, 'closed');
		const b = await get(`batches/${reel.batch}`);
		assert.deepEqual([b.provisioned, b.failed], [1, 7]);

		// The truth is enough.
		await aws.config({lies: {}});
		await post(`jobs/${id}/retry`);
		await until(async () => (await get(`jobs/${id}`)).failed === 0, 20000,
			'the retry');
		await done(id, {done: 8, created: 8, failed: 0, conflicts: 0});
		assertExact(await aws.state(), reel.all);
		await assertClean();
	});

	for (const [what, of, why] of [
		['another certificate as registered', () => fpOf(otherPem),
			/certificateId is not the certificate's fingerprint/],
		['what is not there as registered', (d) => d.fp,
			/no policy "devices": .* does not exist/]])
		test(`that calls ${what} is not believed`, async () => {
			await fresh();
			const reel = await bound(2);
			const [one, two] = reel.all;
			await aws.config({lies: {RegisterCertificateWithoutCA: {[two.fp]:
				{answer: {certificateId: of(two), certificateArn:
					arnOf(of(two))}}}}});
			const id = await provision(reel.batch, await addCloud());
			// It may wait, or give up this one device.
			await until(async () => {
				const j = await get(`jobs/${id}`);
				const x = await get(`jobs/${id}/exceptions`);
				assert.ok(j.done < 2, JSON.stringify(j));
				assert.notEqual(j.created + j.same + j.changed, 2);
				return why.test(j.last_error ?? x.items[0]?.message);
			}, 40000, 'its answer to be told');
			assert.equal((await aws.state()).certificates[two.fp], undefined);
			await aws.config({lies: {}});
			if ((await get(`jobs/${id}`)).state === 'done')
				await post(`jobs/${id}/retry`);
			await until(async () => (await get(`jobs/${id}`)).done === 2, 40000,
				'the truth to be enough');
			assertExact(await aws.state(), [one, two]);
			await assertClean();
		});

	test('that shows another account\'s is not believed', async () => {
		await fresh();
		const reel = await bound(1);
		const [d] = reel.all;
		const cloud = await addCloud({settings: {policy: '', thing_name: ''}});
		await aws.config({lies: {
			RegisterCertificateWithoutCA: {[d.fp]: exists(d.fp)},
			DescribeCertificate: {[d.fp]: described(d.fp, d.cert, {
				certificateArn: arnOf(d.fp, '210987654321'),
				ownedBy: '210987654321'})}}});
		const id = await provision(reel.batch, cloud);
		const j = await until(async () => {
			const now = await get(`jobs/${id}`);
			return (now.done + now.failed > 0 || now.last_error) && now;
		}, 15000);
		assert.equal(j.done, 0, JSON.stringify(j));
		assert.match(j.last_error, /another account or region/);
		await aws.config({lies: {}});
	});
});

describe('temporary keys', () => {
	const TOKEN = 'IQoJb3JpZ2luX2VjEJf/+aws=='.repeat(8);
	const keys = (more = {}) => ({access_key_id: 'ASIATEMPORARY00001',
		secret_access_key: 'temporary/0123456789abcdef', session_token: TOKEN,
		...more});
	const tested = async (id) => w.job((await post(`clouds/${id}/test`)).id);

	before(async () => {
		await fresh();
		await aws.config({keys: {
			ASIATEMPORARY00001: {secret: keys().secret_access_key, token: TOKEN},
			ASIATEMPORARY00002: {secret: keys().secret_access_key, token: TOKEN,
				ends: Date.now() / 1000 - 1}},
		roles: {[`arn:aws:iam::${aws.account}:role/temporary`]: {external_id: 'ours'}}});
	});

	test('let in, for a role too', async () => {
		for (const settings of [{}, {external_id: 'ours',
			role_arn: `arn:aws:iam::${aws.account}:role/temporary`}]) {
			const cloud = await addCloud({settings, credentials: keys()});
			const t = await tested(cloud);
			assert.equal(t.state, 'done', JSON.stringify(t));
			const reel = await bound(2);
			await done(await provision(reel.batch, cloud), {created: 2});
			const s = await aws.state();
			for (const d of reel.all)
				assert.equal(s.certificates[d.fp].status, 'ACTIVE');
		}
		await assertClean();
	});

	for (const [what, more, said] of [
		['without their token', {session_token: undefined},
			/403 UnrecognizedClientException.*security token.*invalid/],
		['with a wrong token', {session_token: TOKEN.replace('aws', 'AWS')},
			/403 UnrecognizedClientException.*security token.*invalid/],
		['that have ended', {access_key_id: 'ASIATEMPORARY00002'},
			/40[03] ExpiredTokenException.*security token.*expired/]])
		test(`${what} are refused clearly`, async () => {
			const reel = await bound(1);
			const cloud = await addCloud({credentials: keys(more)});
			const t = await tested(cloud);
			assert.equal(t.state, 'failed');
			assert.match(t.last_error, /^credentials refused: /);
			assert.match(t.last_error, said);
			assert.equal(t.result.account.ok, false);
			assert.match(t.result.account.detail, said);
			// A job waits for right ones.
			const id = await provision(reel.batch, cloud);
			const c = await until(async () => {
				const now = await get(`clouds/${cloud}`);
				return now.breaker.state === 'open' && now;
			}, 20000, 'the breaker');
			assert.match(c.breaker.why, /credentials refused/);
			assert.match(c.breaker.why, said);
			assert.equal((await get(`jobs/${id}`)).done, 0);
			await w.must(200, 'admin', 'PATCH', w.in(`clouds/${cloud}`),
				{credentials: keys()});
			await done(id, {done: 1, created: 1});
		});

	test('are seen nowhere', async () => {
		const r = await w.api('admin', 'POST', w.in('clouds'), {name: 'odd',
			type: 'aws', settings: {region: aws.region, account_id: aws.account},
			credentials: keys({session_token: 'a b'})});
		assert.equal(r.json.code, 'cloud-credentials');
		const texts = [w.service.log];
		for (const what of ['clouds', 'jobs', 'audit'])
			texts.push((await w.api('admin', 'GET', w.in(what))).text);
		for (const text of texts)
			assert.ok(!text.includes(TOKEN.slice(0, 26)) &&
				!text.includes(keys().secret_access_key));
	});
});

test('how long a job still takes is told while its quota paces it', async () => {
	const count = 100;
	await fresh();
	await aws.config({quotas: {RegisterCertificateWithoutCA: 600}});
	const reel = await bound(count);
	const cloud = await addCloud({quotas: {register: 600}});
	const id = await provision(reel.batch, cloud);
	const seen = [];
	await until(async () => {
		const j = await get(`jobs/${id}`);
		if (j.state === 'running' && j.seconds_left !== null &&
			j.done !== seen.at(-1)?.done)
			seen.push({left: j.seconds_left, done: j.done, at: Date.now()});
		return j.state === 'done';
	}, 40000, 'the job');
	const end = Date.now(), said = JSON.stringify(seen);
	assert.ok(seen.length >= 3, said);
	for (const s of seen) {
		const left = (end - s.at) / 1000;
		assert.ok(s.left > 0 || s.done === count, said);
		assert.ok(Math.abs(s.left - left) < 3 + left / 2, `${left}: ${said}`);
	}
	assert.ok(seen.at(-1).left < seen[0].left, said);
	await done(id, {done: count, created: count, seconds_left: null});
	await assertClean();
});

describe('an audit by the command line', () => {
	let reel;
	const audit = async (...more) => {
		const r = await w.cli('admin', ['cloud', 'audit', 'Audited', ...more]);
		assert.equal(r.status, 0, r.stderr);
		assert.equal(r.stderr, '');
		return r;
	};
	/** The list above the table: {name: value}, and the rows of the table. */
	const read = (text) => {
		const lines = text.trimEnd().split('\n');
		const at = lines.findIndex((l) => l.startsWith('what '));
		const head = at < 0 ? lines : lines.slice(0, at);
		return {...Object.fromEntries(head.map((l) => l.split(/ +/, 2))),
			rows: at < 0 ? [] : lines.slice(at).map((l) => l.split(/ {2,}/))};
	};

	before(async () => {
		await fresh();
		reel = await bound(4);
		const cloud = await addCloud({name: 'Audited'});
		await done(await provision(reel.batch, cloud), {created: 4});
	});

	test('finds all well, and changes nothing', async () => {
		const there = await aws.state();
		await aws.forget();
		const {id, ...found} = read((await audit()).stdout);
		assert.match(id, /^job_/);
		assert.deepEqual(found, {state: 'done', total: '4', same: '4',
			created: '0', changed: '0', removed: '0', conflicts: '0',
			last_error: '-', rows: []});
		assert.deepEqual(await aws.state(), there);
		const c = await assertClean();
		assert.deepEqual(Object.keys(c.calls).sort(), ['ListCertificates',
			'ListTargetsForPolicy', 'ListThings']);
	});

	test('lists what is missing, different and a stranger', async () => {
		const [gone, off] = reel.all, stranger = fpOf(otherPem);
		await aws.config({drop_certificates: [gone.fp], drop_things: [gone.id],
			status: {[off.fp]: 'INACTIVE'},
			plant: [{id: stranger, pem: otherPem}]});
		const there = await aws.state();
		const {id, ...found} = read((await audit()).stdout);
		assert.deepEqual(found, {state: 'done', total: '4', same: '2',
			created: '1', changed: '1', removed: '1', conflicts: '0',
			last_error: '-', rows: [
				['what', 'chip_id', 'fingerprint', 'message'],
				['missing', gone.id, gone.fp, 'It is not there.'],
				['different', off.id, off.fp,
					`certificate/${off.fp} is "INACTIVE" instead of "ACTIVE".`],
				['stranger', `certificate/${stranger}`, '-',
					`certificate/${stranger}: ACTIVE`]]});
		const {json} = await audit('--json');
		assert.notEqual(json.id, id);
		const want = {kind: 'audit', state: 'done', total: 4, done: 4, same: 2,
			created: 1, changed: 1, removed: 1, conflicts: 0, failed: 0,
			last_error: null};
		for (const [name, value] of Object.entries(want))
			assert.equal(json[name], value, name);
		const x = await get(`jobs/${json.id}/exceptions`);
		assert.deepEqual(x.items.map((i) => i.what),
			['missing', 'different', 'stranger']);
		assert.deepEqual(await aws.state(), there);
		await assertClean();
	});
});

describe('two clouds of one account and region', () => {
	const PACE = 600;
	const rate = PACE / 60;
	const reels = [];

	/** A batch in each of two clouds, at the same time, and what the double
	 * saw.  The first has begun, and said its quota, when the second begins. */
	async function both(count, quotas, settings = [{}, {}]) {
		await fresh();
		await aws.config({quotas: {RegisterCertificateWithoutCA: PACE}});
		reels.length = 0;
		const jobs = [];
		for (const i of [0, 1]) {
			const cloud = await addCloud({quotas: {register: quotas[i]},
				settings: settings[i]});
			reels.push(await bound(count));
			jobs.push({cloud});
		}
		await aws.forget();
		jobs[0].id = await provision(reels[0].batch, jobs[0].cloud);
		await until(async () => (await aws.counters()).calls
			.RegisterCertificateWithoutCA > 0);
		jobs[1].id = await provision(reels[1].batch, jobs[1].cloud);
		for (const {id} of jobs)
			await done(id, {done: count, created: count, failed: 0});
		const c = await assertClean();
		assert.equal(c.calls.RegisterCertificateWithoutCA, 2 * count);
		return c;
	}

	test('share what it allows', async () => {
		const c = await both(50, [PACE, PACE],
			[{}, {thing_name: 'second:{chip_id}'}]);
		assert.ok(c.busiest.RegisterCertificateWithoutCA <= rate * 1.25,
			JSON.stringify(c.busiest));
		// As long as one job of twice as many takes, at least.
		assert.ok(c.span_s > 2 * 50 / rate - 1, `${c.span_s} s`);
		assert.equal(Object.keys((await aws.state()).certificates).length, 100);
	});

	test('keep to the smaller quota of the two', async () => {
		const c = await both(30, [PACE, 10 * PACE]);
		assert.ok(c.busiest.RegisterCertificateWithoutCA <= rate * 1.25,
			JSON.stringify(c.busiest));
	});
});
