// A real mosquitto with TLS and the plugin on a free loopback port, the keys
// it needs, and a small MQTT 3.1.1 client that tells exactly what it was
// answered.  Must not leave a process behind.
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import {bin, until} from './service.mjs';

export const plugin = process.env.BIRTHMARK_PLUGIN ||
	path.join(path.dirname(bin), '..', '..', 'plugin', 'mosquitto',
		'birthmark_mosquitto.so');

export function openssl(args, input) {
	const r = spawnSync('openssl', args, {input, encoding: 'utf8'});
	if (r.status !== 0)
		throw new Error(`openssl ${args[0]}: ${r.stderr}`);
	return r.stdout;
}

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

export function freePort() {
	return new Promise((resolve, reject) => {
		const s = net.createServer();
		s.on('error', reject);
		s.listen(0, '127.0.0.1', () => {
			const {port} = s.address();
			s.close(() => resolve(port));
		});
	});
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

const text16 = (s) => {
	const b = Buffer.from(s);
	return Buffer.concat([Buffer.from([b.length >> 8, b.length & 255]), b]);
};

function packet(type, ...parts) {
	const body = Buffer.concat(parts);
	const head = [type];
	let n = body.length;
	do {
		head.push((n & 127) | (n > 127 ? 128 : 0));
		n >>= 7;
	} while (n > 0);
	return Buffer.concat([Buffer.from(head), body]);
}

/** MQTT 3.1.1 over TLS, as little of it as the tests need. */
export class Mqtt {
	constructor({port, ca, bundle, id, clean = true}) {
		Object.assign(this, {id, clean, messages: [], acks: [], mid: 0,
			closed: false, error: null, rest: Buffer.alloc(0)});
		const pem = bundle && fs.readFileSync(bundle);
		this.socket = tls.connect({host: '127.0.0.1', port,
			servername: 'localhost', ca: fs.readFileSync(ca),
			cert: pem, key: pem});
		this.socket.on('data', (d) => this.read(d));
		this.socket.on('error', (e) => { this.error = e; });
		this.socket.on('close', () => { this.closed = true; });
	}

	read(data) {
		this.rest = Buffer.concat([this.rest, data]);
		for (;;) {
			let n = 0, at = 1, shift = 0;
			for (;; at++, shift += 7) {
				if (at >= this.rest.length)
					return;
				n |= (this.rest[at] & 127) << shift;
				if (this.rest[at] < 128)
					break;
			}
			if (this.rest.length < at + 1 + n)
				return;
			this.take(this.rest[0], this.rest.subarray(at + 1, at + 1 + n));
			this.rest = this.rest.subarray(at + 1 + n);
		}
	}

	take(type, body) {
		if (type >> 4 !== 3) {
			this.acks.push({type: type >> 4, code: body[body.length - 1]});
			return;
		}
		const n = body.readUInt16BE(0);
		const qos = (type >> 1) & 3;
		this.messages.push({topic: body.toString('utf8', 2, 2 + n),
			text: body.toString('utf8', 2 + n + (qos ? 2 : 0))});
		if (qos)
			this.socket.write(packet(0x40, body.subarray(2 + n, 4 + n)));
	}

	/** The code of the answer of this type, or null when closed. */
	async answer(type) {
		await until(() => this.closed || this.acks.some((a) => a.type === type),
			8000, `MQTT packet ${type}`);
		const i = this.acks.findIndex((a) => a.type === type);
		return i < 0 ? null : this.acks.splice(i, 1)[0].code;
	}

	/** CONNACK's code, or null when the connection was ended instead. */
	async connect({will} = {}) {
		const flags = (this.clean ? 2 : 0) | (will ? 4 | 8 : 0);
		this.socket.write(packet(0x10, text16('MQTT'),
			Buffer.from([4, flags, 0, 60]), text16(this.id),
			...(will ? [text16(will), text16('gone')] : [])));
		return this.answer(2);
	}

	async subscribe(filter) {
		this.mid++;
		this.socket.write(packet(0x82, Buffer.from([0, this.mid]),
			text16(filter), Buffer.from([1])));
		return this.answer(9);
	}

	async publish(topic, text) {
		this.mid++;
		this.socket.write(packet(0x32, text16(topic),
			Buffer.from([0, this.mid]), Buffer.from(text)));
		return this.answer(4);
	}

	end() {
		this.socket.destroy();
	}
}
