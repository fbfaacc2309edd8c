// Starts and stops a real service in a folder of its own, and speaks to it.
// Must not leave a process or a folder behind.
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = path.resolve(
	path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const bin = process.env.BIRTHMARK_BIN || process.env.BIRTHMARK ||
	path.join(root, 'build', 'release', 'src', 'cmd', 'birthmark');

const started = new Set();
process.on('exit', () => {
	for (const s of started)
		s.destroy();
});

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// Below the ports that the kernel gives out by itself, and each test's own.
const ports = {first: 12000, count: 20000};
let nextPort = process.pid * 101 % ports.count;

/** A port of the loopback that nobody listens on, nor will by chance. */
export async function freePort() {
	for (;;) {
		const port = ports.first + nextPort++ % ports.count;
		const s = net.createServer().listen(port, '127.0.0.1');
		const free = await new Promise((resolve) => {
			s.once('listening', () => resolve(true));
			s.once('error', () => resolve(false));
		});
		await new Promise((resolve) => s.close(resolve));
		if (free)
			return port;
	}
}

/**
 * Ends a server and its connections.  Node 18 keeps one open that was shaking
 * hands when the others were closed, as long as its client keeps asking.
 */
export async function closeServer(server) {
	const closed = new Promise((resolve) => server.close(resolve));
	const again = setInterval(() => server.closeAllConnections?.(), 20);
	server.closeAllConnections?.();
	await closed;
	clearInterval(again);
}

/** Calls f until it gives something true; throws after ms. */
export async function until(f, ms = 10000, what = 'a condition') {
	const end = Date.now() + ms;
	let last;
	for (;;) {
		try {
			const v = await f();
			if (v)
				return v;
		} catch (e) {
			last = e;
		}
		if (Date.now() > end)
			throw new Error(`waited ${ms} ms for ${what}` +
				(last ? `: ${last.message}` : ''));
		await sleep(20);
	}
}

export function tempDir(name = 'test') {
	return fs.mkdtempSync(path.join(os.tmpdir(), `birthmark-${name}-`));
}

export function alive(pid) {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	try {
		return !/^\d+ \(.*\) Z/.test(
			fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
	} catch {
		return false;
	}
}

/** Runs the program to its end: {status, stdout, stderr}. */
export function run(args, {env = {}, input, cwd, timeout = 60000} = {}) {
	const r = spawnSync(bin, args, {
		env: {...process.env, ...env}, input, cwd, timeout,
		encoding: 'utf8', maxBuffer: 64 << 20});
	if (r.error)
		throw r.error;
	return {status: r.status, stdout: r.stdout, stderr: r.stderr};
}

/** As run, without blocking this process (for a server living in it). */
export function runAsync(args, {env = {}, input, cwd} = {}) {
	return new Promise((resolve, reject) => {
		const p = spawn(bin, args, {env: {...process.env, ...env}, cwd});
		let stdout = '', stderr = '';
		p.stdout.on('data', (d) => { stdout += d; });
		p.stderr.on('data', (d) => { stderr += d; });
		p.on('error', reject);
		p.on('close', (status) => resolve({status, stdout, stderr}));
		p.stdin.end(input);
	});
}

/** One HTTP exchange: {status, headers, text, json}. */
export function request(url, {method = 'GET', headers = {}, body, ca, cert,
	key, timeout = 30000, agent} = {}) {
	const u = new URL(url);
	const mod = u.protocol === 'https:' ? https : http;
	return new Promise((resolve, reject) => {
		const req = mod.request(u, {method, headers, ca, cert, key, agent,
			timeout}, (res) => {
			const parts = [];
			// A stream has no end to wait for; lib/events.mjs reads it.
			if (/event-stream/.test(res.headers['content-type'] || '')) {
				res.on('error', () => {});
				resolve({status: res.statusCode, headers: res.headers,
					bytes: Buffer.alloc(0), text: ''});
				req.destroy();
				return;
			}
			res.on('data', (d) => parts.push(d));
			res.on('error', reject);
			res.on('end', () => {
				const bytes = Buffer.concat(parts);
				const text = bytes.toString('utf8');
				let json;
				if (/json/.test(res.headers['content-type'] || ''))
					try { json = JSON.parse(text); } catch {}
				resolve({status: res.statusCode,
					headers: res.headers, bytes, text, json});
			});
		});
		req.on('timeout', () => req.destroy(new Error('timeout')));
		req.on('error', reject);
		req.end(body);
	});
}

export class Service {
	constructor(dir, opts) {
		this.dir = dir;
		this.opts = opts;
		this.admin = {email: 'admin@birthmark.test',
			password: 'correct horse battery staple 7'};
		this.log = '';
		this.agent = new https.Agent({keepAlive: false});
	}

	init() {
		const file = path.join(this.dir, 'admin-password');
		fs.writeFileSync(file, this.admin.password + '\n', {mode: 0o600});
		const r = run(['init', '--dir', this.dir, '--admin-email',
			this.admin.email, '--admin-password-file', file,
			...(this.opts.initArgs || [])]);
		if (r.status !== 0)
			throw new Error(`init: ${r.status}\n${r.stdout}${r.stderr}`);
		return r;
	}

	/** Starts serving; resolves when it answers. */
	async start() {
		fs.rmSync(this.addressesFile, {force: true});
		this.status = null;
		this.child = spawn(bin, ['serve', '--dir', this.dir,
			'--listen', '127.0.0.1:0', '--device-listen', '127.0.0.1:0',
			'--status-listen', '127.0.0.1:0',
			'--workers', String(this.opts.workers || 1),
			...(this.opts.serveArgs || [])], {
			stdio: ['ignore', 'ignore', 'pipe'],
			env: {...process.env, ...(this.opts.env || {})}});
		started.add(this);
		const child = this.child;
		this.exited = new Promise((resolve) => {
			child.on('exit', (code, signal) => {
				// One that was killed before may be told late.
				if (this.child === child)
					this.status = {code, signal};
				resolve({code, signal});
			});
		});
		this.child.stderr.setEncoding('utf8');
		this.child.stderr.on('data', (d) => {
			this.log += d;
			if (process.env.BIRTHMARK_TEST_LOG)
				process.stderr.write(d);
		});
		await until(() => {
			if (this.status)
				throw new Error(`serve ended: ${JSON.stringify(
					this.status)}\n${this.log}`);
			return fs.existsSync(this.addressesFile);
		}, 20000, 'addresses.json').catch((e) => {
			this.destroy();
			throw new Error(`${e.message}\n${this.log}`);
		});
		this.ca = fs.readFileSync(path.join(this.dir, 'tls', 'cert.pem'));
		return this;
	}

	get addressesFile() {
		return path.join(this.dir, 'run', 'addresses.json');
	}

	/** {url (public), listen, device_listen, device_url, status_listen, status_url, pids: {parent, signer, workers, courier}} */
	get addresses() {
		return JSON.parse(fs.readFileSync(this.addressesFile, 'utf8'));
	}

	get url() {
		return `https://${this.addresses.listen}`;
	}

	get deviceUrl() {
		return `https://${this.addresses.device_listen}`;
	}

	get statusUrl() {
		return this.addresses.status_url;
	}

	/** body: an object (sent as JSON), a string or a Buffer. */
	api(method, route, token, body, headers = {}) {
		const h = {...headers};
		let data = body;
		if (token)
			h.authorization = `Bearer ${token}`;
		if (body !== undefined && !Buffer.isBuffer(body) &&
			typeof body !== 'string')
			data = JSON.stringify(body);
		if (data !== undefined) {
			h['content-length'] = Buffer.byteLength(data);
			if (!h['content-type'])
				h['content-type'] = 'application/json';
		}
		return request(this.url + route, {method, headers: h, body: data,
			ca: this.ca, agent: this.agent});
	}

	/** Opens a session; returns its token. */
	async login(email = this.admin.email, password = this.admin.password) {
		const r = await this.api('POST', '/api/v1/sessions', null,
			{email, password});
		if (r.status !== 201)
			throw new Error(`login ${email}: ${r.status} ${r.text}`);
		return r.json.token;
	}

	/** Ends it in good order; gives {code, signal}. */
	async stop() {
		if (!this.child)
			return null;
		if (!this.status)
			this.child.kill('SIGTERM');
		const late = setTimeout(() => this.child.kill('SIGKILL'), 15000);
		const status = await this.exited;
		clearTimeout(late);
		started.delete(this);
		return status;
	}

	/** At once, with its folder. */
	destroy() {
		if (this.child && !this.status)
			this.child.kill('SIGKILL');
		started.delete(this);
		if (!this.opts.keep)
			fs.rmSync(this.dir, {recursive: true, force: true,
				maxRetries: 5, retryDelay: 50});
	}
}

/**
 * A service in a new folder, initialised and serving.  opts: workers,
 * initArgs, serveArgs, env, dir, keep.
 */
export async function startService(opts = {}) {
	const dir = opts.dir || tempDir('service');
	const s = new Service(dir, opts);
	try {
		s.init();
		await s.start();
	} catch (e) {
		s.destroy();
		throw e;
	}
	return s;
}

/** Stops it and removes its folder. */
export async function endService(s) {
	if (!s)
		return null;
	const status = await s.stop();
	s.destroy();
	return status;
}
