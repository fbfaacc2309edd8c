// Writes the built console as a C table of its files and an assembler file
// that holds their bytes, plain and compressed.
// usage: node embed-console.mjs DIR TABLE.c DATA.S
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

const [dir, table, data] = process.argv.slice(2).map((p) => path.resolve(p))
const types = {
	'.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
	'.wasm': 'application/wasm',
}

const files = fs.readdirSync(dir, {recursive: true}).map(String)
	.filter((f) => fs.statSync(path.join(dir, f)).isFile()).sort()
// Copies, as another build may replace the built console at any time.
const copies = `${data}.files`
fs.rmSync(copies, {recursive: true, force: true})
fs.mkdirSync(copies)

const rows = [], symbols = [], bytes = []
const embed = (name, content) => {
	const file = path.join(copies, name)
	fs.writeFileSync(file, content)
	symbols.push(`extern const uint8_t ${name}[], ${name}_end[];`)
	bytes.push(`\t.global ${name}, ${name}_end\n\t.balign 16\n${name}:\n` +
		`\t.incbin "${file}"\n${name}_end:\n\t.byte 0`)
	return `${name}, ${name}_end`
}
for (const [i, file] of files.entries()) {
	const type = types[path.extname(file)]
	if (!type)
		throw new Error(`no media type for ${file}`)
	const plain = fs.readFileSync(path.join(dir, file))
	const gzip = zlib.gzipSync(plain, {level: 9})
	const small = gzip.length < plain.length * 0.95
	rows.push(`\t{"${file}", "${type}", ${embed(`api_file_${i}`, plain)},\n` +
		`\t    ${small ? embed(`api_file_${i}_gz`, gzip) : 'NULL, NULL'}},`)
}
fs.writeFileSync(table, '/* Made by tools/embed-console.mjs. */\n#include <stddef.h>\n' +
	`#include "api/api_files.h"\n\n${symbols.join('\n')}\n\n` +
	`const struct api_file api_files[] = {\n${rows.join('\n')}\n` +
	'\t{NULL, NULL, NULL, NULL, NULL, NULL},\n};\n')
fs.writeFileSync(data, '/* Made by tools/embed-console.mjs. */\n\t.section .rodata\n' +
	`${bytes.join('\n')}\n\t.section .note.GNU-stack,"",%progbits\n`)
