// An account's own authorities, from the root to what devices and servers get,
// by REST and by the command line; openssl judges what is issued.
import assert from 'node:assert/strict';
import {X509Certificate} from 'node:crypto';
import fs from 'node:fs';
import {after, before, test} from 'node:test';
import {ask, certsOf, enrol, newRequest} from './lib/enrol.mjs';
import {makeToken, softhsm, trusted} from './lib/field.mjs';
import {certificate, newCa, newKey, openssl} from './lib/forge.mjs';
import {buildWorld, PRODUCT} from './lib/world.mjs';

let w, root, issuing, devices;
const own = {};

const fpOf = (cert) => new X509Certificate(cert).fingerprint256
	.replaceAll(':', '').toLowerCase();
const textOf = (pem) => openssl(['x509', '-noout', '-text', '-nameopt',
	'RFC2253'], pem).toString();

function file(name, text) {
	fs.writeFileSync(w.path(name), text);
	return w.path(name);
}

async function refused(status, code, ...call) {
	const r = await w.api(...call);
	assert.equal(r.status, status, r.text);
	assert.equal(r.json.code, code, r.text);
}

const post = (status, what, body, who = 'admin') =>
	w.must(status, who, 'POST', w.in(what), body);
const profile = (product = w.product) => w.in(`products/${product}/profile`);

async function cli(...args) {
	const r = await w.cli('admin', args);
	assert.equal(r.status, 0, `${args.join(' ')}: ${r.stderr}`);
	return r;
}

async function cliRefused(status, pattern, ...args) {
	const r = await w.cli('admin', args);
	assert.equal(r.status, status, r.stdout + r.stderr);
	assert.match(r.stderr, pattern);
}

/** Verified by openssl from these roots, through those others. */
function verify(cert, roots, others, ...more) {
	return openssl(['verify', '-x509_strict', '-CAfile',
		file('roots.pem', roots), ...(others ? ['-untrusted',
			file('others.pem', others)] : []), ...more,
		file('leaf.pem', cert)]);
}

const certificates = async (d, more = '') => (await w.must(200, 'admin', 'GET',
	w.in(`certificates?device=${fpOf(d.cert)}${more}`))).items;
const states = async (d) => (await certificates(d)).map((c) => c.state);
const device = (d, what) => w.in(`devices/${fpOf(d.cert)}/${what}`);
const birth = (d, what) =>
	`/api/v1/vendors/${w.vendor}/devices/${fpOf(d.cert)}/${what}`;

before(async () => {
	w = await buildWorld();
	const reel = w.fab.reel('ca-1', {count: 4});
	await w.mustPublish(reel);
	assert.equal((await w.bind('admin', reel.label, {product: w.product}))
		.status, 201);
	devices = reel.devices;
	await trusted(w, devices[0].chip);
}, {timeout: 60000});

after(() => w?.end());

test('a root signs itself, and an issuing authority by its root', async () => {
	await cli('ca', 'create', 'Acme Root', '--kind', 'root', '--organization',
		'Acme GmbH', '--key-type', 'p384');
	const made = await cli('ca', 'create', 'Ovens', '--kind', 'issuing',
		'--parent', 'Acme Root', '--json');
	issuing = made.json;
	root = (await cli('ca', 'show', 'Acme Root', '--json')).json;
	assert.equal(root.state, 'active');
	assert.equal(issuing.parent, root.id);
	assert.equal(issuing.chain, root.certificate);
	assert.match(textOf(root.certificate),
		/Subject: O=Acme GmbH,CN=Acme Root|CN=Acme Root,O=Acme GmbH/);
	const text = textOf(issuing.certificate);
	assert.match(text, /CA:TRUE, pathlen:0/);
	assert.match(text, /Certificate Sign, CRL Sign/);
	assert.ok(text.includes(`${w.service.statusUrl}/crl/${root.id}.crl`));
	assert.ok(text.includes(`${w.service.statusUrl}/ca/${root.id}.cer`));
	verify(issuing.certificate, root.certificate);
	const both = (await cli('ca', 'certificate', 'Ovens')).stdout;
	assert.equal(both, issuing.certificate + root.certificate);
	assert.match((await cli('ca', 'list')).stdout, /Ovens +issuing +active/);
});

test('what is no authority is refused', async () => {
	const make = (status, code, body) => refused(status, code, 'admin', 'POST',
		w.in('cas'), {name: 'x', kind: 'issuing', ...body});
	await make(409, 'ca-exists', {name: 'Ovens'});
	await make(400, 'bad-ca-kind', {kind: 'sub'});
	await make(400, 'bad-ca-parent', {parent: issuing.id});
	await make(400, 'bad-ca-parent', {parent: 'ca_0000000000000000'});
	await make(400, 'bad-ca-parent', {kind: 'root', parent: root.id});
	await make(400, 'bad-key-type', {key_type: 'rsa2048'});
	await make(404, 'hsm-key-unknown', {hsm: 'nobody'});
	await make(400, 'bad-name', {name: 'a\nb'});
	const r = await w.api('admin', 'POST', w.in('cas'),
		{name: 'x', kind: 'root', private_key: 'x'});
	assert.equal(r.status, 400);
});

test('an account sees and uses its own authorities only', async () => {
	const theirs = await w.must(201, 'rival', 'POST', w.in('cas', w.rival),
		{name: 'Ovens', kind: 'root'});
	for (const what of ['', '/csr'])
		await refused(404, 'not-found', 'admin', 'GET',
			w.in(`cas/${theirs.id}${what}`));
	await refused(404, 'not-found', 'admin', 'DELETE', w.in(`cas/${theirs.id}`));
	await refused(400, 'bad-ca-parent', 'admin', 'POST', w.in('cas'),
		{name: 'x', kind: 'issuing', parent: theirs.id});
	await refused(400, 'bad-ca', 'admin', 'PUT', profile(), {ca: theirs.id});
	await refused(404, 'not-found', 'rival', 'PUT',
		w.in(`products/${w.product}/profile`, w.rival), {ca: theirs.id});
	await refused(404, 'not-found', 'admin', 'POST',
		w.in('server-certificates'), {ca: theirs.id, names: ['a.example'],
			csr: fs.readFileSync(newRequest(w.dir, 'x').csr, 'utf8')});
});

test('an authority is signed elsewhere', async () => {
	const made = (await cli('ca', 'create', 'Elsewhere', '--kind', 'issuing',
		'--json')).json;
	assert.equal(made.state, 'waiting');
	assert.equal(made.certificate, null);
	await cliRefused(1, /no certificate yet/, 'ca', 'certificate', 'Elsewhere');
	await refused(403, 'ca-waiting', 'admin', 'POST',
		w.in('server-certificates'), {ca: made.id, names: ['a.example'],
			csr: fs.readFileSync(newRequest(w.dir, 'x').csr, 'utf8')});
	const csr = w.path('elsewhere.csr');
	await cli('ca', 'csr', 'Elsewhere', '-o', csr);
	openssl(['req', '-in', csr, '-noout', '-verify']);
	const above = newCa(w.dir, 'corporate', '/O=Acme/CN=Corporate Root');
	const chain = fs.readFileSync(above.cert, 'utf8');
	const sign = (more, by = above) => openssl(['x509', '-req', '-in', csr, '-CA',
		by.cert, '-CAkey', by.key, '-CAcreateserial', '-days', '365',
		'-extfile', file('ext', `basicConstraints=critical,${more}\n`)])
		.toString();
	const good = sign('CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign');
	const put = (cert, c = chain) => refused(400, 'bad-ca-certificate', 'admin',
		'PUT', w.in(`cas/${made.id}/certificate`),
		{certificate: cert, chain: c});
	await put(sign('CA:FALSE'));
	await put(sign('CA:TRUE\nkeyUsage=critical,digitalSignature'));
	await put(certificate(w.dir, {key: newKey(w.dir, 'not-ours'), ca: above,
		isCa: true}));
	await put(good, 'no certificates');
	const other = newCa(w.dir, 'other', '/O=Acme/CN=Corporate Root');
	const broken = await w.api('admin', 'PUT', w.in(`cas/${made.id}/certificate`),
		{certificate: good, chain: fs.readFileSync(other.cert, 'utf8')});
	assert.equal(broken.status, 400, broken.text);
	await refused(409, 'ca-not-waiting', 'admin', 'PUT',
		w.in(`cas/${root.id}/certificate`), {certificate: good, chain});
	const active = (await cli('ca', 'import', 'Elsewhere',
		file('elsewhere.pem', good), '--chain', above.cert, '--json')).json;
	assert.equal(active.state, 'active');
	assert.equal(active.chain, chain);
	const server = await post(201, 'server-certificates', {ca: made.id,
		names: ['a.example'],
		csr: fs.readFileSync(newRequest(w.dir, 'y').csr, 'utf8')});
	verify(server.certificate, chain, good, '-purpose', 'sslserver');
});

test('a profile says what devices get, whatever they ask for', async () => {
	await refused(404, 'no-profile', 'admin', 'GET', profile());
	await refused(400, 'bad-ca', 'admin', 'PUT', profile(), {ca: root.id});
	for (const bad of [{subject: 'CN={nobody}'}, {lifetime_s: 1},
		{key_types: []}, {san: ['dns:{']}, {eku: ['1.3.6.1.5.5.7.3.9']},
		{unknown: 1}]) {
		const r = await w.api('admin', 'PUT', profile(), {ca: issuing.id, ...bad});
		assert.equal(r.status, 400, JSON.stringify(bad));
	}
	const denied = await ask(w.service, devices[0].chip,
		newRequest(w.dir, 'early').csr);
	assert.equal(denied.status, 403, denied.text);
	await cli('profile', 'set', PRODUCT, '--ca', 'Ovens', '--subject',
		'CN={device},OU={product},O=Acme', '--san',
		'uri:urn:acme:{serial}', '--lifetime', '12h', '--renew-before', '3h',
		'--key-types', 'p256', '--eku', '1.3.6.1.5.5.7.3.2', '--policies',
		'1.3.6.1.4.1.99999.1');
	const set = (await cli('profile', 'show', PRODUCT, '--json')).json;
	assert.equal(set.lifetime_s, 43200);
	assert.equal(set.server_keygen, false);
	const {csr} = newRequest(w.dir, 'greedy', '/O=Bank/CN=admin');
	const got = await ask(w.service, devices[0].chip, csr);
	assert.equal(got.status, 200, got.text);
	const [cert] = certsOf(got.text), text = textOf(cert);
	assert.ok(text.includes(`Subject: O=Acme,OU=${PRODUCT},` +
		`CN=${devices[0].id}`) || text.includes(`CN=${devices[0].id},` +
		`OU=${PRODUCT},O=Acme`), text);
	assert.ok(!text.includes('Bank'));
	const {serialNumber} = new X509Certificate(devices[0].cert);
	assert.match(text.toLowerCase(), new RegExp(
		`uri:urn:acme:0*${serialNumber.toLowerCase()}`));
	assert.match(text, /TLS Web Client Authentication\n/);
	assert.match(text, /Policy: 1\.3\.6\.1\.4\.1\.99999\.1/);
	verify(cert, root.certificate, issuing.certificate, '-purpose', 'sslclient');
	const life = Date.parse(new X509Certificate(cert).validTo) - Date.now();
	assert.ok(life > 43000000 && life <= 43201000, String(life));
	// The same key again is the same certificate.
	const again = await ask(w.service, devices[0].chip, csr);
	assert.deepEqual(certsOf(again.text), [cert]);
});

test('a server of the cloud gets a certificate, and its key stays here',
	async () => {
		const key = w.path('mqtt.key'), out = w.path('mqtt.pem');
		const issue = (...more) => ['ca', 'issue-server', '--ca', 'Ovens',
			'--name', 'mqtt.acme.example,127.0.0.1', '--key', key, '--out',
			out, ...more];
		await cliRefused(1, /\b398\b/, ...issue('--days', '399'));
		assert.equal(fs.existsSync(key), false);
		await cliRefused(1, /DNS names/, ...issue('--name', 'not a name'));
		await cli(...issue());
		assert.equal(fs.statSync(key).mode & 0o777, 0o600);
		const chain = fs.readFileSync(out, 'utf8');
		verify(chain, root.certificate, chain, '-purpose', 'sslserver',
			'-verify_hostname', 'mqtt.acme.example');
		verify(chain, root.certificate, chain, '-verify_ip', '127.0.0.1');
		const days = (Date.parse(new X509Certificate(chain).validTo) -
			Date.now()) / 86400000;
		assert.ok(days > 89 && days <= 90, String(days));
		assert.equal(openssl(['pkey', '-in', key, '-pubout']).toString(),
			openssl(['x509', '-in', out, '-noout', '-pubkey']).toString());
		await cliRefused(1, /exists/, ...issue());
		const [listed] = (await cli('certificate', 'list', '--ca', 'Ovens',
			'--json')).json.items;
		assert.equal(listed.kind, 'server');
		assert.equal(listed.device, null);
	});

test('what was revoked stays so, and what was held comes back', async () => {
	const [d] = devices;
	const [c] = await certificates(d);
	const revoke = (reason) => cli('certificate', 'revoke', c.id, '--reason',
		reason, '--json');
	await refused(409, 'certificate-not-held', 'admin', 'POST',
		w.in(`certificates/${c.id}/reactivate`), {});
	assert.equal((await revoke('certificateHold')).json.state, 'held');
	await cli('certificate', 'reactivate', c.id);
	assert.deepEqual(await states(d), ['valid']);
	for (const reason of ['removeFromCRL', 'because'])
		await refused(400, 'bad-reason', 'admin', 'POST',
			w.in(`certificates/${c.id}/revoke`), {reason});
	await revoke('certificateHold');
	const gone = (await revoke('keyCompromise')).json;
	assert.equal(gone.reason, 'keyCompromise');
	await revoke('keyCompromise');
	for (const [what, code] of [['reactivate', 'certificate-not-held'],
		['revoke', 'certificate-revoked']])
		await refused(409, code, 'admin', 'POST',
			w.in(`certificates/${c.id}/${what}`),
			what === 'revoke' ? {reason: 'superseded'} : {});
	await refused(404, 'not-found', 'rival', 'POST',
		w.in(`certificates/${c.id}/revoke`, w.rival), {reason: 'superseded'});
	const {events} = {events: (await w.must(200, 'admin', 'GET',
		w.in(`devices/${fpOf(d.cert)}`))).timeline.map((x) => x.event)};
	for (const e of ['enrolled', 'certificate-revoked',
		'certificate-reactivated'])
		assert.ok(events.includes(e), `${e} in ${events}`);
});

test('release undoes what quarantine did, and nothing else', async () => {
	const d = devices[1];
	for (const name of ['one', 'two', 'three'])
		own[name] = await enrol(w.service, w.dir, d, name);
	await trusted(w, own.three.file);
	const [third, second, first] = await certificates(d);
	await post(200, `certificates/${first.id}/revoke`,
		{reason: 'certificateHold'});
	await post(200, `certificates/${second.id}/revoke`, {reason: 'superseded'});
	await cli('device', 'quarantine', fpOf(d.cert), '--note', 'odd traffic');
	assert.deepEqual(await states(d), ['held', 'revoked', 'held']);
	await refused(409, 'device-quarantined', 'admin', 'POST',
		device(d, 'quarantine'), {});
	await refused(404, 'not-found', 'rival', 'POST',
		w.in(`devices/${fpOf(d.cert)}/release`, w.rival), {});
	for (const c of [first, third])
		await refused(409, 'device-barred', 'admin', 'POST',
			w.in(`certificates/${c.id}/reactivate`), {});
	for (const chip of [d.chip, own.three.file]) {
		const r = await ask(w.service, chip, newRequest(w.dir, 'q').csr);
		assert.equal(r.status, 403, r.text);
		assert.match(r.text, /quarantine|on hold/);
	}
	await cli('device', 'release', fpOf(d.cert));
	assert.deepEqual(await states(d), ['valid', 'revoked', 'held']);
	await refused(409, 'device-not-quarantined', 'admin', 'POST',
		device(d, 'release'), {});
	await post(200, `certificates/${first.id}/reactivate`, {});
	// Held by hand meanwhile, it stays on hold.
	await post(204, `devices/${fpOf(d.cert)}/quarantine`, {});
	await post(200, `certificates/${first.id}/revoke`,
		{reason: 'certificateHold'});
	await post(204, `devices/${fpOf(d.cert)}/release`, {});
	assert.deepEqual(await states(d), ['valid', 'revoked', 'held']);
});

test('a device comes back when nobody keeps it out any more', async () => {
	const d = devices[2];
	await enrol(w.service, w.dir, d, 'both');
	const vendor = async (...args) => {
		const r = await w.cli('vendor', ['vendor', ...args]);
		assert.equal(r.status, 0, r.stderr);
		return r;
	};
	await post(204, `devices/${fpOf(d.cert)}/quarantine`, {});
	await vendor('revoke', fpOf(d.cert), '--reason', 'certificateHold');
	assert.match((await vendor('revocations')).stdout,
		new RegExp(`${d.id}.*held +certificateHold`));
	await post(204, `devices/${fpOf(d.cert)}/release`, {});
	assert.deepEqual(await states(d), ['held']);
	await vendor('reactivate', fpOf(d.cert));
	assert.deepEqual(await states(d), ['valid']);
	await refused(409, 'birth-not-held', 'vendor', 'POST',
		birth(d, 'reactivate'), {});
	await vendor('revoke', fpOf(d.cert), '--reason', 'keyCompromise');
	const [c] = await certificates(d);
	assert.equal(c.reason, 'privilegeWithdrawn');
	await refused(409, 'birth-revoked', 'vendor', 'POST', birth(d, 'revoke'),
		{reason: 'superseded'});
	const r = await ask(w.service, d.chip, newRequest(w.dir, 'v').csr);
	assert.equal(r.status, 403, r.text);
	assert.equal((await w.must(200, 'admin', 'GET',
		w.in(`devices/${fpOf(d.cert)}`))).state, 'revoked');
});

test('a batch whose devices are enrolled is not given back', async () => {
	await refused(409, 'batch-enrolled', 'admin', 'DELETE',
		w.in('batches/CA-1'));
});

test('scrapping ends a device for good', async () => {
	const d = devices[1];
	await cli('device', 'scrap', fpOf(d.cert), '--note', 'crushed');
	assert.deepEqual(await states(d), ['revoked', 'revoked', 'revoked']);
	assert.equal((await certificates(d))[0].reason, 'cessationOfOperation');
	for (const verb of ['scrap', 'quarantine', 'release'])
		await refused(409, 'device-scrapped', 'admin', 'POST', device(d, verb), {});
	await refused(404, 'not-found', 'rival', 'POST',
		w.in(`devices/${fpOf(d.cert)}/scrap`, w.rival), {});
	const r = await ask(w.service, d.chip, newRequest(w.dir, 'q').csr);
	assert.equal(r.status, 403, r.text);
	assert.match(r.text, /scrapped/);
	const show = await w.must(200, 'admin', 'GET', w.in(`devices/${fpOf(d.cert)}`));
	assert.equal(show.state, 'scrapped');
	assert.ok(show.timeline.some((e) => e.event === 'scrapped' && e.detail === 'crushed'));
});

test('a retired authority issues nothing, and only a free one retires',
	async () => {
		for (const name of ['Ovens', 'Acme Root'])
			await cliRefused(1, /needs/, 'ca', 'retire', name);
		await cli('profile', 'delete', PRODUCT);
		await refused(404, 'no-profile', 'admin', 'DELETE', profile());
		await cli('ca', 'retire', 'Ovens');
		await refused(400, 'ca-retired', 'admin', 'PUT', profile(),
			{ca: issuing.id});
		await refused(403, 'ca-retired', 'admin', 'POST',
			w.in('server-certificates'), {ca: issuing.id,
				names: ['a.example'], csr: fs.readFileSync(
					newRequest(w.dir, 'x').csr, 'utf8')});
		const {items} = await w.must(200, 'auditor', 'GET',
			w.in('audit?limit=200'));
		for (const action of ['ca-create', 'ca-import', 'ca-retire',
			'profile-change', 'profile-delete', 'certificate-issue',
			'certificate-revoke', 'certificate-reactivate',
			'device-quarantine', 'device-release', 'device-scrap'])
			assert.ok(items.some((x) => x.action === action), action);
		// Its name is free again.
		await post(201, 'cas', {name: 'Ovens', kind: 'root'});
	});

test('the key of an authority is in an HSM', {skip: !softhsm}, async () => {
	const {env, uri} = makeToken(w);
	fs.writeFileSync(w.service.dir + '/signer/hsm.conf',
		`allow ${w.path('tokens')}\nallow ${w.path('softhsm2.conf')}\n` +
		`${w.account} vault ${uri}&module-path=${softhsm}\n`, {mode: 0o600});
	await w.service.stop();
	w.service.opts.env = {SOFTHSM2_CONF: env.SOFTHSM2_CONF};
	await w.service.start();
	const made = (await cli('ca', 'create', 'Vault', '--kind', 'root', '--hsm',
		'vault', '--json')).json;
	assert.equal(made.hsm, 'vault');
	assert.equal(fs.existsSync(`${w.service.dir}/signer/ca/${made.id}.pem`),
		false);
	const below = await post(201, 'cas', {name: 'Below', kind: 'issuing',
		parent: made.id});
	verify(below.certificate, made.certificate);
	await refused(409, 'hsm-key-taken', 'admin', 'POST', w.in('cas'),
		{name: 'Twin', kind: 'root', hsm: 'vault'});
	await refused(404, 'hsm-key-unknown', 'rival', 'POST', w.in('cas', w.rival),
		{name: 'Vault', kind: 'root', hsm: 'vault'});
});
