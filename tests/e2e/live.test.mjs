// What changes shows in open pages by itself: by a stream of events while the
// page is looked at, by asking where streams do not come through.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {addAwsCloud} from './lib/aws-cloud.mjs';
import {openBrowser, signIn} from './lib/browser.mjs';
import {until} from './lib/service.mjs';
import {buildWorld} from './lib/world.mjs';

let w, rx, browser, cloud, serial = 0;

before(async () => {
	w = await buildWorld();
	({rx, cloud} = await addAwsCloud(w, {chunk: 10}));
	browser = await openBrowser();
}, {timeout: 120000});

after(async () => {
	await browser?.close();
	await rx?.stop();
	await w?.end();
});

const reel = (count = 2) => w.fab.reel(`live${++serial}`,
	{count, batch: `LIVE-${serial}`});

/** A page of one of the people; `streams` counts those that are open. */
async function look(who, route, prepare = async () => {}) {
	const context = await browser.desktop();
	await signIn(context, w.service.url, w.passwords[who]);
	const page = await context.newPage();
	page.streams = 0;
	const isStream = (r) => /\/events(\?|$)/.test(r.url());
	page.on('request', (r) => { page.streams += isStream(r) ? 1 : 0; });
	for (const end of ['requestfinished', 'requestfailed'])
		page.on(end, (r) => { page.streams -= isStream(r) ? 1 : 0; });
	await prepare(page);
	await page.goto(`${w.service.url}/console${route}`);
	await page.locator('h1').first().waitFor();
	return page;
}

/** As a browser does when another tab is shown, or this one again. */
const show = (page, shown) => page.evaluate((hidden) => {
	Object.defineProperty(document, 'hidden',
		{configurable: true, get: () => hidden});
	document.dispatchEvent(new Event('visibilitychange'));
}, !shown);

test('a manifest sent by a script appears in the list, and is published there',
	async () => {
		const page = await look('vendor', `/v/${w.vendor}/uploads`);
		await until(() => page.streams === 1, 5000, 'the stream');
		const made = reel();
		await w.mustPublish(made);
		await page.getByRole('row').filter({hasText: made.batch})
			.getByText('published', {exact: true}).waitFor();
		await page.context().close();
	});

test('a page out of sight has no stream, and catches up when it is shown',
	async () => {
		const page = await look('vendor', `/v/${w.vendor}/uploads`);
		await until(() => page.streams === 1, 5000, 'the stream');
		await show(page, false);
		await until(() => page.streams === 0, 5000, 'its end');
		const made = reel();
		await w.mustPublish(made);
		await show(page, true);
		await page.getByText(made.batch, {exact: true}).waitFor();
		assert.equal(page.streams, 1);
		await page.context().close();
	});

test('without streams the page asks, and shows the end of a job', async () => {
	const made = reel(30);
	await w.mustPublish(made);
	assert.equal((await w.bind('admin', made.label)).status, 201);
	const page = await look('auditor', `/a/${w.account}/batches/${made.batch}`,
		(p) => p.route(/\/events(\?|$)/, (r) => r.fulfill({status: 429,
			contentType: 'application/problem+json', body: '{}'})));
	await w.provision(made.batch, cloud);
	await page.getByText('30 of 30 devices').waitFor();
	await page.context().close();
});

test('the list of batches follows the courier, and asks where it must',
	async () => {
		const made = reel(20);
		await w.mustPublish(made);
		assert.equal((await w.bind('admin', made.label)).status, 201);
		const live = await look('admin', `/a/${w.account}/batches`);
		const asks = await look('auditor', `/a/${w.account}/batches`,
			(p) => p.route(/\/events(\?|$)/, (r) => r.fulfill({status: 429,
				contentType: 'application/problem+json', body: '{}'})));
		await w.provision(made.batch, cloud);
		for (const page of [live, asks]) {
			await page.getByRole('row').filter({hasText: made.batch})
				.getByText('provisioned', {exact: true}).waitFor();
			await page.context().close();
		}
	});
