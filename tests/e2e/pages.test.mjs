// Every page of the console, as whoever may see it: no violation of WCAG 2.2
// AA, nothing that the browser complains of, nothing fetched from elsewhere,
// no sideways scrolling on the smallest phone, and not too much to load.
import './lib/release.mjs';
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {axe, openBrowser, signIn} from './lib/browser.mjs';
import {buildShowcase, pagesOf} from './lib/showcase.mjs';

const first_load_max = 100 * 1000; // bytes of compressed script
let show, browser;

before(async () => {
	show = await buildShowcase();
	browser = await openBrowser();
}, {timeout: 180000});
after(async () => {
	await browser?.close();
	await show?.end();
});

async function open(look, p, more) {
	const context = await browser.context(look, more);
	if (p.who)
		await signIn(context, show.w.service.url, show.credentials(p.who));
	const page = await context.newPage();
	page.elsewhere = [];
	page.on('request', (r) => {
		if (!r.url().startsWith(show.w.service.url) && !/^(blob|data):/.test(r.url()))
			page.elsewhere.push(r.url());
	});
	await page.goto(show.w.service.url + p.path);
	await page.locator('h1').first().waitFor();
	await page.waitForFunction(() => !document.querySelector('.skeleton'));
	for (const name of p.press ?? [])
		await page.getByRole('button', {name}).first().click();
	return {context, page};
}

/** The page is in this language, and no text was left unfilled but for the
 * templates of names that a form asks for. */
async function speaks(page, lang) {
	assert.equal(await page.getAttribute('html', 'lang'), lang);
	assert.doesNotMatch(await page.locator('body').innerText(),
		/\{(?!chip_id|fingerprint|product|batch)\w+\}|undefined|\[object/);
}

describe('pages', () => {
	// The longest words on the smallest phone.
	test('every page is accessible, in Chinese at a desk and in German on a dark phone',
		{timeout: 600000}, async (t) => {
			for (const p of pagesOf(show).filter((x) => !x.pictureOnly))
				await t.test(p.name, async () => {
					const desk = await open('desktop', p, {colorScheme: 'light', locale: 'zh-CN'});
					await axe(desk.page);
					await speaks(desk.page, 'zh-Hans');
					assert.notEqual(await desk.page.title(), 'Birthmark');
					assert.deepEqual(desk.page.elsewhere, []);
					await desk.context.close();
					const phone = await open('phone', p, {colorScheme: 'dark', locale: 'de-DE',
						viewport: {width: 360, height: 740}});
					await axe(phone.page);
					await speaks(phone.page, 'de');
					const wide = await phone.page.evaluate(() =>
						document.documentElement.scrollWidth - innerWidth);
					assert.ok(wide <= 0, `${wide} pixels too wide`);
					await phone.context.close();
					browser.check();
				});
		});

	for (const who of [null, 'admin', 'operator', 'vendor', 'service'])
		test(`the first load as ${who ?? 'nobody'} stays small`, async (t) => {
			const context = await browser.desktop();
			if (who)
				await signIn(context, show.w.service.url, show.credentials(who));
			const page = await context.newPage();
			let bytes = 0;
			const sizes = [];
			page.on('requestfinished', (r) => {
				// The scanner may be large: it loads only where it scans.
				const {pathname} = new URL(r.url());
				if (/\.js$/.test(pathname) && !pathname.includes('scan-worker'))
					sizes.push(r.sizes().then((s) => { bytes += s.responseBodySize; }));
			});
			await page.goto(`${show.w.service.url}/console`);
			await page.locator('h1').first().waitFor();
			await page.waitForFunction(() => !document.querySelector('.skeleton'));
			await page.waitForTimeout(500); // what a page loads late
			await Promise.all(sizes);
			t.diagnostic(`${bytes} bytes of compressed script`);
			assert.ok(bytes > 0 && bytes < first_load_max, `${bytes} bytes of script`);
			await context.close();
		});
});
