// How SQLite runs each statement: a table that grows with devices is looked up,
// never walked, so that the millionth device is as quick as the first.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {bin} from './lib/service.mjs';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));

test('no statement walks a table that grows with devices', () => {
	const said = JSON.parse(execFileSync('python3', [at('lib/plans.py'),
		bin, at('../../src/store/sql')], {maxBuffer: 1 << 24}));
	assert.ok(said.statements > 300, `${said.statements} statements`);
	assert.deepEqual(said.walks, []);
});
