// Starts and stops the double of AWS IoT Core and STS, and tells it what to
// do.  Must not leave a process behind.
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
// Debian's own, which has Debian's botocore.
const python = fs.existsSync('/usr/bin/python3') ? '/usr/bin/python3' :
	'python3';

const running = new Set();
process.on('exit', () => {
	for (const p of running)
		p.kill('SIGKILL');
});

export class Aws {
	/** pki: as of serverPki. */
	constructor(pki) {
		this.pki = pki;
		this.log = '';
	}

	async start() {
		this.child = spawn(python, [path.join(here, 'aws_double.py'),
			this.pki.cert, this.pki.key], {stdio: ['pipe', 'pipe', 'pipe']});
		running.add(this.child);
		this.exited = new Promise((resolve) => this.child.on('exit', () => {
			running.delete(this.child);
			resolve();
		}));
		this.child.stderr.on('data', (d) => { this.log += d; });
		let line = '';
		const ready = new Promise((resolve) => {
			this.child.stdout.on('data', (d) => {
				line += d;
				if (line.includes('\n'))
					resolve();
			});
		});
		await Promise.race([ready, this.exited]);
		if (!line.includes('\n'))
			throw new Error(`the double of AWS ended: ${this.log}`);
		Object.assign(this, JSON.parse(line));
		this.url = `https://127.0.0.1:${this.port}`;
		return this;
	}

	async stop() {
		this.child.kill('SIGKILL');
		await this.exited;
	}

	tell(method, route, body) {
		return new Promise((resolve, reject) => {
			const req = http.request({host: '127.0.0.1', port: this.control,
				method, path: route, agent: false}, (res) => {
				const parts = [];
				res.on('data', (d) => parts.push(d));
				res.on('end', () => {
					const o = JSON.parse(Buffer.concat(parts).toString());
					if (o.error)
						reject(new Error(`${route}: ${o.error}`));
					resolve(o);
				});
			});
			req.on('error', reject);
			const text = body === undefined ? '' : JSON.stringify(body);
			req.setHeader('content-length', Buffer.byteLength(text));
			req.end(text);
		});
	}

	config(o) { return this.tell('POST', '/config', o); }
	reset() { return this.tell('POST', '/reset'); }
	forget() { return this.tell('POST', '/forget'); }
	away() { return this.tell('POST', '/away'); }
	back() { return this.tell('POST', '/back'); }
	state() { return this.tell('GET', '/state'); }
	counters() { return this.tell('GET', '/counters'); }

	/** How many calls of RegisterCertificateWithoutCA came by now. */
	mark() { return this.tell('GET', '/mark'); }
	/** The ids of all certificates that came with them, in their order. */
	registered() { return this.tell('GET', '/registered'); }

	/** Runs botocore's own client against it: {status, stdout, stderr}. */
	prove() {
		return spawnSync(python, [path.join(here, 'aws_prove.py'), this.url,
			this.pki.ca, String(this.control)], {encoding: 'utf8',
			timeout: 60000});
	}
}
