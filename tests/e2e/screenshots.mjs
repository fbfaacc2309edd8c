// Writes a picture of every page of the console, at the width of a phone and
// of a desk, light and dark, for a person to look at.
// usage: node tests/e2e/screenshots.mjs DIR [PAGE]...
// With BIRTHMARK_TOUR=DIR, the pictures of docs/console.md go there too.
import fs from 'node:fs';
import path from 'node:path';
import {cameraFile, openBrowser, signIn} from './lib/browser.mjs';
import {buildShowcase, pagesOf} from './lib/showcase.mjs';

const [dir, ...only] = process.argv.slice(2);
if (!dir) {
	console.error('usage: node tests/e2e/screenshots.mjs DIR [PAGE]...');
	process.exit(2);
}
const tour = process.env.BIRTHMARK_TOUR;
const inTour = new Set(['phone-light-bind', 'phone-light-scan', 'desktop-light-overview',
	'desktop-light-batches', 'desktop-light-batch-conflicts', 'desktop-light-device', 'desktop-dark-overview',
	'desktop-light-cloud-audit', 'desktop-light-labels', 'desktop-light-audit', 'phone-dark-overview',
	'desktop-light-login', 'desktop-light-authorities', 'desktop-light-claim-vouchers',
	'desktop-light-product']);
fs.mkdirSync(dir, {recursive: true});

async function shoot(page, look, scheme, name) {
	const key = `${look}-${scheme}-${name}`;
	const file = path.join(dir, `${key}.png`);
	await page.screenshot({path: file, fullPage: true});
	if (tour && inTour.has(key)) {
		fs.mkdirSync(tour, {recursive: true});
		await page.screenshot({path: path.join(tour, `${key}.png`)});
	}
}

async function settle(page) {
	await page.locator('h1').first().waitFor();
	await page.waitForFunction(() => !document.querySelector('.skeleton'));
	await page.waitForTimeout(400); // charts and pictures
}

const show = await buildShowcase();
let status = 0;
try {
	show.age();
	const camera = cameraFile(path.join(show.w.dir, 'camera.mjpeg'),
		[{pictures: [show.reels[7].made.file('label.png')]}]);
	const browser = await openBrowser({camera});
	for (const look of ['phone', 'desktop'])
		for (const scheme of ['light', 'dark'])
			for (const p of pagesOf(show)) {
				if (only.length > 0 && !only.includes(p.name))
					continue;
				const context = await browser.context(look, {colorScheme: scheme, deviceScaleFactor: 1,
					permissions: ['camera']});
				if (p.who)
					await signIn(context, show.w.service.url, show.credentials(p.who));
				const page = await context.newPage();
				await page.goto(show.w.service.url + p.path);
				await settle(page);
				for (const label of p.press ?? [])
					await page.getByRole('button', {name: label}).first().click();
				await shoot(page, look, scheme, p.name);
				if (process.stdout.isTTY)
					process.stdout.write(`\r\x1b[K${look} ${scheme} ${p.name}`);
				await context.close();
			}
	await browser.close();
	console.log(`pictures of every page are in ${dir}`);
} catch (e) {
	console.error(e);
	status = 1;
} finally {
	await show.end();
}
process.exit(status);
