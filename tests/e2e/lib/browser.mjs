// Debian's Chromium for the tests of the console: a fresh profile each time,
// contexts like a phone and like a desk, axe, a fake camera.  Whatever the
// browser complains about is a fault that fails the test.
// Must not know a page of the console.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createHash, X509Certificate} from 'node:crypto';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';

const executablePath = process.env.BIRTHMARK_CHROMIUM || '/usr/bin/chromium';
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
	'--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync',
	'--disable-dev-shm-usage', '--hide-scrollbars'];

const looks = {
	phone: {viewport: {width: 390, height: 844}, deviceScaleFactor: 2,
		isMobile: true, hasTouch: true},
	desktop: {viewport: {width: 1440, height: 900}},
};

const started = new Set();
process.on('exit', () => {
	for (const b of started)
		b.process?.kill('SIGKILL');
});

// Answers of the REST interface that say no are told by the pages themselves;
// the browser writes them to its console nevertheless.
function isExpected(text, url) {
	return /^Failed to load resource/.test(text) && url.includes('/api/') &&
		!/status of 5\d\d/.test(text);
}

export class Browser {
	constructor(browser) {
		this.browser = browser;
		this.faults = [];
		this.expected = [];
	}

	/** Faults that match are meant to be there. */
	expect(...patterns) {
		this.expected.push(...patterns);
	}

	#fault(text) {
		if (!this.expected.some((p) => p.test(text)))
			this.faults.push(text);
	}

	#watch(page) {
		page.on('pageerror', (e) => this.#fault(`uncaught: ${e.stack || e}`));
		page.on('console', (m) => {
			const url = m.location().url || '';
			if (m.type() === 'error' && !isExpected(m.text(), url))
				this.#fault(`console at ${page.url().split('#')[0]}: ` +
					`${m.text()} ${url.split('#')[0]}`);
		});
		page.on('crash', () => this.#fault('the page crashed'));
	}

	/** A context of its own (cookies, storage); more: playwright's options. */
	async context(look, more = {}) {
		const context = await this.browser.newContext({...looks[look],
			ignoreHTTPSErrors: true, locale: 'en-GB',
			timezoneId: 'Europe/Berlin', ...more});
		context.setDefaultTimeout(15000);
		context.on('page', (page) => this.#watch(page));
		return context;
	}

	phone(more) {
		return this.context('phone', more);
	}

	desktop(more) {
		return this.context('desktop', more);
	}

	/** Fails on what the browser complained about since the last time. */
	check() {
		assert.deepEqual(this.faults.splice(0), []);
	}

	async close() {
		started.delete(this);
		await this.browser.close();
		this.check();
	}
}

function spkiOf(pem) {
	return createHash('sha256').update(new X509Certificate(pem).publicKey
		.export({type: 'spki', format: 'der'})).digest('base64');
}

/**
 * camera: a file of cameraFile; ca: the service's certificate (PEM), taken as
 * valid, which passkeys want (with the host name localhost); args: more flags.
 */
export async function openBrowser({camera, ca, args = []} = {}) {
	const all = [...flags, ...args];
	if (camera !== undefined)
		all.push('--use-fake-device-for-media-stream',
			'--use-fake-ui-for-media-stream',
			`--use-file-for-fake-video-capture=${camera}`);
	if (ca)
		all.push(`--ignore-certificate-errors-spki-list=${spkiOf(ca)}`);
	const b = new Browser(await chromium.launch({executablePath, args: all,
		chromiumSandbox: false}));
	started.add(b);
	return b;
}

/** Logs in by cookie, as the login page does, without showing it. */
export async function signIn(context, url, {email, password}) {
	const r = await context.request.post(`${url}/api/v1/sessions`,
		{data: {email, password, cookie: true}});
	assert.equal(r.status(), 201, await r.text());
	return r.json();
}

/** Fails on every violation of WCAG 2.2 AA that axe knows. */
export async function axe(page, {include, exclude = []} = {}) {
	// Not as a script of the page, which its CSP would refuse.
	await page.evaluate(fs.readFileSync(axeFile, 'utf8'));
	const found = await page.evaluate(async ([inside, outside]) => {
		const r = await globalThis.axe.run(
			{...inside ? {include: [[inside]]} : {},
				exclude: outside.map((s) => [s])},
			{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
				'wcag22aa', 'best-practice']});
		return r.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes
			.map((n) => `${n.target.join(' ')} (${n.failureSummary})`)
			.join('; ')}`);
	}, [include, exclude]);
	assert.deepEqual(found, [], page.url().split('#')[0]);
}

/**
 * A film for the fake camera: shots is a list of {pictures, seconds}, the PNGs
 * of a shot side by side on a grey table.  Chromium plays it for ever, thirty
 * pictures a second.
 */
export function cameraFile(file, shots, {width = 1280, height = 720} = {}) {
	const inputs = [], filters = [], parts = [];
	let n = 0;
	for (const [i, {pictures, seconds = 2}] of shots.entries()) {
		const side = Math.min(height * 0.7, width / pictures.length * 0.8) | 0;
		let last = `t${i}`;
		filters.push(`color=0x8a8f8a:s=${width}x${height}:r=30:d=${seconds}[${last}]`);
		for (const [k, picture] of pictures.entries()) {
			inputs.push('-i', picture);
			const x = (width / pictures.length * (k + 0.5) - side / 2) | 0;
			filters.push(`[${n}]scale=${side}:${side}:flags=neighbor[p${n}]`,
				`[${last}][p${n}]overlay=${x}:${(height - side) / 2 | 0}[s${n}]`);
			last = `s${n++}`;
		}
		parts.push(`[${last}]`);
	}
	filters.push(`${parts.join('')}concat=n=${parts.length}:v=1:a=0[out]`);
	execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, '-filter_complex',
		filters.join(';'), '-map', '[out]', '-r', '30', '-c:v', 'mjpeg',
		'-q:v', '4', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg', file]);
	return file;
}
