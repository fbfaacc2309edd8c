// Runs the steps on a small disk in a mount namespace of their own, as root or
// in a user namespace; skipped where neither is allowed.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const steps = path.join(path.dirname(fileURLToPath(import.meta.url)), 'steps',
	'disk.mjs');
const ways = [['--mount'], ['--user', '--map-root-user', '--mount']];
const tmpfs = 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d"; ' +
	's=$?; umount "$d"; rmdir "$d"; exit $s';
let why = '';
const way = ways.find((args) => {
	const r = spawnSync('unshare', [...args, 'sh', '-c', tmpfs],
		{encoding: 'utf8'});
	why = r.error ? r.error.message : r.stderr.trim();
	return r.status === 0;
});

if (!way)
	test('a full disk', {skip: `no tmpfs can be mounted here: ${why}`}, () => {});
else {
	const env = {...process.env};
	delete env.NODE_TEST_CONTEXT;
	const r = spawnSync('unshare', [...way, process.execPath,
		'--test-reporter=tap', steps], {env, encoding: 'utf8',
		timeout: 240000, maxBuffer: 64 << 20});
	const seen = [...r.stdout.matchAll(
		/^(not )?ok \d+ - (.*)\n(?:[^]*?\n {2}\.\.\.\n)?/gm)];
	for (const [text, not, name] of seen)
		test(name, () => assert.ok(!not, text));
	test('a full disk: all steps ran', () => {
		assert.equal(r.status, 0, r.stderr);
		assert.ok(seen.length >= 5);
	});
}
