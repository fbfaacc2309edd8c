// Devices in the field: the world's account with authorities of its own, and
// agents with their state directories.  Must not do what a device could not do.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {openssl} from './forge.mjs';
import {Mosquitto} from './mosquitto.mjs';
import {bin, freePort, request, run, runAsync, until} from './service.mjs';
import {Proc} from './world.mjs';

/** Root and issuing authority, and a profile for each product. */
export async function addAuthority(w, profiles, account = w.account,
	who = 'admin') {
	const make = (body) => w.must(201, who, 'POST', w.in('cas', account), body);
	const root = await make({name: 'Root', kind: 'root'});
	const issuing = await make({name: 'Issuing', kind: 'issuing',
		parent: root.id});
	for (const [product, more] of Object.entries(profiles))
		await w.must(200, who, 'PUT',
			w.in(`products/${product}/profile`, account),
			{ca: issuing.id, ...more});
	return {root, issuing};
}

/** A server certificate of the owner's CA: {key, cert} as files. */
export async function serverCertificate(w, ca, names) {
	const at = (end) => w.path(`server-${names[0]}.${end}`);
	openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${names[0]}`,
		'-keyout', at('key'), '-out', at('csr')]);
	const made = await w.must(201, 'admin', 'POST', w.in('server-certificates'),
		{ca: ca.id, names, csr: fs.readFileSync(at('csr'), 'utf8')});
	fs.writeFileSync(at('pem'), made.certificate + (made.chain || ''));
	return {key: at('key'), cert: at('pem')};
}

/** A broker of the owner's that asks the gate. */
export async function startBroker(w, {root, issuing}, server) {
	const ca = w.path('owner-cas.pem');
	fs.writeFileSync(ca, root.certificate + issuing.certificate);
	return Mosquitto.start({dir: w.dir, ca, server,
		table: w.path('gate', 'gate.table')});
}

/** A device with a state directory of its own. */
export class Device {
	constructor(w, name, chip, {birth, env = {}} = {}) {
		Object.assign(this, {w, name, env, state: w.path(`state-${name}`)});
		this.chip = ['--chip', chip, '--state', this.state,
			...(birth ? ['--birth-certificate', birth] : [])];
	}

	get registrar() {
		const {service} = this.w;
		return ['--registrar', service.deviceUrl, '--anchors',
			path.join(service.dir, 'tls', 'cert.pem'), '--voucher-anchor',
			path.join(service.dir, 'signer', 'voucher-cert.pem')];
	}

	/** Of its birth certificate. */
	fingerprint() {
		const chip = this.chip.filter((_, i) => i !== 2 && i !== 3);
		const r = run(['device', 'show', '--json', ...chip],
			{env: this.env});
		assert.equal(r.status, 0, r.stderr);
		return JSON.parse(r.stdout).fingerprint;
	}

	args(verb, ...more) {
		return ['device', verb, ...this.chip, '--json', ...more];
	}

	/** One try: the report, with status and log. */
	async once(...more) {
		const r = await runAsync(this.args('power-on', '--once',
			...this.registrar, ...more), {env: this.env});
		return {status: r.status, log: r.stderr,
			...JSON.parse(r.stdout || '{}')};
	}

	/** The same, which must end with a certificate. */
	async enrol(...more) {
		const r = await this.once(...more);
		assert.equal(r.status, 0, JSON.stringify(r, null, 1));
		assert.equal(r.state, 'enrolled');
		return r;
	}

	start(verb, ...more) {
		const p = new Proc(`${verb} ${this.name}`, bin, this.args(verb, ...more),
			{env: {...process.env, ...this.env}});
		this.w.procs.push(p);
		return p;
	}

	async listen(...more) {
		const p = this.start('listen', '--port', '0', '--address', '127.0.0.1',
			...more);
		p.port = await p.until(() =>
			(/listening on port (\d+)/.exec(p.log) || [])[1], 'to listen');
		return p;
	}

	async talk(port, ...more) {
		const r = await runAsync([...this.args('talk', ...more),
			`localhost:${port}`], {env: this.env});
		return {status: r.status, log: r.stderr,
			...JSON.parse(r.stdout || '{}')};
	}
}

/** The device port follows new authorities within seconds. */
export function trusted(w, chip) {
	const pem = fs.readFileSync(chip, 'utf8');
	return until(async () => (await request(
		`${w.service.deviceUrl}/.well-known/birthmark/device`,
		{ca: w.service.ca, cert: pem, key: pem})).status === 200, 10000,
	'the device port to trust the chip');
}

/** Runs a tool that must do its work. */
export function tool(file, args, env = {}) {
	const r = spawnSync(file, args, {env: {...process.env, ...env},
		encoding: 'utf8'});
	assert.equal(r.status, 0, `${file}: ${r.stdout}${r.stderr}`);
	return r.stdout;
}

export const softhsm = ['/usr/lib/softhsm/libsofthsm2.so',
	'/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so']
	.find((f) => fs.existsSync(f));

export const swtpm = fs.existsSync('/usr/bin/swtpm');

/** A token with a key pair: {env, uri}. */
export function makeToken(w) {
	const dir = w.path('tokens');
	const conf = w.path('softhsm2.conf');
	fs.mkdirSync(dir);
	fs.writeFileSync(conf, `directories.tokendir = ${dir}\n`);
	const env = {SOFTHSM2_CONF: conf, PKCS11_MODULE_PATH: softhsm};
	tool('softhsm2-util', ['--init-token', '--free', '--label', 'chips',
		'--pin', '1234', '--so-pin', '5678'], env);
	tool('pkcs11-tool', ['--module', softhsm, '--token-label', 'chips',
		'--login', '--pin', '1234', '--keypairgen', '--key-type',
		'EC:prime256v1', '--label', 'birth', '--id', '01'], env);
	return {env, uri: 'pkcs11:token=chips;object=birth?pin-value=1234'};
}

/** A software TPM: its place as --chip. */
export async function startTpm(w) {
	const dir = w.path('tpm');
	fs.mkdirSync(dir);
	let port = await freePort();
	// The control port is the one above.
	for (let other = await freePort(); other !== port + 1;
		other = await freePort())
		port = other;
	const p = new Proc('swtpm', 'swtpm', ['socket', '--tpm2', '--tpmstate',
		`dir=${dir}`, '--server', `type=tcp,port=${port}`, '--ctrl',
		`type=tcp,port=${port + 1}`, '--flags',
		'not-need-init,startup-clear']);
	w.procs.push(p);
	const chip = `tpm2:0x81000001,tcti=swtpm:host=127.0.0.1,port=${port}`;
	await until(async () => (await runAsync(['device', 'csr', '--chip', chip,
		'--public-key', w.path('tpm.pub')])).status === 0, 10000, 'swtpm');
	return chip;
}
