// The command line, as people and scripts use it: what it says, its JSON and
// its exit status.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {serverPki, verify} from './lib/forge.mjs';
import {Receiver} from './lib/receiver.mjs';
import {root, run, runAsync} from './lib/service.mjs';
import {PRODUCT, buildWorld, csvDevices} from './lib/world.mjs';

const AWS = '123456789012';
let w, rx, pki, reel;

/** Runs as somebody; asserts the exit status; gives {stdout, stderr, json}. */
async function ok(who, ...args) {
	const r = await w.cli(who, args);
	assert.equal(r.status, 0, `${args.join(' ')}: ${r.stderr}`);
	return r;
}

const json = async (who, ...args) => (await ok(who, ...args, '--json')).json;

async function fails(status, pattern, who, ...args) {
	const r = await w.cli(who, args);
	assert.equal(r.status, status, `${args.join(' ')}: ${r.stderr}`);
	assert.match(r.stderr, pattern);
	assert.equal(r.stdout, '');
}

before(async () => {
	w = await buildWorld();
	pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	rx = await new Receiver({server: pki, audience: AWS,
		issuer: w.service.url, base: '/prod',
		...await w.interopKeys()}).start();
	reel = w.fab.reel('r1', {count: 3});
});

after(async () => {
	await rx?.stop();
	await w?.end();
});

/** [command, verb] of every subcommand, read from the program's own help. */
function commands() {
	const names = (text) => [...text.matchAll(/^ {2}([a-z-]+) /gm)]
		.map((m) => m[1]);
	const out = [];
	for (const c of names(run(['--help']).stdout)) {
		out.push([c]);
		const help = run([c, '--help']).stdout;
		if (/VERB|COMMAND/.test(help.split('\n')[0]))
			for (const v of names(help))
				out.push([c, v]);
	}
	return out;
}

test('every command has its help and knows wrong options', () => {
	const all = commands();
	assert.ok(all.length > 60, `${all.length} commands`);
	for (const c of all) {
		const r = run([...c, '--help']);
		assert.equal(r.status, 0, `${c.join(' ')}: ${r.stderr}`);
		assert.match(r.stdout, /^usage: birthmark/i, c.join(' '));
		assert.equal(r.stderr, '');
		const wrong = run([...c, '--no-such-option']);
		assert.equal(wrong.status, 2, `${c.join(' ')}: ${wrong.stderr}`);
		assert.equal(wrong.stdout, '');
	}
	assert.equal(run([]).status, 2);
	assert.equal(run(['nonsense']).status, 2);
	assert.equal(run(['batch', 'nonsense']).status, 2);
	assert.match(run(['--version']).stdout, /^birthmark \d+\.\d+\.\d+\n$/);
});

test('every command has a manual page', () => {
	for (const [c] of commands())
		assert.ok(fs.existsSync(path.join(root, 'man',
			`birthmark-${c}.1`)), c);
});

test('login remembers, logout forgets', async () => {
	const {email, password} = w.passwords.developer;
	const home = w.path('config', 'person');
	const ca = path.join(w.service.dir, 'tls', 'cert.pem');
	// Nothing but the saved login.
	const person = (args, input) => runAsync(args, {input,
		env: {XDG_CONFIG_HOME: home}});
	const login = (typed) => person(['login', '--url', w.service.url,
		'--ca', ca, '--email', email, '--password-file', '-', '--account',
		w.account, '--json'], `${typed}\n`);
	const wrong = await login('not the password');
	assert.equal(wrong.status, 1);
	assert.ok(!wrong.stderr.includes('not the password'));
	const r = await login(password);
	assert.equal(r.status, 0, r.stderr);
	assert.equal(JSON.parse(r.stdout).user.email, email);
	assert.ok(!r.stdout.includes('bms_'));
	const file = path.join(home, 'birthmark', 'client.json');
	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	const saved = fs.readFileSync(file, 'utf8');
	assert.ok(!saved.includes(password));
	const {token} = JSON.parse(saved);
	const me = await person(['user', 'me', '--json']);
	assert.equal(JSON.parse(me.stdout).user.email, email);
	assert.equal((await person(['product', 'list'])).status, 0);
	assert.equal((await person(['logout'])).status, 0);
	assert.ok(!fs.readFileSync(file, 'utf8').includes('bms_'));
	const gone = await w.service.api('GET', '/api/v1/me', token);
	assert.equal(gone.status, 401);
	assert.equal((await person(['user', 'me'])).status, 1);
	assert.equal((await person(['logout'])).status, 0);
});

test('a service that is away ends with status 3', async () => {
	const r = await w.cli('admin', ['batch', 'list'],
		{env: {BIRTHMARK_URL: 'https://127.0.0.1:1'}});
	assert.equal(r.status, 3, r.stderr);
	assert.equal(r.stdout, '');
});

test('vendor: create, CAs, members, tokens', async () => {
	const made = await json('service', 'vendor', 'create', 'Other Chips',
		'--slug', 'other');
	assert.match(made.id, /^ven_/);
	await fails(1, /\[vendor-exists\]/, 'service', 'vendor', 'create',
		'Other Chips', '--slug', 'other');
	await fails(1, /\[ca-registered\]/, 'service', 'vendor', 'add-ca',
		w.fab.file('root.pem'), '--role', 'root', '--vendor', made.id);
	const cas = await json('vendor', 'vendor', 'cas');
	assert.deepEqual(cas.items.map((c) => c.role).sort(),
		['issuing', 'root']);
	const list = await json('service', 'vendor', 'list');
	assert.equal(list.items.length, 2);
	const token = await json('vendor', 'vendor', 'add-token', 'line',
		'--role', 'vendor-publisher', '--days', '3');
	assert.match(token.token, /^bmt_/);
	const tokens = await ok('vendor', 'vendor', 'tokens');
	assert.match(tokens.stdout, /line/);
	assert.ok(!tokens.stdout.includes(token.token));
	await ok('vendor', 'vendor', 'revoke-token', token.id);
	const members = await json('vendor', 'vendor', 'members');
	assert.equal(members.items[0].email, 'vendor@world.test');
	await fails(1, /\[role-denied\]|\[not-found\]/, 'admin', 'vendor',
		'create', 'Mine', '--slug', 'mine');
});

test('publish: each form; twice is once', async () => {
	const first = await w.publish(reel);
	assert.equal(first.status, 0, first.stderr);
	assert.deepEqual([first.json.state, first.json.devices],
		['published', 3]);
	const again = await w.publish(reel);
	assert.equal(again.status, 0, again.stderr);
	assert.equal(again.json.id, first.json.id);
	for (const form of ['jsonl', 'microchip']) {
		const other = w.fab.reel(`r-${form}`, {count: 2});
		const r = await w.publish(other, ['--form', form]);
		assert.deepEqual([r.status, r.json?.devices], [0, 2], r.stderr);
	}
	const batches = await json('vendor', 'vendor', 'batches');
	assert.equal(batches.items.length, 3);
	assert.ok(batches.items.every((b) => b.bound === false));
	const text = await ok('vendor', 'vendor', 'uploads');
	assert.match(text.stdout, /^id +batch +reel +form +state/);
	const none = await w.publish({dir: w.path('nowhere')});
	assert.equal(none.status, 1);
});

test('product: add, rename, list, remove', async () => {
	const made = await json('admin', 'product', 'add', 'Kettle');
	await ok('admin', 'product', 'rename', made.id, 'Kettle K2');
	const list = await json('admin', 'product', 'list');
	assert.deepEqual(list.items.map((p) => p.name).sort(),
		[PRODUCT, 'Kettle K2']);
	await ok('admin', 'product', 'remove', made.id);
	await fails(1, /\[role-denied\]/, 'operator', 'product', 'add', 'X');
});

test('cloud: add, test, show, rename, remove', async () => {
	const made = await json('admin', 'cloud', 'add-aws', '--name', 'AWS',
		'--account-id', AWS, '--url', rx.url, '--ca', pki.ca,
		'--chunk', '2');
	assert.deepEqual([made.type, made.form], ['interop', 'aws']);
	const lines = await ok('admin', 'cloud', 'show', made.id);
	assert.match(lines.stdout, new RegExp('key_url\\s+https://\\S+/accounts/' +
		`${w.account}/interop-key.pem`));
	const tested = await json('admin', 'cloud', 'test', 'AWS');
	assert.deepEqual([tested.state, tested.result.info.ok,
		tested.result.auth.ok], ['done', true, true]);
	const secret = w.path('cloud-password');
	fs.writeFileSync(secret, 'a secret of the cloud\n');
	const other = await ok('admin', 'cloud', 'add-other', '--name', 'Other',
		'--url', rx.url, '--username', 'u', '--password-file', secret,
		'--json');
	assert.ok(!other.stdout.includes('a secret'));
	const shown = await ok('admin', 'cloud', 'show', other.json.id);
	assert.match(shown.stdout, /username +u\n/);
	assert.ok(!shown.stdout.includes('a secret'));
	const bad = await w.cli('admin', ['cloud', 'test', 'Other', '--json']);
	assert.equal(bad.status, 1);
	await ok('admin', 'cloud', 'rename', other.json.id, 'Old');
	await ok('admin', 'cloud', 'remove', other.json.id);
	await fails(1, /There is no "Other" among the clouds/, 'admin', 'cloud',
		'test', 'Other');
	const gate = await json('admin', 'cloud', 'add-gate', '--name', 'Own');
	assert.equal(gate.type, 'gate');
});

test('bind: by label, by code, from a scanner', async () => {
	await fails(1, /\[claim-code-needed\]/, 'operator', 'bind', reel.batch);
	await fails(1, /\[claim-refused\]/, 'operator', 'bind', reel.batch,
		'--code', w.fab.reel('x', {count: 1}).code);
	const r = await json('operator', 'bind', reel.label);
	assert.equal(r.batch, reel.batch);
	const two = ['r-jsonl', 'r-microchip'].map((n) => n.toUpperCase());
	const labels = ['r-jsonl', 'r-microchip'].map((n) =>
		/https:\S+/.exec(fs.readFileSync(w.fab.file(
			`reels/${n}/label.txt`), 'utf8'))[0]);
	const coded = await json('admin', 'bind', two[0], '--code',
		labels[0].split('#')[1].toLowerCase(), '--product', PRODUCT);
	assert.equal(coded.product.name, PRODUCT);
	const scanned = await w.cli('admin', ['bind', '-', '--json'],
		{input: `${labels[1]}\r\nnonsense here\n`});
	assert.equal(scanned.status, 1);
	assert.match(scanned.stdout, /R-MICROCHIP/);
	assert.match(scanned.stderr, /Not every label was bound/);
	await fails(1, /\[batch-bound-elsewhere\]/, 'rival', 'bind', reel.label);
});

test('batch: list, set, show, unbind', async () => {
	const list = await json('admin', 'batch', 'list');
	assert.equal(list.items.length, 3);
	const limited = await json('admin', 'batch', 'list', '--limit', '2');
	assert.equal(limited.items.length, 2);
	assert.ok(limited.next);
	const text = await ok('admin', 'batch', 'list', '--limit', '1');
	assert.equal(text.stdout.trim().split('\n').length, 2);
	const mine = await json('operator', 'batch', 'list');
	assert.deepEqual(mine.items.map((b) => b.batch), [reel.batch]);
	const set = await json('admin', 'batch', 'set', reel.batch,
		'--product', PRODUCT, '--cloud', 'AWS');
	assert.equal(set.cloud.name, 'AWS');
	const some = await json('admin', 'batch', 'list', '--cloud', 'AWS');
	assert.equal(some.items.length, 1);
	await ok('admin', 'batch', 'unbind', 'R-JSONL');
	await fails(1, /\[not-found\]/, 'admin', 'batch', 'show', 'R-JSONL');
	await fails(1, /\[not-found\]/, 'rival', 'batch', 'show', reel.batch);
});

test('device: list, search, show', async () => {
	const [one] = reel.devices;
	const all = await json('developer', 'device', 'list', '--batch',
		reel.batch);
	assert.equal(all.items.length, 3);
	const found = await json('developer', 'device', 'list', '--chip',
		one.id);
	assert.equal(found.items.length, 1);
	const fp = crypto.createHash('sha256').update(
		new crypto.X509Certificate(one.cert).raw).digest('hex');
	assert.equal(found.items[0].fingerprint, fp);
	const shown = await json('developer', 'device', 'show', fp);
	assert.equal(new crypto.X509Certificate(shown.certificate).fingerprint256,
		new crypto.X509Certificate(one.cert).fingerprint256);
	await fails(1, /\[role-denied\]/, 'operator', 'device', 'list');
	await fails(1, /\[not-found\]/, 'rival', 'device', 'show', fp);
});

test('manifest: each form, to a file, zipped', async () => {
	const csv = await ok('admin', 'manifest', reel.batch);
	const certs = (list) => list.map((d) => d.cert.trim()).sort();
	assert.deepEqual(certs(csvDevices(csv.stdout)), certs(reel.devices));
	const jsonl = await ok('admin', 'manifest', reel.batch, '--form',
		'jsonl');
	const rows = jsonl.stdout.trim().split('\n').map(JSON.parse);
	assert.equal(rows.length, 3);
	const out = w.path('manifest.json');
	await ok('admin', 'manifest', reel.batch, '--form', 'microchip', '-o',
		out);
	const entries = JSON.parse(fs.readFileSync(out, 'utf8'));
	assert.equal(entries.length, 3);
	for (const e of entries)
		assert.ok(e.payload && e.protected && e.signature);
	for (const form of ['csv', 'jsonl', 'microchip']) {
		const zip = w.path(`${form}.zip`);
		await ok('admin', 'manifest', reel.batch, '--form', form, '--zip',
			'--output', zip);
		const r = spawnSync('unzip', ['-t', zip], {encoding: 'utf8'});
		if (!r.error)
			assert.equal(r.status, 0, r.stdout + r.stderr);
		assert.equal(fs.readFileSync(zip).toString('latin1', 0, 2), 'PK');
		assert.ok(!fs.existsSync(`${zip}.part`));
	}
	for (const who of ['operator', 'developer', 'auditor'])
		await fails(1, /\[role-denied\]/, who, 'manifest', reel.batch);
	const refused = w.path('refused.csv');
	await fails(1, /\[not-found\]/, 'rival', 'manifest', reel.batch, '-o',
		refused);
	assert.ok(!fs.existsSync(refused) && !fs.existsSync(`${refused}.part`));
	// What the fab signed, openssl finds in order.
	assert.ok(verify(reel.file('manifest.csv'),
		reel.file('manifest.csv.p7s'), reel.file('ca.pem')));
});

test('provision and job: wait, show, exceptions', async () => {
	const job = await json('admin', 'provision', reel.batch, '--wait');
	assert.deepEqual([job.state, job.done, job.failed], ['done', 3, 0]);
	assert.equal(rx.taken.different, 3);
	assert.deepEqual(rx.faults, []);
	const shown = await json('auditor', 'job', 'show', job.id);
	assert.equal(shown.batch, reel.batch);
	assert.equal((await json('auditor', 'job', 'exceptions', job.id))
		.items.length, 0);
	await ok('admin', 'job', 'wait', job.id);
	await fails(1, /\[batch-provisioned\]/, 'admin', 'batch', 'unbind',
		reel.batch);
	await fails(1, /\[role-denied\]/, 'operator', 'provision', reel.batch);
});

test('user: invite, accept, role, remove', async () => {
	const made = await json('admin', 'user', 'invite', 'new@world.test',
		'--role', 'operator');
	const secret = w.path('new-password');
	fs.writeFileSync(secret, 'a password that is long enough\n');
	const joined = await json(null, 'user', 'accept', made.token, '--name',
		'New One', '--password-file', secret);
	assert.deepEqual([joined.user.email, joined.role],
		['new@world.test', 'operator']);
	const twice = await w.cli(null, ['user', 'accept', made.token, '--name',
		'New One', '--password-file', secret]);
	assert.equal(twice.status, 1);
	await ok('admin', 'user', 'role', joined.user.id, 'auditor');
	const list = await json('admin', 'user', 'list');
	assert.equal(list.items.find((m) => m.email === 'new@world.test').role,
		'auditor');
	await ok('admin', 'user', 'remove', joined.user.id);
	const gone = await json('admin', 'user', 'invite', 'other@world.test',
		'--role', 'developer');
	await ok('admin', 'user', 'uninvite', gone.id);
	await fails(1, /\[role-denied\]/, 'operator', 'user', 'list');
});

test('token: create, use, revoke', async () => {
	const t = await json('admin', 'token', 'create', 'script', '--role',
		'auditor', '--days', '2');
	const as = (args) => w.cli(null, args,
		{env: {BIRTHMARK_TOKEN: t.token, BIRTHMARK_ACCOUNT: w.account}});
	assert.equal((await as(['batch', 'list'])).status, 0);
	const denied = await as(['product', 'add', 'X']);
	assert.equal(denied.status, 1);
	assert.match(denied.stderr, /\[role-denied\]/);
	const list = await ok('admin', 'token', 'list');
	assert.match(list.stdout, /script/);
	assert.ok(!list.stdout.includes(t.token));
	await ok('admin', 'token', 'revoke', t.id);
	assert.equal((await as(['batch', 'list'])).status, 1);
});

test('account: show, set, use', async () => {
	const set = await json('admin', 'account', 'set', '--product', PRODUCT,
		'--auto-provision', 'off');
	assert.equal(set.default_product, w.product);
	const shown = await json('admin', 'account', 'show');
	assert.equal(shown.name, 'Dishwashers Ltd');
	await ok('service', 'account', 'use', w.rival);
	const rival = await json('service', 'account', 'show');
	assert.equal(rival.name, 'Rival Ltd');
	const cleared = await json('admin', 'account', 'set', '--product',
		'none');
	assert.equal(cleared.default_product, null);
});

test('audit: list and verify, also without the service', async () => {
	const list = await json('auditor', 'audit', 'list', '--action', 'bind');
	assert.ok(list.items.length > 0);
	assert.ok(list.items.every((i) => i.action === 'bind'));
	const remote = await json('service', 'audit', 'verify');
	assert.equal(remote.ok, true);
	await fails(1, /\[role-denied\]|\[not-found\]/, 'admin', 'audit',
		'verify');
	const local = run(['audit', 'verify', '--dir',
		w.service.dir, '--json']);
	assert.equal(local.status, 0, local.stderr);
	assert.ok(JSON.parse(local.stdout).count >= remote.count);
});

test('no secret is in what a process shows or the service logs', () => {
	for (const [who, token] of Object.entries(w.tokens))
		assert.ok(!w.service.log.includes(token), who);
	for (const {password} of Object.values(w.passwords))
		assert.ok(!w.service.log.includes(password));
	assert.ok(!w.service.log.includes(reel.code));
	assert.ok(!w.service.log.includes('a secret of the cloud'));
});
