// Providers of OpenID Connect on the loopback: a real one, and one that signs
// whatever a test wants; and a browser that follows them with its cookies.
// Must not know the service's own tables.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import Provider from 'oidc-provider';
import {closeServer, freePort, request, startService} from './service.mjs';

const jwk = (type, options, more) => {
	const {privateKey} = crypto.generateKeyPairSync(type, options);
	return {...privateKey.export({format: 'jwk'}), use: 'sig',
		kid: crypto.randomUUID(), ...more};
};
export const rsaKey = () => jwk('rsa', {modulusLength: 2048}, {alg: 'RS256'});
export const ecKey = () => jwk('ec', {namedCurve: 'P-256'}, {alg: 'ES256'});
const publicOf = ({d, p, q, dp, dq, qi, ...rest}) => rest;

/** What a page at the provider asks; a person or a test fills it in. */
function loginPage(uid) {
	return `<!DOCTYPE html><html lang="en"><title>Provider</title>
<main><h1>Sign in at the provider</h1>
<form method="post" action="/interaction/${uid}">
<label>Login <input name="login" autofocus></label>
<button>Sign in</button></form>
<p><a href="/interaction/${uid}/abort">Cancel</a></p></main></html>`;
}

function readBody(req) {
	return new Promise((resolve, reject) => {
		let text = '';
		req.on('data', (d) => { text += d; });
		req.on('error', reject);
		req.on('end', () => resolve(new URLSearchParams(text)));
	});
}

/** The provider's own pages; true when it was one. */
async function interact(provider, req, res) {
	const m = /^\/interaction\/([\w-]+)(\/abort)?$/.exec(req.url);
	if (!m)
		return false;
	if (req.method === 'GET' && !m[2]) {
		res.setHeader('content-type', 'text/html; charset=utf-8');
		res.end(loginPage(m[1]));
		return true;
	}
	const result = m[2] ? {error: 'access_denied'} :
		{login: {accountId: (await readBody(req)).get('login')}};
	await provider.interactionFinished(req, res, result,
		{mergeWithLastSubmission: false});
	return true;
}

/**
 * A real provider: {issuer, users, clientId, secret, key, stop()}.  users maps a
 * login to its claims and may be changed while it runs; before(req) is awaited
 * for each request.  opts: redirectUri (needed), port, users, thin (addresses
 * are told by UserInfo alone), alg, secret ('' for a public client), post (the
 * client's secret comes in the body), tls ({cert, key} of 127.0.0.1).
 */
export async function startProvider(opts) {
	const port = opts.port || await freePort();
	const issuer = `http${opts.tls ? 's' : ''}://127.0.0.1:${port}`;
	const alg = opts.alg || 'RS256';
	const secret = opts.secret ??
		crypto.randomBytes(24).toString('base64') + ':%&';
	const self = {issuer, port, users: opts.users || {}, secret,
		clientId: 'birthmark console', before: async () => {}};
	const method = !secret ? 'none' : opts.post ? 'client_secret_post' :
		'client_secret_basic';
	const provider = new Provider(issuer, {
		clients: [{client_id: self.clientId, redirect_uris: [opts.redirectUri],
			...(secret ? {client_secret: secret} : {}),
			response_types: ['code'], grant_types: ['authorization_code'],
			id_token_signed_response_alg: alg,
			token_endpoint_auth_method: method}],
		clientAuthMethods: [method],
		pkce: {required: () => true},
		jwks: {keys: [rsaKey(), ecKey()]},
		cookies: {keys: [crypto.randomUUID()]},
		claims: {openid: ['sub'], email: ['email', 'email_verified'],
			profile: ['name']},
		conformIdTokenClaims: Boolean(opts.thin),
		features: {devInteractions: {enabled: false}},
		interactions: {url: (ctx, i) => `/interaction/${i.uid}`},
		ttl: {AccessToken: 600, AuthorizationCode: 60, Grant: 600,
			IdToken: 600, Interaction: 600, Session: 600},
		findAccount: (ctx, id) => self.users[id] && {accountId: id,
			claims: async () => ({sub: self.users[id].sub || id,
				...self.users[id]})},
		async loadExistingGrant(ctx) {
			const grant = new ctx.oidc.provider.Grant({
				clientId: ctx.oidc.client.clientId,
				accountId: ctx.oidc.session.accountId});
			grant.addOIDCScope('openid email profile');
			await grant.save();
			return grant;
		},
	});
	const serve = provider.callback();
	const handle = (req, res) => {
		Promise.resolve(self.before(req))
			.then(() => interact(provider, req, res))
			.then((done) => done || serve(req, res))
			.catch((e) => { res.statusCode = 500; res.end(String(e)); });
	};
	const server = opts.tls ? https.createServer(opts.tls, handle) :
		http.createServer(handle);
	await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
	server.unref(); // a test that fails early must still end
	self.stop = () => closeServer(server);
	return self;
}

/** A service that knows this provider, whose redirectUri is fixed before. */
export async function startSsoService(provider, {env, ...opts}) {
	const s = await startService({...opts, env: {
		BIRTHMARK_SSO_ISSUER: provider.issuer,
		BIRTHMARK_SSO_CLIENT_ID: provider.clientId,
		BIRTHMARK_SSO_NAME: 'Example Login', ...env}});
	if (provider.secret)
		fs.writeFileSync(path.join(s.dir, 'courier', 'sso-secret'),
			`${provider.secret}\n`, {mode: 0o600});
	return s;
}

const b64 = (x) => Buffer.from(
	typeof x === 'string' ? x : JSON.stringify(x)).toString('base64url');

/** A compact JWS by a private JWK; header may overrule what it says. */
export function signJws(key, claims, header = {}) {
	const text = `${b64({alg: key.alg, kid: key.kid, ...header})}.${b64(claims)}`;
	const sig = crypto.sign('sha256', Buffer.from(text), {
		key: crypto.createPrivateKey({key, format: 'jwk'}),
		dsaEncoding: 'ieee-p1363'});
	return `${text}.${sig.toString('base64url')}`;
}

/**
 * One that answers what it is told: answer(claims, self, form) gives the ID
 * token, or the whole answer {status, body}; userinfo() gives that answer's
 * body; metadata is changed by change(metadata).
 */
export async function startEvilProvider(opts = {}) {
	const port = opts.port || await freePort();
	const self = {issuer: `http://127.0.0.1:${port}`, port, keys: [ecKey()],
		clientId: 'birthmark console', user: {sub: 'evil'}, codes: new Map(),
		asked: [], change: (m) => m, userinfo: () => ({}),
		answer: (claims, p) => signJws(p.keys[0], claims)};
	const routes = {
		'/.well-known/openid-configuration': () => self.change({
			issuer: self.issuer, jwks_uri: `${self.issuer}/jwks`,
			authorization_endpoint: `${self.issuer}/auth?tenant=1`,
			token_endpoint: `${self.issuer}/token`,
			userinfo_endpoint: `${self.issuer}/userinfo`}),
		'/jwks': () => ({keys: self.keys.map(publicOf)}),
		'/userinfo': () => self.userinfo(),
	};
	function authorize(url, res) {
		const code = crypto.randomUUID();
		const back = new URL(url.searchParams.get('redirect_uri'));
		self.codes.set(code, url.searchParams);
		back.searchParams.set('code', code);
		back.searchParams.set('state', url.searchParams.get('state'));
		res.writeHead(302, {location: String(back)}).end();
	}
	async function token(req) {
		const form = await readBody(req);
		self.asked.push({form, authorization: req.headers.authorization});
		const now = Math.floor(Date.now() / 1000);
		const made = await self.answer({iss: self.issuer, aud: self.clientId,
			iat: now, exp: now + 300,
			nonce: self.codes.get(form.get('code'))?.get('nonce'),
			...self.user}, self, form);
		return typeof made === 'string' ? {status: 200, body: {
			token_type: 'Bearer', access_token: 'a', id_token: made}} : made;
	}
	const server = http.createServer(async (req, res) => {
		const url = new URL(req.url, self.issuer);
		if (url.pathname === '/auth')
			return authorize(url, res);
		const {status, body} = url.pathname === '/token' ? await token(req) :
			{status: routes[url.pathname] ? 200 : 404,
				body: routes[url.pathname]?.() || {}};
		if (!res.destroyed)
			res.writeHead(status, {'content-type': 'application/json'})
				.end(typeof body === 'string' ? body :
					JSON.stringify(body));
	});
	await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
	server.unref(); // a test that fails early must still end
	self.stop = () => closeServer(server);
	return self;
}

/** Cookies by host, as far as these flows need it. */
export class Browser {
	constructor(ca) {
		this.ca = ca;
		this.jar = new Map();
	}

	cookies(url) {
		const host = new URL(url).host;
		if (!this.jar.has(host))
			this.jar.set(host, new Map());
		return this.jar.get(host);
	}

	async ask(url, {method = 'GET', headers = {}, body} = {}) {
		const jar = this.cookies(url);
		const cookie = [...jar].map(([k, v]) => `${k}=${v}`).join('; ');
		const r = await request(url, {method, body, ca: this.ca,
			headers: {...headers, ...(cookie ? {cookie} : {}),
				...(body !== undefined ? {'content-length':
					Buffer.byteLength(body)} : {})}});
		for (const line of r.headers['set-cookie'] || []) {
			const [, k, v] = /^([^=]+)=([^;]*)/.exec(line);
			if (/max-age=0|expires=thu, 01 jan 1970/i.test(line))
				jar.delete(k);
			else
				jar.set(k, v);
		}
		r.url = url;
		return r;
	}

	/** Follows redirects until one for which stop(url) is true. */
	async follow(url, stop, options) {
		let r = await this.ask(url, options);
		for (let i = 0; i < 12 && r.headers.location; i++) {
			const to = String(new URL(r.headers.location, r.url));
			if (stop(to))
				return {...r, to};
			r = await this.ask(to);
		}
		return {...r, to: null};
	}

	form(url, fields, stop) {
		return this.follow(url, stop, {method: 'POST',
			headers: {'content-type': 'application/x-www-form-urlencoded'},
			body: String(new URLSearchParams(fields))});
	}
}
