// Enrolment over Secure Transport, asked by strongSwan, by Bouncy Castle and by
// hand; and what must be refused.  Must not wait.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {X509Certificate} from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {after, before, describe, test} from 'node:test';
import {certsOf} from './lib/enrol.mjs';
import {addAuthority, tool, trusted} from './lib/field.mjs';
import {certificate, newCa, newKey, openssl} from './lib/forge.mjs';
import {request} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const JARS = ['bcpkix', 'bcprov', 'bcutil'].map((n) => `/usr/share/java/${n}.jar`);
const has = (file) => spawnSync('which', [file]).status === 0;
let w, cas, reel, loose, other, port, anchor, domain;

before(async () => {
	w = await buildWorld({service: {workers: 2}});
	cas = await addAuthority(w, {[w.product]: {server_keygen: true}});
	other = (await w.must(201, 'admin', 'POST', w.in('products'), {name: 'Oven'})).id;
	reel = w.fab.reel('est', {batch: 'EST-1', count: 8});
	loose = w.fab.reel('loose', {batch: 'EST-2', count: 1});
	for (const r of [reel, loose])
		await w.mustPublish(r);
	assert.equal((await w.bind('admin', reel.label, {product: w.product})).status, 201);
	for (const ca of ['root', 'issuing'])
		fs.writeFileSync(w.path(`${ca}.pem`), cas[ca].certificate);
	port = new URL(w.service.deviceUrl).port;
	anchor = path.join(w.service.dir, 'tls', 'cert.pem');
	domain = `acc-${w.account.slice(4)}.localhost`;
	await trusted(w, reel.devices[0].chip);
}, {timeout: 60000});
after(() => w?.end());

/** A request for a certificate, DER. */
function csr(key, subject = '/CN=anything', san) {
	return openssl(['req', '-new', '-key', key, '-subj', subject, '-outform', 'DER',
		...(san ? ['-addext', `subjectAltName=${san}`] : [])]);
}

/** The same with another signature. */
function broken(der) {
	const copy = Buffer.from(der);
	copy[copy.length - 1] ^= 1;
	return copy;
}

/** EST as the device in the file `chip` (certificate and key). */
function est(chip, op, body, {label = '', type = 'application/pkcs10', headers = {}, ...more} = {}) {
	const pem = chip && fs.readFileSync(chip, 'utf8');
	return request(`${w.service.deviceUrl}/.well-known/est/${label ? `${label}/` : ''}${op}`, {
		method: body === undefined ? 'GET' : 'POST', ca: w.service.ca, cert: pem, key: pem, body,
		headers: {...(body === undefined ? {} : {'content-type': type}), ...headers}, ...more});
}

const b64 = (der) => der.toString('base64');

/** The certificates of an answer. */
function certs(text) {
	return certsOf(text).map((p) => new X509Certificate(p));
}

/** First enrolment by hand: a file with certificate and key. */
async function enrol(device, name) {
	const key = newKey(w.dir, name);
	const r = await est(device.chip, 'simpleenroll', b64(csr(key)));
	assert.equal(r.status, 200, r.text);
	const [cert] = certs(r.text);
	const file = w.path(`${name}.pem`);
	fs.writeFileSync(file, cert.toString() + fs.readFileSync(key, 'utf8'));
	return {file, cert, key};
}

/** A subject as openssl and strongSwan write it, of a certificate's. */
const subject = (cert) => cert.subject.split('\n');

describe('strongSwan', {skip: !has('pki') && 'no strongSwan here'}, () => {
	const pki = (args, input) => {
		const r = spawnSync('pki', args, {cwd: w.dir, timeout: 30000, input});
		assert.equal(r.status, 0, `${r.stdout}${r.stderr}`);
		return r.stdout;
	};
	const ask = (cert, key, dn) => {
		const fresh = newKey(w.dir, 'swan');
		const req = pki(['--req', '--in', fresh, '--type', 'ecdsa', '--dn', dn]);
		const out = pki(['--est', '--url', `https://localhost:${port}`, '--cacert', anchor, '--cacert',
			'root.pem', '--cacert', 'issuing.pem', '--cert', cert, '--key', key, '--outform', 'pem'],
		req).toString();
		return {cert: new X509Certificate(out), key: fresh};
	};

	test('pki --est enrols and renews', async () => {
		const device = reel.devices[0];
		openssl(['x509', '-in', device.chip, '-out', w.path('chip.crt')]);
		openssl(['pkey', '-in', device.chip, '-out', w.path('chip.key')]);
		const birth = new X509Certificate(fs.readFileSync(device.chip));
		const first = ask('chip.crt', 'chip.key', subject(birth).join(', '));
		assert.match(first.cert.subject, new RegExp(`CN=${device.id}`));
		fs.writeFileSync(w.path('swan.pem'), first.cert.toString());
		fs.copyFileSync(first.key, w.path('swan1.key'));
		fs.writeFileSync(w.path('both.pem'), first.cert.toString() + fs.readFileSync(first.key, 'utf8'));
		await trusted(w, w.path('both.pem'));
		const next = ask('swan.pem', 'swan1.key', subject(first.cert).join(', '));
		assert.equal(next.cert.subject, first.cert.subject);
		assert.notEqual(next.cert.serialNumber, first.cert.serialNumber);
	});

	test('pki --estca learns the authorities of the domain that it names', (t) => {
		// The name leads to the loopback (RFC 6761), which not every libc knows.
		fs.writeFileSync(w.path('hosts'), `127.0.0.1 localhost ${domain}\n`);
		const inside = (cmd) => spawnSync('unshare', ['-rm', 'sh', '-c',
			`mount --bind hosts /etc/hosts && exec ${cmd}`], {cwd: w.dir, encoding: 'utf8'});
		if (inside('true').status !== 0)
			return t.skip('no namespaces here');
		const r = inside(`pki --estca --url https://${domain}:${port} --cacert root.pem --caout learnt --outform pem`);
		assert.equal(r.status, 0, r.stderr);
		const learnt = ['learnt.pem', 'learnt-1.pem'].map((f) =>
			new X509Certificate(fs.readFileSync(w.path(f))).fingerprint256);
		assert.deepEqual(learnt, [cas.root, cas.issuing].map((ca) =>
			new X509Certificate(ca.certificate).fingerprint256));
	});
});

test('Bouncy Castle does all of EST', {skip: !(has('java') && JARS.every((j) => fs.existsSync(j))) &&
	'no Bouncy Castle here'}, () => {
	const source = path.join(path.dirname(fileURLToPath(import.meta.url)), 'lib', 'EstClient.java');
	const [, one] = reel.devices;
	const out = tool('java', ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', JARS.join(':'), source,
		anchor, 'localhost', port, w.product, one.chip]);
	const name = `O=Dishwashers Ltd,OU=Dishwasher DW-9,CN=${one.id}`;
	assert.deepEqual(out.trim().split('\n'), ['cacerts 2', 'csrattrs 3', `simpleenroll ${name}`,
		`simplereenroll ${name}`, 'refused 400', `serverkeygen ${name} true`]);
});

describe('by hand', () => {
	const curl = (args, input) => {
		const r = spawnSync('curl', ['-sS', '-i', '--cacert', anchor, ...args], {input, encoding: 'utf8'});
		assert.equal(r.status, 0, r.stderr);
		return r.stdout;
	};

	test('requests in base64 with and without line ends, TLS 1.2: one line comes back', () => {
		const {chip} = reel.devices[2];
		const der = csr(newKey(w.dir, 'hand'));
		const lines = b64(der).match(/.{1,64}/g);
		const bodies = [b64(der), `${lines.join('\r\n')}\r\n`, `${lines.join('\n')}\n`];
		const answers = bodies.map((body, i) => curl(['--tls-max', i ? '1.2' : '1.3', '-E', chip,
			'-H', 'Content-Type: application/pkcs10', ...(i ? ['-H', 'Content-Transfer-Encoding: base64'] : []),
			'--data-binary', '@-', `https://localhost:${port}/.well-known/est/simpleenroll`], body));
		for (const text of answers) {
			const [head, body] = text.split('\r\n\r\n');
			assert.match(head, /^HTTP\/1.1 200 /);
			assert.match(head, /\r\nContent-Type: application\/pkcs7-mime; smime-type=certs-only\r\n/);
			assert.match(head, new RegExp(`\r\nContent-Length: ${body.length}\r\n`));
			assert.match(head, /\r\nContent-Transfer-Encoding: base64\r\n/);
			assert.match(body, /^[A-Za-z0-9+/=]+\n$/);
		}
		// Asked again with the same key, it is the same certificate.
		const serials = answers.map((t) => certs(t.split('\r\n\r\n')[1])[0].serialNumber);
		assert.equal(new Set(serials).size, 1);
	});

	test('cacerts by label, by certificate, by the name of the domain; or whose?', async () => {
		const ids = [cas.issuing, cas.root].map((ca) => new X509Certificate(ca.certificate).fingerprint256).sort();
		const same = (r) => assert.deepEqual(certs(r.text).map((c) => c.fingerprint256).sort(), ids);
		same(await est(null, 'cacerts', undefined, {label: w.product}));
		same(await est(reel.devices[2].chip, 'cacerts'));
		const byName = curl(['--cacert', w.path('root.pem'), '--resolve', `${domain}:${port}:127.0.0.1`,
			`https://${domain}:${port}/.well-known/est/cacerts`]);
		same({text: byName.split('\r\n\r\n')[1]});
		assert.equal((await est(null, 'cacerts')).status, 401);
		assert.equal((await est(null, 'cacerts', undefined, {label: 'prd_none'})).status, 404);
	});

	test('csrattrs names what the profile gives', async () => {
		const r = await est(reel.devices[2].chip, 'csrattrs', undefined, {label: w.product});
		assert.equal(r.headers['content-type'], 'application/csrattrs');
		const text = openssl(['asn1parse', '-inform', 'DER'], Buffer.from(r.text, 'base64')).toString();
		assert.match(text, /prime256v1/);
	});

	test('serverkeygen gives a key and its certificate, and keeps neither key nor name asked for', async () => {
		const r = await est(reel.devices[3].chip, 'serverkeygen', b64(csr(newKey(w.dir, 'any'))));
		assert.equal(r.status, 200, r.text);
		const [, edge] = /boundary=(\S+)/.exec(r.headers['content-type']);
		const parts = r.text.split(`--${edge}`).slice(1, 3).map((p) => p.split('\r\n\r\n'));
		assert.match(parts[0][0], /application\/pkcs8/);
		const key = openssl(['pkey', '-inform', 'DER', '-pubout'], Buffer.from(parts[0][1], 'base64')).toString();
		const [cert] = certs(parts[1][1]);
		assert.equal(cert.publicKey.export({type: 'spki', format: 'pem'}), key);
		assert.match(cert.subject, new RegExp(`CN=${reel.devices[3].id}$`));
	});

	test('a profile may want devices to make their keys', async () => {
		const put = (more) => w.must(200, 'admin', 'PUT', w.in(`products/${w.product}/profile`),
			{ca: cas.issuing.id, ...more});
		await put({});
		const body = b64(csr(newKey(w.dir, 'no')));
		const ask = () => est(reel.devices[3].chip, 'serverkeygen', body);
		assert.equal((await ask()).status, 403);
		await put({server_keygen: true, key_types: ['p384']});
		const r = await ask();
		assert.equal(r.status, 200, r.text);
		assert.equal(certs(r.text.split('--estServerKeygen')[2].split('\r\n\r\n')[1])[0]
			.publicKey.asymmetricKeyDetails.namedCurve, 'secp384r1');
		await put({server_keygen: true});
	});
});

describe('what EST refuses', () => {
	let mine;
	before(async () => { mine = await enrol(reel.devices[4], 'mine'); });

	test("a CSR that asks for another's name gets its own", async () => {
		const victim = reel.devices[0];
		const r = await est(reel.devices[4].chip, 'simpleenroll',
			b64(csr(newKey(w.dir, 'thief'), `/O=Dishwashers Ltd/CN=${victim.id}`, 'DNS:evil.example')));
		const [cert] = certs(r.text);
		assert.match(cert.subject, new RegExp(`CN=${reel.devices[4].id}$`));
		assert.doesNotMatch(cert.subjectAltName, /evil/);
	});

	test('renewal under another name', async () => {
		const key = newKey(w.dir, 'renamed');
		const of = (subj, san) => est(mine.file, 'simplereenroll', b64(csr(key, subj, san)));
		const own = `/${subject(mine.cert).join('/')}`;
		for (const r of [await of(`${own}0`), await of('/CN=anything'), await of(own, 'DNS:evil.example')]) {
			assert.equal(r.status, 400);
			assert.equal(r.headers['content-type'], 'text/plain; charset=utf-8');
			assert.match(r.text, /RFC 7030 4\.2\.2/);
		}
		assert.equal((await of(own)).status, 200);
		// Nor by the birth certificate, which names the chip.
		assert.equal((await est(reel.devices[4].chip, 'simplereenroll', b64(csr(key)))).status, 400);
	});

	test('nothing, when one request comes twice at once', async () => {
		const key = newKey(w.dir, 'twice');
		const body = b64(csr(key));
		const pub = openssl(['pkey', '-in', key, '-pubout']).toString();
		for (const r of await Promise.all([1, 2].map(() => est(reel.devices[6].chip, 'simpleenroll', body)))) {
			assert.equal(r.status, 200, r.text);
			assert.equal(certs(r.text)[0].publicKey.export({type: 'spki', format: 'pem'}), pub);
		}
	});

	test('a chip that nobody has bound', async () => {
		const r = await est(loose.devices[0].chip, 'simpleenroll', b64(csr(newKey(w.dir, 'loose'))));
		assert.equal(r.status, 403);
		assert.match(r.text, /not bound/);
	});

	test('no certificate, one of a foreign CA, and the right one without its key', async () => {
		const body = b64(csr(newKey(w.dir, 'nobody')));
		assert.equal((await est(null, 'simpleenroll', body)).status, 401);
		const key = newKey(w.dir, 'foreign');
		const file = w.path('foreign-chip.pem');
		fs.writeFileSync(file, certificate(w.dir, {key, ca: newCa(w.dir, 'foreign-ca', '/CN=Virtual Chips Issuing CA'),
			subject: `/CN=${reel.devices[0].id}`}) + fs.readFileSync(key, 'utf8'));
		await assert.rejects(est(file, 'simpleenroll', body));
		openssl(['req', '-new', '-x509', '-key', key, '-subj', `/CN=${reel.devices[0].id}`, '-out', w.path('self.crt')]);
		fs.writeFileSync(file, fs.readFileSync(w.path('self.crt'), 'utf8') + fs.readFileSync(key, 'utf8'));
		await assert.rejects(est(file, 'simpleenroll', body));
		fs.writeFileSync(file, new X509Certificate(fs.readFileSync(reel.devices[0].chip)).toString() +
			fs.readFileSync(key, 'utf8'));
		await assert.rejects(est(file, 'simpleenroll', body));
	});

	test('a request without proof of possession, and what is no request', async () => {
		const der = csr(newKey(w.dir, 'pop'));
		const {chip} = reel.devices[4];
		for (const body of [b64(broken(der)), 'no base64!', '', b64(Buffer.from('3003020100', 'hex')),
			b64(Buffer.concat([der, Buffer.from([0])]))])
			assert.equal((await est(chip, 'simpleenroll', body)).status, 400, body);
		assert.equal((await est(chip, 'simpleenroll', b64(der), {type: 'text/plain'})).status, 415);
		assert.equal((await est(chip, 'simpleenroll', 'A'.repeat(1 << 20))).status, 413);
		assert.equal((await est(chip, 'simpleenroll')).status, 405);
		assert.equal((await est(chip, 'simpleenroll/', b64(der))).status, 404);
	});

	test("another product's label", async () => {
		const body = b64(csr(newKey(w.dir, 'label')));
		for (const label of [other, 'prd_none', 'Oven'])
			assert.equal((await est(reel.devices[4].chip, 'simpleenroll', body, {label})).status, 403);
		assert.equal((await est(reel.devices[4].chip, 'csrattrs', undefined, {label: other})).status, 403);
	});

	test('a wish for a key encrypted otherwise', async () => {
		const key = newKey(w.dir, 'wish');
		const conf = w.path('wish.cnf');
		fs.writeFileSync(conf, 'oid_section=o\n[o]\nd=1.2.840.113549.1.9.16.2.37\n[req]\nprompt=no\n' +
			'distinguished_name=n\nattributes=a\n[n]\nCN=x\n[a]\nd=abc\n');
		const der = openssl(['req', '-new', '-config', conf, '-key', key, '-outform', 'DER']);
		const r = await est(reel.devices[4].chip, 'serverkeygen', b64(der));
		assert.equal(r.status, 400);
		assert.match(r.text, /encryption/);
	});

	test('renewal with a revoked certificate', async () => {
		const {items} = await w.must(200, 'admin', 'GET', w.in('certificates?state=valid'));
		const serial = BigInt(`0x${mine.cert.serialNumber}`);
		const it = items.find((c) => BigInt(`0x${c.serial}`) === serial);
		await w.must(200, 'admin', 'POST', w.in(`certificates/${it.id}/revoke`), {reason: 'keyCompromise'});
		const again = csr(newKey(w.dir, 'again'), `/${subject(mine.cert).join('/')}`);
		for (const op of ['simplereenroll', 'simpleenroll', 'serverkeygen'])
			assert.equal((await est(mine.file, op, b64(again))).status, 403, op);
		assert.equal((await est(mine.file, 'cacerts')).status, 403);
	});

	test('a device that asks without end', async () => {
		const body = b64(csr(newKey(w.dir, 'often')));
		const pem = fs.readFileSync(reel.devices[5].chip, 'utf8');
		const agent = new https.Agent({keepAlive: true, maxSockets: 1, ca: w.service.ca, cert: pem, key: pem});
		let r;
		for (let i = 0; i < 80 && r?.status !== 429; i++)
			r = await est(reel.devices[5].chip, 'simpleenroll', body, {agent});
		agent.destroy();
		assert.equal(r.status, 429);
		assert.ok(Number(r.headers['retry-after']) > 0);
	});
});
