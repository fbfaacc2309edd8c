// Two devices of one owner without the cloud: a sensor and a thermostat, and
// whom they refuse.  Stale and forged proofs are tests/unit/test_agent.c's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {after, before, test} from 'node:test';
import {Device, addAuthority, trusted} from './lib/field.mjs';
import {buildWorld} from './lib/world.mjs';

let w, products, sensor, thermostat, valve, foreign, listener;

async function addDevice(name, who, account, product) {
	const reel = w.fab.reel(name, {count: 1});
	await w.mustPublish(reel);
	const r = await w.bind(who, reel.label, {product}, account);
	assert.equal(r.status, 201, r.text);
	return new Device(w, name, reel.devices[0].chip);
}

before(async () => {
	w = await buildWorld();
	products = {};
	for (const name of ['sensor', 'thermostat', 'valve'])
		products[name] = (await w.must(201, 'admin', 'POST',
			w.in('products'), {name})).id;
	products.foreign = (await w.must(201, 'rival', 'POST',
		w.in('products', w.rival), {name: 'thermostat'})).id;
	await addAuthority(w, {[products.sensor]: {}, [products.thermostat]: {},
		[products.valve]: {}});
	await addAuthority(w, {[products.foreign]: {}}, w.rival, 'rival');
	await w.must(200, 'admin', 'PUT', w.in(
		`products/${products.sensor}/talk`), {products: [products.thermostat]});
	sensor = await addDevice('sensor', 'admin', w.account, products.sensor);
	thermostat = await addDevice('thermostat', 'admin', w.account,
		products.thermostat);
	valve = await addDevice('valve', 'admin', w.account, products.valve);
	foreign = await addDevice('foreign', 'rival', w.rival, products.foreign);
	await trusted(w, foreign.chip[1]);
	for (const d of [sensor, thermostat, valve, foreign])
		await d.enrol();
	listener = await thermostat.listen();
}, {timeout: 60000});

after(() => w?.end());

/** What the thermostat says of its next conversation. */
async function heard() {
	const lines = () => listener.log.split('\n').filter((l) =>
		/^\{.*\}$/.test(l));
	const n = listener.heard ?? 0;
	await listener.until(() => lines().length > n, 'a conversation');
	listener.heard = n + 1;
	return JSON.parse(lines()[n]);
}

test('the sensor says a temperature and the thermostat answers', async () => {
	const r = await sensor.talk(listener.port, '--message',
		'{"temperature":18.5}');
	assert.equal(r.status, 0, JSON.stringify(r));
	assert.equal(r.received, '{"heating":true}');
	assert.equal(r.product, products.thermostat);
	const said = await heard();
	assert.equal(said.product, products.sensor);
	assert.equal(said.received, '{"temperature":18.5}');
	const warm = await sensor.talk(listener.port, '--message',
		'{"temperature":21}');
	assert.equal(warm.received, '{"heating":false}');
	assert.equal((await heard()).accepted, true);
});

test('a product that it may not talk to is refused', async () => {
	const r = await valve.talk(listener.port);
	assert.equal(r.status, 1);
	assert.equal(r.accepted, false);
	assert.equal(r.why, 'peer-not-allowed');
	const said = await heard();
	assert.equal(said.accepted, false);
	assert.equal(said.received, '');
});

test('another owner\'s device is refused, by both', async () => {
	const r = await foreign.talk(listener.port);
	assert.equal(r.status, 1);
	assert.equal(r.refused_by, 'us');
	assert.match(r.why, /^peer-(issuer|signature)$/);
	const said = await heard();
	assert.match(said.why, /^peer-(issuer|signature)$/);
	assert.equal(said.received, '');
});

test('a revoked peer is refused', async () => {
	const {items} = await w.must(200, 'admin', 'GET',
		w.in(`certificates?device=${sensor.fingerprint()}`));
	const [cert] = items;
	await w.must(200, 'admin', 'POST',
		w.in(`certificates/${cert.id}/revoke`), {reason: 'keyCompromise'});
	// What it asks for now says revoked.
	fs.rmSync(`${sensor.state}/proof.der`);
	const r = await sensor.talk(listener.port);
	assert.equal(r.status, 1, JSON.stringify(r));
	assert.equal(r.refused_by, 'peer');
	assert.match(r.why, /^(proof-missing|revoked)$/);
});

test('the service may be away', async () => {
	await w.must(200, 'admin', 'PUT', w.in(
		`products/${products.valve}/talk`), {products: [products.thermostat]});
	await valve.enrol();
	await listener.stop();
	await thermostat.enrol();
	listener = await thermostat.listen();
	await w.service.stop();
	const r = await valve.talk(listener.port);
	assert.equal(r.status, 0, JSON.stringify(r));
	assert.equal(r.received, '{"heating":true}');
});
