// docs/openapi.yaml describes exactly the routes of src/api/routes.c.
import { existsSync, readFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const code = new URL('src/api/routes.c', root)
const document = new URL('docs/openapi.yaml', root)

if (!existsSync(code) && !existsSync(document)) process.exit(0)

function served() {
	const row = /\{\s*"(GET|PUT|POST|PATCH|DELETE|HEAD)",\s*"(\/api\/[^"]*)"/g
	return new Set(
		[...readFileSync(code, 'utf8').matchAll(row)].map((m) => `${m[1]} ${m[2]}`))
}

// The two levels of a YAML map are enough, so no library is needed.
function described() {
	const found = new Set()
	let prefix = ''
	let inPaths = false
	let path = null
	for (const line of readFileSync(document, 'utf8').split('\n')) {
		const server = line.match(/^ +- url: *['"]?(?:https?:\/\/[^/'"]*)?([^'"]*?)\/?['"]?$/)
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

const have = existsSync(code) ? served() : new Set()
const told = existsSync(document) ? described() : new Set()
let failed = false
for (const route of have) {
	if (told.has(route)) continue
	console.log(`docs/openapi.yaml does not describe ${route}`)
	failed = true
}
for (const route of told) {
	if (have.has(route) || !route.includes(' /api/')) continue
	console.log(`src/api/routes.c does not serve ${route}`)
	failed = true
}
if (have.size === 0) {
	console.log('src/api/routes.c has no route that this check can read')
	failed = true
}
process.exit(failed ? 1 : 0)
