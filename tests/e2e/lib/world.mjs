// A whole small world of real programs: a chip maker's fab, the service with
// two accounts and a user of each role, and if wanted the gate and a mosquitto
// with the plugin.  Must not do what a user could not do.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {serverPki} from './forge.mjs';
import {publicKeys} from './keys.mjs';
import {connect} from './mqtt.mjs';
import {bin, endService, freePort, request, root, run, runAsync, startService,
	tempDir, until} from './service.mjs';

export const PRODUCT = 'Dishwasher DW-9';
const plugin = process.env.BIRTHMARK_PLUGIN || path.join(root, 'build',
	'release', 'plugin', 'mosquitto', 'birthmark_mosquitto.so');

const running = new Set();
process.on('exit', () => {
	for (const p of running)
		p.kill('SIGKILL');
});

/** A process with its log; ends with this one. */
export class Proc {
	constructor(name, file, args, opts = {}) {
		this.name = name;
		this.log = '';
		this.child = spawn(file, args, {stdio: ['ignore', 'pipe', 'pipe'],
			...opts});
		running.add(this.child);
		this.exited = new Promise((resolve) => {
			this.child.on('exit', (code, signal) => {
				running.delete(this.child);
				this.status = {code, signal};
				resolve(this.status);
			});
		});
		for (const s of [this.child.stdout, this.child.stderr])
			s.on('data', (d) => { this.log += d; });
	}

	until(f, what) {
		return until(() => {
			if (this.status)
				throw new Error(`${this.name} ended`);
			return f();
		}, 20000, what).catch((e) => {
			throw new Error(`${e.message}\n${this.name}: ${this.log}`);
		});
	}

	async stop(signal = 'SIGTERM') {
		if (!this.status)
			this.child.kill(signal);
		const late = setTimeout(() => this.child.kill('SIGKILL'), 10000);
		const status = await this.exited;
		clearTimeout(late);
		return status;
	}
}

/** The chips of a manifest in CSV: [{id, cert}]. */
export function csvDevices(text) {
	const row = /^([^,\r\n]+),([^,\r\n]+),"(-----BEGIN [^"]+)"/gm;
	return [...text.matchAll(row)].map((m) => ({id: m[1], batch: m[2],
		cert: m[3]}));
}

/** A reel's folder as fab wrote it. */
export class Reel {
	constructor(dir) {
		this.dir = dir;
		Object.assign(this, JSON.parse(
			fs.readFileSync(this.file('reel.json'), 'utf8')));
		const text = fs.readFileSync(this.file('label.txt'), 'utf8');
		this.label = /https:\S+/.exec(text)[0];
		this.code = this.label.split('#')[1] || null;
	}

	file(name) {
		return path.join(this.dir, name);
	}

	get devices() {
		const text = fs.readFileSync(this.file('manifest.csv'), 'utf8');
		return csvDevices(text).map((d) => ({...d,
			chip: this.file(path.join('chips', `${d.id}.pem`))}));
	}
}

export class Fab {
	constructor(dir, vendor) {
		this.dir = dir;
		this.vendor = vendor;
		this.run(['fab', 'init', '--vendor', vendor, '--dir', dir]);
	}

	file(name) {
		return path.join(this.dir, name);
	}

	get ca() {
		return {cert: this.file('issuing.pem'), key: this.file('issuing.key')};
	}

	get signer() {
		return {cert: this.file('manifest-signer.pem'),
			key: this.file('manifest-signer.key')};
	}

	run(args, opts) {
		const r = run(args, {timeout: 600000, ...opts});
		if (r.status !== 0)
			throw new Error(`${args.join(' ')}: ${r.stderr}`);
		return r;
	}

	/** keyless: nobody has the chips' keys, which takes much less time. */
	reel(name, {batch = name.toUpperCase(), count = 2, open = false,
		keyless = false, args = []} = {}) {
		const keys = this.file(`${name}.keys`);
		if (keyless)
			publicKeys(keys, count);
		this.run(['fab', 'personalize', '--dir', this.dir, '--reel', name,
			'--batch', batch, '--count', String(count),
			...(keyless ? ['--keys', 'none', '--public-keys', keys] : []),
			...(open ? ['--open'] : []), ...args]);
		return new Reel(path.join(this.dir, 'reels', name));
	}
}

export class World {
	constructor(opts) {
		this.opts = opts;
		this.dir = opts.dir || tempDir('world');
		this.tokens = {};
		this.procs = [];
	}

	path(...names) {
		return path.join(this.dir, ...names);
	}

	async build() {
		this.fab = new Fab(this.path('fab'), 'Virtual Chips');
		this.service = await startService({serveArgs: [
			'--allow-private-clouds'], ...this.opts.service});
		this.tokens.service = await this.service.login();
		await this.addVendor();
		this.account = await this.addAccount('admin', 'Dishwashers Ltd');
		this.rival = await this.addAccount('rival', 'Rival Ltd');
		for (const role of ['operator', 'developer', 'auditor'])
			await this.join(`/api/v1/accounts/${this.account}/invitations`,
				'admin', role, {role});
		this.product = (await this.must(201, 'admin', 'POST',
			this.in('products'), {name: PRODUCT})).id;
		return this;
	}

	/** The route of something in the account (or another one). */
	in(what, account = this.account) {
		return `/api/v1/accounts/${account}/${what}`;
	}

	api(who, method, route, body, headers) {
		return this.service.api(method, route,
			who === null ? null : this.tokens[who], body, headers);
	}

	/** As api, for what has to be answered so; gives the JSON. */
	async must(status, who, method, route, body, headers) {
		const r = await this.api(who, method, route, body, headers);
		if (r.status !== status)
			throw new Error(`${who} ${method} ${route}: ${r.status} ` +
				`instead of ${status}: ${r.text}`);
		return r.json;
	}

	/** Somebody new with the role in body, invited by `as`. */
	async join(route, as, who, body) {
		const email = `${who}@world.test`;
		const password = `a password of ${who}, long enough`;
		const invited = await this.must(201, as, 'POST', route,
			{...body, email});
		await this.must(200, null, 'POST', '/api/v1/invitations/accept',
			{token: invited.token, password, name: who});
		this.tokens[who] = await this.service.login(email, password);
		this.passwords = {...this.passwords, [who]: {email, password}};
	}

	async addVendor() {
		const made = await this.must(201, 'service', 'POST',
			'/api/v1/vendors', {name: this.fab.vendor, slug: 'virtual'});
		this.vendor = made.id;
		for (const role of ['root', 'issuing'])
			await this.must(201, 'service', 'POST',
				`/api/v1/vendors/${this.vendor}/cas`, {role,
					certificate: fs.readFileSync(
						this.fab.file(`${role}.pem`), 'utf8')});
		await this.join('/api/v1/service/invitations', 'service', 'vendor',
			{scope: 'vendor', id: this.vendor,
				role: 'vendor-administrator'});
	}

	async addAccount(who, name) {
		const {id} = await this.must(201, 'service', 'POST',
			'/api/v1/accounts', {name});
		await this.join(`/api/v1/accounts/${id}/invitations`, 'service', who,
			{role: 'administrator'});
		return id;
	}

	/** The environment of the command line as one of the world's people. */
	env(who) {
		return {BIRTHMARK_URL: this.service.url,
			BIRTHMARK_CA: path.join(this.service.dir, 'tls', 'cert.pem'),
			XDG_CONFIG_HOME: this.path('config', who || 'nobody'),
			...(this.tokens[who] ?
				{BIRTHMARK_TOKEN: this.tokens[who]} : {}),
			...(who === 'vendor' ? {BIRTHMARK_VENDOR: this.vendor} : {})};
	}

	/** Runs the program as one of them: {status, stdout, stderr, json}. */
	async cli(who, args, opts = {}) {
		const r = await runAsync(args, {...opts,
			env: {...this.env(who), ...opts.env}});
		try { r.json = JSON.parse(r.stdout); } catch {}
		return r;
	}

	/** The public key of an account's tokens in both forms, as published. */
	async interopKeys(account = this.account) {
		const get = async (file) => {
			const r = await request(`${this.service.url}/.well-known/` +
				`birthmark/accounts/${account}/${file}`,
			{ca: this.service.ca});
			if (r.status !== 200)
				throw new Error(`${file}: ${r.status} ${r.text}`);
			return r.text;
		};
		return {jwks: JSON.parse(await get('jwks.json')),
			pem: await get('interop-key.pem')};
	}

	/** The public keys of tokens for identity providers, of all accounts. */
	async identityKeys() {
		const r = await request(`${this.service.url}/.well-known/birthmark/` +
			'identity-jwks.json', {ca: this.service.ca});
		if (r.status !== 200)
			throw new Error(`${r.status} ${r.text}`);
		return r.json;
	}

	publish(reel, args = []) {
		return this.cli('vendor', ['publish', '--json', ...args, reel.dir]);
	}

	async mustPublish(reel, args) {
		const r = await this.publish(reel, args);
		if (r.status !== 0)
			throw new Error(`publish ${reel.reel}: ${r.stderr}`);
		return r.json;
	}

	bind(who, label, more = {}, account = this.account) {
		return this.api(who, 'POST', this.in('bindings', account),
			{label, ...more});
	}

	/** Follows a job to its end; gives its last state. */
	async job(id, who = 'admin', ms = 30000, account = this.account) {
		return until(async () => {
			const r = await this.api(who, 'GET',
				this.in(`jobs/${id}`, account));
			return ['done', 'failed', 'cancelled'].includes(r.json.state) &&
				r.json;
		}, ms, `job ${id}`);
	}

	async provision(batch, cloud) {
		const job = await this.must(202, 'admin', 'POST',
			this.in(`batches/${batch}/provision`), {cloud});
		return this.job(job.id);
	}

	/** A cloud of type gate and the gate that follows it. */
	async startGate() {
		this.cloud ||= (await this.must(201, 'admin', 'POST',
			this.in('clouds'), {name: 'Own cloud', type: 'gate'})).id;
		const token = this.path('gate-token');
		if (!fs.existsSync(token))
			fs.writeFileSync(token, (await this.must(201, 'admin', 'POST',
				this.in('tokens'), {name: 'gate', role: 'gate',
					expires_in_days: 10})).token, {mode: 0o600});
		this.gate = new Proc('gate', bin, ['gate', '--service',
			this.service.url, '--account', this.account, '--cloud',
			this.cloud, '--token-file', token, '--ca',
			path.join(this.service.dir, 'tls', 'cert.pem'), '--dir',
			this.path('gate'), '--listen', '127.0.0.1:0']);
		this.procs.push(this.gate);
		this.gate.url = await this.gate.until(() =>
			(/(http:\/\/127\.0\.0\.1:\d+)\/admit/.exec(this.gate.log) ||
				[])[1], 'the gate to answer');
		return this.gate;
	}

	/** What the gate says to a certificate in PEM. */
	async ask(cert) {
		const r = await request(`${this.gate.url}/admit`, {method: 'POST',
			body: cert, headers: {'content-type': 'application/x-pem-file',
				'content-length': Buffer.byteLength(cert)}});
		return {status: r.status, ...r.json};
	}

	/** cas: further ones (PEM) whose devices TLS lets in. */
	async startBroker({cas: more = []} = {}) {
		const dir = this.path('broker');
		fs.mkdirSync(dir);
		this.brokerPki = serverPki(dir);
		this.brokerPort = await freePort();
		const cas = path.join(dir, 'devices.pem');
		fs.writeFileSync(cas, [...['root.pem', 'issuing.pem'].map((f) =>
			fs.readFileSync(this.fab.file(f), 'utf8')), ...more].join(''));
		const conf = path.join(dir, 'mosquitto.conf');
		fs.writeFileSync(conf, [
			...(process.getuid() === 0 ? ['user root'] : []),
			`listener ${this.brokerPort} 127.0.0.1`,
			`cafile ${cas}`,
			`certfile ${this.brokerPki.cert}`,
			`keyfile ${this.brokerPki.key}`,
			'require_certificate true',
			'allow_anonymous false',
			`plugin ${plugin}`,
			`plugin_opt_gate_table ${this.path('gate', 'gate.table')}`,
		].join('\n') + '\n');
		const file = fs.existsSync('/usr/sbin/mosquitto') ?
			'/usr/sbin/mosquitto' : 'mosquitto';
		this.broker = new Proc('mosquitto', file, ['-c', conf]);
		this.procs.push(this.broker);
		await this.broker.until(() => new Promise((resolve) => {
			const s = net.connect(this.brokerPort, '127.0.0.1');
			s.once('connect', () => { s.destroy(); resolve(true); });
			s.once('error', () => resolve(false));
		}), 'the broker to listen');
	}

	/** One try to connect to the broker with this certificate and key. */
	connect(cert, key, id) {
		return connect({port: this.brokerPort, cert, key, id,
			ca: fs.readFileSync(this.brokerPki.ca)});
	}

	/** The same as a chip of a reel. */
	connectChip(device) {
		const pem = fs.readFileSync(device.chip, 'utf8');
		return this.connect(pem, pem, device.id);
	}

	async end() {
		for (const p of this.procs.reverse())
			await p.stop();
		await endService(this.service);
		fs.rmSync(this.dir, {recursive: true, force: true});
	}
}

/** opts: dir; service (see startService). */
export async function buildWorld(opts = {}) {
	const w = new World(opts);
	try {
		return await w.build();
	} catch (e) {
		await w.end().catch(() => {});
		throw e;
	}
}
