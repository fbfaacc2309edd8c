// First boot seen from the device, which is openssl and plain HTTPS here: the
// registrar's every answer, claim vouchers from their making to their end, talk
// rules.  Must not use the device library: another implementation is the point.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, test} from 'node:test';
import {addAuthority, trusted} from './lib/field.mjs';
import {openssl} from './lib/forge.mjs';
import {request, until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const BRSKI = '/.well-known/brski';
const VOUCHER = 'application/voucher-cms+json';
const OID = '1.2.840.113549.1.9.16.1.40';
let w, bound, free, listed, stranger;
let count = 0;

const read = (file) => fs.readFileSync(file, 'utf8');
const fingerprintOf = (chip) => crypto.createHash('sha256').update(
	new crypto.X509Certificate(chip.cert).raw).digest('hex');

/** One exchange with the device port as this chip (or as its other one). */
function ask(chip, method, route, type, body, more = {}) {
	const pem = chip && read(chip.chip);
	return request(w.service.deviceUrl + route, {method, ca: w.service.ca,
		cert: pem, key: pem, body, headers: body === undefined ? {} :
			{'content-type': type,
				'content-length': Buffer.byteLength(body)}, ...more});
}

const nonce = () => crypto.randomBytes(16).toString('base64');

/** A voucher request, signed by `by` (a file of certificate and key). */
function sign(by, members, oid = OID) {
	const json = w.path(`request-${++count}.json`);
	const out = w.path(`request-${count}.cms`);
	fs.writeFileSync(json, typeof members === 'string' ? members :
		JSON.stringify({'ietf-voucher-request:voucher': members}));
	openssl(['cms', '-sign', '-binary', '-nodetach', '-econtent_type', oid,
		'-signer', by, '-inkey', by, '-in', json, '-outform', 'DER',
		'-out', out]);
	return fs.readFileSync(out);
}

const fresh = (chip, more) => ({'serial-number': chip.id, nonce: nonce(),
	'created-on': new Date().toISOString(), assertion: 'agent-proximity',
	...more});
const send = (chip, cms, type = VOUCHER) =>
	ask(chip, 'POST', `${BRSKI}/requestvoucher`, type, cms);
const request1 = (chip, more) => send(chip, sign(chip.chip, fresh(chip, more)));

async function refused(answer, status, code) {
	const r = await answer;
	assert.equal(r.status, status, r.text);
	assert.equal(r.json.code, code);
	return r;
}

/** What openssl says of a voucher that it has verified. */
async function opened(cms) {
	const anchor = w.path('voucher-anchor.pem');
	const file = w.path('voucher.cms');
	const out = w.path('voucher.json');
	fs.writeFileSync(anchor, (await request(`${w.service.url}/.well-known/` +
		'birthmark/voucher-signer.pem', {ca: w.service.ca})).text);
	fs.writeFileSync(file, cms);
	openssl(['cms', '-verify', '-inform', 'DER', '-binary', '-in', file,
		'-CAfile', anchor, '-purpose', 'any', '-out', out]);
	return JSON.parse(read(out))['ietf-voucher:voucher'];
}

const show = (chip) => w.must(200, 'admin', 'GET',
	w.in(`devices/${fingerprintOf(chip)}`));
const events = async (chip) => (await show(chip)).timeline.map((x) => x.event);

const claim = (chip, token) => ask(chip, 'POST', '/.well-known/birthmark/claim',
	'application/json', JSON.stringify({voucher: token}));
const makeClaim = (more, who = 'admin', account = w.account) =>
	w.must(201, who, 'POST', w.in('claim-vouchers', account), {name: 'Spring',
		product: w.product, max_devices: 3, expires_in_days: 10, ...more});

before(async () => {
	w = await buildWorld();
	const reel = w.fab.reel('bound', {count: 3});
	await w.mustPublish(reel);
	assert.equal((await w.bind('admin', reel.label, {product: w.product}))
		.status, 201);
	bound = reel.devices;
	for (const name of ['free', 'listed']) {
		const r = w.fab.reel(name, {count: name === 'free' ? 6 : 1});
		await w.mustPublish(r);
		[free, listed] = name === 'free' ? [r.devices] : [free, r.devices];
	}
	stranger = w.fab.reel('stranger', {count: 1}).devices[0];
	await trusted(w, bound[0].chip);
}, {timeout: 60000});

after(() => w?.end());

test('a device whose owner has no authority yet is told to come back',
	async () => {
		const r = await refused(request1(bound[0]), 503, 'no-domain');
		assert.ok(Number(r.headers['retry-after']) > 0);
		await request1(bound[0]);
		assert.equal((await events(bound[0])).filter((x) =>
			x === 'voucher-asked').length, 1);
	});

test('a bound device gets a voucher that openssl verifies', async () => {
	const {root} = await addAuthority(w, {[w.product]: {}});
	const q = fresh(bound[0]);
	const r = await send(bound[0], sign(bound[0].chip, q));
	assert.equal(r.status, 200, r.text);
	assert.equal(r.headers['content-type'], VOUCHER);
	const v = await opened(r.bytes);
	assert.equal(v.nonce, q.nonce);
	assert.equal(v['serial-number'], bound[0].id);
	assert.equal(v.assertion, 'verified');
	assert.ok(Math.abs(Date.parse(v['created-on']) - Date.now()) < 60000);
	assert.equal(v['pinned-domain-cert'],
		new crypto.X509Certificate(root.certificate).raw.toString('base64'));
	const port = new URL(w.service.deviceUrl).port;
	assert.equal(v['est-domain'],
		`https://${w.account.replace('_', '-')}.localhost:${port}`);
	assert.ok(v['idevid-issuer']);
	assert.ok((await events(bound[0])).includes('voucher-issued'));
	// A device without a clock gets one too.
	const late = await request1(bound[0], {'created-on': undefined});
	assert.equal(late.status, 200, late.text);
});

test('a voucher request is answered once', async () => {
	const cms = sign(bound[1].chip, fresh(bound[1]));
	assert.equal((await send(bound[1], cms)).status, 200);
	await refused(send(bound[1], cms), 403, 'voucher-replayed');
	// The same nonce in a new request is the same request.
	const same = fresh(bound[1]);
	assert.equal((await send(bound[1], sign(bound[1].chip, same))).status, 200);
	delete same['created-on'];
	await refused(send(bound[1], sign(bound[1].chip, same)), 403,
		'voucher-replayed');
	// Two at the same time are answered once, whichever worker has them.
	const twice = sign(bound[1].chip, fresh(bound[1]));
	const both = await Promise.all([send(bound[1], twice),
		send(bound[1], twice)]);
	assert.deepEqual(both.map((r) => r.status).sort(), [200, 403]);
});

test('requests that are not the device\'s own are refused', async () => {
	const [a, b] = bound;
	await refused(send(a, sign(b.chip, fresh(b))), 400, 'voucher-signer');
	await refused(send(a, sign(b.chip, fresh(a))), 400, 'voucher-signer');
	await refused(request1(a, {'serial-number': b.id}), 400,
		'voucher-serial-differs');
	// A key of its own, under a certificate that says the same.
	const self = w.path('self.pem');
	openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-subj',
		`/serialNumber=${a.id}`, '-keyout', w.path('self.key'), '-out', self]);
	fs.appendFileSync(self, read(w.path('self.key')));
	await refused(send(a, sign(self, fresh(a))), 400, 'voucher-signer');
	// It does not even connect with that.
	await assert.rejects(ask({chip: self}, 'POST', `${BRSKI}/requestvoucher`,
		VOUCHER, sign(self, fresh(a))));
	const cms = sign(a.chip, fresh(a));
	cms[cms.length - 5] ^= 1;
	await refused(send(a, cms), 400, 'cms-signature');
});

test('requests that are no voucher requests are refused', async () => {
	const a = bound[2];
	await refused(send(a, sign(a.chip, fresh(a)), 'application/json'), 415,
		'media-type');
	await refused(send(a, Buffer.from('{}')), 400, 'cms-form');
	await refused(send(a, sign(a.chip, fresh(a), '1.2.840.113549.1.7.1')),
		400, 'cms-type');
	await refused(send(a, sign(a.chip, '{"a":1}')), 400, 'voucher-form');
	await refused(request1(a, {nonce: undefined}), 400, 'voucher-nonce');
	await refused(request1(a, {'created-on': '2020-01-01T00:00:00Z'}), 400,
		'voucher-stale');
	assert.equal((await send(a, Buffer.alloc(70000))).status, 413);
	await refused(ask(null, 'POST', `${BRSKI}/requestvoucher`, VOUCHER,
		Buffer.from('x')), 401, 'certificate-needed');
	await refused(ask(a, 'GET', `${BRSKI}/requestvoucher`), 405,
		'method-not-allowed');
	assert.equal((await events(a)).includes('voucher-issued'), false);
	// Its owner sees why.
	assert.ok((await show(a)).timeline.some((x) =>
		x.event === 'voucher-asked' && /nonce/.test(x.detail)));
});

test('who nobody owns waits, and who is in no manifest is unknown',
	async () => {
		const r = await refused(request1(free[0]), 401, 'device-unowned');
		assert.ok(Number(r.headers['retry-after']) > 0);
		await refused(request1(stranger), 404, 'device-unknown');
	});

test('an account may have a registrar of its own', async () => {
	const to = 'https://registrar.world.test:9443';
	const set = (registrar_url) => w.must(200, 'admin', 'PATCH',
		`/api/v1/accounts/${w.account}`, {registrar_url});
	assert.equal((await set(to)).registrar_url, to);
	const r = await request1(bound[2]);
	assert.equal(r.status, 307, r.text);
	assert.equal(r.headers.location, `${to}${BRSKI}/requestvoucher`);
	assert.equal((await set(null)).registrar_url, null);
	assert.equal((await request1(bound[2])).status, 200);
});

test('what a device reports stands on its timeline', async () => {
	const report = (what, body) => ask(bound[2], 'POST', `${BRSKI}/${what}`,
		'application/json', JSON.stringify(body));
	const fine = {version: 1, status: true, reason: 'voucher is good'};
	assert.equal((await report('voucher_status', fine)).status, 200);
	assert.equal((await report('enrollstatus', {version: 1, status: false,
		reason: 'no <b>key</b>\u0007', 'reason-context': {tries: 3}}))
		.status, 200);
	await refused(report('voucher_status', {version: 1}), 400, 'status-form');
	await refused(ask(bound[2], 'POST', `${BRSKI}/voucher_status`,
		'text/plain', '{}'), 415, 'media-type');
	const told = (await show(bound[2])).timeline.filter((x) =>
		/status/.test(x.event));
	assert.deepEqual(told.map((x) => [x.event, x.detail]), [
		['voucher-status', 'accepted: voucher is good'],
		['enroll-status', 'refused: no <b>key</b>  {"tries":3}']]);
	let many;
	for (let i = 0; i < 20 && many?.status !== 429; i++)
		many = await report('voucher_status', {...fine, reason: `${i}`});
	assert.equal(many.status, 429);
	assert.ok(Number(many.headers['retry-after']) > 0);
});

test('a claim voucher binds devices, as many as it may', async () => {
	await w.startGate();
	const made = await makeClaim({cloud: w.cloud, max_devices: 2});
	assert.match(made.token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
	assert.equal(made.state, 'active');
	assert.equal((await makeClaim({cloud: null})).cloud, null);
	const r = await claim(free[0], made.token);
	assert.equal(r.status, 200, r.text);
	assert.deepEqual(r.json, {state: 'bound', product: 'Dishwasher DW-9',
		voucher: made.id});
	assert.deepEqual((await claim(free[0], made.token)).json, r.json);
	assert.equal((await request1(free[0])).status, 200);
	const d = await show(free[0]);
	assert.equal(d.product, 'Dishwasher DW-9');
	assert.equal(d.timeline.find((x) => x.event === 'claimed').name, 'Spring');
	// Two more at the same time: one is too many.
	const both = await Promise.all([claim(free[1], made.token),
		claim(free[2], made.token)]);
	assert.deepEqual(both.map((x) => x.status).sort(), [200, 403]);
	assert.equal(both.find((x) => x.status === 403).json.code, 'claim-limit');
	// Provisioned by itself: the gate lets it in.
	assert.equal((await until(async () => {
		const x = await w.ask(free[0].cert);
		return x.status === 200 && x;
	}, 10000, 'the gate to know the claimed device')).status, 200);
	const url = w.in(`claim-vouchers/${made.id}`);
	const now = await until(async () => {
		const x = await w.must(200, 'auditor', 'GET', url);
		return x.provisioned === 2 && x.active === 2 && x;
	}, 10000, 'the counters');
	assert.equal(now.bound, 2);
	assert.equal(now.state, 'full');
	assert.equal(now.token, undefined);
	const list = await w.must(200, 'admin', 'GET', w.in('devices?limit=2'));
	assert.equal(list.items.length, 2);
	assert.equal((await w.must(200, 'admin', 'GET',
		w.in('devices?batch=FREE'))).items.length, 2);
});

test('a claim voucher that does not hold is refused', async () => {
	const own = await makeClaim({batches: ['LISTED']});
	await refused(claim(free[3], own.token), 403, 'claim-batch');
	assert.equal((await claim(listed[0], own.token)).status, 200);
	await w.must(204, 'admin', 'DELETE', w.in(`claim-vouchers/${own.id}`));
	await refused(claim(free[3], own.token), 403, 'claim-revoked');
	// Who came by it stays.
	assert.equal((await claim(listed[0], own.token)).status, 200);
	const forged = own.token.split('.');
	forged[1] = Buffer.from('{"jti":"cvo_0000000000000000"}')
		.toString('base64url');
	await refused(claim(free[3], forged.join('.')), 403, 'claim-refused');
	await refused(claim(free[3], 'x'.repeat(3000)), 400, 'claim-form');
	await refused(claim(stranger, own.token), 404, 'device-unknown');
	// Another account's, for a device that is ours.
	const {id} = await w.must(201, 'rival', 'POST', w.in('products', w.rival),
		{name: 'Copy'});
	const rivals = await makeClaim({product: id}, 'rival', w.rival);
	await refused(claim(bound[0], rivals.token), 409, 'device-bound-elsewhere');
	await refused(claim(free[0], rivals.token), 409, 'device-bound-elsewhere');
	// Until the device has to wait.
	const statuses = [];
	for (let i = 0; i < 5; i++)
		statuses.push((await claim(free[3], 'e30.e30.e30')).status);
	assert.ok(statuses.includes(403) && statuses.at(-1) === 429,
		statuses.join());
	await refused(w.api('admin', 'POST', w.in('claim-vouchers'), {name: 'x',
		product: id, max_devices: 1, expires_in_days: 1}), 400,
	'product-unknown');
});

test('the batch of a claimed device is bound without it', async () => {
	const reel = {label: read(w.fab.file('reels/free/label.txt'))
		.match(/https:\S+/)[0]};
	const r = await w.bind('rival', reel.label, {}, w.rival);
	assert.equal(r.status, 201, r.text);
	const theirs = await w.must(200, 'rival', 'GET', w.in('devices', w.rival));
	assert.equal(theirs.items.length, 4);
	const fp = fingerprintOf(free[0]);
	assert.ok(!theirs.items.some((x) => x.fingerprint === fp));
	assert.equal((await w.api('rival', 'GET', w.in(`devices/${fp}`, w.rival)))
		.status, 404);
	assert.equal((await show(free[0])).fingerprint, fp);
});

test('the command line makes, lists and revokes claim vouchers, and lets ' +
	'products talk', async () => {
	const cli = async (...args) => {
		const r = await w.cli('admin', [...args, '--json', '--account',
			w.account]);
		assert.equal(r.status, 0, r.stderr);
		return r.json;
	};
	const made = await cli('claim-voucher', 'create', 'By hand', '--product',
		'Dishwasher DW-9', '--devices', '5', '--days', '2', '--batches',
		'A1,A2');
	assert.deepEqual(made.batches, ['A1', 'A2']);
	assert.ok(made.token);
	assert.equal((await cli('claim-voucher', 'list')).items[0].id, made.id);
	await cli('claim-voucher', 'revoke', made.id);
	assert.equal((await cli('claim-voucher', 'show', made.id)).state,
		'revoked');
	const text = await w.cli('admin', ['claim-voucher', 'show', made.id,
		'--account', w.account]);
	assert.match(text.stdout, /A1/);
	const fan = (await cli('product', 'add', 'Fan')).id;
	assert.deepEqual((await cli('product', 'set-talk', fan, '--with',
		'Fan,Dishwasher DW-9')).products.sort(), [fan, w.product].sort());
	assert.deepEqual((await cli('product', 'talk', w.product)).products,
		[fan]);
	assert.deepEqual((await cli('product', 'set-talk', fan, '--with',
		'none')).products, []);
	await refused(ask(bound[0], 'GET', '/.well-known/birthmark/peers'), 403,
		'operational-certificate-needed');
});
