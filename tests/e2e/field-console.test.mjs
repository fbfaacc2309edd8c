// The field in the browser: an administrator makes authorities, says what
// devices get, makes a claim voucher, revokes a certificate, keeps a device
// out.  Must not click what a person could not see.
import assert from 'node:assert/strict';
import {createPublicKey, X509Certificate} from 'node:crypto';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';
import {axe, openBrowser, signIn} from './lib/browser.mjs';
import {enrol} from './lib/enrol.mjs';
import {trusted} from './lib/field.mjs';
import {openssl} from './lib/forge.mjs';
import {buildWorld} from './lib/world.mjs';

let w, browser, page, devices;

before(async () => {
	w = await buildWorld();
	const reel = w.fab.reel('field', {batch: 'FIELD-1', count: 2});
	await w.mustPublish(reel);
	assert.equal((await w.bind('admin', reel.label, {product: w.product})).status, 201);
	({devices} = reel);
	browser = await openBrowser();
	const context = await browser.desktop();
	await signIn(context, w.service.url, w.passwords.admin);
	page = await context.newPage();
}, {timeout: 60000});
after(async () => {
	await browser?.close();
	await w?.end();
});

const button = (name) => page.getByRole('button', {name, exact: true});
const dialog = () => page.getByRole('dialog');
const inDialog = (name) => dialog().getByRole('button', {name, exact: true});
const row = (text) => page.getByRole('row').filter({hasText: text});

async function open(route) {
	await page.goto(`${w.service.url}/console/a/${w.account}/${route}`);
	await page.locator('h1').waitFor();
}

const print = (device) => new X509Certificate(device.cert).fingerprint256
	.replaceAll(':', '').toLowerCase();

describe('the field in the console', () => {
	test('a root and an issuing authority are made', async () => {
		await open('cas');
		await button('New authority').click();
		await dialog().getByLabel('Name', {exact: true}).fill('Dishwashers Root');
		await inDialog('Make the authority').click();
		await page.getByRole('heading', {name: 'Dishwashers Root'}).waitFor();
		await open('cas');
		await button('New authority').click();
		await dialog().getByLabel('Name', {exact: true}).fill('Dishwashers Devices');
		await inDialog('Make the authority').click();
		await page.getByRole('heading', {name: 'Dishwashers Devices'}).waitFor();
		await page.getByText('-----BEGIN CERTIFICATE-----').waitFor();
	});

	test('one that is signed elsewhere goes out as a request and comes in as a certificate', async () => {
		await open('cas');
		await button('New authority').click();
		await dialog().getByLabel('Kind').selectOption('issuing');
		await dialog().getByLabel('Name', {exact: true}).fill('Headquarters');
		await dialog().getByLabel('Signed by').selectOption('');
		await inDialog('Make the authority').click();
		const csr = await page.locator('pre').filter({hasText: 'CERTIFICATE REQUEST'}).innerText();
		const [key, root, file, out] = ['hq.key', 'hq.pem', 'hq.csr', 'hq-ca.pem'].map((f) => w.path(f));
		fs.writeFileSync(file, csr);
		openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
			'-keyout', key, '-out', root, '-subj', '/CN=HQ Root', '-days', '30',
			'-addext', 'keyUsage=critical,keyCertSign,cRLSign']);
		fs.writeFileSync(w.path('hq.ext'), 'basicConstraints=critical,CA:TRUE,pathlen:0\n' +
			'keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n');
		openssl(['x509', '-req', '-in', file, '-CA', root, '-CAkey', key, '-CAcreateserial', '-days', '20',
			'-extfile', w.path('hq.ext'), '-out', out]);
		const text = fs.readFileSync(out, 'utf8');
		assert.equal(createPublicKey(text).asymmetricKeyType, 'ec');
		await page.getByLabel('Certificate (PEM)').fill(text);
		await page.getByLabel('Certificates above it (PEM)').fill(fs.readFileSync(root, 'utf8'));
		await button('Bring in the certificate').click();
		await page.getByText('The authority is ready.').waitFor();
	});

	test('a product gets a profile, and its devices certificates', async () => {
		await open('products');
		await page.getByRole('link', {name: 'Dishwasher DW-9'}).click();
		await page.getByText('get no certificates of yours yet').waitFor();
		await page.getByLabel('Issued by').selectOption({label: 'Dishwashers Devices'});
		await page.getByLabel('Days it is valid').fill('90');
		await button('Save').first().click();
		await page.getByText('Saved').waitFor();
		await trusted(w, devices[0].chip);
		for (const d of devices) {
			const {cert} = await enrol(w.service, w.path(), d);
			const {validFrom, validTo} = new X509Certificate(cert);
			assert.ok(Date.parse(validTo) - Date.parse(validFrom) < 91 * 86400_000);
		}
	});

	test('a certificate is put on hold, taken off, and revoked for ever', async () => {
		await open('cas');
		const mine = row(`CN=${devices[0].id}`);
		await mine.getByRole('button', {name: /^Revoke/}).click();
		await inDialog('Revoke').click();
		await mine.getByText('on hold', {exact: true}).waitFor();
		await mine.getByRole('button', {name: /^Take off hold/}).click();
		await inDialog('Take off hold').click();
		await mine.getByText('valid', {exact: true}).waitFor();
		await mine.getByRole('button', {name: /^Revoke/}).click();
		await dialog().getByLabel('Reason').selectOption('keyCompromise');
		await inDialog('Revoke').click();
		await mine.getByText('revoked', {exact: true}).waitFor();
		assert.equal(await mine.getByRole('button').count(), 0);
	});

	test('a device is kept out and let in again, and its timeline tells it', async () => {
		await open(`devices/${print(devices[1])}`);
		await button('Put into quarantine').click();
		await dialog().getByLabel('Why').fill('opened by the customer');
		await inDialog('Put into quarantine').click();
		await page.getByText('in quarantine', {exact: true}).waitFor();
		await page.getByText('It was put into quarantine. opened by the customer').waitFor();
		await button('Release from quarantine').click();
		await inDialog('Release from quarantine').click();
		await page.getByText('It was released from quarantine.').waitFor();
		await button('Put into quarantine').waitFor();
	});

	test('a device is scrapped for good, by who knows that it is', async () => {
		await open(`devices/${print(devices[1])}`);
		await button('Scrap').click();
		await dialog().getByLabel('Why').fill('crushed');
		await inDialog('Scrap').click();
		await dialog().getByText('This cannot be undone').waitFor();
		await dialog().getByLabel('I know that this is for good').check();
		await axe(page);
		await inDialog('Scrap').click();
		await page.getByText('scrapped', {exact: true}).waitFor();
		await page.getByText('It was scrapped. crushed').waitFor();
		assert.equal(await button('Scrap').count(), 0);
		assert.equal(await button('Put into quarantine').count(), 0);
	});

	test('a claim voucher is shown once, counted, and revoked', async () => {
		await open('claims');
		await button('New voucher').click();
		await dialog().getByLabel('Name', {exact: true}).fill('Firmware 1');
		await dialog().getByLabel('Devices at most').fill('3');
		await inDialog('Make the voucher').click();
		const token = await dialog().getByLabel('Claim voucher').inputValue();
		assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
		await dialog().getByRole('button').last().click();
		const mine = row('Firmware 1');
		await mine.getByText('0 of 3').waitFor();
		await mine.getByRole('button', {name: 'Revoke Firmware 1'}).click();
		await inDialog('Revoke').click();
		await mine.getByText('revoked', {exact: true}).waitFor();
		await page.reload();
		assert.doesNotMatch(await page.content(), new RegExp(token.slice(0, 40)));
		browser.check();
	});
});
