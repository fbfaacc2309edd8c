// Counts a meson test log: prints "PASSED FAILED".  The cases of a TAP program
// count one by one; a program that died is at least one failure.
// usage: node tools/count-meson.mjs TESTLOG.json
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 0
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
	if (line === '') continue
	const { result, stdout = '' } = JSON.parse(line)
	const good = stdout.match(/^ok \d/gm)?.length ?? 0
	const bad = stdout.match(/^not ok \d/gm)?.length ?? 0
	if (result === 'OK') {
		passed += Math.max(good, 1)
	} else {
		passed += good
		failed += Math.max(bad, 1)
	}
}
console.log(`${passed} ${failed}`)
