// A real mosquitto with TLS and the plugin on a free loopback port, and the
// keys it needs.  Must not leave a process behind.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {openssl} from './forge.mjs';
import {bin, freePort, until} from './service.mjs';

export const plugin = process.env.BIRTHMARK_PLUGIN ||
	path.join(path.dirname(bin), '..', '..', 'plugin', 'mosquitto',
		'birthmark_mosquitto.so');

/** A CA: {key, cert} as paths. */
export function makeCa(dir, name) {
	const key = path.join(dir, `${name}.key`);
	const cert = path.join(dir, `${name}.pem`);
	openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert,
		'-days', '2', '-subj', `/CN=${name}`, '-addext',
		'basicConstraints=critical,CA:TRUE', '-addext',
		'keyUsage=critical,keyCertSign,cRLSign']);
	return {key, cert};
}

/** A certificate of ca; dates as YYYYMMDDHHMMSSZ.  {key, cert, bundle}. */
export function makeCert(dir, ca, name, {ext = '', from, to} = {}) {
	const key = path.join(dir, `${name}.key`);
	const csr = path.join(dir, `${name}.csr`);
	const cert = path.join(dir, `${name}.crt`);
	const conf = path.join(dir, `${name}.conf`);
	const subject = name.replace(/[+/]/g, '\\$&');
	const at = (days) => new Date(Date.now() + days * 86400000).toISOString()
		.replace(/[-:T]/g, '').replace(/\..*/, 'Z');
	openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', csr,
		'-subj', `/CN=${subject}/serialNumber=${subject}`]);
	fs.writeFileSync(`${conf}.index`, '');
	fs.writeFileSync(conf, `[ca]\ndefault_ca=d\n[d]\ndatabase=${conf}.index
new_certs_dir=${dir}\nrand_serial=yes\ndefault_md=sha256\npolicy=p
x509_extensions=x\nunique_subject=no\n[p]\ncommonName=supplied
serialNumber=optional\n[x]\nbasicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash
authorityKeyIdentifier=keyid\n${ext}\n`);
	openssl(['ca', '-batch', '-notext', '-config', conf, '-in', csr, '-out',
		cert, '-cert', ca.cert, '-keyfile', ca.key, '-startdate',
		from || at(-1), '-enddate', to || at(1)]);
	const bundle = path.join(dir, `${name}.bundle.pem`);
	fs.writeFileSync(bundle,
		fs.readFileSync(key, 'utf8') + fs.readFileSync(cert, 'utf8'),
		{mode: 0o600});
	return {key, cert, bundle};
}

export function makeServerCert(dir, ca, name = 'localhost') {
	return makeCert(dir, ca, name,
		{ext: 'subjectAltName=DNS:localhost,IP:127.0.0.1'});
}

/** A child process with its output kept; stopped by its own pid. */
export class Child {
	constructor(program, args, env = {}) {
		this.out = '';
		this.process = spawn(program, args,
			{env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
		for (const s of [this.process.stdout, this.process.stderr])
			s.on('data', (d) => { this.out += d; });
		this.ended = new Promise((r) => this.process.on('close', r));
		process.on('exit', () => this.process.kill('SIGKILL'));
	}

	says(text, ms = 10000) {
		return until(() => this.out.includes(text), ms,
			`"${text}" in:\n${this.out}`);
	}

	async stop(signal = 'SIGTERM') {
		this.process.kill(signal);
		const status = await this.ended;
		if (/(Address|Leak|UndefinedBehavior)Sanitizer|runtime error:/
			.test(this.out))
			throw new Error(this.out);
		return status;
	}
}

export class Mosquitto extends Child {
	/** ca: of the devices; table: the gate's; extra: lines of conf. */
	static async start({dir, ca, server, table, extra = '', tlsExtra = ''}) {
		const port = await freePort();
		const conf = path.join(dir, `mosquitto-${port}.conf`);
		fs.writeFileSync(conf, `${process.getuid() === 0 ? 'user root' : ''}
listener ${port} 127.0.0.1
cafile ${ca}
certfile ${server.cert}
keyfile ${server.key}
require_certificate true
${tlsExtra}
allow_anonymous false
persistence false
log_type all
plugin ${plugin}
plugin_opt_gate_table ${table}
${extra}
`);
		const program = fs.existsSync('/usr/sbin/mosquitto')
			? '/usr/sbin/mosquitto' : 'mosquitto';
		const m = new Mosquitto(program, ['-c', conf]);
		m.port = port;
		await m.says(' running');
		return m;
	}
}
