// Makes certificates and signatures as an attacker would: with the openssl
// command.  Must not use our own program, nor keep anything it made.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** What openssl writes; throws when it fails. */
export function openssl(args, input) {
	const r = spawnSync('openssl', args, {input, maxBuffer: 64 << 20});
	if (r.status !== 0)
		throw new Error(`openssl ${args.join(' ')}: ${r.stderr}`);
	return r.stdout;
}

/** YYYYMMDDHHMMSSZ, so many days from now. */
function when(days) {
	return new Date(Date.now() + days * 86400000).toISOString()
		.replace(/[-:T]|\.\d+/g, '');
}

/** A new EC key in a file; its path. */
export function newKey(dir, name) {
	const file = path.join(dir, `${name}.key`);
	openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout',
		'-out', file]);
	return file;
}

const config = (dir) => `
[ca]
default_ca = forge
[forge]
database = ${dir}/index
serial = ${dir}/serial
new_certs_dir = ${dir}
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = optional
organizationName = optional
serialNumber = optional
[req]
distinguished_name = dn
prompt = no
[dn]
CN = forged
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
`;

/**
 * A certificate for key (a file), in PEM.  ca: {cert, key} files, or none for
 * a self-signed one.  subject as "/CN=..."; serial in hex; from and to in
 * days from now.
 */
export function certificate(dir, {key, ca, subject = '/CN=forged', serial,
	from = -1, to = 365, isCa = false}) {
	const work = fs.mkdtempSync(path.join(dir, 'forge-'));
	const conf = path.join(work, 'openssl.cnf');
	const csr = path.join(work, 'csr.pem');
	const out = path.join(work, 'cert.pem');
	fs.writeFileSync(conf, config(work));
	fs.writeFileSync(path.join(work, 'index'), '');
	fs.writeFileSync(path.join(work, 'serial'),
		`${serial || '0' + Math.floor(Math.random() * 2 ** 40).toString(16)
			.padStart(11, '1')}\n`);
	openssl(['req', '-new', '-config', conf, '-key', key, '-subj', subject,
		'-out', csr]);
	openssl(['ca', '-batch', '-config', conf, '-in', csr, '-out', out,
		'-notext', '-startdate', when(from), '-enddate', when(to),
		'-extensions', isCa ? 'root' : 'leaf',
		...(ca ? ['-cert', ca.cert, '-keyfile', ca.key] :
			['-selfsign', '-keyfile', key])]);
	return fs.readFileSync(out, 'utf8');
}

/** A CA of the attacker's own: {cert, key} files. */
export function newCa(dir, name, subject) {
	const key = newKey(dir, name);
	const cert = path.join(dir, `${name}.pem`);
	fs.writeFileSync(cert, certificate(dir, {key, subject, isCa: true}));
	return {cert, key};
}

/** A server's certificate for localhost of a new CA: {ca, cert, key} files. */
export function serverPki(dir) {
	const key = path.join(dir, 'server.key');
	const cert = path.join(dir, 'server.pem');
	openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj',
		'/CN=localhost', '-addext',
		'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key,
		'-out', cert]);
	return {ca: cert, cert, key};
}

/** Signs a manifest anew, with whatever signer's files. */
export function sign(manifest, signer) {
	return openssl(['cms', '-sign', '-binary', '-in', manifest, '-signer',
		signer.cert, '-inkey', signer.key, '-outform', 'DER']);
}

/** Does openssl itself find the detached signature in order? */
export function verify(manifest, signature, caFile) {
	const r = spawnSync('openssl', ['cms', '-verify', '-binary', '-inform',
		'DER', '-in', signature, '-content', manifest, '-CAfile', caFile,
		'-purpose', 'any', '-out', '/dev/null']);
	return r.status === 0;
}
