// Words about single devices and whole batches reach gate and broker within
// seconds, and cut a live connection: revocation, quarantine, a vendor's
// revocation, a batch that leaves its cloud, moves to another or is unbound.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';
import {Webhook} from '../clouds/webhook.mjs';
import {ask, enrol, newRequest} from './lib/enrol.mjs';
import {serverPki} from './lib/forge.mjs';
import {until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const WITHIN_MS = 5000;
let w, root, devices, leaving, moving, unbound;
const own = {};

const fpOf = (cert) => new crypto.X509Certificate(cert).fingerprint256
	.replaceAll(':', '').toLowerCase();

/** A connection by its birth certificate, or by its own. */
async function live(device, mine) {
	const pem = fs.readFileSync(device.chip, 'utf8');
	const m = mine ? await w.connect(mine.cert, mine.key, `${device.id}:own`)
		: await w.connect(pem, pem, device.id);
	assert.equal(m.connack, 0, `${device.id} connects`);
	return m.client;
}

/** Ends by itself in time; gives how long it took. */
async function cut(m, what) {
	const start = Date.now();
	await until(() => m.closed, WITHIN_MS, `the end of ${what}`);
	return Date.now() - start;
}

const admits = (cert, admit) => until(async () =>
	(await w.ask(cert)).admit === admit, WITHIN_MS, `the gate: ${admit}`);
const change = (status, what, body, who = 'admin') =>
	w.must(status, who, 'POST', what, body);

before(async () => {
	w = await buildWorld();
	root = await w.must(201, 'admin', 'POST', w.in('cas'),
		{name: 'Root', kind: 'root'});
	const issuing = await w.must(201, 'admin', 'POST', w.in('cas'),
		{name: 'Devices', kind: 'issuing', parent: root.id});
	await w.must(200, 'admin', 'PUT', w.in(`products/${w.product}/profile`),
		{ca: issuing.id});
	const reel = w.fab.reel('rev-1', {count: 5});
	await w.mustPublish(reel);
	devices = reel.devices;
	await w.startGate();
	await w.startBroker({cas: [root.certificate, issuing.certificate]});
	assert.equal((await w.bind('admin', reel.label,
		{product: w.product})).status, 201);
	await w.provision('REV-1', w.cloud);
	const others = [];
	for (const name of ['rev-2', 'rev-3', 'rev-4']) {
		const one = w.fab.reel(name, {count: 1});
		await w.mustPublish(one);
		assert.equal((await w.bind('admin', one.label,
			{product: w.product, cloud: w.cloud})).status, 201);
		await w.provision(one.batch, w.cloud);
		others.push(one.devices[0]);
	}
	[leaving, moving, unbound] = others;
	for (const d of [...devices, leaving])
		own[d.id] = await enrol(w.service, w.dir, d);
	await admits(own[devices[4].id].cert, true);
});

after(async () => w?.end());

// Each waits for the gate and the broker, so all do at once.
describe('a live connection', {concurrency: true}, () => {
	test('a device connects by its own certificate, and is seen by it',
		async () => {
			const d = devices[4];
			const m = await live(d, own[d.id]);
			const fp = fpOf(d.cert);
			await until(async () => (await w.must(200, 'admin', 'GET',
				w.in(`devices/${fp}`))).last_seen_at, WITHIN_MS, 'a sighting');
			m.end();
		});

	test('a revoked certificate is cut off, and no other of its device',
		async () => {
			const [d] = devices;
			const mine = await live(d, own[d.id]), birth = await live(d);
			const list = await w.must(200, 'admin', 'GET',
				w.in(`certificates?device=${fpOf(d.cert)}`));
			assert.equal(list.items.length, 1);
			await change(200, w.in(`certificates/${list.items[0].id}/revoke`),
				{reason: 'keyCompromise'});
			await cut(mine, 'the connection of the revoked certificate');
			await admits(own[d.id].cert, false);
			assert.equal(birth.closed, false);
			const again = await w.connect(own[d.id].cert, own[d.id].key,
				`${d.id}:own`);
			assert.equal(again.connack, 5);
			birth.end();
		});

	test('a certificate on hold comes back', async () => {
		const d = devices[1];
		const mine = await live(d, own[d.id]);
		const [c] = (await w.must(200, 'admin', 'GET',
			w.in(`certificates?device=${fpOf(d.cert)}`))).items;
		await change(200, w.in(`certificates/${c.id}/revoke`),
			{reason: 'certificateHold'});
		await cut(mine, 'the connection on hold');
		await change(200, w.in(`certificates/${c.id}/reactivate`), {});
		await admits(own[d.id].cert, true);
		(await live(d, own[d.id])).end();
	});

	test('quarantine cuts off all of a device, and release lets it in again',
		async () => {
			const d = devices[3];
			const mine = await live(d, own[d.id]), birth = await live(d);
			const route = w.in(`devices/${fpOf(d.cert)}`);
			await change(204, `${route}/quarantine`, {note: 'odd traffic'});
			await Promise.all([cut(mine, 'its own connection'),
				cut(birth, 'its birth connection')]);
			await admits(d.cert, false);
			await change(204, `${route}/release`, {});
			await admits(d.cert, true);
			await admits(own[d.id].cert, true);
			(await live(d, own[d.id])).end();
		});

	test('a vendor cuts off a chip, and takes that back', async () => {
		const d = devices[2];
		const mine = await live(d, own[d.id]), birth = await live(d);
		const route = `/api/v1/vendors/${w.vendor}/devices/${fpOf(d.cert)}`;
		await change(204, `${route}/revoke`, {reason: 'certificateHold'},
			'vendor');
		await Promise.all([cut(mine, 'its own connection'),
			cut(birth, 'its birth connection')]);
		const {csr} = newRequest(w.dir, 'barred');
		assert.equal((await ask(w.service, d.chip, csr)).status, 403);
		await change(204, `${route}/reactivate`, {}, 'vendor');
		await admits(own[d.id].cert, true);
		await admits(d.cert, true);
		(await live(d)).end();
	});

	test('a batch that leaves the cloud is cut off, and may come back',
		async () => {
			const d = leaving;
			const mine = await live(d, own[d.id]), birth = await live(d);
			await change(202, w.in('batches/REV-2/remove'), {cloud: w.cloud});
			await Promise.all([cut(mine, 'its own connection'),
				cut(birth, 'its birth connection')]);
			await admits(d.cert, false);
			await w.provision('REV-2', w.cloud);
			await admits(own[d.id].cert, true);
			(await live(d)).end();
		});

	test('a batch that is unbound is cut off', async () => {
		const birth = await live(unbound);
		await w.must(204, 'admin', 'DELETE', w.in('batches/REV-4'));
		await cut(birth, 'the connection of the unbound batch');
		await admits(unbound.cert, false);
	});

	test('a batch that moves is let in there before it is cut off here',
		async () => {
			const d = moving;
			const pki = serverPki(fs.mkdtempSync(w.path('hook-')));
			const hook = await new Webhook({server: pki, account: w.account,
				...await w.interopKeys()}).start();
			const {id} = await w.must(201, 'admin', 'POST', w.in('clouds'),
				{name: 'There', type: 'webhook', settings: {url: hook.url},
					ca_certificate: fs.readFileSync(pki.ca, 'utf8')});
			const birth = await live(d);
			// As long as it is not in there, it is in here.
			hook.script = [async (event, res) => {
				assert.equal((await w.ask(d.cert)).admit, true);
				hook.answer(res, 500);
			}];
			await change(202, w.in('batches/REV-3/provision'),
				{cloud: id, instead_of: w.cloud});
			await until(() => hook.count('admit') === 1, WITHIN_MS, 'the move');
			await cut(birth, 'the connection to the cloud it left');
			await admits(d.cert, false);
			assert.equal((await w.must(200, 'admin', 'GET',
				w.in('batches/REV-3'))).cloud.id, id);
			await w.must(204, 'admin', 'DELETE', w.in('batches/REV-3'));
			await until(() => hook.count('remove') === 1, WITHIN_MS,
				'the webhook to know');
			assert.deepEqual(hook.faults, []);
			await hook.stop();
		});
});

test('a gate that starts anew ends with the same', async () => {
	const route = w.in(`devices/${fpOf(devices[4].cert)}`);
	await change(204, `${route}/quarantine`, {});
	await admits(devices[4].cert, false);
	await w.gate.stop();
	fs.rmSync(w.path('gate'), {recursive: true});
	await w.startGate();
	await admits(own[devices[1].id].cert, true);
	await admits(own[devices[2].id].cert, true);
	await admits(own[devices[0].id].cert, false);
	await admits(devices[0].cert, true);
	await admits(devices[4].cert, false);
	await admits(leaving.cert, true);
	await admits(moving.cert, false);
	await admits(unbound.cert, false);
});
