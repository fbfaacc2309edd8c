// The Certificate Management Protocol, asked by the openssl program: each of
// its commands, and what must be refused.  Must not wait.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {X509Certificate} from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';
import {addAuthority} from './lib/field.mjs';
import {newCa, openssl} from './lib/forge.mjs';
import {freePort, request} from './lib/service.mjs';
import {Proc, buildWorld} from './lib/world.mjs';

let w, cas, reel, other, slow, oven, trust;

before(async () => {
	w = await buildWorld({service: {workers: 2}});
	cas = await addAuthority(w, {[w.product]: {}});
	reel = w.fab.reel('cmp', {batch: 'CMP-1', count: 4});
	other = w.fab.reel('loose', {batch: 'CMP-2', count: 1});
	slow = w.fab.reel('slow', {batch: 'CMP-3', count: 1});
	for (const r of [reel, other, slow])
		await w.mustPublish(r);
	oven = (await w.must(201, 'admin', 'POST', w.in('products'), {name: 'Oven'})).id;
	assert.equal((await w.bind('admin', slow.label, {product: oven})).status, 201);
	assert.equal((await w.bind('admin', reel.label, {product: w.product})).status, 201);
	trust = w.path('cmp-root.pem');
	fs.writeFileSync(trust, cas.root.certificate);
}, {timeout: 60000});
after(() => w?.end());

const newKey = (name) => {
	const file = w.path(`${name}.key`);
	openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file]);
	return file;
};

/** One run of openssl cmp as the device in the file `chip`. */
function cmp(cmd, chip, ...more) {
	const url = new URL(w.service.statusUrl);
	const r = spawnSync('openssl', ['cmp', '-config', '', '-cmd', cmd, '-server', url.host,
		'-path', `.well-known/cmp/p/${w.product}`, '-cert', chip, '-key', chip,
		'-trusted', trust, '-recipient', '/CN=any', ...more], {encoding: 'utf8', timeout: 15000});
	return {status: r.status, out: r.stdout + r.stderr};
}

function must(r) {
	assert.equal(r.status, 0, r.out);
	return r.out;
}

const read = (name) => new X509Certificate(fs.readFileSync(w.path(name)));

/** The certificate of a device by ir, and a file with it and its key. */
function enrol(device, name, ...more) {
	const key = newKey(name);
	must(cmp('ir', device.chip, '-newkey', key, '-subject', '/CN=anything', '-certout',
		w.path(`${name}.pem`), ...more));
	const file = w.path(`${name}.both`);
	fs.writeFileSync(file, fs.readFileSync(key, 'utf8') + fs.readFileSync(w.path(`${name}.pem`), 'utf8'));
	return {key, file, cert: read(`${name}.pem`)};
}

describe('openssl cmp', () => {
	let mine;

	test('ir gives the certificate of the profile, whatever is asked for', () => {
		mine = enrol(reel.devices[0], 'ir', '-cacertsout', w.path('pubs.pem'));
		assert.match(mine.cert.subject, new RegExp(`CN=${reel.devices[0].id}`));
		assert.doesNotMatch(mine.cert.subject, /anything/);
		assert.match(mine.cert.subjectAltName, new RegExp(`urn:birthmark:product:${w.product}`));
		fs.writeFileSync(w.path('issuing.pem'), cas.issuing.certificate);
		openssl(['verify', '-CAfile', trust, '-untrusted', w.path('issuing.pem'), w.path('ir.pem')]);
	});

	test('cr and p10cr give one too', () => {
		const key = newKey('cr');
		must(cmp('cr', reel.devices[1].chip, '-newkey', key, '-subject', '/CN=x', '-certout',
			w.path('cr.pem')));
		assert.match(read('cr.pem').subject, new RegExp(`CN=${reel.devices[1].id}`));
		openssl(['req', '-new', '-key', newKey('p10'), '-subj', '/CN=x', '-out', w.path('p10.csr')]);
		must(cmp('p10cr', reel.devices[1].chip, '-csr', w.path('p10.csr'), '-certout', w.path('p10.pem')));
		assert.match(read('p10.pem').subject, new RegExp(`CN=${reel.devices[1].id}`));
	});

	test('kur updates with the operational certificate, not with the birth certificate', () => {
		must(cmp('kur', mine.file, '-newkey', newKey('kur'), '-certout', w.path('kur.pem')));
		assert.notEqual(read('kur.pem').serialNumber, mine.cert.serialNumber);
		const r = cmp('kur', reel.devices[0].chip, '-newkey', newKey('kur2'), '-certout', w.path('kur2.pem'));
		assert.notEqual(r.status, 0);
		assert.match(r.out, /certificate that it updates/);
	});

	test('implicit confirmation is granted, and an explicit one is taken', () => {
		must(cmp('ir', reel.devices[2].chip, '-newkey', newKey('implicit'), '-subject', '/CN=x',
			'-implicit_confirm', '-certout', w.path('implicit.pem')));
		// Each message on a connection of its own, which another worker may get.
		must(cmp('ir', reel.devices[2].chip, '-newkey', newKey('explicit'), '-subject', '/CN=x',
			'-keep_alive', '0', '-certout', w.path('explicit.pem')));
	});

	test('genm tells the authorities', () => {
		assert.match(must(cmp('genm', mine.file, '-infotype', 'caCerts')), /id-it-caCerts/);
	});

	test('rr revokes the own certificate only', async () => {
		const victim = enrol(reel.devices[3], 'victim');
		const theirs = cmp('rr', mine.file, '-oldcert', w.path('victim.pem'));
		assert.notEqual(theirs.status, 0, theirs.out);
		must(cmp('rr', victim.file, '-oldcert', w.path('victim.pem')));
		const list = await w.must(200, 'admin', 'GET', w.in('certificates?state=revoked'));
		assert.deepEqual(list.items.map((c) => BigInt(`0x${c.serial}`)),
			[BigInt(`0x${victim.cert.serialNumber}`)]);
		const again = cmp('kur', victim.file, '-newkey', newKey('late'), '-certout', w.path('late.pem'));
		assert.notEqual(again.status, 0);
		assert.match(again.out, /403/);
	});
});

test('a device polls while another CA decides', async () => {
	const [device] = slow.devices;
	const elsewhere = newCa(w.dir, 'elsewhere', '/CN=Elsewhere CA');
	const csr = w.path('poll.csr');
	openssl(['req', '-new', '-key', newKey('poll'), '-subj', `/CN=${device.id}`, '-out', csr]);
	const ext = w.path('leaf.ext');
	fs.writeFileSync(ext, 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n' +
		'extendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\n');
	openssl(['x509', '-req', '-extfile', ext, '-in', csr, '-CA', elsewhere.cert, '-CAkey', elsewhere.key, '-days', '30',
		'-set_serial', '7', '-out', w.path('elsewhere-leaf.pem')]);
	const port = await freePort();
	const server = new Proc('openssl cmp', 'openssl', ['cmp', '-port', String(port), '-srv_ref', 'ra',
		'-srv_secret', 'pass:of the authority', '-rsp_cert', w.path('elsewhere-leaf.pem')]);
	w.procs.push(server);
	await server.until(() => /ACCEPT/.test(server.log), 'the CMP server');
	const made = await w.must(201, 'admin', 'POST', w.in('cas'), {name: 'Elsewhere', kind: 'upstream',
		upstream: {protocol: 'cmp', url: `http://localhost:${port}/pkix/`, reference: 'ra',
			secret: 'of the authority', ca_certificates: fs.readFileSync(elsewhere.cert, 'utf8')}});
	await w.must(200, 'admin', 'PUT', w.in(`products/${oven}/profile`),
		{ca: made.id, subject: 'CN={device}', san: []});
	const ask = (cmd, ...more) => cmp(cmd, device.chip, '-path', `.well-known/cmp/p/${oven}`, ...more);
	const out = must(ask('p10cr', '-csr', csr, '-certout', w.path('poll.pem'), '-verbosity', '7'));
	assert.match(out, /sending POLLREQ/);
	assert.equal(read('poll.pem').issuer, 'CN=Elsewhere CA');
	// That CA wants the device's own request, which ir does not carry.
	const r = ask('ir', '-newkey', newKey('crmf'), '-subject', `/CN=${device.id}`, '-certout', w.path('crmf.pem'));
	assert.notEqual(r.status, 0);
	assert.match(r.out, /PKCS#10/);
	await server.stop();
});

describe('what CMP refuses', () => {
	test('a chip that nobody has bound', () => {
		const r = cmp('ir', other.devices[0].chip, '-newkey', newKey('loose'), '-subject', '/CN=x',
			'-certout', w.path('loose.pem'));
		assert.notEqual(r.status, 0);
		assert.ok(!fs.existsSync(w.path('loose.pem')));
	});

	test('a shared secret instead of a signature', () => {
		const url = new URL(w.service.statusUrl);
		const r = spawnSync('openssl', ['cmp', '-config', '', '-cmd', 'ir', '-server', url.host, '-path',
			`.well-known/cmp/p/${w.product}`, '-ref', '1', '-secret', 'pass:x', '-newkey', newKey('mac'),
			'-subject', '/CN=x', '-recipient', '/CN=any', '-certout', w.path('mac.pem')], {encoding: 'utf8'});
		assert.notEqual(r.status, 0);
	});

	test("a request signed by a chip that shows another one's certificate", () => {
		const file = w.path('stolen.pem');
		const key = fs.readFileSync(reel.devices[0].chip, 'utf8').match(/-----BEGIN [A-Z ]*PRIVATE[^]+?END [A-Z ]*KEY-----\n/)[0];
		fs.writeFileSync(file, key);
		const r = spawnSync('openssl', ['cmp', '-config', '', '-cmd', 'ir', '-server',
			new URL(w.service.statusUrl).host, '-path', `.well-known/cmp/p/${w.product}`, '-cert',
			other.devices[0].chip, '-key', other.devices[0].chip, '-extracerts', reel.devices[0].chip,
			'-newkey', newKey('stolen'), '-subject', '/CN=x', '-recipient', '/CN=any', '-trusted', trust,
			'-certout', w.path('stolen.crt')], {encoding: 'utf8'});
		assert.notEqual(r.status, 0);
	});

	test('another product, another method, another type, and what is no CMP', async () => {
		const at = `${w.service.statusUrl}/.well-known/cmp/p/`;
		const post = (path, body, type = 'application/pkixcmp') => request(at + path, {method: 'POST', body,
			headers: {'content-type': type}});
		assert.equal((await request(at + w.product)).status, 405);
		assert.equal((await post(w.product, 'x', 'text/plain')).status, 415);
		for (const body of ['x', Buffer.from('3003020100', 'hex'), Buffer.alloc(9000, 0x30)])
			assert.equal((await post(w.product, body)).status, 400);
		assert.equal((await post(w.product, Buffer.alloc(70000))).status, 413);
	});
});
