// The templates that users deploy: the same rights in each form and in the
// text, all that the connectors use and no more.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (name) => fs.readFileSync(new URL(name, root), 'utf8');
const all = (text, re) => [...new Set(text.match(re) ?? [])].sort();

test('AWS: each form has the rights of the calls that are made', () => {
	const right = /\biot:(?!Connect|Publish|Receive|Subscribe)[A-Z]\w+/g;
	const cfn = all(read('docs/clouds/aws/birthmark.cfn.yaml'), right);
	// What the connector says of its calls, STS needs no rights here.
	const ops = read('src/cloud/aws.c')
		.match(/ops\[\] = \{([^;]*)\};/)[1].replace(/\{"sts"[^}]*\}/, '');
	const calls = all(ops, /\b[A-Z][a-z]\w+/g).map((c) => `iot:${c}`);
	assert.deepEqual(cfn, [...calls, 'iot:DescribeThingType'].sort());
	assert.deepEqual(all(read('docs/clouds/aws/birthmark.tf'), right), cfn);
	assert.deepEqual(all(read('docs/clouds/aws.md'), right), cfn);
});

test('Azure: each form has the same rights', () => {
	const right = /Microsoft\.Devices\/(IotHubs|provisioningServices)\/[a-z]+\/(read|write|delete)\b/g;
	const bicep = all(read('docs/clouds/azure/birthmark.bicep'), right);
	assert.equal(bicep.length, 7);
	assert.deepEqual(all(read('docs/clouds/azure/birthmark.tf'), right), bicep);
	const text = read('docs/clouds/azure.md')
		.replaceAll('`.../', '`Microsoft.Devices/provisioningServices/enrollments/');
	assert.deepEqual(all(text, right), bicep);
});

test('templates are what their form asks', () => {
	for (const name of ['aws/birthmark.cfn.yaml', 'aws/birthmark.tf',
		'azure/birthmark.bicep', 'azure/birthmark.tf']) {
		const text = read(`docs/clouds/${name}`);
		for (const [open, close] of ['{}', '[]', '()'])
			assert.equal(text.split(open).length, text.split(close).length,
				`${name} ${open}`);
		assert.ok(!/\t/.test(text), name);
	}
});
