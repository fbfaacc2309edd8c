// What the console says to a label, held against the program's own labels and
// against what the service does with them.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import fs from 'node:fs';
import {Fab} from './lib/world.mjs';
import {root, tempDir} from './lib/service.mjs';

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const consoleDir = path.join(root, 'console');
let dir, label, printed;

before(async () => {
	dir = tempDir('label');
	const esbuild = createRequire(path.join(consoleDir, 'package.json'))('esbuild');
	const file = path.join(dir, 'label.mjs');
	await esbuild.build({outfile: file, bundle: true, format: 'esm',
		entryPoints: [path.join(consoleDir, 'src', 'floor', 'label.ts')]});
	label = await import(pathToFileURL(file));
	const fab = new Fab(path.join(dir, 'fab'), 'Virtual Chips');
	printed = ['L1', 'L-2', 'l_3.x', 'L4', 'L5', 'L6'].map((batch, i) => {
		const reel = fab.reel(`r${i}`, {batch, count: 1, keyless: true});
		const text = fs.readFileSync(reel.file('label.txt'), 'utf8');
		return {reel, code: /^Claim code\s+(\S+)/m.exec(text)[1]};
	});
});

after(() => fs.rmSync(dir, {recursive: true, force: true}));

test('labels of the program are read in each of their forms', () => {
	for (const {reel, code} of printed) {
		const want = {ok: true, label: {bid: reel.batch, code: reel.code}};
		for (const text of [reel.label, ` ${reel.label}\r\n`,
			`${reel.batch} ${code}`, `${reel.batch}\t${code.toLowerCase()}`,
			`${reel.batch} ${code.replaceAll('-', ' ')}`,
			`${reel.batch} ${code.replaceAll('0', 'o').replaceAll('1', 'l')}`,
			reel.label.replace('https://', 'HTTPS://').replace('/b/', '/B/')])
			assert.deepEqual(label.parseLabel(text), want, text);
		for (const text of [reel.batch,
			`https://any.example/cloud-id?x=1&groupId=${reel.batch}`,
			reel.label.split('#')[0], `${reel.label.split('#')[0]}#`])
			assert.deepEqual(label.parseLabel(text),
				{ok: true, label: {bid: reel.batch, code: null}}, text);
		assert.equal(label.checkCode(code).state, 'right');
		assert.equal(label.groupCode(reel.code +
			code.at(-1).toLowerCase()), code);
	}
});

test('what is no label is told apart', () => {
	for (const [text, fault] of [['', 'empty'], [' \n', 'empty'],
		['x'.repeat(513), 'too-long'], ['x'.repeat(65), 'bid'],
		['-B1', 'bid'], ['B/1', 'bid'], ['Bö1', 'bid'],
		['https://', 'address'], ['https:///b/B1', 'address'],
		['https://h/x/B1', 'address'], ['https://h/b/B1?x=1', 'address'],
		['https://h/b/', 'bid'], ['https://h/b/B1/2', 'bid'],
		['https://h/cloud-id', 'address'],
		['https://h/cloud-id?groupId=', 'bid'],
		['https://h/b/B1#123', 'code'], ['B1 123', 'code'],
		['ftp://h/b/B1', 'bid']])
		assert.equal(label.parseLabel(text).fault, fault, text);
});

test('every wrong character is found by the check character', () => {
	for (const {code} of printed.slice(0, 3)) {
		const plain = code.replaceAll('-', '');
		for (let i = 0; i < plain.length; i++) {
			const known = i < 26 ? symbols : `${symbols}*~$=U`;
			for (const c of known) {
				const typed = plain.slice(0, i) + c + plain.slice(i + 1);
				assert.equal(label.checkCode(typed).state,
					c === plain[i] ? 'right' : 'wrong', typed);
			}
		}
	}
});

test('while typing, the code is right so far or its group is named', () => {
	for (const {code} of printed) {
		const all = [];
		for (let n = 0; n <= code.length; n++)
			all.push(label.checkCode(code.slice(0, n)).state);
		assert.deepEqual([...new Set(all)],
			['empty', 'partial', 'unchecked', 'right']);
		for (let group = 1; group <= 5; group++) {
			const groups = code.split('-');
			groups[group - 1] = `U${groups[group - 1].slice(1)}`;
			const c = label.checkCode(groups.join('-'));
			assert.deepEqual([c.state, c.fault, c.group, c.certain],
				['wrong', 'symbol', group, true]);
		}
		assert.equal(label.checkCode(`${code}A`).fault, 'long');
	}
});

test('a frequent slip names the group to compare, and never another', () => {
	let named = 0;
	for (const {code} of printed) {
		const plain = code.replaceAll('-', '');
		for (let i = 0; i < 24; i++) {
			if (plain[i] === plain[i + 1])
				continue;
			const typed = plain.slice(0, i) + plain[i + 1] + plain[i] +
				plain.slice(i + 2);
			const c = label.checkCode(typed);
			assert.equal(c.state, 'wrong', typed);
			if (c.group !== undefined) {
				assert.equal(c.group, Math.floor(i / 5) + 1);
				named++;
			}
		}
	}
	assert.ok(named > 0);
});
