// The chip maker's host, judged by other people's programs: openssl verifies
// certificates and signatures, zbar reads the label, SoftHSM holds a key.
// Must not need the service.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {bin, tempDir, until} from './lib/service.mjs';

let dir, fab;

function birthmark(args, opts = {}) {
	return spawnSync(bin, args, {encoding: 'utf8', maxBuffer: 64 << 20,
		...opts});
}

function ok(args, opts) {
	const r = birthmark(args, opts);
	assert.equal(r.status, 0, `birthmark ${args.join(' ')}: ${r.stderr}`);
	return r.stdout;
}

function openssl(args) {
	const r = spawnSync('openssl', args, {encoding: 'utf8'});
	return {ok: r.status === 0, text: r.stdout + r.stderr};
}

function personalize(reel, count, ...more) {
	ok(['fab', 'personalize', '--dir', fab, '--reel', reel, '--batch', 'B1',
		'--count', String(count), ...more]);
	return path.join(fab, 'reels', reel);
}

const at = (d, ...p) => path.join(d, ...p);
const read = (...p) => fs.readFileSync(path.join(...p), 'utf8');
const mode = (f) => fs.statSync(f).mode & 0o777;
const chipsOf = (reel) => fs.readdirSync(at(reel, 'chips'));

/** The PEM certificates of a CSV manifest, by device_id. */
function entriesOf(reel) {
	const out = new Map();
	const form = /^([0-9a-f]+),([^,]*),"(-----BEGIN[^"]*-----\n)"\n/gm;
	for (const [, id, batch, pem] of read(reel, 'manifest.csv')
		.matchAll(form)) {
		assert.equal(batch, 'B1');
		assert.ok(!out.has(id), `${id} stands there twice`);
		out.set(id, pem);
	}
	return out;
}

function verifyManifest(reel, name, ca = at(fab, 'root.pem')) {
	return openssl(['cms', '-verify', '-binary', '-inform', 'DER', '-in',
		at(reel, `${name}.p7s`), '-content', at(reel, name), '-CAfile', ca,
		'-purpose', 'any', '-out', '/dev/null']);
}

function verifyAll(reel, dirOfFab = fab) {
	const names = chipsOf(reel).map((n) => at(reel, 'chips', n));
	const r = openssl(['verify', '-CAfile', at(dirOfFab, 'root.pem'),
		'-untrusted', at(dirOfFab, 'issuing.pem'), ...names]);
	assert.ok(r.ok, r.text);
	assert.equal(r.text.match(/: OK$/gm).length, names.length);
}

/** A second fab, with its own options, and a reel of three. */
function smallFab(name, initArgs, keyArgs = [], env = process.env) {
	const d = at(dir, name);
	ok(['fab', 'init', '--vendor', `Vendor ${name}`, '--dir', d,
		...initArgs], {env});
	ok(['fab', 'personalize', '--dir', d, '--reel', 'R1', '--batch', 'B1',
		'--count', '3', ...keyArgs], {env});
	return {d, reel: at(d, 'reels', 'R1')};
}

before(() => {
	dir = tempDir('fab');
	fab = at(dir, 'fab');
	ok(['fab', 'init', '--vendor', 'Acme Chips', '--dir', fab, '--host',
		'birthmark.example:8443']);
});

after(() => fs.rmSync(dir, {recursive: true, force: true}));

test('init keeps keys to the owner and replaces none', () => {
	assert.equal(mode(fab), 0o700);
	const keys = ['root.key', 'issuing.key', 'manifest-signer.key'];
	const was = keys.map((k) => {
		assert.equal(mode(at(fab, k)), 0o600);
		return read(fab, k);
	});
	const again = birthmark(['fab', 'init', '--vendor', 'Acme Chips',
		'--dir', fab]);
	assert.equal(again.status, 1);
	assert.match(again.stderr, /There is a fab in/);
	assert.deepEqual(keys.map((k) => read(fab, k)), was);
});

test('personalize makes chips that openssl verifies', () => {
	const reel = personalize('R1', 20);
	assert.equal(chipsOf(reel).length, 20);
	verifyAll(reel);
	for (const name of chipsOf(reel)) {
		const file = at(reel, 'chips', name);
		const pem = read(file);
		const cert = new crypto.X509Certificate(
			pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
		const id = path.basename(name, '.pem');
		assert.equal(mode(file), 0o600);
		assert.ok(cert.checkPrivateKey(crypto.createPrivateKey(pem)));
		assert.equal(cert.serialNumber.toLowerCase(), id);
		assert.match(cert.subject, new RegExp(`serialNumber=${id}`));
		assert.match(cert.validTo, /9999/);
		assert.equal(cert.ca, false);
		assert.match(cert.infoAccess, /CA Issuers - URI:http/);
	}
});

test('each manifest is complete and its signature verifies', () => {
	const reel = at(fab, 'reels', 'R1');
	const entries = entriesOf(reel);
	assert.equal(entries.size, 20);
	const lines = read(reel, 'manifest.jsonl').trim().split('\n')
		.map((l) => JSON.parse(l));
	assert.deepEqual(new Map(lines.map((l) => [l.device_id, l.certificate])),
		entries);
	const signed = JSON.parse(read(reel, 'manifest.microchip.json'));
	assert.equal(signed.length, 20);
	const signer = new crypto.X509Certificate(
		read(reel, 'manifest-signer.pem'));
	for (const s of signed) {
		assert.ok(crypto.verify('sha256',
			Buffer.from(`${s.protected}.${s.payload}`),
			{key: signer.publicKey, dsaEncoding: 'ieee-p1363'},
			Buffer.from(s.signature, 'base64url')));
		const element = JSON.parse(Buffer.from(s.payload, 'base64url'));
		assert.equal(element.uniqueId, s.header.uniqueId);
		assert.equal(element.model, 'Birthmark software chip');
		const x5c = element.publicKeySet.keys[0].x5c[0];
		assert.equal(new crypto.X509Certificate(
			Buffer.from(x5c, 'base64')).toString(),
		entries.get(element.uniqueId));
	}
	for (const name of ['manifest.csv', 'manifest.jsonl',
		'manifest.microchip.json']) {
		const r = verifyManifest(reel, name);
		assert.ok(r.ok, r.text);
		const seen = birthmark(['inspect', '--ca', at(reel, 'ca.pem'),
			at(reel, name)]);
		assert.equal(seen.status, 0, seen.stdout);
	}
});

test('a changed manifest verifies nowhere', () => {
	const reel = at(fab, 'reels', 'R1');
	const copy = at(dir, 'changed');
	fs.mkdirSync(copy);
	fs.copyFileSync(at(reel, 'manifest.csv.p7s'),
		at(copy, 'manifest.csv.p7s'));
	const text = read(reel, 'manifest.csv');
	fs.writeFileSync(at(copy, 'manifest.csv'),
		text.slice(0, text.lastIndexOf('\n', text.length - 900)));
	assert.ok(!verifyManifest(copy, 'manifest.csv').ok);
	const seen = birthmark(['inspect', '--json', at(copy, 'manifest.csv')]);
	assert.equal(seen.status, 1);
	assert.match(JSON.stringify(JSON.parse(seen.stdout)), /does not fit/);
});

test('the label is read by zbar and holds the batch\'s claim code', () => {
	const reel = at(fab, 'reels', 'R1');
	const r = spawnSync('zbarimg', ['-q', '--raw', at(reel, 'label.png')],
		{encoding: 'utf8'});
	const url = r.stdout.trim();
	assert.match(url,
		/^https:\/\/birthmark\.example:8443\/b\/B1#[0-9A-Z]{26}$/);
	assert.ok(read(reel, 'label.txt').includes(url));
	for (const f of ['label.png', 'label.svg', 'label.txt'])
		assert.equal(mode(at(reel, f)), 0o600);
	const claim = JSON.parse(read(reel, 'reel.json')).claim_sha256;
	const seen = JSON.parse(ok(['inspect', '--json',
		at(reel, 'label.txt')]));
	assert.equal(seen.facts['Its SHA-256'], claim);
	assert.ok(!JSON.stringify(seen).includes(url.split('#')[1]));
});

test('reels of one batch share the claim code', () => {
	const claim = (reel) => JSON.parse(read(reel, 'reel.json')).claim_sha256;
	assert.equal(claim(personalize('R2', 2)), claim(at(fab, 'reels', 'R1')));
	const open = birthmark(['fab', 'personalize', '--dir', fab, '--reel',
		'R3', '--batch', 'B1', '--count', '1', '--open']);
	assert.equal(open.status, 1);
	assert.match(open.stderr, /--open/);
});

test('an open batch has a label without a code', () => {
	ok(['fab', 'personalize', '--dir', fab, '--reel', 'D1', '--batch',
		'D001', '--count', '2', '--open', '--form', 'csv']);
	const reel = at(fab, 'reels', 'D1');
	assert.match(read(reel, 'label.txt'), /\/b\/D001\n/);
	assert.equal(JSON.parse(read(reel, 'reel.json')).claim_sha256, null);
	assert.ok(!fs.existsSync(at(reel, 'manifest.jsonl')));
});

/** Starts, kills after some chips, and gives what was there. */
async function killMidway(reel, args, progress) {
	const child = spawn(bin, args, {stdio: 'ignore'});
	const gone = new Promise((r) => child.on('exit', r));
	await until(() => progress() > 0, 20000, 'the first chips');
	child.kill('SIGKILL');
	await gone;
	assert.ok(!fs.existsSync(at(reel, 'reel.json')), 'killed too late');
}

test('killed in the middle, it continues with what was made', async () => {
	const reel = at(fab, 'reels', 'K1');
	const args = ['fab', 'personalize', '--dir', fab, '--reel', 'K1',
		'--batch', 'B1', '--count', '12000', '--form', 'csv'];
	const made = () => {
		try {
			return chipsOf(reel).filter((n) => !n.startsWith('.'));
		} catch {
			return [];
		}
	};
	const keys = new Map();
	for (let kills = 0; kills < 2; kills++) {
		const had = made().length;
		await killMidway(reel, args, () => made().length - had - 200);
		for (const n of made())
			keys.set(n, read(reel, 'chips', n));
	}
	ok(args);
	const names = made();
	assert.equal(names.length, 12000);
	for (const [n, text] of keys)
		assert.equal(read(reel, 'chips', n), text, `${n} was made anew`);
	const entries = entriesOf(reel);
	assert.deepEqual([...entries.keys()].sort(),
		names.map((n) => path.basename(n, '.pem')).sort());
	assert.ok(verifyManifest(reel, 'manifest.csv').ok);
	/* once more: nothing changes */
	const was = fs.statSync(at(reel, 'manifest.csv')).mtimeMs;
	ok(args);
	assert.equal(fs.statSync(at(reel, 'manifest.csv')).mtimeMs, was);
	const other = birthmark(args.map((a) => a === '12000' ? '13' : a));
	assert.equal(other.status, 1);
	assert.match(other.stderr, /other options/);
});

function publicKeys(n) {
	return Array.from({length: n}, () => crypto.generateKeyPairSync('ec',
		{namedCurve: 'P-256'}).publicKey);
}

test('given public keys: order kept, resumed, none left out', async () => {
	const some = publicKeys(50);
	const file = at(dir, 'keys.txt');
	const reel = at(fab, 'reels', 'P1');
	const count = 120000;
	const line = some.map((k) =>
		k.export({type: 'spki', format: 'der'}).toString('base64'));
	fs.writeFileSync(file, Array.from({length: count},
		(_, i) => line[i % 50] + '\n').join(''));
	const args = ['fab', 'personalize', '--dir', fab, '--reel', 'P1',
		'--batch', 'B1', '--keys', 'none', '--public-keys', file, '--form',
		'csv'];
	await killMidway(reel, args, () => {
		try {
			return fs.statSync(at(reel, 'work.csv')).size - 100000;
		} catch {
			return 0;
		}
	});
	/* the keys of another file are refused */
	const other = at(dir, 'other.txt');
	fs.writeFileSync(other, fs.readFileSync(file, 'utf8').split('\n')
		.slice(1).join('\n'));
	const bad = birthmark(args.map((a) => a === file ? other : a));
	assert.equal(bad.status, 1);
	assert.match(bad.stderr, /not the public keys/);
	ok(args);
	const entries = [...entriesOf(reel).values()];
	assert.equal(entries.length, count);
	for (let i = 0; i < count; i += 997)
		assert.equal(new crypto.X509Certificate(entries[i]).publicKey
			.export({type: 'spki', format: 'der'}).toString('base64'),
		line[i % 50]);
	assert.ok(!fs.existsSync(at(reel, 'chips')));
	assert.ok(verifyManifest(reel, 'manifest.csv').ok);
});

test('given public keys: PEM on standard input, and bad ones named', () => {
	const pem = publicKeys(4).map((k) =>
		k.export({type: 'spki', format: 'pem'})).join('');
	const args = (reel) => ['fab', 'personalize', '--dir', fab, '--reel',
		reel, '--batch', 'B1', '--keys', 'none', '--public-keys', '-'];
	ok(args('P2'), {input: pem});
	assert.equal(entriesOf(at(fab, 'reels', 'P2')).size, 4);
	const bad = birthmark(args('P3'), {input: `${pem}AAAA\n`});
	assert.equal(bad.status, 1);
	assert.match(bad.stderr, /line 17/);
	const p384 = crypto.generateKeyPairSync('ec', {namedCurve: 'P-384'})
		.publicKey.export({type: 'spki', format: 'pem'});
	assert.equal(birthmark(args('P4'), {input: pem + p384}).status, 1);
	assert.equal(birthmark(args('P5'), {input: ''}).status, 1);
});

for (const key of ['p384', 'rsa2048'])
	test(`CAs and chips with ${key} keys`, () => {
		const {d, reel} = smallFab(key, ['--key', key], ['--key', key]);
		verifyAll(reel, d);
		for (const m of ['manifest.csv', 'manifest.microchip.json']) {
			const r = verifyManifest(reel, m, at(d, 'root.pem'));
			assert.ok(r.ok, r.text);
			const seen = birthmark(['inspect', '--ca', at(reel, 'ca.pem'),
				at(reel, m)]);
			assert.equal(seen.status, 0, seen.stdout);
		}
	});

const softhsm = ['/usr/lib/softhsm/libsofthsm2.so',
	'/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so']
	.find((f) => fs.existsSync(f));

test('the issuing key stays in a token', {skip: !softhsm}, () => {
	const tokens = at(dir, 'tokens');
	const conf = at(dir, 'softhsm2.conf');
	fs.mkdirSync(tokens);
	fs.writeFileSync(conf, `directories.tokendir = ${tokens}\n`);
	const env = {...process.env, SOFTHSM2_CONF: conf,
		PKCS11_MODULE_PATH: softhsm};
	const tool = (cmd, args) => {
		const r = spawnSync(cmd, args, {env, encoding: 'utf8'});
		assert.equal(r.status, 0, r.stdout + r.stderr);
	};
	tool('softhsm2-util', ['--init-token', '--free', '--label', 'fab',
		'--pin', '1234', '--so-pin', '5678']);
	tool('pkcs11-tool', ['--module', softhsm, '--token-label', 'fab',
		'--login', '--pin', '1234', '--keypairgen', '--key-type',
		'EC:prime256v1', '--label', 'issuing', '--id', '01']);
	const {d, reel} = smallFab('token', ['--issuing-key-uri',
		'pkcs11:token=fab;object=issuing;type=private?pin-value=1234'],
	[], env);
	assert.ok(!fs.existsSync(at(d, 'issuing.key')));
	verifyAll(reel, d);
	const wrong = birthmark(['fab', 'init', '--vendor', 'X', '--dir',
		at(dir, 'wrong'), '--issuing-key-uri',
		'pkcs11:token=fab;object=nothing?pin-value=1234'], {env});
	assert.notEqual(wrong.status, 0);
	assert.ok(!fs.existsSync(at(dir, 'wrong', 'fab.json')));
});

/* As OPTIGA Trust M chips have them: a subject that names nothing, a serial
 * number of four bytes, P-384 with SHA-384 above P-256. */
test('inspect explains a chip with an odd certificate', () => {
	const f = (name) => at(dir, name);
	const need = (args) => {
		const r = openssl(args);
		assert.ok(r.ok, r.text);
	};
	need(['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-384', '-sha384', '-nodes', '-keyout',
		f('odd-ca.key'), '-out', f('odd-ca.pem'), '-days', '2', '-subj',
		'/O=Odd AG/CN=OPTIGA(TM) Trust M CA 1']);
	need(['req', '-new', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-keyout', f('odd.key'),
		'-out', f('odd.csr'), '-subj', '/CN=""']);
	fs.writeFileSync(f('odd.ext'), 'keyUsage=critical,digitalSignature\n' +
		'basicConstraints=critical,CA:FALSE\n');
	need(['x509', '-req', '-in', f('odd.csr'), '-CA', f('odd-ca.pem'),
		'-CAkey', f('odd-ca.key'), '-set_serial', '0x15fc8ea1', '-sha384',
		'-days', '1', '-extfile', f('odd.ext'), '-out', f('odd.pem')]);
	const r = JSON.parse(ok(['inspect', '--json', '--ca', f('odd-ca.pem'),
		f('odd.pem')]));
	assert.equal(r.kind, 'birth-certificate');
	assert.equal(r.facts['Signed with'], 'ecdsa-with-SHA384');
	assert.equal(r.facts['Chip id'], '15fc8ea1');
	assert.deepEqual(r.problems, []);
	const alone = birthmark(['inspect', '--ca', at(fab, 'root.pem'),
		f('odd.pem')]);
	assert.equal(alone.status, 1);
});
