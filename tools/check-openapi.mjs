// docs/openapi.yaml describes exactly the API routes of the route table, the
// rows {"METHOD", "/path", ...} in src/api/api_routes*.c.
import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const api = new URL('src/api/', root)

function served() {
	const row = /\{\s*"(GET|PUT|POST|PATCH|DELETE|HEAD)",\s*"(\/[^"]*)"/g
	return new Set(readdirSync(api)
		.filter((name) => /^api_routes.*\.c$/.test(name))
		.flatMap((name) =>
			[...readFileSync(new URL(name, api), 'utf8').matchAll(row)])
		.map((m) => `${m[1]} ${m[2]}`))
}

// The two levels of a YAML map are enough, so no library is needed.
function described() {
	const found = new Set()
	let prefix = ''
	let inPaths = false
	let path = null
	const text = readFileSync(new URL('docs/openapi.yaml', root), 'utf8')
	for (const line of text.split('\n')) {
		const server = line.match(/^ *- url: *['"]?(?:https?:\/\/[^/'"]*)?([^'"]*?)\/?['"]?$/)
		if (server && !inPaths) prefix = server[1]
		if (/^\S/.test(line)) inPaths = line.startsWith('paths:')
		if (!inPaths) continue
		const p = line.match(/^ {2}['"]?(\/[^:'"]*)['"]?:\s*(#.*)?$/)
		if (p) path = p[1].startsWith('/api/') ? p[1] : prefix + p[1]
		const m = line.match(/^ {4}(get|put|post|patch|delete|head):/)
		if (m && path) found.add(`${m[1].toUpperCase()} ${path}`)
	}
	return found
}

const have = served()
const told = described()
const faults = [
	...[...have].filter((r) => r.includes(' /api/') && !told.has(r))
		.map((r) => `docs/openapi.yaml does not describe ${r}`),
	...[...told].filter((r) => !have.has(r))
		.map((r) => `src/api/api_routes*.c does not serve ${r}`),
]
if (have.size === 0) faults.push('src/api/api_routes*.c has no readable route')
for (const fault of faults) console.log(fault)
process.exit(faults.length === 0 ? 0 : 1)
