// kill -9 of each process in the middle of publishing, binding and
// provisioning: what was acknowledged is there, nothing happens twice.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {addAwsCloud} from './lib/aws-cloud.mjs';
import {alive, freePort, request, until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const CHIPS = 3000;
const KINDS = ['worker', 'signer', 'courier', 'parent'];
let w;

before(async () => {
	const port = await freePort();
	w = await buildWorld({service: {workers: 2, serveArgs: [
		'--allow-private-clouds', '--listen', `127.0.0.1:${port}`]}});
});

after(async () => {
	if (process.env.BIRTHMARK_TEST_LOG)
		process.stderr.write(w?.service?.log || '');
	await w?.end();
});

const everyone = ({parent, signer, workers, courier}) =>
	[parent, signer, courier, ...workers];

/** Kills one of a kind and waits until all is up again. */
async function kill(kind) {
	const before = w.service.addresses.pids;
	// The worker that publishes may be any of them.
	const victims = kind === 'worker' ? before.workers : [before[kind]];
	for (const pid of victims)
		process.kill(pid, 'SIGKILL');
	if (kind === 'parent') {
		await w.service.exited;
		await until(() => !everyone(before).some(alive), 5000,
			'the end of all');
		await w.service.start();
	}
	await until(async () => {
		const now = everyone(w.service.addresses.pids);
		return !victims.some((p) => now.includes(p)) && now.every(alive) &&
			(await w.api(null, 'GET', '/healthz')).status === 200;
	}, 10000, `a new ${kind}`);
}

/** Asks again as long as the answer was lost with a process. */
async function again(f) {
	return until(async () => {
		try {
			const r = await f();
			return r.status < 500 && r;
		} catch (e) {
			if (!['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT']
				.includes(e.code))
				throw e;
			return null;
		}
	}, 20000, 'an answer');
}

/** What the vendor sees of a batch. */
async function published(batch) {
	const r = await again(() => w.api('vendor', 'GET',
		`/api/v1/vendors/${w.vendor}/batches/${batch}`));
	return r.status === 200 ? r.json : null;
}

const reels = {};

for (const kind of KINDS)
	test(`publish: kill -9 of the ${kind}`, async () => {
		const reel = reels[kind] = w.fab.reel(`p-${kind}`, {count: CHIPS,
			keyless: true});
		// Once while bytes arrive, once while certificates are checked.
		const states = [];
		for (const state of ['receiving', 'verifying']) {
			const run = w.publish(reel);
			const seen = await until(async () => {
				const {json} = await again(() => w.api('vendor', 'GET',
					`/api/v1/vendors/${w.vendor}/uploads`));
				const u = json.items.find((i) => i.reel === reel.reel);
				return u && (u.state === state ||
					['published', 'verifying'].includes(u.state)) && u;
			}, 20000, `an upload that is ${state}`);
			states.push(seen.state);
			await kill(kind);
			const half = await published(reel.batch);
			assert.ok(half === null || half.devices === CHIPS,
				'half a reel counts');
			const r = await run;
			assert.ok([0, 3].includes(r.status), r.stderr);
		}
		assert.ok(states.some((s) => s !== 'published'),
			'killed in the middle');
		const last = await w.mustPublish(reel);
		assert.equal(last.state, 'published');
		assert.equal(last.devices, CHIPS);
		const batch = await published(reel.batch);
		assert.equal(batch.devices, CHIPS);
		assert.equal(batch.reels.length, 1);
	});

for (const kind of KINDS)
	test(`bind: kill -9 of the ${kind}`, async () => {
		const labels = [];
		for (let i = 0; i < 6; i++) {
			const reel = w.fab.reel(`b-${kind}-${i}`, {count: 1});
			await w.mustPublish(reel);
			labels.push(reel);
		}
		const acknowledged = new Map();
		const binds = (async () => {
			for (const reel of labels) {
				const r = await again(() => w.bind('admin', reel.label));
				assert.ok([200, 201].includes(r.status), r.text);
				acknowledged.set(reel.batch, r.status);
			}
		})();
		for (const n of [1, 3]) {
			await until(() => acknowledged.size >= n);
			await kill(kind);
			for (const batch of acknowledged.keys()) {
				const r = await again(() => w.api('admin', 'GET',
					w.in(`batches/${batch}`)));
				assert.equal(r.status, 200, r.text);
			}
		}
		await binds;
		assert.equal(acknowledged.size, labels.length);
		for (const {batch} of labels) {
			const log = await w.must(200, 'admin', 'GET', w.in(
				`audit?limit=500`));
			const won = log.items.filter((i) => i.target === batch &&
				i.action === 'bind' && i.outcome === 'ok');
			assert.equal(won.length, 1, `${batch} was bound ${won.length} ` +
				'times');
		}
	});

test('provision: kill -9 of each', async () => {
	const CHUNK = 50;
	const {rx, cloud} = await addAwsCloud(w, {chunk: CHUNK});
	const reel = reels.worker;
	assert.equal((await w.bind('admin', reel.label)).status, 201);
	rx.delay = 30;
	const {id} = await w.must(202, 'admin', 'POST',
		w.in(`batches/${reel.batch}/provision`), {cloud});
	const look = async () => (await again(() => w.api('admin', 'GET',
		w.in(`jobs/${id}`)))).json;
	for (const [i, kind] of KINDS.entries()) {
		const before = await until(async () => {
			const j = await look();
			return j.done >= 200 + 600 * i && j;
		}, 60000, 'progress');
		assert.notEqual(before.state, 'done');
		await kill(kind);
		assert.ok((await look()).done >= before.done, 'work was forgotten');
	}
	const job = await until(async () => {
		const j = await look();
		if (j.state === 'waiting')
			await w.api('admin', 'POST', w.in(`jobs/${id}/retry`), {});
		return j.state === 'done' && j;
	}, 60000, 'the end of the job');
	assert.deepEqual([job.done, job.failed], [CHIPS, 0]);
	assert.equal(rx.taken.different, CHIPS);
	// A chunk in flight may come again, a finished one never.
	assert.ok(rx.taken.all - CHIPS <= KINDS.length * CHUNK,
		`${rx.taken.all - CHIPS} certificates came again`);
	assert.deepEqual(rx.faults, []);
	await rx.stop();
});

test('provision: kill -9 of the gate', async () => {
	await w.startGate();
	const reel = reels.signer;
	assert.equal((await w.bind('admin', reel.label)).status, 201);
	const {id} = await w.must(202, 'admin', 'POST',
		w.in(`batches/${reel.batch}/provision`), {cloud: w.cloud});
	const held = async () => (await request(`${w.gate.url}/healthz`))
		.json.devices;
	for (const least of [1, 1000]) {
		await until(async () => (await held()) >= least);
		await w.gate.stop('SIGKILL');
		await w.startGate();
		assert.ok((await held()) >= least, 'the table was forgotten');
	}
	const job = await w.job(id, 'admin', 60000);
	assert.deepEqual([job.state, job.done, job.failed], ['done', CHIPS, 0]);
	await until(async () => (await held()) === CHIPS);
	for (const d of [reel.devices[0], reel.devices[CHIPS - 1]])
		assert.equal((await w.ask(d.cert)).status, 200);
});

test('after all this the audit log is whole', async () => {
	const r = await w.must(200, 'service', 'GET',
		'/api/v1/service/audit/verify');
	assert.equal(r.ok, true);
	assert.ok(r.count > 50);
});
