// The list of @zxcvbn-ts/language-common as a C table: of each password of at
// least 8 characters (shorter ones are refused anyway) the first 5 bytes of
// the SHA-256 in lower case, sorted.  See src/core/password_common.h.
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const [output, console_] = process.argv.slice(2);
const require = createRequire(path.resolve(console_, 'package.json'));
const list = require('@zxcvbn-ts/language-common/src/passwords.json');
const MIN = 8, SIZE = 5;

const rows = new Set(list.filter((p) => Buffer.byteLength(p) >= MIN)
	.map((p) => createHash('sha256').update(p.toLowerCase()).digest()
		.subarray(0, SIZE).toString('hex')));
if (rows.size < 10000)
	throw new Error(`only ${rows.size} passwords: has the list changed?`);
const text = [...rows].sort().map((r) =>
	`\t{${r.match(/../g).map((b) => `0x${b}`).join(', ')}},\n`).join('');
fs.writeFileSync(output, `/* Made by tools/embed-passwords. */
#include "core/password_common.h"

const uint8_t password_common[][PASSWORD_COMMON_SIZE] = {
${text}};
const size_t password_common_count = ${rows.size};
`);
