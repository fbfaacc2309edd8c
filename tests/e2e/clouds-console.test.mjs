// Product clouds, products and the operators' pages in the browser, against a
// real receiver, a real gate and a real fab's CAs.
// Must not know a cloud's password from anything but its own typing.
import './lib/release.mjs';
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';
import {AzureHub, newKey} from '../clouds/azure.mjs';
import {Webhook} from '../clouds/webhook.mjs';
import {axe, openBrowser, signIn} from './lib/browser.mjs';
import {newCa, serverPki} from './lib/forge.mjs';
import {Receiver} from './lib/receiver.mjs';
import {until} from './lib/service.mjs';
import {buildWorld, Fab} from './lib/world.mjs';

const secret = 'a password of the cloud, 7 words';
const bearer = 'a-bearer-token-that-is-typed-once-only';
let w, browser, origin, receiver, hook, hub, pki;

before(async () => {
	w = await buildWorld();
	origin = w.service.url;
	pki = serverPki(w.dir);
	receiver = await new Receiver({server: pki, base: '/cloud', mayRefuse: true,
		basic: `birthmark:${secret}`}).start();
	hook = await new Webhook({server: pki, account: w.account, bearer,
		jwks: (await w.interopKeys()).jwks}).start();
	hub = await new AzureHub({pki, policies: {birthmark: {key: newKey(),
		rights: ['RegistryRead', 'RegistryWrite']}}}).start();
	browser = await openBrowser();
}, {timeout: 60000});
after(async () => {
	await browser?.close();
	await receiver?.stop();
	await hook?.stop();
	await hub?.stop();
	await w?.end();
});

const within = (route) => `${origin}/console/a/${w.account}/${route}`;
const service = (route = '') => `${origin}/console/service${route}`;
const button = (page, name) => page.getByRole('button', {name, exact: true});
const dialog = (page) => page.getByRole('dialog');
const kind = (page, name) => dialog(page).getByRole('button', {name: new RegExp(`^${name}`)});
const field = (page, name) => dialog(page).getByLabel(name, {exact: true});

async function pageOf(who, address, more) {
	const context = await browser.desktop(more);
	await signIn(context, origin, who === 'service' ? w.service.admin : w.passwords[who]);
	const page = await context.newPage();
	await page.goto(address);
	await page.locator('h1').waitFor();
	return page;
}

async function closed(page) {
	await page.context().close();
	browser.check();
}

const ca = () => fs.readFileSync(pki.ca, 'utf8');

/** Every answer of the service, kept to look for what must not be in it. */
function keepAnswers(page) {
	const kept = [];
	page.on('response', (r) => {
		if (r.url().includes('/api/') && !/events/.test(r.url()))
			kept.push(r.text().catch(() => ''));
	});
	return kept;
}

async function verdict(page, pattern, good = false) {
	await button(page, 'Test the connection').click();
	await page.getByText(good ? 'The cloud answers, and takes our credentials.' : 'The test failed.')
		.first().waitFor({timeout: 40000});
	if (pattern)
		assert.match(await page.locator('section', {has: page.getByRole('heading',
			{name: 'Result of the test'})}).innerText(), pattern);
}

describe('a cloud with a receiver', () => {
	let page, answers;

	before(async () => {
		page = await pageOf('admin', within('clouds'));
		answers = keepAnswers(page);
	});
	after(() => closed(page));

	test('is added and answers', {timeout: 60000}, async () => {
		await page.getByText('No product cloud yet').waitFor();
		await axe(page);
		await button(page, 'Add a cloud').click();
		await dialog(page).getByText('Which kind of cloud').waitFor();
		await axe(page);
		// What was typed for another kind is not sent.
		await kind(page, 'Azure, with a Cloud ID receiver').click();
		await field(page, 'Subscription ID').fill('of another kind');
		await button(page, 'Another kind').click();
		await kind(page, 'Other, with a Cloud ID receiver').click();
		await dialog(page).getByText('Private CA', {exact: true}).click();
		await field(page, 'Name').fill('Production, Frankfurt');
		await field(page, 'Address').fill('http://not.encrypted');
		await field(page, 'User name').fill('birthmark');
		await field(page, 'Password').fill(secret);
		await dialog(page).getByLabel(/^CA certificate/).fill('no certificate');
		await button(page, 'Add').click();
		assert.ok(await field(page, 'Address').evaluate((e) => !e.validity.valid));
		await field(page, 'Address').fill(receiver.url);
		await button(page, 'Add').click();
		await dialog(page).getByRole('alert').waitFor();
		await axe(page);
		await dialog(page).getByLabel(/^CA certificate/).fill(ca());
		await button(page, 'Add').dblclick();
		await page.getByRole('heading', {name: 'Production, Frankfurt'}).waitFor();
		await page.getByText('the given CA only').waitFor();
		await verdict(page, null, true);
		await axe(page);
		assert.deepEqual(receiver.faults, []);
	});

	test('tells a wrong password, a wrong CA and a cloud that is gone', {timeout: 180000}, async () => {
		await button(page, 'Change').click();
		await field(page, 'User name').fill('somebody');
		await button(page, 'Save').click();
		// The user name alone would be dropped in silence.
		assert.ok(await dialog(page).getByLabel(/^New password/).evaluate((e) => !e.validity.valid));
		await field(page, 'User name').fill('birthmark');
		await dialog(page).getByLabel(/^New password/).fill('wrong');
		await button(page, 'Save').click();
		await dialog(page).waitFor({state: 'detached'});
		await verdict(page, /credentials|password|401/i);
		await axe(page);

		await button(page, 'Change').click();
		await dialog(page).getByLabel(/^New password/).fill(secret);
		await dialog(page).getByLabel(/^CA certificate/).fill(
			fs.readFileSync(newCa(w.dir, 'other', '/CN=other').cert, 'utf8'));
		await button(page, 'Save').click();
		await dialog(page).waitFor({state: 'detached'});
		await verdict(page, /certificate/i);

		await button(page, 'Change').click();
		await dialog(page).getByLabel(/^CA certificate/).fill(ca());
		await button(page, 'Save').click();
		await dialog(page).waitFor({state: 'detached'});
		await receiver.stop();
		await verdict(page, /reach|connect|refused/i);
		await receiver.start();
		await verdict(page, null, true);
	});

	test('becomes the default, and is told of reels at once', async () => {
		await button(page, 'Make default').click();
		await page.locator('.page-head .badge', {hasText: 'default'}).waitFor();
		await page.getByRole('link', {name: /← Product clouds/}).click();
		await page.getByLabel('Default cloud').waitFor();
		assert.equal(await page.getByLabel('Default cloud').locator('option:checked').innerText(),
			'Production, Frankfurt');
		const auto = page.getByLabel('Provision at once');
		const was = await auto.isChecked();
		await auto.click();
		await page.getByText('Saved').first().waitFor();
		const account = () => w.must(200, 'admin', 'GET', `/api/v1/accounts/${w.account}`);
		assert.equal((await account()).auto_provision, !was);
		await page.reload();
		assert.equal(await auto.isChecked(), !was);
		await axe(page);
		if (was) {
			await auto.click();
			await until(async () => (await account()).auto_provision, 5000, 'the switch');
		}
		const reel = w.fab.reel('clouded', {count: 2});
		await w.mustPublish(reel);
		assert.equal((await w.bind('operator', reel.label, {product: w.product})).status, 201);
		await until(() => receiver.taken.different === 2, 20000, 'both chips');
		await page.getByLabel('Default cloud').selectOption('None: it is chosen at each binding');
		await until(async () => !(await account()).default_cloud, 5000, 'no default');
	});

	test('is removed; its password was in no answer', async () => {
		await page.goto(within('clouds'));
		await page.getByRole('link', {name: 'Production, Frankfurt'}).click();
		await button(page, 'Remove').click();
		await axe(page);
		const sure = dialog(page).getByRole('button', {name: 'Remove', exact: true});
		await sure.click();
		await Promise.race([page.getByText('No product cloud yet').waitFor(),
			dialog(page).getByRole('alert').waitFor()]);
		if (await dialog(page).count() > 0) {
			// One with bound batches stays, and says so.
			assert.match(await dialog(page).getByRole('alert').innerText(), /batch|bound|job/i);
			await dialog(page).getByRole('button', {name: 'Cancel'}).click();
		}
		for (const text of await Promise.all(answers))
			assert.ok(!text.includes(secret));
		assert.ok(!(await page.content()).includes(secret));
	});
});

describe('a cloud with a gate', () => {
	test('shows its setup, and that the gate asked', {timeout: 60000}, async () => {
		const page = await pageOf('admin', within('clouds'));
		await button(page, 'Add a cloud').click();
		await kind(page, 'Own cloud').click();
		await field(page, 'Name').fill('Own');
		await button(page, 'Add').click();
		await page.getByText('The gate has not asked yet').waitFor();
		w.cloud = page.url().split('/').at(-1);
		const conf = await page.locator('pre', {hasText: 'token_file'}).innerText();
		assert.match(conf, new RegExp(`cloud +=  ?${w.cloud}`));
		assert.match(conf, new RegExp(`account +=  ?${w.account}`));
		await axe(page);
		await w.startGate();
		await page.getByText('The gate has not asked yet').waitFor({state: 'detached'});
		await page.getByText(/^The gate asked last: /).waitFor();
		await closed(page);
	});
});

/** The figure that a job's count has, as shown. */
const count = (where, name) => where.locator('.count', {hasText: name}).locator('dd').innerText();
const card = (page, name) => page.locator('section.card',
	{has: page.getByRole('heading', {level: 2, name, exact: true})});

/** A bound reel of chips. */
async function bound(name, n) {
	const reel = w.fab.reel(name.toLowerCase(), {batch: name, count: n, keyless: true});
	await w.mustPublish(reel);
	assert.equal((await w.bind('admin', reel.label, {product: w.product})).status, 201);
	return (await w.must(200, 'admin', 'GET', w.in(`devices?batch=${name}`))).items;
}

describe('a cloud of a kind that brings its own form', () => {
	let page, answers;

	before(async () => {
		page = await pageOf('admin', within('clouds'));
		answers = keepAnswers(page);
	});
	after(() => closed(page));

	test('is added with what its kind wants', {timeout: 60000}, async () => {
		await button(page, 'Add a cloud').click();
		await kind(page, 'AWS IoT Core').click();
		await field(page, 'AWS account ID').fill('12');
		await axe(page);
		await button(page, 'Another kind').click();
		await kind(page, 'Webhook').click();
		assert.ok(await field(page, 'Name').evaluate((e) => e === document.activeElement));
		await field(page, 'Name').fill('ERP');
		await field(page, 'Address').fill(hook.url);
		await dialog(page).getByLabel(/^Bearer token/).fill(bearer);
		await dialog(page).getByText('Quotas', {exact: true}).click();
		await dialog(page).getByLabel(/^post: requests a minute/).fill('1200');
		await dialog(page).getByText('Private CA', {exact: true}).click();
		await dialog(page).getByLabel(/^CA certificate/).fill(ca());
		await axe(page);
		await button(page, 'Add').click();
		await page.getByRole('heading', {level: 1, name: 'ERP'}).waitFor();
		w.hook = page.url().split('/').at(-1);
		await card(page, 'Settings').getByText(hook.url).waitFor();
		await card(page, 'Quotas').getByText('1,200 a minute').waitFor();
		await verdict(page, null, true);
		assert.deepEqual(hook.faults, []);
		await axe(page);
	});

	test('has its credentials replaced, its quotas and settings changed', {timeout: 60000}, async () => {
		const replace = async (text) => {
			await button(page, 'Replace the credentials').click();
			await dialog(page).getByLabel(/^Bearer token/).fill(text);
			await dialog(page).getByRole('button', {name: 'Replace the credentials'}).click();
			await dialog(page).waitFor({state: 'detached'});
		};
		await replace('a-wrong-one');
		await verdict(page, /401|token|refused|credential/i);
		await replace(bearer);
		await verdict(page, null, true);
		await button(page, 'Change the quotas').click();
		await dialog(page).getByLabel(/^post/).fill('99999999');
		await button(page, 'Save').click();
		assert.ok(await dialog(page).getByLabel(/^post/).evaluate((e) => !e.validity.valid));
		await dialog(page).getByLabel(/^post/).fill('');
		await button(page, 'Save').click();
		await card(page, 'Quotas').getByText('600 a minute').waitFor();
		await button(page, 'Change the settings').click();
		await field(page, 'Address').fill(`${hook.url}/more`);
		await button(page, 'Save').click();
		await dialog(page).getByRole('alert').getByText('credentials again').waitFor();
		await dialog(page).getByLabel(/^Bearer token/).fill(bearer);
		await axe(page);
		await button(page, 'Save').click();
		await card(page, 'Settings').getByText(`${hook.url}/more`).waitFor();
		await button(page, 'Change the settings').click();
		await field(page, 'Address').fill(hook.url);
		await dialog(page).getByLabel(/^Bearer token/).fill(bearer);
		await button(page, 'Save').click();
		await dialog(page).waitFor({state: 'detached'});
	});

	test('is told of a batch after its plan was shown', {timeout: 60000}, async () => {
		await bound('HOOK-1', 6);
		hook.reset();
		await page.goto(within('batches/HOOK-1'));
		await button(page, 'Provision now').click();
		await field(page, 'Product cloud').selectOption({label: 'ERP'});
		await button(page, 'Show the plan').click();
		await dialog(page).getByText('The plan is ready.').waitFor();
		assert.equal(await count(dialog(page), 'to create'), '6');
		assert.equal(await count(dialog(page), 'conflicts'), '0');
		await dialog(page).getByText('this is by our own record').waitFor();
		assert.equal(hook.calls.length, 0);
		await axe(page);
		await dialog(page).getByRole('button', {name: 'Provision now'}).click();
		await page.getByText('6 of 6 devices').waitFor();
		await card(page, 'ERP').getByText('in this cloud', {exact: true}).waitFor();
		assert.equal(hook.count('admit'), 6);
		assert.deepEqual(hook.faults, []);
		await page.getByText('started the provisioning').first().waitFor();
	});

	test('has conflicts shown apart, in its own words', {timeout: 60000}, async () => {
		const devices = await bound('HOOK-2', 5);
		hook.others.set(devices[2].fingerprint, '=2+3 is of <plant 2>');
		await w.provision('HOOK-2', w.hook);
		await page.goto(within('batches/HOOK-2'));
		await page.getByRole('heading', {name: '1 conflict'}).waitFor();
		await page.getByText('=2+3 is of <plant 2>').waitFor();
		await axe(page);
		const coming = page.waitForEvent('download');
		await button(page, 'Download as CSV').click();
		const rows = fs.readFileSync(await (await coming).path(), 'utf8').trim().split('\r\n');
		assert.deepEqual(rows, ['what,device,fingerprint,message', `"conflict","${devices[2].chip_id}",` +
			`"${devices[2].fingerprint}","'=2+3 is of <plant 2>"`]);
		await page.getByRole('link', {name: devices[2].chip_id}).click();
		await card(page, 'In the clouds').getByText('conflict', {exact: true}).waitFor();
		await card(page, 'In the clouds').getByText('=2+3 is of <plant 2>').waitFor();
		await axe(page);
		await page.goto(within(''));
		await page.getByText(/of HOOK-2 is in conflict/).waitFor();
		await page.getByRole('link', {name: 'Look into it'}).click();
		hook.others.clear();
		await button(page, 'Retry the 1 that failed').click();
		await page.getByRole('heading', {name: '1 conflict'}).waitFor({state: 'detached'});
		await until(() => hook.count('admit') === 11, 10000, 'the last device');
	});

	test('that is away says so, waits, and goes on', {timeout: 180000}, async () => {
		await bound('HOOK-3', 4);
		await hook.stop();
		const job = await w.must(202, 'admin', 'POST', w.in('batches/HOOK-3/provision'), {cloud: w.hook});
		await page.goto(within(`clouds/${w.hook}`));
		await page.getByText('Nothing is sent to this cloud for now.').waitFor({timeout: 90000});
		await page.locator('.page-head').getByText('interrupted').waitFor();
		await page.getByText(/next try (in|any)/).waitFor();
		await axe(page);
		await button(page, 'Pause').click();
		await card(page, 'Jobs').getByText('paused', {exact: true}).waitFor();
		await page.goto(within('clouds'));
		await page.getByRole('row', {name: /ERP/}).getByText('interrupted').waitFor();
		await page.getByRole('row', {name: /ERP/}).getByText(/^1 job/).waitFor();
		await axe(page);
		await page.goto(within(''));
		await page.getByText('ERP does not answer as it should').waitFor();
		await page.getByRole('link', {name: 'See why'}).click();
		await hook.start();
		await button(page, 'Go on').click();
		await button(page, 'Try now').click();
		assert.equal((await w.job(job.id)).state, 'done');
		await page.locator('.page-head').getByText('answers').waitFor();
		await page.getByText('Nothing is sent to this cloud for now.').waitFor({state: 'detached'});
	});

	test('is left for another one without a gap', {timeout: 60000}, async () => {
		await page.goto(within('batches/HOOK-2'));
		await button(page, 'Move to another cloud').click();
		await dialog(page).getByText('without a gap').waitFor();
		await field(page, 'To the cloud').selectOption({label: 'Own'});
		await axe(page);
		await button(page, 'Show the plan').click();
		await dialog(page).getByText('The plan is ready.').waitFor();
		assert.equal(await count(dialog(page), 'to create'), '5');
		await button(page, 'Move now').click();
		await card(page, 'Own').getByText('in this cloud', {exact: true}).waitFor();
		await card(page, 'ERP').getByText('not in this cloud').waitFor();
		assert.equal(hook.count('remove'), 5);
		assert.equal((await w.must(200, 'admin', 'GET', w.in('batches/HOOK-2'))).cloud.name, 'Own');
		await axe(page);
	});

	test('is left for none', {timeout: 60000}, async () => {
		await page.goto(within('batches/HOOK-3'));
		await button(page, 'Remove from this cloud').click();
		await button(page, 'Show the plan').click();
		await dialog(page).getByText('The plan is ready.').waitFor();
		assert.equal(await count(dialog(page), 'to remove'), '4');
		assert.equal(hook.count('remove'), 5);
		await button(page, 'Remove now').click();
		await card(page, 'ERP').getByText('not in this cloud').waitFor();
		assert.equal(hook.count('remove'), 9);
		assert.deepEqual(hook.faults, []);
	});

	test('stays while it has batches; its secret was in no answer', async () => {
		await page.goto(within(`clouds/${w.hook}`));
		await card(page, 'Its batches').getByRole('link', {name: 'HOOK-1'}).waitFor();
		await button(page, 'Remove').click();
		await dialog(page).getByText('1 batch is in this cloud.').waitFor();
		await dialog(page).getByRole('button', {name: 'Remove', exact: true}).click();
		await dialog(page).getByRole('alert').waitFor();
		await axe(page);
		await dialog(page).getByRole('button', {name: 'Cancel'}).click();
		for (const text of await Promise.all(answers))
			assert.ok(!text.includes(bearer));
		assert.ok(!(await page.content()).includes(bearer));
	});
});

describe('a cloud that can be read', () => {
	let page;

	before(async () => {
		page = await pageOf('admin', within('clouds'));
	});
	after(() => closed(page));

	async function audited(says) {
		await button(page, 'Start an audit').click();
		await card(page, 'Audit').getByText(says).waitFor({timeout: 30000});
	}

	test('is audited, and what differs is listed', {timeout: 90000}, async () => {
		const string = hub.connectionString('birthmark');
		await button(page, 'Add a cloud').click();
		await kind(page, 'Azure IoT Hub').click();
		await field(page, 'Name').fill('Hub');
		await dialog(page).getByLabel(/^Connection string/).fill(string);
		await dialog(page).getByText('Quotas', {exact: true}).click();
		await dialog(page).getByLabel(/^query: requests a minute/).fill('6000');
		await dialog(page).getByText('Private CA', {exact: true}).click();
		await dialog(page).getByLabel(/^CA certificate/).fill(ca());
		await button(page, 'Add').click();
		await page.getByRole('heading', {level: 1, name: 'Hub'}).waitFor();
		await card(page, 'Settings').getByText(hub.host).waitFor();
		await page.getByText('No audit was made yet.').waitFor();
		const id = page.url().split('/').at(-1);
		const devices = await bound('HUB-1', 5);
		hub.put(devices[0].chip_id, {authentication: {type: 'sas'}});
		await page.goto(within('batches/HUB-1'));
		await button(page, 'Provision now').click();
		await field(page, 'Product cloud').selectOption({label: 'Hub'});
		await button(page, 'Show the plan').click();
		await dialog(page).getByText('The plan is ready.').waitFor();
		assert.equal(await count(dialog(page), 'to create'), '4');
		assert.equal(await count(dialog(page), 'conflicts'), '1');
		const rows = dialog(page).locator('tbody tr');
		await until(async () => await rows.count() === 5, 5000, 'five rows');
		await button(dialog(page), 'conflict').click();
		await until(async () => await rows.count() === 1, 5000, 'one row');
		await axe(page);
		hub.devices.delete(devices[0].chip_id);
		await dialog(page).getByRole('button', {name: 'Provision now'}).click();
		await page.getByText('5 of 5 devices').waitFor();
		await page.goto(within(`clouds/${id}`));
		assert.equal(hub.devices.size, 5);
		const [gone, off] = Object.keys(hub.state());
		hub.devices.delete(gone);
		hub.devices.get(off).status = 'disabled';
		hub.put('somebody-else', {authentication: {type: 'sas'}});
		await audited('The cloud differs');
		const result = card(page, 'Audit');
		for (const [name, n] of [['as they should be', 3], ['missing', 1], ['different', 1], ['not ours', 1]])
			assert.equal(await count(result, name), String(n), name);
		await until(async () => await result.locator('tbody tr').count() === 3, 5000, 'three rows');
		await axe(page);
		await button(result, 'missing').click();
		await until(async () => await result.locator('tbody tr').count() === 1, 5000, 'one row');
		assert.ok(devices.some((d) => d.chip_id === gone));
		await result.getByRole('link', {name: gone}).waitFor();
		await button(result, 'not ours').click();
		await result.getByText(/somebody-else/).first().waitFor();
		const coming = page.waitForEvent('download');
		await button(result, 'Download as CSV').click();
		assert.match(fs.readFileSync(await (await coming).path(), 'utf8'), /^"stranger",".*somebody-else"/m);

		// Provisioned again, the batch is as it should be; the stranger is left.
		await w.provision('HUB-1', id);
		hub.devices.delete('somebody-else');
		await audited('The cloud holds exactly what it should.');
		assert.equal(await count(result, 'as they should be'), '5');
		assert.deepEqual(hub.faults, []);
		assert.ok(!(await page.content()).includes(string.split('SharedAccessKey=')[1]));
	});
});

describe('a cloud', () => {
	for (const who of ['developer', 'auditor'])
		test(`has no buttons for somebody who is ${who}`, async () => {
			const page = await pageOf(who, within('clouds'));
			await page.getByRole('link', {name: 'Own'}).waitFor();
			const none = async () => {
				for (const name of [/^Add/, /^New/, /^Remove/, /^Rename/, /^Change /, /^Change$/,
					/^Make default/, /^Test/, /^Provision/, /^Move/, /^Replace/, /^Retry/, /^Try/])
					assert.equal(await page.locator('main').getByRole('button', {name}).count(), 0, `${name}`);
			};
			await none();
			assert.equal(await page.getByLabel('Default cloud').count(), 0);
			await page.getByRole('link', {name: 'Own'}).click();
			await page.getByText('About this cloud').waitFor();
			await none();
			await axe(page);
			await page.goto(within(`clouds/${w.hook}`));
			await page.getByRole('heading', {name: 'Quotas'}).waitFor();
			await none();
			await page.goto(within('batches/HOOK-1'));
			await page.getByText('in this cloud').first().waitFor();
			await none();
			await page.goto(within('products'));
			await page.getByRole('rowheader', {name: 'Dishwasher DW-9'}).waitFor();
			await none();
			await closed(page);
		});
});

test('products are made, renamed and removed, but not one in use', async () => {
	const page = await pageOf('admin', within('products'));
	const long = `Ofen ${'sehr '.repeat(15)}groß <b>&amp;</b> 洗碗机`;
	await button(page, 'New product').click();
	await axe(page);
	await field(page, 'Name of the product').fill(long);
	await button(page, 'Save').dblclick();
	await page.getByRole('rowheader', {name: long}).waitFor();
	assert.equal(await page.getByRole('rowheader', {name: long}).count(), 1);
	await button(page, `Rename ${long}`).click();
	await field(page, 'Name of the product').fill('Dishwasher DW-9');
	await button(page, 'Save').click();
	await dialog(page).getByRole('alert').waitFor();
	await field(page, 'Name of the product').fill('Oven O-1');
	await button(page, 'Save').click();
	await page.getByRole('rowheader', {name: 'Oven O-1'}).waitFor();
	await axe(page);
	await button(page, 'Remove Oven O-1').click();
	await dialog(page).getByRole('button', {name: 'Remove', exact: true}).click();
	await page.getByRole('rowheader', {name: 'Oven O-1'}).waitFor({state: 'detached'});
	await button(page, 'Remove Dishwasher DW-9').click();
	await dialog(page).getByRole('button', {name: 'Remove', exact: true}).click();
	assert.match(await dialog(page).getByRole('alert').innerText(), /batch|bound/i);
	await closed(page);
});

describe('the operators of the service', () => {
	test('make a vendor with its CAs and its administrator', {timeout: 60000}, async () => {
		const fab = new Fab(w.path('müller'), 'Müller Chips');
		const page = await pageOf('service', service());
		await axe(page);
		await button(page, 'New vendor').click();
		await field(page, 'Name').fill('Müller Chips');
		assert.equal(await field(page, 'Short name').inputValue(), 'muller-chips');
		await axe(page);
		await button(page, 'Add').dblclick();
		await page.getByText('No CA registered yet').waitFor();
		const vendor = page.url().split('/').at(-1);
		const der = w.path('issuing.der');
		execFileSync('openssl', ['x509', '-in', fab.file('issuing.pem'), '-outform', 'DER', '-out', der]);
		for (const [role, file] of [['root', fab.file('root.pem')], ['issuing', der]]) {
			await button(page, 'Register a CA').click();
			await field(page, 'Kind').selectOption(role);
			await dialog(page).locator('input[type=file]').setInputFiles(file);
			const told = (await dialog(page).locator('dd code').innerText()).replaceAll(' ', '');
			assert.equal(told, execFileSync('openssl', ['x509', '-in', fab.file(`${role}.pem`), '-noout',
				'-fingerprint', '-sha256'], {encoding: 'utf8'}).split('=')[1].trim()
				.replaceAll(':', '').toLowerCase());
			await axe(page);
			await dialog(page).getByRole('button', {name: 'Register a CA'}).click();
			await dialog(page).waitFor({state: 'detached'});
			await page.getByRole('row', {name: new RegExp(`\\b${role}\\b`)}).waitFor();
		}
		await axe(page);
		// A CA of somebody else's is refused in words.
		await button(page, 'Register a CA').click();
		await dialog(page).locator('input[type=file]').setInputFiles(w.fab.file('root.pem'));
		await dialog(page).getByRole('button', {name: 'Register a CA'}).click();
		await dialog(page).getByRole('alert').waitFor();
		await dialog(page).getByRole('button', {name: 'Close'}).click();
		await page.getByRole('button', {name: /^Retire .*/}).last().click();
		await dialog(page).getByRole('button', {name: 'Retire', exact: true}).click();
		await page.getByText('Retired').first().waitFor();

		await button(page, 'Invite the vendor’s administrator').click();
		await field(page, 'E-mail address').fill('chips@mueller.test');
		await dialog(page).getByRole('radio').first().check();
		await button(page, 'Make the link').click();
		const link = await dialog(page).getByLabel('Link of the invitation').inputValue();
		await closed(page);

		const guest = await (await browser.phone()).newPage();
		await guest.goto(link);
		await guest.getByLabel('Your name').fill('Chips');
		await guest.getByLabel('New password').fill('seven green herons by the weir');
		await button(guest, 'Accept').click();
		await guest.waitForURL(`**/console/v/${vendor}`);
		await guest.getByRole('heading', {name: 'Müller Chips'}).waitFor();
		await axe(guest);
		await closed(guest);
	});

	test('invite and reset for the whole service', async () => {
		const page = await pageOf('service', service('/users'));
		await axe(page);
		await button(page, 'Invite somebody').click();
		await field(page, 'E-mail address').fill('first@ovens.test');
		await field(page, 'Its ID').fill('acc_unknown');
		await button(page, 'Make the link').click();
		await dialog(page).getByRole('alert').waitFor();
		await field(page, 'Its ID').fill(w.rival);
		await axe(page);
		await button(page, 'Make the link').click();
		await dialog(page).getByLabel('Link of the invitation').waitFor();
		await button(page, 'I have kept it').click();
		await page.getByLabel('E-mail address').fill('nobody@nowhere.test');
		await button(page, 'Go on').click();
		await button(page, 'Make the link').click();
		await dialog(page).getByRole('alert').waitFor();
		await closed(page);
	});

	test('nobody else comes to these pages', async () => {
		const page = await pageOf('admin', within('products'));
		assert.equal(await page.getByRole('navigation').first()
			.getByRole('link', {name: 'Vendors'}).count(), 0);
		await page.goto(service());
		await page.getByText(/may not|not allowed|no right|There is no/i).first().waitFor();
		await closed(page);
	});
});

for (const locale of ['de-DE', 'zh-CN'])
	test(`nothing sticks out on a narrow phone in ${locale}`, {timeout: 60000}, async () => {
		const narrow = {locale, viewport: {width: 360, height: 740}};
		const admin = await pageOf('admin', within('clouds'), narrow);
		const boss = await pageOf('service', service(), narrow);
		for (const [page, address] of [[admin, within('clouds')], [admin, within(`clouds/${w.cloud}`)],
			[admin, within('products')], [boss, service()], [boss, service(`/vendors/${w.vendor}`)],
			[boss, service('/users')]]) {
			await page.goto(address);
			await page.locator('h1').waitFor();
			await until(async () => await page.locator('.loading').count() === 0, 10000, address);
			const wide = await page.evaluate(() => document.documentElement.scrollWidth);
			assert.ok(wide <= 360, `${address}: ${wide} px`);
			await axe(page);
		}
		await closed(admin);
		await closed(boss);
	});
