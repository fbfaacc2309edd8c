// Binding over REST and by the command line: every way to say which batch,
// who may, who sees it, and how it is undone.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {buildWorld} from './lib/world.mjs';

let w;

before(async () => {
	w = await buildWorld();
});

after(async () => {
	if (process.env.BIRTHMARK_TEST_LOG)
		process.stderr.write(w?.service?.log || '');
	await w?.end();
});

let made = 0;
async function published(opts = {}) {
	const reel = w.fab.reel(`b${++made}`, {count: 2, ...opts});
	await w.mustPublish(reel);
	return reel;
}

const bind = (who, body, account) =>
	w.api(who, 'POST', w.in('bindings', account), body);

test('a label binds however it is written', async () => {
	const ways = [
		(r) => ({label: r.label}),
		(r) => ({label: ` ${r.label}\n`}),
		(r) => ({label: `${r.batch} ${r.code}`}),
		(r) => ({batch: r.batch, claim_code: r.code}),
		(r) => ({batch: r.batch, claim_code: r.code.toLowerCase()}),
	];
	for (const way of ways) {
		const reel = await published();
		const r = await bind('admin', way(reel));
		assert.equal(r.status, 201, r.text);
		assert.equal(r.json.batch, reel.batch);
		assert.equal(r.json.devices, 2);
		assert.equal(r.json.already, false);
		assert.equal(r.json.state, 'bound');
	}
});

test('an open batch binds by its id, as virtual reels do', async () => {
	const a = await published({open: true});
	const b = await published({open: true});
	assert.equal((await bind('admin', {batch: a.batch})).status, 201);
	const r = await bind('admin', {
		label: `https://other.example/cloud-id?groupId=${b.batch}`});
	assert.equal(r.status, 201, r.text);
});

test('a batch that is not open needs its code, existing or not', async () => {
	const reel = await published();
	const there = await bind('admin', {batch: reel.batch});
	const nowhere = await bind('admin', {batch: 'NO-SUCH-BATCH'});
	for (const r of [there, nowhere]) {
		assert.equal(r.status, 403);
		assert.equal(r.json.code, 'claim-code-needed');
	}
	assert.deepEqual(there.json, nowhere.json);
});

test('twice by the same account is once', async () => {
	const reel = await published();
	assert.equal((await bind('admin', {label: reel.label})).status, 201);
	const r = await bind('admin', {label: reel.label});
	assert.equal(r.status, 200);
	assert.equal(r.json.already, true);
	const other = await bind('rival', {label: reel.label}, w.rival);
	assert.equal(other.status, 409);
	assert.equal(other.json.code, 'batch-bound-elsewhere');
	assert.doesNotMatch(other.text, /Dishwashers|admin@/);
});

test('what is not a label is told apart from a wrong one', async () => {
	for (const body of [{}, {label: ''}, {label: '!!'}, {batch: '../x',
		claim_code: 'A'}, {label: 'X', batch: 'Y'}, {lable: 'X'},
	{label: 7}, {label: 'https://x.example/b/A#short'}]) {
		const r = await bind('admin', body);
		assert.equal(r.status, 400, JSON.stringify(body) + r.text);
	}
});

test('product and cloud are the account\'s own, or its defaults', async () => {
	const reel = await published();
	const theirs = await w.must(201, 'rival', 'POST',
		w.in('products', w.rival), {name: 'Toaster'});
	let r = await bind('admin', {label: reel.label, product: theirs.id});
	assert.equal(r.status, 400);
	assert.equal(r.json.code, 'product-unknown');
	await w.must(200, 'admin', 'PATCH', `/api/v1/accounts/${w.account}`,
		{default_product: w.product});
	r = await bind('admin', {label: reel.label});
	assert.equal(r.status, 201, r.text);
	assert.equal(r.json.product.id, w.product);
	r = await w.must(200, 'admin', 'PATCH', w.in(`batches/${reel.batch}`),
		{product: null});
	assert.equal(r.product, null);
	await w.must(200, 'admin', 'PATCH', `/api/v1/accounts/${w.account}`,
		{default_product: null});
});

test('an operator binds and sees what it bound, nothing else', async () => {
	const [mine, theirs] = [await published(), await published()];
	assert.equal((await bind('operator', {label: mine.label})).status, 201);
	assert.equal((await bind('admin', {label: theirs.label})).status, 201);
	const {items} = await w.must(200, 'operator', 'GET', w.in('batches'));
	assert.deepEqual(items.map((b) => b.batch), [mine.batch]);
	for (const [what, status] of [[`batches/${theirs.batch}`, 404],
		[`batches/${mine.batch}/manifest`, 403], ['devices', 403],
		['clouds', 403]])
		assert.equal((await w.api('operator', 'GET', w.in(what))).status,
			status, what);
	for (const [reel, status] of [[theirs, 404], [mine, 204]])
		assert.equal((await w.api('operator', 'DELETE',
			w.in(`batches/${reel.batch}`))).status, status);
	assert.equal((await bind('developer', {label: mine.label})).status, 403);
});

test('an operator reads no cloud of a batch', async () => {
	const {id} = await w.must(201, 'admin', 'POST', w.in('clouds'),
		{name: 'Kept from operators', type: 'gate'});
	const reel = await published();
	const wish = {label: reel.label, cloud: id};
	const at = w.in(`batches/${reel.batch}`);
	const seen = [await w.must(201, 'operator', 'POST', w.in('bindings'), wish),
		await w.must(200, 'operator', 'POST', w.in('bindings'), wish),
		await w.must(200, 'operator', 'GET', at),
		...(await w.must(200, 'operator', 'GET', w.in('batches'))).items];
	for (const b of seen) {
		assert.equal(b.cloud, null);
		assert.doesNotMatch(JSON.stringify(b), /Kept from/);
	}
	assert.equal((await w.must(200, 'admin', 'GET', at)).cloud.id, id);
});

test('unbinding frees the batch for another', async () => {
	const reel = await published();
	assert.equal((await bind('admin', {label: reel.label})).status, 201);
	assert.equal((await w.api('rival', 'DELETE',
		w.in(`batches/${reel.batch}`, w.rival))).status, 404);
	await w.must(204, 'admin', 'DELETE', w.in(`batches/${reel.batch}`));
	assert.equal((await w.api('admin', 'GET',
		w.in(`batches/${reel.batch}`))).status, 404);
	assert.equal((await bind('rival', {label: reel.label}, w.rival)).status,
		201);
	const {items} = await w.must(200, 'admin', 'GET', w.in('audit?limit=50'));
	for (const action of ['bind', 'unbind'])
		assert.ok(items.some((i) => i.action === action &&
			i.target === reel.batch), action);
});

test('lists come in pages, filtered', async () => {
	const all = [];
	let cursor = '';
	do {
		const p = await w.must(200, 'admin', 'GET', w.in(
			`batches?limit=2${cursor && `&cursor=${cursor}`}`));
		all.push(...p.items.map((b) => b.batch));
		cursor = p.next;
	} while (cursor);
	const whole = await w.must(200, 'admin', 'GET', w.in('batches?limit=500'));
	assert.deepEqual(all, whole.items.map((b) => b.batch));
	assert.equal(new Set(all).size, all.length);
	const one = await w.must(200, 'admin', 'GET', w.in(`batches?q=${all[0]}`));
	assert.ok(one.items.some((b) => b.batch === all[0]));
	const none = await w.must(200, 'admin', 'GET',
		w.in('batches?state=provisioned'));
	assert.deepEqual(none.items, []);
});

test('devices are found by each of their names', async () => {
	const reel = await published({count: 3});
	assert.equal((await bind('admin', {label: reel.label,
		product: w.product})).status, 201);
	const {items} = await w.must(200, 'developer', 'GET',
		w.in(`devices?batch=${reel.batch}`));
	assert.equal(items.length, 3);
	const d = items[1];
	assert.equal(d.product, 'Dishwasher DW-9');
	assert.equal(d.state, 'active');
	for (const q of [`fingerprint=${d.fingerprint}`, `serial=${d.serial}`,
		`chip_id=${d.chip_id}`, `q=${d.serial.toUpperCase()}`]) {
		const got = await w.must(200, 'auditor', 'GET', w.in(`devices?${q}`));
		assert.deepEqual(got.items.map((x) => x.fingerprint),
			[d.fingerprint], q);
	}
	const whole = await w.must(200, 'admin', 'GET',
		w.in(`devices/${d.fingerprint}`));
	assert.match(whole.certificate, /^-----BEGIN CERTIFICATE-----/);
	assert.equal((await w.api('rival', 'GET',
		w.in(`devices/${d.fingerprint}`, w.rival))).status, 404);
	const theirs = await w.must(200, 'rival', 'GET',
		w.in(`devices?chip_id=${d.chip_id}`, w.rival));
	assert.deepEqual(theirs.items, []);
});

test('the command line binds by what a scanner types', async () => {
	const reels = [await published(), await published()];
	const r = await w.cli('admin', ['bind', '--json', '--account', w.account,
		'-'], {input: `${reels[0].label}\n${reels[1].label}\n`});
	assert.equal(r.status, 0, r.stderr);
	const wrong = await w.cli('admin', ['bind', '--account', w.account,
		'NO-SUCH-BATCH']);
	assert.equal(wrong.status, 1);
});
