// The audit log: searched, exported and verified, each in its own scope.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';

import {buildWorld} from './lib/world.mjs';

let w, reel;

const audit = async (query = '', who = 'admin', route = w.in('audit')) =>
	(await w.must(200, who, 'GET', `${route}?limit=500${query}`)).items;

/** Rows of CSV by RFC 4180, as objects named by the first one. */
function csv(text) {
	assert.ok(text.endsWith('\r\n'));
	const rows = [];
	const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
	let row = [], m;
	while ((m = field.exec(text))) {
		row.push(m[1] === undefined ? m[2] : m[1].replaceAll('""', '"'));
		if (m[3] === ',')
			continue;
		rows.push(row);
		row = [];
	}
	const [names, ...rest] = rows;
	return rest.map((r) => {
		assert.equal(r.length, names.length);
		return Object.fromEntries(names.map((n, i) => [n, r[i]]));
	});
}

before(async () => {
	w = await buildWorld();
	reel = w.fab.reel('audited', {count: 2});
	await w.mustPublish(reel);
	assert.equal((await w.bind('operator', reel.label)).status, 201);
	// Refused, and with what a spreadsheet would run.
	await w.api('operator', 'GET', w.in('audit'));
	for (const name of ['=1+1', '+1', '-1', '@sum', 'a,"b"'])
		await w.must(201, 'admin', 'POST', w.in('tokens'),
			{name, role: 'auditor', expires_in_days: 1});
	const {token} = await w.must(201, 'admin', 'POST', w.in('tokens'),
		{name: '=cmd|x', role: 'auditor', expires_in_days: 1});
	w.tokens.formula = token;
	await w.api('formula', 'DELETE', w.in('products/prd_x'));
});

after(() => w?.end());

describe('a search', () => {
	test('by action, actor, target and outcome', async () => {
		const all = await audit();
		const bound = await audit('&action=bind');
		assert.deepEqual(bound, all.filter((a) => a.action === 'bind'));
		assert.equal(bound.length, 1);
		const {actor, actor_name: name} = bound[0];
		const his = all.filter((a) => a.actor === actor);
		assert.deepEqual(await audit(`&actor=${actor}`), his);
		assert.deepEqual(await audit(
			`&actor=${encodeURIComponent(name)}`), his);
		assert.deepEqual(await audit(`&target=${reel.batch}`),
			all.filter((a) => a.target === reel.batch));
		const refused = await audit('&outcome=refused');
		assert.ok(refused.length > 0);
		assert.deepEqual(refused, all.filter((a) => a.outcome !== 'ok'));
		assert.deepEqual(await audit('&outcome=ok'),
			all.filter((a) => a.outcome === 'ok'));
		assert.deepEqual(await audit(
			`&outcome=refused&actor=${actor}`),
		refused.filter((a) => a.actor === actor));
		assert.deepEqual(await audit('&target=nothing'), []);
	});

	test('from a time and to a time', async () => {
		const all = await audit();
		const {at} = all[Math.floor(all.length / 2)];
		assert.deepEqual(await audit(`&from=${at}`),
			all.filter((a) => a.at >= at));
		assert.deepEqual(await audit(`&to=${at}`),
			all.filter((a) => a.at < at));
		assert.deepEqual(await audit('&from=2100-01-01T00:00:00Z'), []);
		assert.deepEqual(await audit('&to=2020-01-01T00:00:00Z'), []);
	});

	test('page by page finds the same', async () => {
		const all = await audit('&outcome=ok');
		const found = [];
		let cursor = '';
		do {
			const p = await w.must(200, 'admin', 'GET', w.in(
				`audit?limit=3&outcome=ok${cursor}`));
			found.push(...p.items);
			cursor = p.next ? `&cursor=${p.next}` : null;
		} while (cursor);
		assert.deepEqual(found, all);
	});

	test('that cannot be understood is refused', async () => {
		for (const q of ['from=yesterday', 'to=1', 'outcome=bad',
			'cursor=x', `action=${'x'.repeat(48)}`,
			`actor=${'x'.repeat(300)}`, `target=${'x'.repeat(5000)}`,
			`from=${'1'.repeat(50)}`, 'target=%4'])
			for (const route of ['audit', 'audit/export'])
				if (route === 'audit' || !/cursor/.test(q))
					assert.equal((await w.api('admin', 'GET',
						w.in(`${route}?${q}`))).status, 400, q);
	});

	test('of the whole service, and of a vendor', async () => {
		const s = await audit('&action=bind', 'service',
			'/api/v1/service/audit');
		assert.equal(s.length, 1);
		assert.equal(s[0].scope_id, w.account);
		const v = await audit('&outcome=ok', 'vendor',
			`/api/v1/vendors/${w.vendor}/audit`);
		assert.ok(v.length > 0 && v.every((a) => a.scope_id === w.vendor));
	});
});

describe('an export', () => {
	const get = (query = '', who = 'auditor', route = w.in('audit')) =>
		w.api(who, 'GET', `${route}/export${query}`);

	test('is CSV that a spreadsheet cannot run', async () => {
		const r = await get();
		assert.equal(r.status, 200);
		assert.match(r.headers['content-type'], /^text\/csv/);
		assert.match(r.headers['content-disposition'],
			new RegExp(`^attachment; filename="audit-${w.account}-` +
				'\\d{4}-\\d\\d-\\d\\d\\.csv"$'));
		const rows = csv(r.text);
		assert.ok(rows.every((a) => Object.values(a).every((v) =>
			!/^[=+\-@]/.test(v))));
		assert.ok(rows.some((a) => a.actor_name === '\'=cmd|x'));
		const numbers = rows.map((a) => Number(a.seq));
		assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
		const list = (await audit()).reverse();
		assert.deepEqual(numbers, list.map((a) => a.seq)
			.slice(0, numbers.length));
		assert.deepEqual(rows.map((a) => a.hash),
			list.map((a) => a.hash).slice(0, numbers.length));
	});

	test('is JSON lines, with the fields of the list', async () => {
		const r = await get('?form=jsonl&action=bind');
		assert.equal(r.status, 200);
		assert.match(r.headers['content-disposition'], /\.jsonl"$/);
		const lines = r.text.trimEnd().split('\n').map(JSON.parse);
		assert.deepEqual(lines, await audit('&action=bind'));
	});

	test('is recorded itself', async () => {
		const before = (await audit('&action=audit-export')).length;
		await get();
		const now = await audit('&action=audit-export');
		assert.equal(now.length, before + 1);
		assert.equal(now[0].actor_name, w.passwords.auditor.email);
	});

	test('of more than one page is whole', async () => {
		for (let i = 0; i < 150; i++)
			await w.must(200, 'admin', 'PATCH', w.in(
				`batches/${reel.batch}`), {product: w.product});
		const all = await audit('&action=batch-change');
		assert.equal(all.length, 150);
		const r = await get('?form=jsonl&action=batch-change');
		assert.deepEqual(r.text.trimEnd().split('\n').map(JSON.parse),
			all.reverse());
	});

	test('is for those who may read the log, in their scope', async () => {
		for (const who of ['operator', 'developer'])
			assert.equal((await get('', who)).status, 403);
		assert.equal((await get('', 'rival')).status, 404);
		assert.equal((await get('?form=xml')).status, 400);
		const v = await get('?form=jsonl', 'vendor',
			`/api/v1/vendors/${w.vendor}/audit`);
		assert.ok(v.text.trimEnd().split('\n').map(JSON.parse)
			.every((a) => a.scope_id === w.vendor));
		const s = await get('', 'service', '/api/v1/service/audit');
		assert.match(s.headers['content-disposition'], /audit-service-/);
	});

	test('and a search by the command line', async () => {
		const r = await w.cli('admin', ['audit', 'export', '--account',
			w.account, '--form', 'jsonl', '--action', 'bind']);
		assert.equal(r.status, 0, r.stderr);
		assert.equal(JSON.parse(r.stdout).target, reel.batch);
		const file = w.path('log.csv');
		const f = await w.cli('admin', ['audit', 'export', '--account',
			w.account, '--output', file]);
		assert.equal(f.status, 0, f.stderr);
		const l = await w.cli('admin', ['audit', 'list', '--json',
			'--account', w.account, '--target', reel.batch, '--outcome',
			'ok', '--actor', w.passwords.operator.email]);
		assert.equal(l.status, 0, l.stderr);
		assert.equal(JSON.parse(l.stdout).items[0].action, 'bind');
	});
});

describe('a verification', () => {
	const verify = (who, route = w.in('audit')) =>
		w.api(who, 'GET', `${route}/verify`);

	test('by an account or a vendor tells the head, each 10 s', async () => {
		const a = await verify('auditor');
		assert.equal(a.status, 200, a.text);
		assert.equal(a.json.ok, true);
		assert.match(a.json.head, /^[0-9a-f]{64}$/);
		const again = await verify('admin');
		assert.equal(again.status, 429);
		const wait = Number(again.headers['retry-after']);
		assert.ok(wait > 0 && wait <= 10, `${wait}`);
		const v = await verify('vendor', `/api/v1/vendors/${w.vendor}/audit`);
		assert.equal(v.status, 200);
		assert.ok(v.json.count >= a.json.count);
		assert.equal((await verify('rival', w.in('audit', w.rival))).status,
			200);
		for (const who of ['operator', 'developer'])
			assert.equal((await verify(who)).status, 403);
	});

	test('of a long log lets others be served, and finds a change',
		async () => {
			const db = path.join(w.service.dir, 'data', 'birthmark.db');
			const sql = (text) => {
				const r = spawnSync('sqlite3', ['-cmd',
					'.timeout 5000', db, text], {encoding: 'utf8'});
				assert.equal(r.status, 0, r.stderr);
			};
			for (let i = 0; i < 1500; i++)
				await w.api('operator', 'GET', w.in('clouds'));
			const route = '/api/v1/service/audit';
			const whole = await verify('service', route);
			assert.equal(whole.json.ok, true, whole.text);
			assert.ok(whole.json.count > 1500);
			sql('UPDATE audit SET target = \'x\' WHERE seq = 1400');
			const [bad] = await Promise.all([verify('service', route),
				w.must(200, 'admin', 'GET', '/api/v1/me')]);
			assert.equal(bad.status, 200);
			assert.deepEqual({ok: bad.json.ok, entry: bad.json.entry},
				{ok: false, entry: 1400});
		});
});

describe('a vendor\'s batches', () => {
	test('are found by part of the BID and by state', async () => {
		const names = ['vb-one', 'vb-two', 'vb-open'];
		for (const n of names)
			await w.mustPublish(w.fab.reel(n, {count: 1,
				open: n === 'vb-open'}));
		const list = async (query) => (await w.must(200, 'vendor', 'GET',
			`/api/v1/vendors/${w.vendor}/batches?${query}`)).items
			.map((b) => b.batch);
		assert.deepEqual(await list('q=VB-'), ['VB-ONE', 'VB-OPEN',
			'VB-TWO']);
		assert.deepEqual(await list('q=B_O'), []);
		assert.deepEqual(await list('state=bound'), [reel.batch]);
		assert.deepEqual(await list('state=open'), ['VB-OPEN']);
		assert.deepEqual(await list('state=unbound&q=two'), ['VB-TWO']);
		await w.must(204, 'operator', 'DELETE', w.in(
			`batches/${reel.batch}`));
		assert.deepEqual(await list('state=bound'), []);
		assert.equal((await list('state=unbound')).length, 4);
		const {next} = await w.must(200, 'vendor', 'GET',
			`/api/v1/vendors/${w.vendor}/batches?q=VB-&limit=1`);
		assert.deepEqual(await list(`q=VB-&cursor=${next}`),
			['VB-OPEN', 'VB-TWO']);
		assert.equal((await w.api('vendor', 'GET',
			`/api/v1/vendors/${w.vendor}/batches?state=x`)).status, 400);
	});
});
