// AWS IoT Core, further on: the certificates that devices get in the field.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';

import {Aws} from '../clouds/aws.mjs';
import {enrol} from './lib/enrol.mjs';
import {addAuthority, trusted} from './lib/field.mjs';
import {serverPki} from './lib/forge.mjs';
import {until} from './lib/service.mjs';
import {buildWorld, csvDevices} from './lib/world.mjs';

const PER_MINUTE = 30000;
const POLICY = 'devices';
const OPS = ['register', 'update', 'delete', 'describe', 'policy', 'thing',
	'principal', 'list', 'sts'];
const rates = Object.fromEntries(OPS.map((n) => [n, PER_MINUTE]));
let w, aws, pki, serial = 0;

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
