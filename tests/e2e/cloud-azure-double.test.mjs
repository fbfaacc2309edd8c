// The doubles of Azure's services, proven with Azure's own clients: what those
// send is taken, and what they cannot do is refused to others as well.
// Must not start the service.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import {createRequire} from 'node:module';
import tls from 'node:tls';
import {after, before, describe, test} from 'node:test';
import {AzureDps, AzureHub, Entra, newKey} from '../clouds/azure.mjs';
import {certificate, newCa, newKey as newPem, serverPki} from './lib/forge.mjs';
import {tempDir} from './lib/service.mjs';

const require = createRequire(import.meta.url);
const {Registry} = require('azure-iothub');
const {ProvisioningServiceClient} = require('azure-iot-provisioning-service');

const HUB = 'hub.azure-devices.test';
const DPS = 'dps.azure-devices-provisioning.test';
const thumb = (c) => c.repeat(64);
const selfSigned = (primary, secondary) => ({type: 'selfSigned',
	x509Thumbprint: {primaryThumbprint: primary, secondaryThumbprint: secondary}});

let dir, hub, dps, entra;

/** A client that finds the double under the name it asks for. */
function agentTo(server) {
	const agent = new https.Agent({keepAlive: true});
	agent.createConnection = (o, done) => tls.connect({port: server.port,
		host: '127.0.0.1', servername: 'localhost',
		ca: fs.readFileSync(server.pki.ca)}, done);
	return agent;
}

function connection(server, name, policy, key = server.policies[policy].key) {
	return `HostName=${name};SharedAccessKeyName=${policy};SharedAccessKey=${key}`;
}

function registry(policy = 'writer', key) {
	const r = Registry.fromConnectionString(connection(hub, HUB, policy, key));
	r._restApiClient.setOptions({http: {agent: agentTo(hub)}});
	return r;
}

function provisioning(policy = 'writer') {
	const c = ProvisioningServiceClient.fromConnectionString(
		connection(dps, DPS, policy));
	c._restApiClient.setOptions({http: {agent: agentTo(dps)}});
	return c;
}

const body = (r) => r.responseBody;
const fails = (p, name) => assert.rejects(p, (e) => e.name === name ||
	assert.fail(`${e.name}: ${e.message}`));

before(async () => {
	dir = tempDir('azure');
	const pki = serverPki(dir);
	entra = await new Entra({pki, tenant: 'tenant-1',
		apps: {'app-1': {secret: 'shh', rights: ['RegistryRead']}}}).start();
	hub = await new AzureHub({pki, names: [HUB], entra, policies: {
		writer: {key: newKey(), rights: ['RegistryRead', 'RegistryWrite']},
		reader: {key: newKey(), rights: ['RegistryRead']}}}).start();
	dps = await new AzureDps({pki, names: [DPS], entra, policies: {
		writer: {key: newKey(), rights: ['EnrollmentRead', 'EnrollmentWrite']},
		reader: {key: newKey(), rights: ['EnrollmentRead']}}}).start();
});
after(async () => {
	for (const s of [hub, dps, entra])
		await s?.stop();
	fs.rmSync(dir, {recursive: true, force: true});
});

describe('the hub', () => {
	test('makes, shows, changes and removes devices', async () => {
		const r = registry();
		await r.create({deviceId: 'one', status: 'enabled',
			authentication: selfSigned(thumb('a'))});
		const one = body(await r.get('one'));
		assert.equal(one.authentication.x509Thumbprint.primaryThumbprint, thumb('a'));
		await fails(r.create({deviceId: 'one', authentication: selfSigned(thumb('b'))}),
			'DeviceAlreadyExistsError');
		await r.update({deviceId: 'one', status: 'disabled',
			authentication: selfSigned(thumb('a'), thumb('b'))});
		assert.deepEqual(hub.state().one, ['disabled', thumb('a'), thumb('b')]);
		await r.delete('one');
		await fails(r.get('one'), 'DeviceNotFoundError');
	});

	test('does so in bulk, each with its own error', async () => {
		const r = registry();
		const devices = ['b1', 'b2', 'b3'].map((deviceId) => ({deviceId,
			status: 'enabled', authentication: selfSigned(thumb('c'))}));
		assert.equal(body(await r.addDevices(devices)).isSuccessful, true);
		hub.random = () => 0.9; // errors come with 200
		let a = body(await r.addDevices([...devices.slice(1),
			{...devices[0], deviceId: 'b4'}]));
		assert.equal(a.isSuccessful, false);
		assert.deepEqual(a.errors.map((e) => [e.deviceId, e.errorCode]),
			[['b2', 409001], ['b3', 409001]]);
		assert.equal(hub.state().b4[0], 'enabled');
		a = body(await r.updateDevices([{...devices[0], status: 'disabled',
			eTag: 'of another time'}], false));
		assert.equal(a.errors[0].errorCode, 412001);
		const {etag} = body(await r.get('b1'));
		a = body(await r.updateDevices([{...devices[0], status: 'disabled',
			eTag: etag}], false));
		assert.equal(a.isSuccessful, true);
		a = body(await r.removeDevices([{deviceId: 'b1'}, {deviceId: 'nobody'}], true));
		assert.deepEqual(a.errors.map((e) => e.errorCode), [404001]);
		a = body(await r.removeDevices(['b2', 'b3', 'b4'].map((deviceId) =>
			({deviceId, etag: hub.devices.get(deviceId).etag})), false));
		assert.equal(a.isSuccessful, true);
		assert.deepEqual(hub.state(), {});
	});

	test('answers queries by the page', async () => {
		const r = registry();
		await r.addDevices(['q1', 'q2', 'q3'].map((deviceId) =>
			({deviceId, authentication: selfSigned(thumb('d'))})));
		const q = r.createQuery('SELECT * FROM devices', 2);
		const seen = [];
		while (q.hasMoreResults)
			seen.push(...(await q.nextAsTwin()).result);
		assert.deepEqual(seen.map((t) => t.deviceId), ['q1', 'q2', 'q3']);
		assert.equal(seen[0].x509Thumbprint.primaryThumbprint, thumb('d'));
		assert.equal(seen[0].deviceEtag, hub.devices.get('q1').etag);
		const raw = r.createQuery('SELECT deviceId, status FROM devices ' +
			"WHERE deviceId IN ['q1', 'q9']");
		assert.deepEqual((await raw.next()).result, [{deviceId: 'q1', status: 'enabled'}]);
		await r.removeDevices(seen.map(({deviceId}) => ({deviceId})), true);
	});

	test('refuses a wrong key, a missing right and what it does not know', async () => {
		await fails(registry('writer', newKey()).get('x'), 'UnauthorizedError');
		await fails(registry('reader').create({deviceId: 'x',
			authentication: selfSigned(thumb('a'))}), 'TooManyDevicesError');
		const r = registry();
		for (const device of [{deviceId: 'a b'}, {deviceId: 'x', unknown: 1},
			{deviceId: 'x', status: 'on'},
			{deviceId: 'x', authentication: selfSigned('abc')},
			{deviceId: 'x', authentication: selfSigned(thumb('a'), thumb('a'))}])
			await fails(r.addDevices([{authentication: selfSigned(thumb('a')),
				...device}]), 'ArgumentError');
		await fails(r.addDevices([1, 2].map(() => ({deviceId: 'x',
			authentication: selfSigned(thumb('a'))}))), 'ArgumentError');
		assert.deepEqual(hub.state(), {});
		hub.faults.length = 0;
	});

	test('holds to its quota', async () => {
		hub.setQuotas({registry: 120});
		const r = registry();
		await Promise.allSettled([1, 2, 3, 4].map(() => r.get('x')));
		await fails(r.get('x'), 'ThrottlingError');
		assert.ok(hub.over.length >= 2);
		hub.setQuotas({});
	});
});

describe('the provisioning service', () => {
	const enrolment = (registrationId, pem, more) => ({registrationId,
		attestation: {type: 'x509', x509: {clientCertificates:
			{primary: {certificate: pem}}}}, ...more});
	let pems;

	before(() => {
		const ca = newCa(dir, 'ca', '/CN=ca');
		pems = ['dev-1', 'dev-2'].map((cn) => certificate(dir,
			{key: newPem(dir, cn), ca, subject: `/CN=${cn}`}));
	});

	test('makes, shows, changes and removes enrolments', async () => {
		const c = provisioning();
		let e = body(await c.createOrUpdateIndividualEnrollment(
			enrolment('dev-1', pems[0], {provisioningStatus: 'enabled',
				deviceId: 'x-1', iotHubs: ['a.test'], allocationPolicy: 'static',
				initialTwin: {tags: {batch: 'B'}, properties: {desired: {}}}})));
		e = body(await c.getIndividualEnrollment('dev-1'));
		assert.match(e.attestation.x509.clientCertificates.primary.info.sha256Thumbprint,
			/^[0-9A-F]{64}$/);
		e = body(await c.createOrUpdateIndividualEnrollment(
			{...e, provisioningStatus: 'disabled'}));
		assert.equal(dps.state()['dev-1'][0], 'disabled');
		const q = c.createIndividualEnrollmentQuery({query: 'SELECT * FROM enrollments'}, 1);
		const page = await new Promise((resolve, reject) => q.next((err, r) =>
			err ? reject(err) : resolve(r)));
		assert.equal(page[0].registrationId, 'dev-1');
		await c.deleteIndividualEnrollment(e);
		await fails(c.getIndividualEnrollment('dev-1'), 'Error');
	});

	test('does so in bulk', async () => {
		const c = provisioning();
		const bulk = (mode, enrollments) => new Promise((resolve, reject) =>
			c.runBulkEnrollmentOperation({mode, enrollments}, (err, r) =>
				err ? reject(err) : resolve(r)));
		const both = [enrolment('dev-1', pems[0]), enrolment('dev-2', pems[1])];
		assert.equal((await bulk('create', both)).isSuccessful, true);
		dps.random = () => 0.9;
		const again = await bulk('create', both);
		assert.deepEqual(again.errors.map((e) => e.errorCode), [409201, 409201]);
		const off = both.map((e) => ({...e, provisioningStatus: 'disabled',
			etag: dps.enrolments.get(e.registrationId).etag}));
		assert.equal((await bulk('updateIfMatchETag', off)).isSuccessful, true);
		assert.equal((await bulk('updateIfMatchETag', off)).isSuccessful, false);
		assert.equal((await bulk('delete', both)).isSuccessful, true);
		assert.deepEqual(dps.state(), {});
	});

	test('refuses a name that is not the certificate\'s, and what it does not know', async () => {
		const c = provisioning();
		for (const e of [enrolment('dev-2', pems[0]), enrolment('a b', pems[0]),
			enrolment('dev-1', 'no certificate'), enrolment('dev-1', pems[0], {more: 1}),
			enrolment('dev-1', pems[0], {iotHubs: ['a/b']})])
			await fails(c.createOrUpdateIndividualEnrollment(e), 'ArgumentError');
		await fails(provisioning('reader').createOrUpdateIndividualEnrollment(
			enrolment('dev-1', pems[0])), 'TooManyDevicesError');
		assert.deepEqual(dps.state(), {});
		dps.faults.length = 0;
	});
});

test('Entra ID gives tokens for what was shown', async () => {
	const ask = (form, tenant = 'tenant-1') => new Promise((resolve, reject) => {
		const req = https.request({port: entra.port, host: 'localhost',
			path: `/${tenant}/oauth2/v2.0/token`, method: 'POST',
			ca: fs.readFileSync(entra.pki.ca),
			headers: {'content-type': 'application/x-www-form-urlencoded'}},
		async (res) => {
			let text = '';
			for await (const p of res)
				text += p;
			resolve({status: res.statusCode, body: JSON.parse(text)});
		});
		req.on('error', reject);
		req.end(new URLSearchParams({grant_type: 'client_credentials',
			client_id: 'app-1', client_secret: 'shh',
			scope: 'https://iothubs.azure.net/.default', ...form}).toString());
	});
	assert.equal((await ask({client_secret: 'no'})).status, 401);
	assert.equal((await ask({client_id: 'app-2'})).status, 400);
	assert.equal((await ask({scope: 'https://graph.microsoft.com/.default'})).status, 400);
	assert.equal((await ask({}, 'other')).status, 400);
	const {status, body: {access_token: token}} = await ask({});
	assert.equal(status, 200);
	// With it the vendor's client reads, and may not write.
	const r = Registry.fromTokenCredential(HUB, {getToken: async () =>
		({token, expiresOnTimestamp: Date.now() + 3600e3})});
	r._restApiClient.setOptions({http: {agent: agentTo(hub)}});
	await fails(r.get('x'), 'DeviceNotFoundError');
	await fails(r.create({deviceId: 'x', authentication: selfSigned(thumb('a'))}),
		'UnauthorizedError');
});
