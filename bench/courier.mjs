// The courier against receivers that are quick and do not judge: how much of a
// quota it uses, what a device costs it beside curl sending the same bytes, and
// its memory with a million devices in queue.  BIRTHMARK_CHIPS=N for another
// number.  usage: courier.mjs [PART]...
// Must not leave a process or a file behind.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

// Its numbers are those of users, who have no sanitizer.
process.env.BIRTHMARK_BIN = process.env.BIRTHMARK_RELEASE ||
	process.env.BIRTHMARK || '';
const {buildWorld} = await import('../tests/e2e/lib/world.mjs');
const {Aws} = await import('../tests/clouds/aws.mjs');
const {serverPki} = await import('../tests/e2e/lib/forge.mjs');
const {closeServer, sleep, tempDir, until} =
	await import('../tests/e2e/lib/service.mjs');

const CHIPS = Number(process.env.BIRTHMARK_CHIPS || 1000000);
// More than the store keeps of it in memory.
const SMALL = Math.min(CHIPS, 50000);
const PER_MINUTE = 600; // the default of both kinds
const RUN_MS = 15000;
const WARM = 8;
const parts = process.argv.length > 2 ? process.argv.slice(2) :
	['webhook', 'interop', 'aws', 'memory'];
const AWS_US = 2000; // of four signed calls each
const KEPT = 60; // requests that curl sends again
let serial = 0;

function print(name, ours, reference, goal) {
	const line = {name, ours: Number(ours.toFixed(1)),
		reference: Number(reference.toFixed(1)),
		ratio: Number((ours / reference).toFixed(4)), goal};
	process.stdout.write(`${JSON.stringify(line)}\n`);
	process.stderr.write(`${name}: ${line.ours}, reference ` +
		`${line.reference}, ratio ${line.ratio} (goal ${goal})\n`);
}

/** Microseconds of processor time that this process took so far. */
function cpuOf(pid) {
	let all = 0;
	for (const t of fs.readdirSync(`/proc/${pid}/task`))
		all += Number(fs.readFileSync(`/proc/${pid}/task/${t}/schedstat`,
			'utf8').split(' ')[0]);
	return all / 1000;
}

const highKb = (pid) => Number(/^VmHWM:\s+(\d+) kB/m.exec(
	fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

const fast = {
	webhook: {
		answer: () => '',
		devices: (body) => body.toString('latin1').split('"op":').length - 1,
		wish: (url) => ({type: 'webhook', settings: {url}}),
	},
	interop: {
		refs: (body) => body.toString('latin1').match(/"ref":"[0-9a-f]{64}"/g),
		answer: (body) => `[${fast.interop.refs(body)
			.map((r) => `{${r},"status":"SUCCESS"}`).join()}]`,
		devices: (body) => fast.interop.refs(body).length,
		wish: (url) => ({type: 'interop', form: 'aws', chunk: 500,
			aws: {account_id: '123456789012', url}}),
	},
};

/** A receiver that takes everything. */
class Sink {
	constructor(kind) {
		this.kind = fast[kind];
		this.calls = [];
		this.devices = 0;
		this.kept = [];
	}

	async start(pki) {
		this.http = https.createServer({cert: fs.readFileSync(pki.cert),
			key: fs.readFileSync(pki.key)}, async (req, res) => {
			const parts = [];
			for await (const d of req)
				parts.push(d);
			const body = Buffer.concat(parts);
			this.calls.push(Date.now());
			this.devices += this.kind.devices(body);
			if (this.kept.length < KEPT)
				this.kept.push({headers: req.headers, url: req.url, body});
			res.end(this.kind.answer(body));
		});
		await new Promise((r) => this.http.listen(0, '127.0.0.1', r));
		this.url = `https://localhost:${this.http.address().port}`;
		return this;
	}

	stop() {
		return closeServer(this.http);
	}

	/** Calls a minute from the first to the last. */
	get perMinute() {
		const ms = this.calls.at(-1) - this.calls[0];
		return (this.calls.length - 1) / ms * 60000;
	}
}

/** Microseconds of processor time that curl takes to send what came. */
async function curl(sink, pki, dir) {
	const conf = sink.kept.map((k, i) => {
		const file = path.join(dir, `body${i}`);
		fs.writeFileSync(file, k.body);
		const headers = ['content-type', 'authorization',
			'birthmark-signature'].filter((h) => h in k.headers)
			.map((h) => `header = "${h}: ${k.headers[h]}"\n`).join('');
		return `url = "${sink.url}${k.url}"\ndata-binary = "@${file}"\n` +
			`cacert = "${pki.ca}"\noutput = /dev/null\nsilent\n${headers}`;
	}).join('next\n');
	const file = path.join(dir, 'curl.conf');
	fs.writeFileSync(file, conf);
	const child = spawn('curl', ['--http1.1', '-K', file],
		{stdio: 'ignore'});
	let cpu = 0;
	const watch = setInterval(() => {
		try { cpu = cpuOf(child.pid); } catch {}
	}, 2);
	await new Promise((r) => child.on('close', r));
	clearInterval(watch);
	return cpu / sink.kept.reduce((n, k) => n + sink.kind.devices(k.body), 0);
}

class Bench {
	async start() {
		this.dir = tempDir('bench-courier');
		this.world = await buildWorld();
		this.pki = serverPki(fs.mkdtempSync(path.join(this.dir, 'pki-')));
		for (const [name, count] of [['small', SMALL], ['large', CHIPS]]) {
			const reel = this.world.fab.reel(name, {count, keyless: true,
				args: ['--form', 'csv']});
			await this.world.mustPublish(reel);
			await this.world.bind('admin', reel.label, {});
			this[name] = reel.batch;
		}
	}

	get courier() {
		return this.world.service.addresses.pids.courier;
	}

	async end() {
		await this.world?.end();
		fs.rmSync(this.dir, {recursive: true, force: true});
	}

	must(status, method, what, body) {
		return this.world.must(status, 'admin', method, this.world.in(what),
			body);
	}

	/** Sends a batch to a new cloud of this kind for a while, or all of it. */
	async run(kind, batch, ms) {
		const sink = await new Sink(kind).start(this.pki);
		const cloud = await this.must(201, 'POST', 'clouds', {
			name: `${kind} ${++serial}`, ...fast[kind].wish(sink.url),
			quotas: {post: PER_MINUTE},
			ca_certificate: fs.readFileSync(this.pki.ca, 'utf8')});
		const before = cpuOf(this.courier);
		const {id} = await this.must(202, 'POST', `batches/${batch}/provision`,
			{cloud: cloud.id});
		const over = async () => ['done', 'failed'].includes(
			(await this.must(200, 'GET', `jobs/${id}`)).state);
		const end = Date.now() + ms;
		while (Date.now() < end && !await over())
			await sleep(250);
		sink.each = (cpuOf(this.courier) - before) / sink.devices;
		if (!await over())
			await this.must(200, 'POST', `jobs/${id}/cancel`, {});
		await until(() => Date.now() - sink.calls.at(-1) > 500);
		// A batch is in so many clouds and no more.
		await until(() => this.world.api('admin', 'DELETE',
			this.world.in(`clouds/${cloud.id}?force=1`)).then((r) => r.status === 204));
		return sink;
	}

	webhook() {
		return this.compare('webhook', '<= 10');
	}

	interop() {
		return this.compare('interop', '<= 15');
	}

	async compare(kind, goal) {
		const sink = await this.run(kind, this.small, RUN_MS);
		print(`${kind}: calls a minute, of the quota`, sink.perMinute,
			PER_MINUTE, '>= 0.95');
		const theirs = await curl(sink, this.pki, this.dir);
		print(`${kind}: processor time of the courier, microseconds a device`,
			sink.each, theirs, goal);
		await sink.stop();
	}

	/** Each device is several calls there; that with the smallest quota is
	 * told. */
	async aws() {
		const double = await new Aws(this.pki).start();
		await double.config({policies: ['devices']});
		const cloud = await this.must(201, 'POST', 'clouds', {name: 'aws',
			type: 'aws', settings: {region: double.region, policy: 'devices',
				account_id: double.account, endpoint: double.url,
				sts_endpoint: double.url},
			credentials: {access_key_id: double.key,
				secret_access_key: double.secret},
			ca_certificate: fs.readFileSync(this.pki.ca, 'utf8')});
		const {id} = await this.must(202, 'POST',
			`batches/${this.small}/provision`, {cloud: cloud.id});
		const now = async () => ({at: Date.now(), cpu: cpuOf(this.courier),
			n: await double.mark()});
		const first = await until(async () => {
			const x = await now();
			return x.n > 0 && x;
		}, 20000, 'the first device');
		await sleep(RUN_MS);
		const last = await now();
		await this.must(200, 'POST', `jobs/${id}/cancel`, {});
		await double.stop();
		const n = last.n - first.n;
		print('aws: registrations a minute, of the quota',
			n / (last.at - first.at) * 60000, 600, '>= 0.95');
		print('aws: processor time of the courier, microseconds a device',
			(last.cpu - first.cpu) / n, AWS_US, '<= 1');
	}

	/** Each thread keeps what its largest turn took: first, all get theirs. */
	async memory() {
		const run = async (batch, ms) => {
			for (const kind of Object.keys(fast))
				await (await this.run(kind, batch, ms)).stop();
			return highKb(this.courier) / 1024;
		};
		let small;
		for (let i = 0; i < WARM; i++)
			small = await run(this.small, 1500);
		print(`memory MB of the courier, ${CHIPS} devices in queue`,
			await run(this.large, RUN_MS), small, '<= 1.2');
	}
}

const bench = new Bench();
try {
	await bench.start();
	for (const part of parts)
		await bench[part]();
} finally {
	await bench.end();
}
process.exit(0);
