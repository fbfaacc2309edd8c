// What certificates are, told to programs that others wrote: OCSP to openssl
// and GnuTLS, revocation lists to openssl verify; for an account's authority
// and on behalf of a vendor.  Must not wait: what is decided shows at once.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {X509Certificate} from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';
import {request} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

let w, url;

before(async () => {
	w = await buildWorld({service: {workers: 2}});
	url = w.service.statusUrl;
}, {timeout: 60000});
after(() => w?.end());

function tool(file, args, input) {
	const r = spawnSync(file, args, {encoding: 'utf8', input, timeout: 30000});
	assert.ok(!r.error, String(r.error));
	return {status: r.status, out: r.stdout + r.stderr};
}

const openssl = (...args) => tool('openssl', args);

function must(r) {
	assert.equal(r.status, 0, r.out);
	return r.out;
}

function save(name, data) {
	fs.writeFileSync(w.path(name), data);
	return w.path(name);
}

const get = (path, headers) => request(url + path, {headers});

/** A certificate, and programs that ask what has become of it. */
class Peer {
	constructor(name, issuer, trust, cert) {
		Object.assign(this, {name, issuer, trust, cert});
	}

	/** openssl ocsp by POST: the state, verified; more: further arguments. */
	post(...more) {
		const out = must(openssl('ocsp', '-issuer', this.issuer, '-CAfile',
			this.trust, ...more, '-cert', this.cert, '-url', `${url}/ocsp`));
		assert.match(out, /Response verify OK/);
		return /: (good|revoked|unknown)$/m.exec(out)[1];
	}

	/** GnuTLS's client. */
	gnutls() {
		return tool('ocsptool', [`--ask=${url}/ocsp`, '--load-issuer',
			this.issuer, '--load-cert', this.cert, '--load-trust', this.trust]);
	}

	request(...more) {
		const file = w.path(`${this.name}.req`);
		must(openssl('ocsp', '-issuer', this.issuer, ...more, '-cert',
			this.cert, '-reqout', file));
		return fs.readFileSync(file);
	}

	/** GET as RFC 6960 has it; gives the answer and what openssl reads in it. */
	async get(headers) {
		const der = this.request('-no_nonce');
		const r = await get(`/ocsp/${encodeURIComponent(
			der.toString('base64'))}`, headers);
		if (r.status !== 200)
			return r;
		const file = save(`${this.name}.resp`, r.bytes);
		r.text = openssl('ocsp', '-respin', file, '-issuer', this.issuer,
			'-CAfile', this.trust, '-cert', this.cert, '-no_nonce').out;
		return r;
	}
}

/** The status of an OCSPResponse that is none: its ENUMERATED. */
const refusal = (bytes) => bytes.length === 5 ? bytes[4] : `not one: ${
	bytes.length} bytes`;

const ask = (body) => request(`${url}/ocsp`, {method: 'POST', body,
	headers: {'content-type': 'application/ocsp-request',
		'content-length': body.length}});

/** A list as openssl verify wants it: a file in PEM. */
function crl(name, bytes) {
	must(openssl('crl', '-inform', 'DER', '-in', save(`${name}.der`, bytes),
		'-out', w.path(`${name}.crl`)));
	return w.path(`${name}.crl`);
}

describe('an account\'s authority', () => {
	let ca, leaf, other, peer, second;

	async function issue(name) {
		must(openssl('req', '-new', '-newkey', 'ec', '-pkeyopt',
			'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`,
			'-keyout', w.path(`${name}.key`), '-out', w.path(`${name}.csr`)));
		const made = await w.must(201, 'admin', 'POST',
			w.in('server-certificates'), {ca: ca.id, names: [name],
				csr: fs.readFileSync(w.path(`${name}.csr`), 'utf8')});
		save(`${name}.pem`, made.certificate);
		return made;
	}

	const revoke = (cert, reason) => w.must(200, 'admin', 'POST',
		w.in(`certificates/${cert.id}/revoke`), {reason});

	before(async () => {
		ca = await w.must(201, 'admin', 'POST', w.in('cas'),
			{name: 'Root', kind: 'root'});
		save('root.pem', ca.certificate);
		leaf = await issue('one.example');
		other = await issue('two.example');
		peer = new Peer('one', w.path('root.pem'), w.path('root.pem'),
			w.path('one.example.pem'));
		second = new Peer('two', w.path('root.pem'), w.path('root.pem'),
			w.path('two.example.pem'));
	});

	test('is where its certificates say', async () => {
		const text = must(openssl('x509', '-in', peer.cert, '-noout', '-text'));
		assert.ok(text.includes(`URI:${url}/crl/${ca.id}.crl`), text);
		assert.ok(text.includes(`OCSP - URI:${url}/ocsp`), text);
		assert.ok(text.includes(`CA Issuers - URI:${url}/ca/${ca.id}.cer`));
		const cer = await get(`/ca/${ca.id}.cer`);
		assert.equal(cer.headers['content-type'], 'application/pkix-cert');
		assert.deepEqual(new X509Certificate(cer.bytes).fingerprint256,
			new X509Certificate(ca.certificate).fingerprint256);
	});

	test('answers openssl and GnuTLS, with a nonce and without', async () => {
		assert.equal(peer.post(), 'good');
		assert.equal(peer.post('-no_nonce'), 'good');
		assert.equal(peer.post('-sha256'), 'good');
		const r = peer.gnutls();
		assert.equal(r.status, 0, r.out);
		assert.match(r.out, /Certificate Status: good/);
		assert.match(r.out, /Verifying OCSP Response: Success/);
		const several = must(openssl('ocsp', '-issuer', peer.issuer, '-CAfile',
			peer.trust, '-cert', peer.cert, '-cert', second.cert, '-url',
			`${url}/ocsp`));
		assert.match(several, /one\.example\.pem: good/);
		assert.match(several, /two\.example\.pem: good/);
	});

	test('answers GET so that caches can keep it', async () => {
		const r = await peer.get();
		assert.match(r.text, /: good$/m);
		assert.equal(r.headers['content-type'], 'application/ocsp-response');
		assert.match(r.headers['cache-control'],
			/^max-age=\d+, public, no-transform, must-revalidate$/);
		const [made, ends] = ['last-modified', 'expires'].map(
			(h) => Date.parse(r.headers[h]));
		assert.ok(made <= Date.now() && ends > Date.now());
		const again = await peer.get();
		assert.equal(again.headers.etag, r.headers.etag);
		assert.deepEqual(again.bytes, r.bytes);
		for (const h of [{'if-none-match': r.headers.etag},
			{'if-modified-since': r.headers['last-modified']}]) {
			const same = await peer.get(h);
			assert.equal(same.status, 304);
			assert.equal(same.headers.etag, r.headers.etag);
			assert.equal(same.bytes.length, 0);
		}
		assert.equal((await peer.get({'if-none-match': '"other"'})).status, 200);
	});

	test('tells a revocation at once, in every worker', async () => {
		await peer.get();
		second.post('-no_nonce');
		await revoke(leaf, 'keyCompromise');
		for (let i = 0; i < 8; i++)
			assert.match((await peer.get()).text, /: revoked$/m);
		const out = must(openssl('ocsp', '-issuer', peer.issuer, '-CAfile',
			peer.trust, '-cert', peer.cert, '-url', `${url}/ocsp`));
		assert.match(out, /Reason: keyCompromise/);
		assert.equal(second.post('-no_nonce'), 'good');
	});

	test('knows what it did not issue, and who is not its own', async () => {
		const serial = must(openssl('ocsp', '-issuer', peer.issuer, '-CAfile',
			peer.trust, '-serial', '0x1234', '-url', `${url}/ocsp`));
		assert.match(serial, /0x1234: unknown/);
		must(openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
			'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Foreign',
			'-keyout', w.path('foreign.key'), '-out', w.path('foreign.pem')));
		const foreign = new Peer('foreign', w.path('foreign.pem'),
			w.path('foreign.pem'), peer.cert);
		assert.equal(refusal((await ask(foreign.request())).bytes), 6);
	});

	test('calls malformed what is', async () => {
		const good = peer.request();
		for (const bad of [Buffer.alloc(0), Buffer.from('hello'),
			good.subarray(0, -1), Buffer.concat([good, Buffer.from([0])])]) {
			const r = await ask(bad);
			assert.equal(r.status, 200);
			assert.equal(refusal(r.bytes), 1);
		}
		for (const path of ['/ocsp/A', '/ocsp/%4d', '/ocsp/MEow_-'])
			assert.equal(refusal((await get(path)).bytes), 1, path);
		assert.equal((await ask(Buffer.alloc(5000))).status, 413);
		assert.equal((await get('/ocsp')).status, 405);
	});

	test('gives lists that openssl verifies by, full and delta', async () => {
		const verify = (cert, lists, ...more) => openssl('verify', '-CAfile',
			peer.trust, '-crl_check', ...more,
			...lists.flatMap((f) => ['-CRLfile', f]), cert);
		const full = await get(`/crl/${ca.id}.crl`);
		assert.equal(full.headers['content-type'], 'application/pkix-crl');
		const first = crl('full', full.bytes);
		assert.match(verify(peer.cert, [first]).out, /certificate revoked/);
		must(verify(second.cert, [first]));
		assert.deepEqual((await get(`/crl/${ca.id}.crl`)).bytes, full.bytes);
		assert.equal((await get(`/crl/${ca.id}.crl`,
			{'if-none-match': full.headers.etag})).status, 304);

		await revoke(other, 'certificateHold');
		const delta = crl('delta', (await get(
			`/crl/${ca.id}-delta.crl`)).bytes);
		assert.match(must(openssl('crl', '-in', delta, '-noout', '-text')),
			/Delta CRL Indicator: critical/);
		must(verify(second.cert, [first]));
		assert.match(verify(second.cert, [first, delta], '-extended_crl',
			'-use_deltas').out, /certificate revoked/);
		assert.match(verify(second.cert, [crl('next', (await get(
			`/crl/${ca.id}.crl`)).bytes)]).out, /certificate revoked/);

		await w.must(200, 'admin', 'POST',
			w.in(`certificates/${other.id}/reactivate`));
		assert.equal(second.post(), 'good');
		must(verify(second.cert, [crl('last', (await get(
			`/crl/${ca.id}.crl`)).bytes)]));
		assert.match(must(openssl('crl', '-in', crl('back', (await get(
			`/crl/${ca.id}-delta.crl`)).bytes), '-noout', '-text')),
		/Remove From CRL/);
	});

	test('has no lists of others', async () => {
		for (const path of ['/crl/ca_none.crl', `/crl/${ca.id}`, '/crl/.crl',
			'/ca/ca_none.cer', '/crl/vendor/00.crl', '/ca/vendor/zz.cer',
			`/crl/vendor/${'0'.repeat(64)}.crl`, '/api/v1/me', '/'])
			assert.equal((await get(path)).status, 404, path);
	});
});

describe('a vendor\'s birth certificates', () => {
	let reel, peer, held, fp, serial;

	before(async () => {
		reel = w.fab.reel('r1', {count: 2, keyless: true});
		await w.mustPublish(reel);
		const issuing = fs.readFileSync(w.fab.file('issuing.pem'), 'utf8');
		fp = new X509Certificate(issuing).fingerprint256
			.replaceAll(':', '').toLowerCase();
		save('vendor.pem', issuing + fs.readFileSync(w.fab.file('root.pem')));
		[peer, held] = reel.devices.map((d, i) => {
			save(`chip${i}.pem`, d.cert);
			return new Peer(`chip${i}`, w.fab.file('issuing.pem'),
				w.path('vendor.pem'), w.path(`chip${i}.pem`));
		});
		serial = new X509Certificate(reel.devices[0].cert).serialNumber;
	});

	const vendor = (args) => w.cli('vendor', ['vendor', ...args]);

	test('are nobody\'s business until the vendor delegates', async () => {
		assert.equal(refusal((await ask(peer.request())).bytes), 6);
		assert.equal((await get(`/crl/vendor/${fp}.crl`)).status, 404);
		const csr = w.path('service.csr');
		assert.equal((await vendor(['responder-csr', '-o', csr])).status, 0);
		w.fab.run(['fab', 'ocsp-responder', '--dir', w.fab.dir, '--csr', csr]);
		const r = await vendor(['responder', '--json', '--ca', fp,
			w.fab.file('ocsp-responder.pem')]);
		assert.equal(r.status, 0, r.stderr);
		assert.ok(Date.parse(r.json.responder_not_after) >
			Date.now() + 360 * 86400e3);
		assert.equal(peer.post(), 'good');
		assert.match((await peer.get()).text, /: good$/m);
		assert.match(peer.gnutls().out, /Certificate Status: good/);
	});

	test('are delegated to the service\'s own key alone', async () => {
		const csr = w.path('other.csr');
		must(openssl('req', '-new', '-newkey', 'ec', '-pkeyopt',
			'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Other',
			'-keyout', w.path('other.key'), '-out', csr));
		w.fab.run(['fab', 'ocsp-responder', '--dir', w.fab.dir, '--csr', csr,
			'--out', w.path('other.pem')]);
		for (const [file, code] of [[w.path('other.pem'), 'responder-key'],
			[w.fab.file('manifest-signer.pem'), 'responder-invalid'],
			[w.path('chip0.pem'), 'responder-invalid'],
			[w.fab.file('issuing.pem'), 'responder-invalid']]) {
			const r = await w.api('vendor', 'PUT',
				`/api/v1/vendors/${w.vendor}/cas/${fp}/responder`,
				fs.readFileSync(file), {'content-type': 'application/x-pem-file'});
			assert.deepEqual([r.status, r.json.code], [400, code], file);
		}
		assert.equal(peer.post(), 'good');
	});

	test('are good, revoked or unknown, at once', async () => {
		const print = new X509Certificate(reel.devices[0].cert).fingerprint256
			.replaceAll(':', '').toLowerCase();
		await w.must(204, 'vendor', 'POST',
			`/api/v1/vendors/${w.vendor}/devices/${print}/revoke`,
			{reason: 'keyCompromise'});
		assert.equal(peer.post('-no_nonce'), 'revoked');
		assert.equal(held.post('-no_nonce'), 'good');
		const out = must(openssl('ocsp', '-issuer', peer.issuer, '-CAfile',
			peer.trust, '-serial', '0x77', '-url', `${url}/ocsp`));
		assert.match(out, /0x77: unknown/);
	});

	test('are listed as their vendor has signed it', async () => {
		const file = save('revoked.txt',
			`# the first chip\n${serial}, keyCompromise, ` +
			'2026-01-02T03:04:05Z\n\n0A0B0C superseded\n');
		const sign = (number, more = []) => w.fab.run(['fab', 'crl', '--dir',
			w.fab.dir, '--revoked', file, '--number', String(number),
			...more]);
		const upload = () => vendor(['crl', '--json', '--ca', fp,
			w.fab.file('issuing.crl')]);
		sign(5);
		const first = await upload();
		assert.equal(first.status, 0, first.stderr);
		assert.equal(first.json.crl_number, 5);
		const text = must(openssl('x509', '-in', peer.cert, '-noout', '-text'));
		for (const [at, type] of [[/URI:http:\/\/[^/]+(\/crl\/\S+)/, 'crl'],
			[/URI:http:\/\/[^/]+(\/ca\/\S+)/, 'cert']])
			assert.equal((await get(at.exec(text)[1])).headers['content-type'],
				`application/pkix-${type}`);
		assert.match(text, /OCSP - URI:http:\/\/localhost:8080\/ocsp\n/);
		const list = crl('vendor', (await get(
			`/crl/vendor/${fp}.crl`)).bytes);
		const verify = (cert) => openssl('verify', '-CAfile', peer.trust,
			'-crl_check', '-CRLfile', list, cert);
		assert.match(verify(peer.cert).out, /certificate revoked/);
		must(verify(held.cert));
		// an older one, another's, one that was changed
		sign(5);
		assert.match((await upload()).stderr, /higher/);
		sign(6);
		const bytes = fs.readFileSync(w.fab.file('issuing.crl'));
		bytes[bytes.length - 1] ^= 1;
		fs.writeFileSync(w.fab.file('issuing.crl'), bytes);
		assert.match((await upload()).stderr, /signed/);
		sign(6);
		assert.equal((await upload()).json.crl_number, 6);
	});

	test('are listed by lines that make sense', () => {
		for (const [text, what] of [['zz\n', /Line 1/], ['01 whatever\n',
			/Line 1/], ['01\n\n02 superseded soon\n', /Line 3/],
		['01 superseded 2999-01-01T00:00:00Z\n', /Line 1/],
		['0011\n11\n', /twice/], [`${'11'.repeat(21)}\n`, /Line 1/],
		['01 superseded 2026-01-01T00:00:00Z more\n', /Line 1/]]) {
			const file = save('odd.txt', text);
			assert.throws(() => w.fab.run(['fab', 'crl', '--dir', w.fab.dir,
				'--revoked', file, '--number', '9', '--out',
				w.path('odd.crl')]), what);
			assert.ok(!fs.existsSync(w.path('odd.crl')));
		}
	});
});
