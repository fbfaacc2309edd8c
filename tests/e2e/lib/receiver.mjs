// A strict interop receiver: checks the token with the published key, its
// audience and its dates, and the body's form; counts every certificate.  Can
// be slow, wrong, absent, throttling or broken on demand.
// Must not be lenient to the courier: each fault of it is kept in `faults`.
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';

import {closeServer, sleep} from './service.mjs';

const BODY_MAX = 10 << 20; // of an API gateway
const b64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The claims of a compact JWS signed by one of these keys (JWKS). */
export function verifyJws(jws, jwks, typ) {
	const [head, body, signature, more] = jws.split('.');
	if (!signature || more !== undefined)
		throw new Error('not a compact JWS');
	const header = JSON.parse(Buffer.from(head, 'base64url'));
	const jwk = jwks.keys.find((k) => k.kid === header.kid);
	if (!jwk)
		throw new Error(`no published key ${header.kid}`);
	if (header.alg !== 'ES256' || header.typ !== typ)
		throw new Error(`header ${JSON.stringify(header)}`);
	if (!crypto.verify('sha256', Buffer.from(`${head}.${body}`),
		{key: crypto.createPublicKey({key: jwk, format: 'jwk'}),
			dsaEncoding: 'ieee-p1363'},
		Buffer.from(signature, 'base64url')))
		throw new Error('signature');
	return JSON.parse(Buffer.from(body, 'base64url'));
}

export class Receiver {
	/**
	 * server: {cert, key} files; jwks and pem of the account as published,
	 * with issuer and audience; or basic: "user:password"; base: path of the address.
	 */
	constructor(opts) {
		Object.assign(this, {base: '', ...opts});
		this.reset();
	}

	reset() {
		this.faults = [];
		this.lastToken = null;
		this.calls = [];	   // {action, refs, at}
		this.certs = new Map(); // ref -> how often it was taken
		this.script = [];	   // what the next provisions do
		this.bad = new Map();   // ref -> message of its ERROR
		this.poison = new Set(); // refs that make a request a 400
		this.delay = 0;
		this.flying = 0;
		this.mostFlying = 0;
	}

	async start() {
		this.http = https.createServer({
			cert: fs.readFileSync(this.server.cert),
			key: fs.readFileSync(this.server.key),
		}, (req, res) => this.serve(req, res).catch((e) => {
			this.faults.push(`receiver: ${e.stack}`);
			res.destroy();
		}));
		await new Promise((r) =>
			this.http.listen(this.port || 0, '127.0.0.1', r));
		this.port = this.http.address().port;
		this.url = `https://localhost:${this.port}${this.base}`;
		return this;
	}

	async stop() {
		await closeServer(this.http);
	}

	/** How many different certificates were taken, and how often in all. */
	get taken() {
		return {different: this.certs.size,
			all: [...this.certs.values()].reduce((a, b) => a + b, 0)};
	}

	answer(res, status, value, headers = {}) {
		const text = typeof value === 'string' ? value :
			JSON.stringify(value);
		res.writeHead(status, {'content-type': 'application/json',
			'content-length': Buffer.byteLength(text), ...headers});
		res.end(text);
	}

	fault(res, status, text) {
		this.faults.push(text);
		this.answer(res, status, {error: text});
	}

	checkToken(token) {
		const now = Date.now() / 1000;
		const c = verifyJws(token, this.jwks, 'JWT');
		const [head, body, signature] = token.split('.');
		if (!crypto.verify('sha256', Buffer.from(`${head}.${body}`),
			{key: this.pem, dsaEncoding: 'ieee-p1363'},
			Buffer.from(signature, 'base64url')))
			throw new Error('not by the key in PEM');
		if (c.aud !== this.audience)
			throw new Error(`audience ${c.aud}`);
		if (this.issuer && c.iss !== this.issuer)
			throw new Error(`issuer ${c.iss}`);
		if (!(c.exp > now && c.exp - now <= 3600 && c.iat <= now + 5))
			throw new Error(`dates ${c.iat} ${c.exp}`);
		if (typeof c.jti !== 'string' || c.jti.length < 8)
			throw new Error('jti');
	}

	/** '' or why the caller may not. */
	refuse(req) {
		const a = req.headers.authorization || '';
		if (this.basic)
			return a === `Basic ${Buffer.from(this.basic)
				.toString('base64')}` ? '' : 'Basic';
		try {
			if (!a.startsWith('Bearer '))
				throw new Error('no bearer token');
			this.lastToken = a.slice(7);
			this.checkToken(this.lastToken);
			return '';
		} catch (e) {
			return e.message;
		}
	}

	checkCert(item) {
		if (Object.keys(item).sort().join() !== 'cert,ref' ||
			typeof item.ref !== 'string' ||
			typeof item.cert !== 'string' || !b64.test(item.cert))
			throw new Error(`item ${JSON.stringify(item).slice(0, 200)}`);
		const pem = Buffer.from(item.cert, 'base64').toString('latin1');
		if (!/^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]+\n)+-----END CERTIFICATE-----\n$/
			.test(pem))
			throw new Error('cert is not base64 of PEM');
		const raw = new crypto.X509Certificate(pem).raw;
		const fp = crypto.createHash('sha256').update(raw).digest('hex');
		if (item.ref !== fp)
			throw new Error(`ref ${item.ref} is not the fingerprint`);
		return fp;
	}

	check(req, bytes) {
		if (req.headers['content-type'] !== 'application/json')
			throw new Error(`type ${req.headers['content-type']}`);
		if (bytes.length > BODY_MAX)
			throw new Error(`${bytes.length} bytes`);
		const body = JSON.parse(bytes.toString('utf8'));
		const keys = Object.keys(body).sort().join();
		if (body.action === 'info' && keys === 'action')
			return {action: 'info', refs: []};
		if (body.action !== 'provision' || keys !== 'action,certs' ||
			!Array.isArray(body.certs) || body.certs.length === 0)
			throw new Error(`body ${keys}`);
		const refs = body.certs.map((c) => this.checkCert(c));
		if (new Set(refs).size !== refs.length)
			throw new Error('a ref twice');
		return {action: 'provision', refs};
	}

	async serve(req, res) {
		const parts = [];
		for await (const d of req)
			parts.push(d);
		const why = this.refuse(req);
		if (why) {
			this.refused = (this.refused || 0) + 1;
			if (!this.mayRefuse)
				this.faults.push(why);
			return this.answer(res, 401, {error: why});
		}
		if (req.method === 'GET' && req.url === `${this.base}/auth`)
			return this.answer(res, 200, {});
		if (req.method !== 'POST' || req.url !== `${this.base}/interop`)
			return this.fault(res, 404, `${req.method} ${req.url}`);
		let call;
		try {
			call = this.check(req, Buffer.concat(parts));
		} catch (e) {
			return this.fault(res, 400, e.message);
		}
		this.calls.push({...call, at: Date.now()});
		if (call.action === 'info')
			return this.answer(res, 200,
				{action: 'info', compatibilityVersion: 1});
		return this.provision(call.refs, req, res);
	}

	async provision(refs, req, res) {
		this.mostFlying = Math.max(this.mostFlying, ++this.flying);
		try {
			const act = this.script.shift();
			if (act && await act(refs, res, req) !== true)
				return;
			if (this.delay)
				await sleep(this.delay);
			if (refs.some((r) => this.poison.has(r))) {
				this.answer(res, 400, {error: 'Invalid body'});
				return;
			}
			this.answer(res, 200, this.take(refs));
		} finally {
			this.flying--;
		}
	}

	/** The items of a good answer, last first: no order is promised. */
	take(refs) {
		return refs.map((ref) => {
			if (this.bad.has(ref))
				return {ref, status: 'ERROR', message: this.bad.get(ref)};
			this.certs.set(ref, (this.certs.get(ref) || 0) + 1);
			return {ref, status: 'SUCCESS', endpoint: 'broker.test',
				topic: `things/${ref}`, policyApplied: 'default'};
		}).reverse();
	}
}
