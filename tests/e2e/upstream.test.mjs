// In front of another CA: by CMP of `openssl cmp`, by EST with a password, by
// EST of another service of ours with a TLS certificate.  What they refuse is told in
// their own words, and what is not for the device's key or not by that CA is
// never given to a device.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import {after, before, test} from 'node:test';
import {ask, certsOf, newRequest} from './lib/enrol.mjs';
import {Device} from './lib/field.mjs';
import {newCa, serverPki} from './lib/forge.mjs';
import {closeServer, freePort, sleep, until} from './lib/service.mjs';
import {Proc, buildWorld} from './lib/world.mjs';

const SECRET = 'an upstream secret';
let w, up, ca, foreign, devices, tls, est;

const pem = (file) => fs.readFileSync(file, 'utf8');
const issuerOf = (cert) => new crypto.X509Certificate(cert).issuer;

/** Signs a request as the upstream CA does; gives PEM. */
function issue(csr, by = ca) {
	const ext = w.path('leaf.ext');
	fs.writeFileSync(ext, 'basicConstraints=critical,CA:FALSE\n' +
		'keyUsage=critical,digitalSignature\n' +
		'extendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\n');
	return execFileSync('openssl', ['x509', '-req', '-CA', by.cert, '-CAkey',
		by.key, '-days', '30', '-extfile', ext, '-set_serial',
		`0x${crypto.randomBytes(8).toString('hex').replace(/^./, '4')}`],
	{input: csr, encoding: 'utf8', stdio: 'pipe'});
}

/** A certs-only message in base64. */
function certsOnly(...certs) {
	const file = w.path('certs.pem');
	fs.writeFileSync(file, certs.join(''));
	return execFileSync('openssl', ['crl2pkcs7', '-nocrl', '-outform', 'DER',
		'-certfile', file]).toString('base64');
}

/** An EST server with a password: `say` decides what it answers. */
class Est {
	constructor() {
		this.asked = [];
		this.server = https.createServer({key: pem(tls.key),
			cert: pem(tls.cert)}, (req, res) => {
			let text = '';
			req.on('data', (d) => { text += d; });
			req.on('end', () => this.take(req, res, text));
		});
	}

	async start() {
		this.port = await freePort();
		await new Promise((r) => this.server.listen(this.port,
			'127.0.0.1', r));
		this.url = `https://localhost:${this.port}`;
		return this;
	}

	async take(req, res, text) {
		const basic = Buffer.from(`ra:${SECRET}`).toString('base64');
		const csr = `-----BEGIN CERTIFICATE REQUEST-----\n${
			text.replace(/.{64}/g, '$&\n')}\n` +
			'-----END CERTIFICATE REQUEST-----\n';
		this.asked.push({path: req.url, csr});
		if (req.headers.authorization !== `Basic ${basic}`) {
			res.writeHead(401).end('who are you?');
			return;
		}
		const a = await this.say(csr);
		res.writeHead(a.status ?? 200, {'content-type':
			'application/pkcs7-mime', ...a.headers}).end(a.body);
	}
}

const issues = (csr) => ({body: certsOnly(issue(csr))});

/** `openssl cmp` as a CA that gives out this certificate. */
async function cmpServer(name, args) {
	const port = await freePort();
	const p = new Proc(`cmp ${name}`, 'openssl', ['cmp', '-port',
		String(port), '-srv_ref', 'ra', '-srv_secret', `pass:${SECRET}`,
		...args]);
	w.procs.push(p);
	await p.until(() => /ACCEPT/.test(p.log), 'the CMP server');
	return Object.assign(p, {url: `http://localhost:${port}/pkix/`});
}

/** A product whose certificates an upstream CA issues, for one device. */
async function useCa(name, upstream) {
	const made = await w.must(201, 'admin', 'POST', w.in('cas'), {name,
		kind: 'upstream', upstream: {ca_certificates: pem(ca.cert),
			...upstream}});
	await w.must(200, 'admin', 'PUT', w.in(`products/${w.product}/profile`),
		{ca: made.id, subject: 'CN={device}', san: []});
	return made;
}

const requestOf = (d, name) => newRequest(w.dir, `${name}-${d.id}`,
	`/CN=${d.id}`);

/** Asks as a device does: again until it is there, or refused. */
async function enrolled(d, csr, ms = 10000) {
	let last;
	return until(async () => {
		const r = await ask(w.service, d.chip, csr);
		if (r.status !== 202)
			return r;
		last = r.text;
		assert.ok(Number(r.headers['retry-after']) >= 1);
		await sleep(200);
		return null;
	}, ms, 'an answer').catch((e) => {
		throw new Error(`${e.message}: ${last}`);
	});
}

const requests = async (made) => (await w.must(200, 'admin', 'GET',
	w.in(`cas/${made.id}/requests`))).items;

before(async () => {
	w = await buildWorld();
	ca = newCa(w.dir, 'upstream', '/O=Elsewhere/CN=Elsewhere CA');
	foreign = newCa(w.dir, 'foreign', '/O=Nowhere/CN=Nowhere CA');
	fs.mkdirSync(w.path('tls'));
	tls = serverPki(w.path('tls'));
	est = await new Est().start();
	est.spec = {protocol: 'est', url: est.url, username: 'ra',
		password: SECRET, tls_ca_certificates: pem(tls.ca)};
	const reel = w.fab.reel('up-1', {count: 9});
	await w.mustPublish(reel);
	devices = reel.devices;
	assert.equal((await w.bind('admin', reel.label,
		{product: w.product})).status, 201);
});

after(async () => {
	if (est)
		await closeServer(est.server);
	await up?.end();
	await w?.end();
});

test('what is configured wrongly is refused', async () => {
	for (const [name, upstream] of Object.entries({
		'no protocol': {...est.spec, protocol: undefined},
		'plain http for EST': {...est.spec, url: 'http://ca.test'},
		'no address': {...est.spec, url: undefined},
		'no credential': {...est.spec, password: undefined},
		'a user in the address': {...est.spec, url: 'https://a:b@ca.test'},
		'two credentials': {...est.spec, certificate: 'x', key: 'y'},
		'a key among the CAs': {...est.spec, ca_certificates:
			pem(ca.cert) + pem(ca.key)},
		'no CA': {...est.spec, ca_certificates: ''},
		'no CA at all': {...est.spec, ca_certificates: 'x'},
		'another key': {...est.spec, username: undefined,
			password: undefined, certificate: pem(ca.cert),
			key: pem(foreign.key)},
		'CMP without secret': {protocol: 'cmp', url: 'https://ca.test',
			reference: 'ra'},
		'unknown member': {...est.spec, more: 'x'},
	})) {
		const r = await w.api('admin', 'POST', w.in('cas'), {name,
			kind: 'upstream', upstream: {ca_certificates: pem(ca.cert),
				...upstream}});
		assert.equal(r.status, 400, `${name}: ${r.text}`);
	}
	const r = await w.api('admin', 'POST', w.in('cas'),
		{name: 'x', kind: 'root', upstream: est.spec});
	assert.equal(r.status, 400);
});

test('openssl cmp issues, with confirmation and after polling', async () => {
	const [d] = devices;
	const {csr} = requestOf(d, 'cmp');
	const file = w.path('cmp-cert.pem');
	fs.writeFileSync(file, issue(pem(csr)));
	const server = await cmpServer('issuing', ['-rsp_cert', file,
		'-poll_count', '1', '-check_after', '1']);
	const made = await useCa('By CMP', {protocol: 'cmp', url: server.url,
		reference: 'ra', secret: SECRET});
	assert.deepEqual(made.upstream, {protocol: 'cmp', url: server.url,
		username: 'ra'});
	const r = await enrolled(d, csr);
	assert.equal(r.status, 200, r.text + server.log);
	assert.equal(certsOf(r.text)[0].replace(/\s/g, ''),
		pem(file).replace(/\s/g, ''));
	// Asked again with the same key it is the same, and nobody is asked.
	const again = await ask(w.service, d.chip, csr);
	assert.equal(again.status, 200);
	assert.equal(again.text, r.text);
	const [row] = await requests(made);
	assert.deepEqual([row.state, row.chip, row.error, row.tries],
		['issued', d.id, null, 0]);
	const list = await w.must(200, 'admin', 'GET',
		w.in(`certificates?ca=${made.id}`));
	assert.equal(list.items.length, 1);
	await server.stop();
});

test('what openssl cmp refuses is told in its words', async () => {
	const d = devices[1];
	const {csr} = requestOf(d, 'no');
	const server = await cmpServer('refusing', ['-rsp_cert', ca.cert,
		'-pkistatus', '2', '-failure', '2', '-statusstring',
		'No contract for dishwashers']);
	const made = await useCa('Refusing', {protocol: 'cmp', url: server.url,
		reference: 'ra', secret: SECRET});
	const r = await enrolled(d, csr);
	assert.equal(r.status, 403);
	assert.match(r.text, /No contract for dishwashers/);
	const [row] = await requests(made);
	assert.equal(row.state, 'refused');
	assert.match(row.error, /No contract for dishwashers/);
	await server.stop();
});

test('a CA that is away, busy or slow to decide is asked again, once killed as '
	+ 'well', async () => {
	const d = devices[2];
	const {csr} = requestOf(d, 'est');
	const answers = [{status: 503, body: 'lunch'},
		{status: 202, headers: {'retry-after': '1'}, body: ''}];
	let held;
	est.say = async (asked) => {
		if (answers.length > 0)
			return answers.shift();
		if (held)
			return issues(asked);
		held = true;
		// The courier dies while the CA thinks.
		process.kill(w.service.addresses.pids.courier, 'SIGKILL');
		await sleep(300);
		return issues(asked);
	};
	const made = await useCa('By EST', est.spec);
	const r = await enrolled(d, csr, 30000);
	assert.equal(r.status, 200, r.text);
	assert.match(issuerOf(certsOf(r.text)[0]), /Elsewhere CA/);
	assert.equal(est.asked[0].path, '/.well-known/est/simpleenroll');
	assert.equal(new Set(est.asked.map((a) => a.csr)).size, 1);
	assert.equal((await requests(made)).length, 1);
});

test('what is not for the key, or not by that CA, is never given',
	async () => {
		const d = devices[3];
		const {csr} = requestOf(d, 'lie');
		const other = newRequest(w.dir, 'other');
		const lies = {
			'another key': () => ({body: certsOnly(issue(pem(other.csr)))}),
			'certificate authority': (c) =>
				({body: certsOnly(issue(c, foreign))}),
			'certs-only': () => ({body: 'garbage'}),
		};
		const made = await useCa('Lying', est.spec);
		for (const [word, say] of Object.entries(lies)) {
			est.say = say;
			est.asked = [];
			await until(async () => {
				const r = await ask(w.service, d.chip, csr);
				assert.equal(r.status, 202, `${word}: ${r.text}`);
				const [row] = await requests(made);
				return row.error?.includes(word);
			}, 20000, word).catch(async (e) => {
				throw new Error(`${e.message} ${JSON.stringify(
					await requests(made))}`);
			});
		}
		est.say = issues;
		assert.equal((await enrolled(d, csr, 30000)).status, 200);
	});

test('a request for another name is not passed on', async () => {
	const d = devices[4];
	est.say = issues;
	est.asked = [];
	await useCa('Names', est.spec);
	for (const subject of [`/CN=${devices[5].id}`, `/CN=${d.id}/O=More`,
		'/CN=admin']) {
		const {csr} = newRequest(w.dir, 'name', subject);
		const r = await ask(w.service, d.chip, csr);
		assert.equal(r.status, 400, r.text);
		assert.match(r.text, /subject/);
	}
	assert.equal(est.asked.length, 0);
});

test('wrong credentials are told, and not hammered', async () => {
	const d = devices[5];
	const {csr} = requestOf(d, 'password');
	est.asked = [];
	const made = await useCa('Stranger', {...est.spec, password: 'guess'});
	await ask(w.service, d.chip, csr);
	const row = await until(async () => {
		const [r] = await requests(made);
		return r.tries === 2 && r;
	}, 10000, 'a second try');
	assert.match(row.error, /who are you/);
	assert.ok(Date.parse(row.next_try_at) > Date.now() + 50000);
});

test('the EST of another service of ours is an upstream one', async () => {
	up = await buildWorld();
	const reel = up.fab.reel('up-2', {count: 1});
	await up.mustPublish(reel);
	const root = await up.must(201, 'admin', 'POST', up.in('cas'),
		{name: 'Root', kind: 'root'});
	const issuing = await up.must(201, 'admin', 'POST', up.in('cas'),
		{name: 'Issuing', kind: 'issuing', parent: root.id});
	await up.must(200, 'admin', 'PUT', up.in(`products/${up.product}/profile`),
		{ca: issuing.id});
	assert.equal((await up.bind('admin', reel.label,
		{product: up.product})).status, 201);
	const chip = pem(reel.devices[0].chip);
	const made = await useCa('Ours', {protocol: 'est',
		url: up.service.deviceUrl,
		certificate: /-----BEGIN CERTIFICATE[^]+?END CERTIFICATE-----\n/
			.exec(chip)[0],
		key: /-----BEGIN [A-Z ]*PRIVATE KEY[^]+?PRIVATE KEY-----\n/
			.exec(chip)[0],
		ca_certificates: issuing.certificate + root.certificate,
		tls_ca_certificates: up.service.ca.toString()});
	const d = devices[6];
	const r = await enrolled(d, requestOf(d, 'ours').csr);
	assert.equal(r.status, 200, `${r.text} ${JSON.stringify(
		await requests(made))}`);
	assert.match(issuerOf(certsOf(r.text)[0]), /Issuing/);
});

test('a request goes on when a certificate was revoked', async () => {
	const d = devices[2];
	est.say = issues;
	const made = await useCa('Anew', est.spec);
	const {csr} = requestOf(d, 'anew');
	assert.equal((await enrolled(d, csr)).status, 200);
	const [c] = (await w.must(200, 'admin', 'GET',
		w.in(`certificates?ca=${made.id}`))).items;
	await w.must(200, 'admin', 'POST', w.in(`certificates/${c.id}/revoke`),
		{reason: 'superseded'});
	est.asked = [];
	const r = await enrolled(d, csr);
	assert.equal(r.status, 200);
	assert.equal(est.asked.length, 1);
	assert.notEqual(new crypto.X509Certificate(certsOf(r.text)[0])
		.serialNumber.toLowerCase(), c.serial);
});

test('a device finds its owner, and gets a certificate of the other CA',
	async () => {
		est.say = issues;
		await useCa('First boot', est.spec);
		// The account's own domain is vouched for by the account itself.
		const d = new Device(w, 'boot', devices[7].chip);
		assert.notEqual((await d.once()).status, 0);
		await w.must(201, 'admin', 'POST', w.in('cas'),
			{name: 'Domain', kind: 'root'});
		const get = (...more) => until(async () => {
			const r = await d.once(...more);
			assert.ok(r.status === 0 || r.why === 'pending',
				JSON.stringify(r));
			return r.status === 0 && r;
		}, 10000, 'a certificate');
		const first = await get();
		assert.match(first.certificate.issuer, /Elsewhere CA/);
		// Renewed by what it has, it is asked for with a new key.
		est.asked = [];
		const second = await until(async () => {
			const r = await get('--renew-before', String(30 * 86400 - 1));
			return r.certificate.fingerprint !==
				first.certificate.fingerprint && r;
		}, 10000, 'another certificate');
		assert.match(second.certificate.issuer, /Elsewhere CA/);
		assert.equal(est.asked.length, 1);
	});

test('no credential is in an answer, a log or the database', async () => {
	const list = await w.must(200, 'admin', 'GET', w.in('cas'));
	const db = fs.readFileSync(`${w.service.dir}/data/birthmark.db`);
	for (const text of [JSON.stringify(list), w.service.log ?? '',
		db.toString('latin1')]) {
		assert.ok(!text.includes(SECRET));
		assert.ok(!text.includes('PRIVATE KEY'));
	}
	assert.equal((await w.api('rival', 'GET',
		w.in(`cas/${list.items[0].id}/requests`))).status, 404);
});
