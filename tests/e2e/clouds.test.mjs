// The rules around product clouds: what a kind takes and gives away, plans,
// pauses, removal, unbinding, moves, changes of a batch; and the command line.
// What each kind says to its cloud is shown elsewhere.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';

import {Webhook} from '../clouds/webhook.mjs';
import {serverPki} from './lib/forge.mjs';
import {until} from './lib/service.mjs';
import {csvDevices, buildWorld} from './lib/world.mjs';

const SECRET = 'a-bearer-token-that-nobody-may-see-41c7';
let w, pki, ca, jwks, one, two, serial = 0;

const get = (what, who = 'admin') => w.must(200, who, 'GET', w.in(what));
const post = (what, body = {}, status = 202) =>
	w.must(status, 'admin', 'POST', w.in(what), body);
const patch = (what, body, status = 200) =>
	w.must(status, 'admin', 'PATCH', w.in(what), body);
const unbind = (batch, status = 204) =>
	w.must(status, 'admin', 'DELETE', w.in(`batches/${batch}`));
const fpOf = (pem) => crypto.createHash('sha256')
	.update(new crypto.X509Certificate(pem).raw).digest('hex');

/** A receiver and its cloud in one. */
async function hook(name, more = {}) {
	const r = await new Webhook({server: pki, jwks, account: w.account,
		bearer: SECRET}).start();
	r.cloud = (await post('clouds', {name, type: 'webhook',
		settings: {url: r.url}, credentials: {bearer: SECRET},
		quotas: {post: 6000}, ca_certificate: ca, ...more}, 201)).id;
	return r;
}

async function bound(count) {
	const reel = w.fab.reel(`r${++serial}`, {count});
	await w.mustPublish(reel);
	const r = await w.bind('admin', reel.label, {product: w.product});
	assert.equal(r.status, 201, r.text);
	reel.all = csvDevices(fs.readFileSync(reel.file('manifest.csv'), 'utf8'))
		.map((d) => ({...d, fp: fpOf(d.cert)}));
	return reel;
}

const ops = (reel, r) => reel.all.map((d) => r.devices.get(d.fp)?.op);
const all = (reel, op) => reel.all.map(() => op);
const where = async (reel) => (await get(`batches/${reel.batch}/clouds`)).items;

before(async () => {
	w = await buildWorld();
	pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	ca = fs.readFileSync(pki.ca, 'utf8');
	({jwks} = await w.interopKeys());
	one = await hook('One');
	two = await hook('Two');
});

after(async () => {
	await one?.stop();
	await two?.stop();
	await w?.end();
});

describe('what a cloud is made of', () => {
	const made = {name: 'new', type: 'webhook',
		settings: {url: 'https://iot.test/hook'}};
	const bad = [
		['an unknown kind', {type: 'mainframe'}, 'cloud-type'],
		['no address', {settings: {}}, 'field-missing'],
		['settings that are none', {settings: ['url']}, 'field-type'],
		['an unknown setting', {settings: {...made.settings, colour: 'red'}},
			'field-unknown'],
		['a secret among the settings',
			{settings: {...made.settings, bearer: SECRET}}, 'field-unknown'],
		['a setting among the secrets',
			{credentials: {url: 'https://iot.test/'}}, 'field-unknown'],
		['a number', {settings: {url: 7}}, 'cloud-setting'],
		['a control character', {credentials: {bearer: 'a\nb'}},
			'cloud-setting'],
		['an address that is too long',
			{settings: {url: `https://iot.test/${'x'.repeat(3000)}`}},
			'cloud-setting'],
		['an address without TLS', {settings: {url: 'http://iot.test/'}},
			'cloud-url'],
		['an unknown quota', {quotas: {get: 5}}, 'field-unknown'],
		['a quota that is no number', {quotas: {post: '5'}}, 'cloud-quota'],
		['a negative quota', {quotas: {post: -1}}, 'cloud-quota'],
		['a quota beyond reason', {quotas: {post: 1e9}}, 'cloud-quota'],
		['another kind\'s form', {form: 'other'}, 'cloud-form'],
		['a private key for a CA',
			{ca_certificate: fs.readFileSync(new URL(import.meta.url), 'utf8')},
			'cloud-ca'],
		['settings of a gate', {type: 'gate', settings: {a: 'b'}},
			'field-unknown'],
	];
	for (const [what, change, code] of bad)
		test(`${what} is refused`, async () => {
			const r = await w.api('admin', 'POST', w.in('clouds'),
				{...made, ...change});
			assert.equal(r.status, 400, r.text);
			assert.equal(r.json.code, code, r.text);
			assert.doesNotMatch(r.text, new RegExp(SECRET));
		});

	test('the kinds say what they take', async () => {
		const kinds = (await get('cloud-kinds', 'auditor')).items;
		const hooks = kinds.find((k) => k.type === 'webhook');
		assert.ok(hooks.can_remove && hooks.can_suspend && !hooks.can_list);
		assert.deepEqual(hooks.fields.map((f) => [f.name, f.secret]),
			[['url', false], ['bearer', true]]);
		assert.deepEqual(hooks.quotas.map((q) => q.name), ['post']);
		for (const type of ['gate', 'interop', 'aws', 'azure-hub', 'azure-dps'])
			assert.ok(kinds.some((k) => k.type === type), type);
	});

	test('settings and quotas merge, credentials stay hidden', async () => {
		const c = (await post('clouds', {...made, name: 'merge',
			credentials: {bearer: SECRET}, quotas: {post: 5}}, 201));
		assert.deepEqual([c.settings, c.quotas, c.has_credentials, c.batches],
			[made.settings, {post: 5}, true, 0]);
		assert.deepEqual(c.breaker,
			{state: 'closed', why: '', since: null, until: null});
		assert.deepEqual(c.work, {jobs: 0, total: 0, done: 0});
		const elsewhere = {settings: {url: 'https://iot.test/other'}};
		for (const credentials of [undefined, {}])
			assert.equal((await patch(`clouds/${c.id}`,
				{...elsewhere, credentials}, 409)).code,
			'cloud-credentials-needed');
		const now = await patch(`clouds/${c.id}`, {name: 'merged',
			...elsewhere, credentials: {bearer: SECRET},
			quotas: {post: null}, ca_certificate: ca});
		assert.deepEqual([now.name, now.settings.url, now.quotas.post > 5,
			now.private_ca], ['merged', 'https://iot.test/other', true, true]);
		assert.equal((await patch(`clouds/${c.id}`, {ca_certificate: ''}))
			.private_ca, false);
		await patch(`clouds/${c.id}`, {settings: {url: ''}}, 400);
		for (const who of ['admin', 'developer', 'auditor'])
			assert.doesNotMatch(JSON.stringify([await get('clouds', who),
				await get(`clouds/${c.id}`, who)]), new RegExp(SECRET));
		assert.equal((await patch(`clouds/${c.id}`,
			{credentials: {bearer: 'x y'}}, 400)).code, 'cloud-bearer');
		await w.must(204, 'admin', 'DELETE', w.in(`clouds/${c.id}`));
	});

	test('what says where devices are cannot be changed', async () => {
		const c = await post('clouds', {name: 'fixed', type: 'aws',
			settings: {region: 'eu-central-1', account_id: '123456789012'},
			credentials: {access_key_id: 'AKIAIOSFODNN7EXAMPLE',
				secret_access_key: 'k'.repeat(40)}}, 201);
		assert.equal((await patch(`clouds/${c.id}`,
			{settings: {region: 'us-east-1'}}, 409)).code,
		'cloud-setting-fixed');
		// The address of the region's own is one, too.
		assert.equal((await patch(`clouds/${c.id}`,
			{settings: {sts_endpoint: 'https://sts.test'}}, 409)).code,
		'cloud-setting-fixed');
		await patch(`clouds/${c.id}`, {settings: {region: 'eu-central-1'}});
		assert.equal((await get(`clouds/${c.id}`)).settings.region,
			'eu-central-1');
		await w.must(204, 'admin', 'DELETE', w.in(`clouds/${c.id}`));
	});

	test('one that cannot list is not audited', async () => {
		assert.equal((await post(`clouds/${one.cloud}/audit`, {}, 409)).code,
			'cloud-cannot-list');
	});
});

describe('in and out', () => {
	let reel;
	const at = (r) => ({cloud: r.cloud});

	before(async () => {
		reel = await bound(4);
	});

	test('a plan changes nothing', async () => {
		const {id} = await post(`batches/${reel.batch}/provision`,
			{...at(one), plan: true});
		const j = await w.job(id);
		assert.deepEqual([j.kind, j.plan_of, j.state, j.created, j.result],
			['plan', 'provision', 'done', 4, null], JSON.stringify(j));
		assert.equal(one.calls.length, 0);
		assert.deepEqual(await where(reel), []);
		assert.equal((await post(`batches/${reel.batch}/remove`,
			{...at(one), plan: true}, 409)).code, 'batch-not-there');
	});

	test('a paused job waits, goes on, and counts as unfinished', async () => {
		one.delay = 400;
		const {id} = await post(`batches/${reel.batch}/provision`, at(one));
		await until(() => one.flying > 0, 10000, 'a call');
		const paused = await post(`jobs/${id}/pause`, {}, 200);
		assert.equal(paused.state, 'paused');
		assert.equal((await post(`batches/${reel.batch}/provision`, at(one)))
			.id, id);
		assert.equal((await get(`jobs?state=paused&cloud=${one.cloud}` +
			'&kind=provision')).items.length, 1);
		const c = await get(`clouds/${one.cloud}`);
		assert.deepEqual([c.batches, c.work.jobs], [1, 1]);
		await post(`clouds/${one.cloud}/resume`, {}, 200);
		one.delay = 0;
		assert.equal((await post(`jobs/${id}/resume`)).state, 'queued');
		const j = await w.job(id);
		assert.deepEqual([j.state, j.done, j.failed], ['done', 4, 0]);
		assert.equal((await post(`jobs/${id}/resume`, {}, 409)).code,
			'job-not-paused');
		assert.equal((await post(`jobs/${id}/pause`, {}, 409)).code,
			'job-finished');
		assert.deepEqual(ops(reel, one), all(reel, 'admit'));
		const [there] = await where(reel);
		assert.deepEqual([there.cloud, there.wanted, there.job.id],
			[one.cloud, 'admit', id]);
	});

	test('the cloud is not forgotten while devices are in it', async () => {
		const r = await w.api('admin', 'DELETE', w.in(`clouds/${one.cloud}`));
		assert.deepEqual([r.status, r.json.code], [409, 'cloud-has-batches']);
	});

	test('another product is told', async () => {
		const other = (await post('products', {name: 'Oven'}, 201)).id;
		await patch(`batches/${reel.batch}`, {product: other});
		await until(() => reel.all.every((d) =>
			one.devices.get(d.fp).product === 'Oven'), 15000, 'the name');
		const [there] = await where(reel);
		await w.job(there.job.id);
	});

	test('a move leaves no gap', async () => {
		assert.equal((await post(`batches/${reel.batch}/provision`,
			{...at(one), instead_of: one.cloud}, 400)).code, 'cloud-same');
		assert.equal((await post(`batches/${reel.batch}/provision`,
			{...at(one), instead_of: two.cloud}, 409)).code,
		'batch-not-there');
		let early = 0;
		one.script = [() => {
			early += ops(reel, two).filter((o) => o !== 'admit').length;
			return true;
		}];
		const {id, then_cloud: then} = await post(
			`batches/${reel.batch}/provision`,
			{...at(two), instead_of: one.cloud});
		assert.equal(then, one.cloud);
		await w.job(id);
		await until(async () => (await where(reel)).length === 1, 15000,
			'the move');
		assert.equal(early, 0);
		assert.deepEqual([ops(reel, one), ops(reel, two)],
			[all(reel, 'remove'), all(reel, 'admit')]);
		const b = await get(`batches/${reel.batch}`);
		assert.deepEqual([b.cloud.id, b.state], [two.cloud, 'provisioned']);
		const d = await get(`devices/${reel.all[0].fp}`);
		assert.deepEqual(d.clouds.map((c) => [c.cloud, c.status]).sort(),
			[[one.cloud, 'removed'], [two.cloud, 'provisioned']].sort());
	});

	test('quarantine is one word about one device', async () => {
		const [first, second] = reel.all;
		const words = two.devices.get(second.fp).words;
		await post(`devices/${first.fp}/quarantine`, {}, 204);
		await until(() => two.devices.get(first.fp).op === 'suspend', 15000,
			'suspend');
		const [sync] = (await get(`jobs?cloud=${two.cloud}&kind=sync`)).items;
		assert.deepEqual([(await w.job(sync.id)).state, sync.batch],
			['done', reel.batch]);
		assert.deepEqual((await get(`devices/${first.fp}`)).clouds.find((c) =>
			c.cloud === two.cloud).status, 'suspended');
		await post(`devices/${first.fp}/release`, {}, 204);
		await until(() => two.devices.get(first.fp).op === 'admit', 15000,
			'admit');
		assert.equal(two.devices.get(second.fp).words, words);
		const log = (await w.must(200, 'admin', 'GET',
			w.in('audit?action=sync'))).items;
		assert.deepEqual(log, [], 'no entry for each device');
	});

	test('a scrapped device leaves, from quarantine too, and stays away', async () => {
		const old = await bound(2), [gone, kept] = old.all;
		assert.equal((await w.provision(old.batch, two.cloud)).state, 'done');
		await post(`devices/${gone.fp}/quarantine`, {}, 204);
		await until(() => two.devices.get(gone.fp).op === 'suspend', 15000, 'suspend');
		await post(`devices/${gone.fp}/scrap`, {note: 'crushed'}, 204);
		await until(() => two.devices.get(gone.fp).op === 'remove', 15000, 'remove');
		assert.equal((await get(`devices/${gone.fp}`)).clouds.find((c) =>
			c.cloud === two.cloud).status, 'removed');
		assert.equal((await w.provision(old.batch, two.cloud)).state, 'done');
		assert.deepEqual([gone, kept].map((d) => two.devices.get(d.fp).op),
			['remove', 'admit']);
	});

	test('a removal gives way to a provisioning, and the other way round',
		async () => {
			two.delay = 500;
			const out = await post(`batches/${reel.batch}/remove`, at(two));
			await until(() => two.flying > 0, 10000, 'a call');
			const back = await post(`batches/${reel.batch}/provision`, at(two));
			two.delay = 0;
			const [first, last] = [await w.job(out.id), await w.job(back.id)];
			assert.deepEqual([first.state, last.state], ['cancelled', 'done']);
			assert.deepEqual(ops(reel, two), all(reel, 'admit'));
			assert.equal((await post(`jobs/${out.id}/retry`, {}, 409)).code,
				'job-finished');
		});

	test('a conflict is seen, and only it is tried again', async () => {
		const odd = reel.all[2];
		two.others.set(odd.fp, 'another key is there');
		const j = await w.provision(reel.batch, two.cloud);
		assert.deepEqual([j.state, j.failed, j.conflicts, j.same],
			['done', 1, 1, 3], JSON.stringify(j));
		const x = (await get(`jobs/${j.id}/exceptions?what=conflict`)).items;
		assert.deepEqual(x.map((i) => [i.fingerprint, i.what, i.message]),
			[[odd.fp, 'conflict', 'another key is there']]);
		assert.deepEqual((await get(`jobs/${j.id}/exceptions?what=refused`))
			.items, []);
		const seen = (await get(`devices/${odd.fp}`)).clouds
			.find((c) => c.cloud === two.cloud);
		assert.deepEqual([seen.status, seen.message],
			['conflict', 'another key is there']);
		const attention = (await get('overview')).attention;
		assert.ok(attention.some((a) => a.kind === 'devices-conflict' &&
			a.target === reel.batch && a.count === 1));
		two.others.clear();
		const from = two.calls.length;
		await post(`jobs/${j.id}/retry`);
		await until(async () => (await get(`jobs/${j.id}`)).failed === 0,
			15000, 'the retry');
		await w.job(j.id);
		assert.equal(two.calls.slice(from).reduce((n, c) => n + (c.n || 0), 0),
			1);
	});

	test('unbinding takes it out, and a rival finds nothing of it',
		async () => {
			await unbind(reel.batch);
			await until(() => two.count('remove') === 5, 15000, 'all gone');
			await until(async () => (await w.api('admin', 'GET',
				w.in(`batches/${reel.batch}/clouds`))).status === 404, 15000,
			'nothing left to know');
			const r = await w.bind('rival', reel.label, {}, w.rival);
			assert.equal(r.status, 201, r.text);
			assert.deepEqual((await w.must(200, 'rival', 'GET',
				w.in(`batches/${reel.batch}/clouds`, w.rival))).items, []);
			assert.deepEqual([...one.faults, ...two.faults], []);
		});
});

test('one that was never sent leaves no trace', async () => {
	const reel = await bound(2);
	const account = (body) => w.must(200, 'admin', 'PATCH',
		`/api/v1/accounts/${w.account}`, body);
	const {id} = await post('clouds', {name: 'Never', type: 'webhook',
		settings: {url: one.url}}, 201);
	await account({auto_provision: true, default_cloud: id});
	await unbind(reel.batch);
	const r = await w.bind('admin', reel.label, {hold_s: 60});
	assert.equal(r.status, 201, r.text);
	assert.equal((await where(reel)).length, 1);
	await unbind(reel.batch);
	await account({auto_provision: false, default_cloud: null});
	assert.deepEqual((await get(`jobs?batch=${reel.batch}`)).items
		.map((j) => j.state), ['cancelled']);
	assert.equal((await w.api('admin', 'GET',
		w.in(`batches/${reel.batch}/clouds`))).status, 404);
	await w.must(204, 'admin', 'DELETE', w.in(`clouds/${id}`));
});

test('a cloud that only takes in keeps its batch bound', async () => {
	const reel = await bound(2);
	const {id} = await post('clouds', {name: 'Only in', type: 'interop',
		form: 'other', other: {url: `https://localhost:${one.port}`,
			username: 'u', password: 'p'}, ca_certificate: ca}, 201);
	const j = await post(`batches/${reel.batch}/provision`, {cloud: id});
	await until(async () => (await get(`jobs/${j.id}`)).started_at, 15000,
		'the first try');
	const r = await w.api('admin', 'DELETE', w.in(`batches/${reel.batch}`));
	assert.deepEqual([r.status, r.json.code], [409, 'batch-provisioned']);
	assert.match(r.json.detail, /"Only in"/);
	assert.equal((await post(`batches/${reel.batch}/remove`, {cloud: id}, 409))
		.code, 'cloud-cannot-remove');
	assert.equal((await post(`batches/${reel.batch}/provision`,
		{cloud: one.cloud, instead_of: id}, 409)).code, 'cloud-cannot-remove');
	await post(`jobs/${j.id}/cancel`, {}, 200);
	await w.must(204, 'admin', 'DELETE', w.in(`clouds/${id}`));
});

describe('the command line', () => {
	let reel;
	const cli = async (args, opts) => {
		const r = await w.cli('admin', args, opts);
		assert.equal(r.status, 0, `${args.join(' ')}: ${r.stderr}`);
		return r;
	};

	before(async () => {
		reel = await bound(3);
	});

	test('adds, shows, changes and tests a cloud', async () => {
		const file = w.path('ca.pem');
		fs.writeFileSync(file, ca);
		const add = ['cloud', 'add', 'Cli', '--type', 'webhook', '--setting',
			`url=${one.url}`, '--ca', file, '--quota', 'post=1200', '--json'];
		const made = await cli([...add, '--credentials', '-'],
			{input: JSON.stringify({bearer: SECRET})});
		assert.equal(made.json.quotas.post, 1200);
		assert.doesNotMatch(made.stdout, new RegExp(SECRET));
		one.cloud = undefined;
		assert.match((await cli(['cloud', 'test', 'Cli'])).stdout, /done/);
		const set = await cli(['cloud', 'set', 'Cli', '--quota', 'post=default',
			'--json', '--credentials', '-'], {input: `bearer=${SECRET}\n`});
		assert.notEqual(set.json.quotas.post, 1200);
		assert.match((await cli(['cloud', 'kinds'])).stdout, /azure-hub/);
		assert.match((await cli(['cloud', 'show', 'Cli'])).stdout,
			/breaker\.state +closed/);
		await cli(['cloud', 'resume', 'Cli']);
		for (const [args, status] of [
			[['cloud', 'add', 'X'], 2],
			[[...add, '--setting', 'url'], 2],
			[['cloud', 'add', 'X', '--type', 'mainframe'], 1],
			[['cloud', 'audit', 'Cli'], 1],
			[['provision', reel.batch, '--remove'], 2],
		]) {
			const r = await w.cli('admin', args);
			assert.notEqual(r.status, 0, args.join(' '));
			assert.equal(r.status === 2, status === 2,
				`${args.join(' ')}: ${r.status} ${r.stderr}`);
		}
	});

	test('plans, provisions, moves and removes', async () => {
		const plan = await cli(['provision', reel.batch, '--cloud', 'Cli',
			'--plan', '--json']);
		assert.deepEqual([plan.json.plan_of, plan.json.created],
			['provision', 3]);
		await cli(['provision', reel.batch, '--cloud', 'Cli', '--wait']);
		assert.deepEqual(ops(reel, one), all(reel, 'admit'));
		assert.match((await cli(['batch', 'clouds', reel.batch])).stdout,
			/admit/);
		await cli(['provision', reel.batch, '--cloud', 'Two', '--instead-of',
			'Cli', '--wait']);
		await until(() => ops(reel, one).every((o) => o === 'remove'), 15000,
			'the move');
		const gone = await cli(['provision', reel.batch, '--remove', '--cloud',
			'Two', '--wait', '--json']);
		assert.deepEqual([gone.json.kind, gone.json.removed], ['remove', 3]);
		const list = await cli(['job', 'list', '--cloud', 'Two', '--kind',
			'remove', '--json']);
		assert.ok(list.json.items.some((j) => j.id === gone.json.id));
		assert.match((await cli(['job', 'show', gone.json.id])).stdout,
			/removed +3/);
		await until(async () => (await where(reel)).length === 0, 15000,
			'nothing left to know');
		await cli(['cloud', 'remove', 'Cli']);
	});
});
