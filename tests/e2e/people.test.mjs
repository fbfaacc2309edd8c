// People in the browser: logging in by password, code, passkey and provider;
// invitations, resets, sessions, tokens, the audit log.
// Must not click what a person could not see.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {after, before, describe, test} from 'node:test';
import {axe, openBrowser, signIn} from './lib/browser.mjs';
import {startProvider, startSsoService} from './lib/oidc.mjs';
import {totp} from './lib/passkey.mjs';
import {endService, freePort, until} from './lib/service.mjs';

const password = 'seven green herons by the weir';
let service, provider, browser, origin, account, adminToken;

before(async () => {
	const port = await freePort();
	origin = `https://localhost:${port}`;
	provider = await startProvider({redirectUri: `${origin}/sso/callback`});
	service = await startSsoService(provider, {serveArgs: [
		'--listen', `127.0.0.1:${port}`, '--public-url', origin]});
	adminToken = await service.login();
	account = (await service.api('POST', '/api/v1/accounts', adminToken,
		{name: 'Dishwashers Ltd'})).json.id;
	browser = await openBrowser({ca: service.ca});
	browser.expect(/favicon\.ico/); // of the provider
}, {timeout: 60000});
after(async () => {
	await browser?.close();
	await endService(service);
	await provider?.stop();
});

async function invite(email, role = 'administrator') {
	const r = await service.api('POST',
		`/api/v1/accounts/${account}/invitations`, adminToken, {email, role});
	assert.equal(r.status, 201, r.text);
	return r.json.token;
}

/** Somebody new with a password and a role. */
async function person(name, role) {
	const email = `${name}@people.test`;
	const r = await service.api('POST', '/api/v1/invitations/accept', null,
		{token: await invite(email, role), password, name});
	assert.equal(r.status, 200, r.text);
	return {email, password, name};
}

const within = (route) => `${origin}/console/a/${account}/${route}`;
const button = (page, name) => page.getByRole('button', {name, exact: true});
const dialog = (page) => page.getByRole('dialog');

async function fillLogin(page, who) {
	await page.getByLabel('E-mail address').fill(who.email);
	await page.getByLabel('Password', {exact: true}).fill(who.password);
	await button(page, 'Log in').click();
}

/** A page of somebody who is logged in. */
async function pageOf(who, address = `${origin}/console/me`) {
	const context = await browser.desktop({
		permissions: ['clipboard-read', 'clipboard-write']});
	await signIn(context, origin, who);
	const page = await context.newPage();
	await page.goto(address);
	await page.locator('h1').waitFor();
	return page;
}

async function closed(page) {
	await page.context().close();
	browser.check();
}

/** An authenticator that says yes to everything, in this page. */
async function authenticator(page) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('WebAuthn.enable', {enableUI: false});
	const {authenticatorId} = await cdp.send('WebAuthn.addVirtualAuthenticator',
		{options: {protocol: 'ctap2', ctap2Version: 'ctap2_1',
			transport: 'internal', hasResidentKey: true,
			hasUserVerification: true, isUserVerified: true,
			automaticPresenceSimulation: true}});
	return {cdp, authenticatorId};
}

async function prove(page, submit = 'Go on') {
	await dialog(page).getByLabel('Password', {exact: true}).fill(password);
	await dialog(page).getByRole('button', {name: submit, exact: true}).click();
}

describe('logging in', () => {
	test('a wrong password is refused in words, the right one opens the page', async () => {
		const who = await person('ada');
		const context = await browser.desktop();
		const page = await context.newPage();
		await page.goto(within('users'));
		await page.getByRole('heading', {name: 'Log in'}).waitFor();
		await axe(page);
		await fillLogin(page, {...who, password: 'wrong'});
		await page.getByRole('alert').getByText('do not match').waitFor();
		await fillLogin(page, who);
		await page.getByRole('heading', {name: 'Users and roles'}).waitFor();
		assert.equal(page.url(), within('users'));
		await button(page, 'Log out').click();
		await page.getByRole('heading', {name: 'Log in'}).waitFor();
		await closed(page);
	});

	test('too many tries wait, and count down', async () => {
		const who = await person('una');
		const page = await (await browser.phone()).newPage();
		await page.goto(`${origin}/console`);
		for (let i = 0; i < 6; i++) {
			await fillLogin(page, {...who, password: `wrong ${i}`});
			await page.getByText(/do not match|Too many tries/).waitFor();
			await button(page, 'Log in').and(page.locator(':enabled')).waitFor();
		}
		await fillLogin(page, who);
		await page.getByText(/Too many tries. Try again in \d+ seconds?\./).waitFor();
		assert.ok(await button(page, 'Log in').isDisabled());
		await button(page, 'Log in').and(page.locator(':enabled')).waitFor();
		await closed(page);
	});

	test('a one-time code, and a recovery code, once', {timeout: 120000}, async () => {
		const who = await person('eve');
		const page = await pageOf(who);
		await button(page, 'Turn on one-time codes').click();
		await prove(page);
		await dialog(page).getByRole('img', {name: /QR code/}).waitFor();
		await axe(page);
		const secret = (await dialog(page).locator('.secret code').innerText())
			.replace(/\s/g, '');
		await dialog(page).getByLabel('Six digits').fill('000000');
		await button(page, 'Confirm').click();
		await page.getByRole('alert').getByText('not right').waitFor();
		await dialog(page).getByLabel('Six digits').fill(totp(secret));
		await button(page, 'Confirm').click();
		await dialog(page).locator('.codes-list li').first().waitFor();
		await axe(page);
		const codes = await dialog(page).locator('.codes-list li').allInnerTexts();
		assert.equal(codes.length, 10);
		const file = page.waitForEvent('download');
		await button(page, 'Download').click();
		const saved = fs.readFileSync(await (await file).path(), 'utf8');
		assert.ok(codes.every((c) => saved.includes(c.trim())));
		await button(page, 'I have kept them').click();
		await page.getByText('10 recovery codes left').waitFor();
		await button(page, 'Log out').click();

		await fillLogin(page, who);
		await page.getByRole('heading', {name: 'One-time code'}).waitFor();
		await page.waitForFunction(() =>
			document.activeElement?.autocomplete === 'one-time-code');
		await axe(page);
		// The one of before was used up by turning it on.
		await page.getByLabel('Code', {exact: true}).fill(totp(secret, 1));
		await button(page, 'Go on').click();
		await page.getByRole('heading', {name: 'eve'}).waitFor();
		await button(page, 'Log out').click();

		for (const right of [true, false]) {
			await fillLogin(page, who);
			await button(page, 'I do not have my phone').click();
			await page.getByLabel('Recovery code', {exact: true}).fill(codes[3].trim());
			await button(page, 'Go on').click();
			if (right) {
				await page.getByText('9 recovery codes left').waitFor();
				await button(page, 'Log out').click();
			} else {
				await page.getByRole('alert').getByText('not right').waitFor();
			}
		}
		await closed(page);
	});

	test('a passkey logs in without a password, until it is removed', {timeout: 120000}, async () => {
		const who = await person('pia');
		const page = await pageOf(who);
		const {cdp, authenticatorId} = await authenticator(page);
		await button(page, 'Add a passkey').click();
		await dialog(page).getByLabel('Name of the passkey').fill('Work laptop');
		await dialog(page).getByLabel('Password', {exact: true}).fill('wrong');
		await dialog(page).getByRole('button', {name: 'Add a passkey'}).click();
		await page.getByRole('alert').getByText('not right').waitFor();
		await prove(page, 'Add a passkey');
		await page.getByRole('rowheader', {name: 'Work laptop'}).waitFor();
		const {credentials} = await cdp.send('WebAuthn.getCredentials', {authenticatorId});
		assert.equal(credentials.length, 1);
		assert.equal(credentials[0].rpId, 'localhost');
		await axe(page);
		// The browser offers it by itself, and this authenticator says yes.
		const entered = page.waitForResponse((r) =>
			r.url().endsWith('/api/v1/sessions/passkey') && r.status() === 201);
		await button(page, 'Log out').click();
		await entered;
		await page.getByRole('heading', {name: 'pia'}).waitFor();
		// Where browsers cannot do that, a button asks for it.
		await page.addInitScript(() => {
			PublicKeyCredential.isConditionalMediationAvailable = async () => false;
		});
		await button(page, 'Log out').click();
		await page.getByRole('heading', {name: 'Log in'}).waitFor();
		await axe(page);
		await button(page, 'Log in with a passkey').click();
		await page.getByRole('heading', {name: 'pia'}).waitFor();
		await page.getByRole('row', {name: /passkey .* this one|this one.*passkey/}).waitFor();
		await button(page, 'Remove Work laptop').click();
		await dialog(page).getByRole('button', {name: 'Remove', exact: true}).click();
		await page.getByText('No passkeys yet.').waitFor();
		await button(page, 'Log out').click();
		await button(page, 'Log in with a passkey').click();
		await page.getByRole('alert').getByText('not accepted').waitFor();
		await closed(page);
	});

	test('a passkey works in a browser that knows no JSON of it', {timeout: 120000}, async () => {
		const page = await pageOf(await person('old'));
		await authenticator(page);
		await page.addInitScript(() => {
			delete PublicKeyCredential.parseCreationOptionsFromJSON;
			delete PublicKeyCredential.parseRequestOptionsFromJSON;
			delete PublicKeyCredential.isConditionalMediationAvailable;
			delete PublicKeyCredential.prototype.toJSON;
		});
		await page.reload();
		await button(page, 'Add a passkey').click();
		await prove(page, 'Add a passkey');
		await page.getByRole('rowheader', {name: 'Chrome, Linux'}).waitFor();
		await button(page, 'Log out').click();
		await button(page, 'Log in with a passkey').click();
		await page.getByRole('heading', {name: 'old'}).waitFor();
		await closed(page);
	});
});

describe('sessions', () => {
	test('are listed, and end one by one or all at once', async () => {
		const who = await person('sam');
		const here = await pageOf(who);
		const there = await pageOf(who, within('users'));
		const third = await pageOf(who);
		await here.reload();
		const rows = here.getByRole('row', {name: /Chrome on Linux/});
		await until(async () => await rows.count() === 3, 5000, 'three sessions');
		await here.getByText('this one').waitFor();
		await here.getByRole('button', {name: /^End the session/}).first().click();
		await until(async () => await rows.count() === 2, 5000, 'two sessions');
		await button(here, 'Log out everywhere').click();
		await dialog(here).getByRole('button', {name: 'Log out everywhere'}).click();
		await here.getByRole('heading', {name: 'Log in'}).waitFor();
		await there.getByRole('button', {name: /^Change role/}).first().click();
		await dialog(there).getByRole('button', {name: 'Save'}).click();
		await there.getByRole('heading', {name: 'Log in'}).waitFor();
		for (const page of [here, there, third])
			await page.context().close();
		browser.check();
	});

	test('a changed password ends the others', async () => {
		const who = await person('kim');
		const there = await pageOf(who);
		const page = await pageOf(who);
		await button(page, 'Change the password').click();
		await dialog(page).getByLabel('Present password').fill(password);
		await dialog(page).getByLabel('New password').fill('password1234');
		await dialog(page).getByRole('button', {name: 'Change the password'}).click();
		await page.getByText('many people use').waitFor();
		await axe(page);
		await dialog(page).getByLabel('New password').fill('nine quiet otters swim');
		await dialog(page).getByRole('button', {name: 'Change the password'}).click();
		await page.getByText('all other sessions have ended').waitFor();
		await there.reload();
		await there.getByRole('heading', {name: 'Log in'}).waitFor();
		await there.context().close();
		await closed(page);
	});
});

describe('people', () => {
	test('an invitation link leads to the first login, once', async () => {
		const page = await pageOf(await person('ina'), within('users'));
		await button(page, 'Invite somebody').click();
		await axe(page);
		await dialog(page).getByLabel('E-mail address').fill('new@people.test');
		await dialog(page).getByRole('radio', {name: /^Auditor/}).check();
		await button(page, 'Make the link').click();
		const link = await dialog(page).getByLabel('Link of the invitation').inputValue();
		assert.ok(link.startsWith(`${origin}/console/invite#bmi_`), link);
		await axe(page);
		await button(page, 'I have kept it').click();
		await page.getByRole('rowheader', {name: 'new@people.test'}).waitFor();
		await axe(page);

		const guest = await (await browser.phone()).newPage();
		await guest.goto(link);
		await guest.getByText('To Dishwashers Ltd, as: Auditor.').waitFor();
		assert.equal(guest.url(), `${origin}/console/invite`);
		await axe(guest);
		await guest.getByLabel('Your name').fill('New One');
		await guest.getByLabel('New password').fill('1234567890');
		await button(guest, 'Accept').click();
		await guest.getByText('too easy to guess').waitFor();
		await guest.getByLabel('New password').fill(password);
		await button(guest, 'Accept').click();
		await guest.waitForURL(`${origin}/console/a/${account}`);
		await guest.goto('about:blank');
		await guest.goto(link);
		await guest.getByRole('alert').getByText('was used').waitFor();
		await closed(guest);
		await closed(page);
	});

	test('roles change and members go, but not the last administrator', async () => {
		const boss = await person('boss');
		await person('olga', 'operator');
		const page = await pageOf(boss, within('users'));
		await button(page, 'Change role of olga').click();
		await dialog(page).getByRole('radio', {name: /^Developer/}).check();
		await button(page, 'Save').click();
		await page.getByRole('row', {name: /olga.*Developer/}).waitFor();
		await button(page, 'Remove olga').click();
		await dialog(page).getByRole('button', {name: 'Remove', exact: true}).click();
		await page.getByRole('rowheader', {name: 'olga'}).waitFor({state: 'detached'});
		const own = await service.api('POST', '/api/v1/accounts',
			await service.login(boss.email, boss.password), {name: 'Own Ltd'});
		await page.goto(`${origin}/console/a/${own.json.id}/users`);
		await button(page, 'Change role of boss').click();
		await dialog(page).getByRole('radio', {name: /^Auditor/}).check();
		await button(page, 'Save').click();
		await page.getByRole('alert').getByText('last administrator').waitFor();
		await closed(page);
	});

	test('a reset link sets a new password, once', async () => {
		const page = await pageOf(await person('rob'), within('users'));
		const lost = await person('lou', 'operator');
		await page.reload();
		await button(page, 'Reset link for lou').click();
		await dialog(page).getByLabel(/one-time codes and passkeys/).check();
		await button(page, 'Make the link').click();
		const link = await dialog(page).getByLabel('Link for a new password').inputValue();
		assert.ok(link.startsWith(`${origin}/console/reset#`), link);
		const guest = await (await browser.phone()).newPage();
		await guest.goto(link);
		await guest.getByText(lost.email).waitFor();
		assert.equal(guest.url(), `${origin}/console/reset`);
		await axe(guest);
		await guest.getByLabel('New password').fill('nine quiet otters swim');
		await button(guest, 'Set the password').click();
		await guest.getByRole('heading', {name: 'Your password is changed'}).waitFor();
		await service.login(lost.email, 'nine quiet otters swim');
		await assert.rejects(service.login(lost.email, lost.password));
		await guest.goto('about:blank');
		await guest.goto(link);
		await guest.getByRole('alert').getByText('was used').waitFor();
		await closed(guest);
		await closed(page);
	});

	test('a new account is made where one is wanted', async () => {
		const page = await pageOf(await person('max'));
		await page.getByLabel('Account or vendor').selectOption('New account…');
		await dialog(page).getByLabel('Name of the company').fill('Ovens Ltd');
		await button(page, 'Make the account').click();
		await page.waitForURL(/\/console\/a\/acc_/);
		// Not by its address: that would cut off what the overview loads.
		await page.getByRole('link', {name: 'Settings', exact: true}).click();
		const name = page.getByLabel('Name of the company');
		await until(async () => await name.inputValue() === 'Ovens Ltd', 15000, 'the name');
		await name.fill('Ovens and Co');
		await axe(page);
		await button(page, 'Save').click();
		await page.getByText('Saved').waitFor();
		await page.getByLabel('Account or vendor').getByText('Ovens and Co')
			.waitFor({state: 'attached'});
		await closed(page);
	});
});

describe('tokens and audit', () => {
	test('a token is shown once, and revoked', async () => {
		const page = await pageOf(await person('tom'), within('tokens'));
		await button(page, 'New token').click();
		await dialog(page).getByLabel('Name').fill('Line 4');
		await dialog(page).getByRole('radio', {name: /^Developer/}).check();
		await dialog(page).getByLabel('Days until it expires').fill('10');
		await axe(page);
		await button(page, 'Make the token').click();
		const token = await dialog(page).getByLabel('API token').inputValue();
		assert.match(token, /^bmt_/);
		await dialog(page).getByRole('button', {name: 'Copy'}).click();
		await dialog(page).getByText('Copied').waitFor();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
		const use = () => service.api('GET', `/api/v1/accounts/${account}/products`, token);
		assert.equal((await use()).status, 200);
		await button(page, 'I have kept it').click();
		await page.getByRole('row', {name: /Line 4.*expires soon/}).waitFor();
		assert.ok(!(await page.content()).includes(token));
		await axe(page);
		await button(page, 'Revoke Line 4').click();
		await dialog(page).getByRole('button', {name: 'Revoke', exact: true}).click();
		await page.getByRole('row', {name: /Line 4.*revoked/}).waitFor();
		assert.equal((await use()).status, 401);
		await closed(page);
	});

	test('the log is filtered, exported and verified', {timeout: 120000}, async () => {
		const page = await pageOf(await person('aud', 'auditor'), within('audit'));
		await page.getByRole('row').nth(2).waitFor();
		await page.getByLabel('What', {exact: true}).selectOption('Invitation made');
		await page.getByLabel('On what').fill('aud@people.test');
		await page.waitForURL(/target=aud%40people\.test/);
		await until(async () => await page.getByRole('row').count() === 2, 5000, 'one entry');
		await axe(page);
		for (const [name, pattern] of [['CSV', /^.*seq.*\n.*invite.*\n$/],
			['JSON lines', /^\{.*"action": ?"invite".*\}\n$/]]) {
			const file = page.waitForEvent('download');
			await page.getByRole('link', {name: new RegExp(name)}).click();
			assert.match(fs.readFileSync(await (await file).path(), 'utf8')
				.replace(/\r/g, ''), pattern);
		}
		await page.getByRole('button', {name: /^Invitation made/}).click();
		await dialog(page).getByText(/^[0-9a-f]{64}$/).waitFor();
		await axe(page);
		await dialog(page).getByRole('button', {name: 'Close'}).click();
		await page.getByLabel('From', {exact: true}).fill('2020-01-01');
		await page.getByLabel('Until').fill('2020-01-02');
		await page.getByText('Nothing matches').waitFor();
		await button(page, 'Show all').click();
		await page.getByRole('row').nth(2).waitFor();
		await button(page, 'Verify the chain').click();
		await dialog(page).getByRole('button', {name: 'Verify the chain'}).click();
		await page.getByText(/The chain holds: \d+ entries/).waitFor();
		await axe(page);
		await closed(page);
	});
});

describe('single sign-on', () => {
	async function atProvider(page, login) {
		await page.getByRole('heading', {name: 'Sign in at the provider'}).waitFor();
		await page.getByLabel('Login').fill(login);
		await page.getByRole('button', {name: 'Sign in'}).click();
	}

	async function ready() {
		await until(async () => {
			const r = await service.api('GET', '/sso/start');
			return r.status === 303 && !/error=/.test(r.headers.location);
		}, 10000, 'the provider to be known');
	}

	test('an invitation is accepted, and the label is still there after a login', {timeout: 120000}, async () => {
		await ready();
		provider.users.sue = {email: 'sue@people.test', email_verified: true, name: 'Sue'};
		const context = await browser.phone();
		const page = await context.newPage();
		await page.goto(`${origin}/console/invite#${await invite('sue@people.test')}`);
		await page.getByRole('link', {name: 'Sign in with Example Login'}).click();
		await atProvider(page, 'sue');
		await page.waitForURL(`${origin}/console/a/${account}`);
		await page.goto(`${origin}/console/me`);
		await page.getByText('You sign in at your provider').waitFor();
		await axe(page);
		await context.clearCookies();
		await page.goto(`${origin}/b/REEL-7#0123456789abcdefghjkmnpqr0`);
		await page.getByText('The label that you scanned is kept').waitFor();
		await axe(page);
		await page.getByRole('link', {name: 'Sign in with Example Login'}).click();
		await atProvider(page, 'sue');
		await page.getByText('REEL-7').waitFor();
		await page.locator('.reel-code').waitFor();
		await closed(page);
	});

	test('what went wrong is told in words', async () => {
		await ready();
		provider.users.nob = {email: 'nob@people.test', email_verified: true, name: 'Nob'};
		const page = await (await browser.desktop()).newPage();
		await page.goto(`${origin}/console`);
		await page.getByRole('link', {name: 'Sign in with Example Login'}).click();
		await atProvider(page, 'nob');
		await page.getByRole('alert').getByText('Ask an administrator for an invitation').waitFor();
		await axe(page);
		await page.goto(`${origin}/console/sso?error=sso-denied`);
		await page.getByRole('alert').getByText('did not let you in').waitFor();
		await page.goto(`${origin}/console/sso?error=call%20this%20number`);
		await page.getByRole('alert').getByText('could not be accepted').waitFor();
		await closed(page);
	});
});
