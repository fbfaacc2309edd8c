// Quotas and turns: a receiver counts what it is sent, while a small reel stands
// beside a large one, and one account beside another with a job for each thread.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import {after, before, test} from 'node:test';

import {serverPki} from './lib/forge.mjs';
import {closeServer, until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

const PER_SECOND = 20;
let w, pki, http, url, large, serial = 0;
const calls = new Map(); // path -> times

const stateOf = async (job) =>
	(await w.must(200, 'admin', 'GET', w.in(`jobs/${job.id}`)));

async function addCloud(who, perMinute, account = w.account) {
	const path = `/cloud${++serial}`;
	calls.set(path, []);
	const made = await w.must(201, who, 'POST', w.in('clouds', account), {
		name: `cloud ${serial}`, type: 'webhook', chunk: 1,
		settings: {url: url + path}, quotas: {post: perMinute},
		ca_certificate: fs.readFileSync(pki.ca, 'utf8')});
	return {id: made.id, calls: calls.get(path)};
}

async function bound(who, count, account) {
	const reel = w.fab.reel(`fair${++serial}`, {count, keyless: true});
	await w.mustPublish(reel);
	const r = await w.bind(who, reel.label, {}, account);
	assert.equal(r.status, 201, r.text);
	return reel.batch;
}

const provision = (who, batch, cloud, account) =>
	w.must(202, who, 'POST', w.in(`batches/${batch}/provision`, account),
		{cloud: cloud.id});

/** The most calls in any second. */
function busiest(times) {
	let first = 0, most = 0;
	times.forEach((t, i) => {
		while (t - times[first] >= 1000)
			first++;
		most = Math.max(most, i - first + 1);
	});
	return most;
}

before(async () => {
	w = await buildWorld();
	pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	http = https.createServer({cert: fs.readFileSync(pki.cert),
		key: fs.readFileSync(pki.key)}, async (req, res) => {
		for await (const d of req)
			void d;
		calls.get(req.url).push(performance.now());
		res.end('');
	});
	await new Promise((r) => http.listen(0, '127.0.0.1', r));
	url = `https://localhost:${http.address().port}`;
	large = await bound('admin', 1500);
});

after(async () => {
	await w?.end();
	await closeServer(http);
});

test('a small reel ends long before the large one it came after', async () => {
	const cloud = await addCloud('admin', PER_SECOND * 60);
	const small = await bound('admin', 20);
	const first = await provision('admin', large, cloud);
	await until(() => cloud.calls.length >= 2 * PER_SECOND, 20000);
	const second = await provision('admin', small, cloud);
	const j = await w.job(second.id, 'admin', 30000);
	assert.deepEqual([j.state, j.done, j.failed], ['done', 20, 0]);
	const of = await w.must(200, 'admin', 'GET', w.in(`jobs/${first.id}`));
	assert.equal(of.state, 'running');
	// It goes on: they took turns.
	await until(async () => (await stateOf(first)).done > of.done, 20000);
	const times = cloud.calls.slice();
	const rate = (times.length - 1) / (times.at(-1) - times[0]) * 1000;
	// How near it comes is for `make bench`: here other things run.
	assert.ok(rate < PER_SECOND, `${rate} a second`);
	// Some may be late by what this machine is busy with.
	assert.ok(busiest(times) <= PER_SECOND * 1.25, `${busiest(times)} in one`);
	await w.must(200, 'admin', 'POST', w.in(`jobs/${first.id}/cancel`), {});
});

test('an account with a job for each thread leaves room to others', async () => {
	const jobs = [];
	for (let i = 0; i < 10; i++) {
		const cloud = await addCloud('admin', 60);
		jobs.push(await provision('admin', large, cloud));
	}
	await until(async () => (await Promise.all(jobs.map(stateOf)))
		.filter((j) => j.done > 0).length >= 6, 20000);
	const batch = await bound('rival', 5, w.rival);
	const cloud = await addCloud('rival', 6000, w.rival);
	const mine = await provision('rival', batch, cloud, w.rival);
	const j = await w.job(mine.id, 'rival', 20000, w.rival);
	assert.deepEqual([j.state, j.done], ['done', 5]);
	// And each of the ten has its turn.
	await until(async () => (await Promise.all(jobs.map(stateOf)))
		.every((x) => x.done > 0), 30000);
});
