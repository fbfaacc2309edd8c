// What stands behind the desk: lists of batches in every order, counters that
// follow jobs, devices that were seen at the service, a gate and a broker, the
// overview, and all that is told of one device.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, test} from 'node:test';
import {addAwsCloud} from './lib/aws-cloud.mjs';
import {alive, request, until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

let w, reels, big, gateToken;

const get = (what, who = 'admin') => w.must(200, who, 'GET', w.in(what));
const batch = (bid) => get(`batches/${bid}`);
const overview = (days = 3, who = 'admin') =>
	get(`overview?days=${days}`, who);
const fp = (device) => new crypto.X509Certificate(device.cert)
	.fingerprint256.replace(/:/g, '').toLowerCase();
const device = (d) => get(`devices/${fp(d)}`);
const sightings = (cloud, devices, who = 'gate') =>
	w.api(who, 'POST', w.in(`clouds/${cloud}/sightings`), {devices});

/** All of a list, page by page. */
async function pages(query, limit = 2) {
	const all = [];
	let next = null, total;

	do {
		const page = await get(`batches?limit=${limit}&${query}` +
			(next ? `&cursor=${encodeURIComponent(next)}` : ''));
		assert.ok(!next || page.total === total);
		({next, total} = page);
		assert.ok(next === null || next.length <= 127);
		all.push(...page.items);
	} while (next);
	assert.equal(total, all.length);
	return all;
}

before(async () => {
	w = await buildWorld();
	reels = [3, 1, 2, 2, 5].map((count, i) =>
		w.fab.reel(`desk${i}`, {count, batch: `DESK.${'bdaec'[i]}-1`}));
	big = reels[4];
	for (const r of reels) {
		await w.mustPublish(r);
		const bound = await w.bind(r === big ? 'operator' : 'admin', r.label,
			r === reels[0] ? {product: w.product} : {});
		assert.equal(bound.status, 201, bound.text);
		assert.equal(bound.json.seen, 0);
	}
	await w.startGate();
	gateToken = fs.readFileSync(w.path('gate-token'), 'utf8').trim();
	w.tokens.gate = gateToken;
	await w.provision(big.batch, w.cloud);
	await until(async () =>
		(await w.ask(big.devices[4].cert)).status === 200);
});

after(() => w && w.end());

test('batches are listed in each order, page by page', async () => {
	const by = {bound_at: (b) => b.bound_at, batch: () => '',
		devices: (b) => b.devices, provisioned: (b) => b.provisioned,
		seen: (b) => b.seen};

	for (const [sort, of] of Object.entries(by))
		for (const order of ['asc', 'desc']) {
			const list = await pages(`sort=${sort}&order=${order}`);
			const sign = order === 'asc' ? 1 : -1;
			const sorted = [...list].sort((a, b) => sign * (
				of(a) < of(b) ? -1 : of(a) > of(b) ? 1 :
					a.batch < b.batch ? -1 : 1));
			assert.equal(list.length, 5);
			assert.deepEqual(list, sorted, `${sort} ${order}`);
		}
	assert.deepEqual(await pages(''),
		await pages('sort=bound_at&order=desc', 500));
});

test('filters narrow the list and its total', async () => {
	const found = async (query) =>
		(await pages(query)).map((b) => b.batch).sort();

	assert.deepEqual(await found('q=desk.A'), ['DESK.a-1']);
	assert.deepEqual(await found('q=dishWASHER'), [reels[0].batch]);
	assert.deepEqual(await found('q=%25'), []);
	assert.deepEqual(await found(`product=${w.product}`), [reels[0].batch]);
	assert.deepEqual(await found('state=provisioned'), [big.batch]);
	assert.equal((await found('state=bound&q=desk')).length, 4);
	assert.deepEqual(await found('cloud=cld_0000000000000000'), []);
	const own = await w.must(200, 'operator', 'GET', w.in('batches'));
	assert.deepEqual([own.total, own.items[0].batch, own.items[0].cloud],
		[1, big.batch, null]);
});

test('a cursor is good for its own order only', async () => {
	const {next} = await get('batches?limit=1&sort=devices&order=asc');
	const with_ = (query) => w.api('admin', 'GET', w.in(
		`batches?limit=1&${query}&cursor=${encodeURIComponent(next)}`));

	assert.equal((await with_('sort=devices&order=asc')).status, 200);
	for (const query of ['', 'sort=devices&order=desc', 'sort=seen&order=asc']) {
		const r = await with_(query);
		assert.deepEqual([r.status, r.json.code], [400, 'bad-cursor']);
	}
	for (const query of ['sort=vendor', 'order=up']) {
		const r = await w.api('admin', 'GET', w.in(`batches?${query}`));
		assert.deepEqual([r.status, r.json.code], [400, 'bad-sort']);
	}
});

test('counters follow the jobs of a batch', async () => {
	const b = await batch(big.batch);

	assert.deepEqual([b.devices, b.provisioned, b.failed, b.state],
		[5, 5, 0, 'provisioned']);
	const o = await overview();
	assert.deepEqual([o.batches, o.devices, o.provisioned], [5, 13, 5]);
	assert.equal(o.since.batches_bound, 5);
	assert.equal(o.since.devices_provisioned, 5);
	assert.equal(o.days.length, 3);
	assert.equal(o.days[2].day, new Date().toISOString().slice(0, 10));
	assert.equal(o.days[1].devices_bound + o.days[2].devices_bound, 13);
});

test('a binding that is undone in time leaves no trace', async (t) => {
	const account = w.in('').replace(/\/$/, '');
	t.after(() => w.must(200, 'admin', 'PATCH', account,
		{default_cloud: null, auto_provision: false}));
	const reel = w.fab.reel('undo', {batch: 'UNDO-1'});
	const before_ = await overview();

	await w.mustPublish(reel);
	await w.must(200, 'admin', 'PATCH', account,
		{default_cloud: w.cloud, auto_provision: true});
	const r = await w.bind('operator', reel.label, {hold_s: 60});
	assert.deepEqual([r.status, r.json.state], [201, 'provisioning'], r.text);
	const held = (await get(`jobs?batch=${reel.batch}`)).items;
	assert.deepEqual([held.length, held[0].state, held[0].started_at],
		[1, 'queued', null]);
	assert.equal((await w.bind('operator', reel.label, {hold_s: 301})).status,
		400);
	const rest = w.in(`batches/${reel.batch}`);
	await w.must(403, 'developer', 'DELETE', rest);
	assert.equal((await w.api('operator', 'DELETE',
		w.in(`batches/${reels[1].batch}`))).status, 404);
	assert.equal((await w.api('operator', 'DELETE', rest)).status, 204);
	const job = await get(`jobs/${held[0].id}`);
	assert.deepEqual([job.state, job.started_at], ['cancelled', null]);
	await w.must(404, 'admin', 'GET', rest);
	const o = await overview();
	// The gate tells in its own time whom it has seen.
	const days = (of) => of.days.map((d) => ({...d, devices_first_seen: null}));
	assert.deepEqual([o.batches, o.devices, days(o)],
		[before_.batches, before_.devices, days(before_)]);
	assert.equal((await w.ask(reel.devices[0].cert)).status, 403);
});

test('a device at the device port is seen', async () => {
	const [d, other] = reels[0].devices;
	const contact = (of) => request(
		`${w.service.deviceUrl}/.well-known/birthmark/device`,
		{ca: w.service.ca, cert: fs.readFileSync(of.chip),
			key: fs.readFileSync(of.chip)});

	assert.equal((await device(d)).first_seen_at, null);
	await until(async () => (await contact(d)).status === 200, 10000,
		'the device port trusts the vendor');
	const seen = await until(async () => {
		const x = await device(d);
		return x.first_seen_at && x;
	}, 5000, 'the device is seen');
	assert.ok(Date.now() - Date.parse(seen.first_seen_at) < 60000);
	await contact(d);
	await contact(other);
	await until(async () => (await batch(reels[0].batch)).seen === 2);
	const o = await overview();
	assert.ok(o.seen >= 2);
	assert.equal(o.seen, o.since.devices_first_seen);
	const list = await get(`devices?batch=${reels[0].batch}`);
	assert.equal(list.items.filter((x) => x.last_seen_at).length, 2);
});

test('a device of an unbound batch is not', async () => {
	const reel = w.fab.reel('unbound', {count: 1});
	const chip = fs.readFileSync(reel.devices[0].chip);

	await w.mustPublish(reel);
	const r = await request(
		`${w.service.deviceUrl}/.well-known/birthmark/device`,
		{ca: w.service.ca, cert: chip, key: chip});
	assert.equal(r.json.state, 'unbound');
	await w.must(201, 'admin', 'POST', w.in('bindings'),
		{label: reel.label});
	assert.equal((await device(reel.devices[0])).first_seen_at, null);
	assert.equal((await batch(reel.batch)).seen, 0);
});

test('whom the gate lets in is seen, whom it refuses is not', async () => {
	// big.devices[4] was asked about when the world was built.
	await until(async () => (await batch(big.batch)).seen === 1, 15000,
		'the gate reports');
	assert.equal((await w.ask(reels[1].devices[0].cert)).status, 403);
	assert.equal((await w.ask(big.devices[0].cert)).status, 200);
	await until(async () => (await batch(big.batch)).seen === 2, 15000,
		'the gate reports again');
	assert.equal((await batch(reels[1].batch)).seen, 0);
});

test('a device that connects to the broker is seen', async () => {
	await w.startBroker();
	const r = await w.connectChip(big.devices[1]);
	assert.ok(r.admitted);
	r.client.end();
	const x = await until(async () => {
		const found = await device(big.devices[1]);
		return found.first_seen_at && found;
	}, 15000, 'the broker tells the gate, the gate the service');
	assert.equal(x.timeline.at(-1).event, 'first-seen');
	assert.equal((await batch(big.batch)).seen, 3);
	assert.equal((await batch(big.batch)).state, 'provisioned');
});

test('the broker does as well without its gate', async () => {
	await w.gate.stop();
	const r = await w.connectChip(big.devices[2]);
	assert.ok(r.admitted);
	r.client.end();
	await w.startGate();
});

test('a report counts only what its cloud was told of', async () => {
	const now = new Date().toISOString().replace(/\..*/, 'Z');
	const other = (await w.must(201, 'admin', 'POST', w.in('clouds'),
		{name: 'Another cloud', type: 'gate'})).id;
	const list = [big.devices[3], reels[1].devices[0]].map((d) =>
		({fp: fp(d), at: '2001-01-01T00:00:00Z'}));

	list.push({fp: 'ab'.repeat(32), at: now});
	assert.equal((await sightings(other, list)).status, 204);
	assert.equal((await device(big.devices[3])).first_seen_at, null);
	assert.equal((await sightings(w.cloud, list)).status, 204);
	assert.equal((await device(big.devices[3])).first_seen_at,
		(await batch(big.batch)).bound_at);
	assert.equal((await batch(reels[1].batch)).seen, 0);
	// Later than now is now; the same again counts once.
	list[0].at = '2999-01-01T00:00:00Z';
	for (let i = 0; i < 2; i++)
		assert.equal((await sightings(w.cloud, list)).status, 204);
	const x = await device(big.devices[3]);
	assert.ok(Date.parse(x.last_seen_at) <= Date.now() + 1000);
	assert.equal((await batch(big.batch)).seen, 4);
});

test('a bad report is refused as a whole', async () => {
	const now = '2026-01-01T00:00:00Z', good = {fp: fp(big.devices[2]), at: now};
	const many = Array(1001).fill(good);

	for (const devices of [null, {}, many, [good, {}], [good, {fp: 'ab', at: now}],
		[{...good, at: 'yesterday'}], [{...good, more: 1}]]) {
		const r = await sightings(w.cloud, devices);
		assert.deepEqual([r.status, r.json.code], [400, 'bad-field'],
			JSON.stringify(devices).slice(0, 80));
	}
	assert.equal((await sightings('cld_0000000000000000', [good])).status, 404);
	assert.equal((await sightings(w.cloud, [good], 'admin')).status, 403);
	assert.equal((await w.api('gate', 'POST', w.in(
		`clouds/${w.cloud}/sightings`, w.rival), {devices: []})).status, 404);
	assert.equal((await device(big.devices[2])).first_seen_at, null);
});

test('what is known of a device is told', async () => {
	const d = await device(big.devices[1]);
	const leaf = new crypto.X509Certificate(d.certificate);
	const [issuing, rootCa] = d.chain.map((c) =>
		new crypto.X509Certificate(c));

	assert.equal(d.chain.length, 2);
	assert.ok(leaf.verify(issuing.publicKey));
	assert.ok(issuing.verify(rootCa.publicKey));
	assert.ok(rootCa.verify(rootCa.publicKey));
	assert.match(d.details.issuer, /CN=/);
	assert.equal(d.details.signature_algorithm, 'ecdsa-with-SHA256');
	const usage = d.details.extensions.find((x) => x.oid === '2.5.29.15');
	assert.deepEqual([usage.name, usage.critical, usage.value],
		['Key usage', true, 'Digital Signature']);
	assert.ok(d.details.extensions.every((x) => !/[\n\r]/.test(x.value)));
	assert.deepEqual(d.timeline.map((x) => x.event).slice(0, 5),
		['issued', 'published', 'bound', 'provisioned', 'first-seen']);
	const [issued, published, bound, provisioned] = d.timeline;
	assert.equal(issued.at, d.not_before);
	assert.deepEqual([issued.name, published.detail],
		['Virtual Chips', big.reel]);
	assert.match(bound.name, /operator@/);
	assert.equal(provisioned.name, 'Own cloud');
	const item = (await get(`devices?fingerprint=${fp(big.devices[1])}`))
		.items[0];
	assert.equal(item.first_seen_at, d.first_seen_at);
	assert.equal(item.chain, undefined);
});

test('what a cloud refuses shows everywhere, counted once over kills',
	async (t) => {
		const {rx, cloud} = await addAwsCloud(w,
			{name: 'Picky cloud', chunk: 5});
		t.after(() => rx.stop());
		rx.delay = 40;
		const reel = w.fab.reel('picky', {count: 100, keyless: true});
		const bad = reel.devices.slice(7, 9);
		for (const d of bad)
			rx.bad.set(fp(d), 'not in this region');
		const was = await overview();
		await w.mustPublish(reel);
		await w.must(201, 'admin', 'POST', w.in('bindings'),
			{label: reel.label});
		const id = (await w.must(202, 'admin', 'POST',
			w.in(`batches/${reel.batch}/provision`), {cloud})).id;
		for (const n of [20, 50]) {
			await until(async () => (await batch(reel.batch)).provisioned
				>= n, 20000, 'progress');
			const pid = w.service.addresses.pids.courier;
			process.kill(pid, 'SIGKILL');
			await until(() => !alive(pid) &&
				w.service.addresses.pids.courier !== pid &&
				alive(w.service.addresses.pids.courier));
		}
		const j = await w.job(id);
		assert.deepEqual([j.done, j.failed], [98, 2]);
		const b = await batch(reel.batch);
		assert.deepEqual([b.provisioned, b.failed, b.state],
			[98, 2, 'failed']);
		const o = await overview();
		assert.equal(o.provisioned - was.provisioned, 98);
		assert.equal(o.since.devices_provisioned -
			was.since.devices_provisioned, 98);
		assert.equal(o.since.devices_failed, 2);
		const at = o.attention.find((a) => a.kind === 'devices-failed');
		assert.deepEqual([at.count, at.target], [2, reel.batch]);
		const failed = (await device(bad[0])).timeline.at(-1);
		assert.deepEqual([failed.event, failed.name, failed.detail],
			['failed', 'Picky cloud', 'not in this region']);
		rx.bad.clear();
		await w.must(202, 'admin', 'POST', w.in(`jobs/${id}/retry`));
		await w.job(id);
		assert.deepEqual([(await batch(reel.batch)).state,
			(await overview()).since.devices_provisioned -
			was.since.devices_provisioned], ['provisioned', 100]);
	});

test('the overview tells what needs attention, to whom it may', async () => {
	const o = await overview();
	const kinds = (list) => list.map((a) => a.kind);
	const of = (kind) => o.attention.find((a) => a.kind === kind);

	assert.equal(of('no-product').count, 6);
	assert.equal(of('no-cloud').count, 7);
	assert.equal(of('token-expiring').name, 'gate');
	assert.ok(!kinds((await overview(1, 'developer')).attention)
		.includes('token-expiring'));
	for (let i = 0; i < 5; i++)
		await w.must(403, 'admin', 'POST', w.in('bindings'),
			{batch: 'NO-SUCH-BATCH', claim_code: big.code});
	const alarm = (await overview()).attention[0];
	assert.deepEqual([alarm.kind, alarm.count, alarm.target],
		['claim-alarm', 1, 'NO-SUCH-BATCH']);
	for (const days of ['0', '367', 'x'])
		assert.equal((await w.api('admin', 'GET',
			w.in(`overview?days=${days}`))).status, 400);
	await w.must(403, 'operator', 'GET', w.in('overview'));
});

test('counters survive a kill', async () => {
	const before_ = [await batch(big.batch), await overview()];

	process.kill(w.service.addresses.pids.workers[0], 'SIGKILL');
	await until(async () => {
		try {
			return (await w.api('admin', 'GET', w.in('batches'))).status
				=== 200;
		} catch { return false; }
	}, 10000, 'a new worker');
	assert.deepEqual([await batch(big.batch), await overview()], before_);
	const sum = (await pages('')).reduce((n, b) => n + b.seen, 0);
	assert.equal(sum, before_[1].seen);
});
