// A strict receiver of webhooks: checks each event by the published schema, its
// signature, its age, its receiver and its id; keeps what each device is to be.
// Can fail, be slow, throttle, answer garbage, cut connections and know devices
// with other keys.
// Must not be lenient to the courier: each fault of it is kept in `faults`.
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {closeServer, sleep} from '../e2e/lib/service.mjs';

const docs = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..',
	'docs');
const schema = JSON.parse(fs.readFileSync(
	path.join(docs, 'webhook.schema.json'), 'utf8'));
const BODY_MAX = 1 << 20;
const AGE_S = 300;

const is = {
	object: (v) => v !== null && typeof v === 'object' && !Array.isArray(v),
	array: Array.isArray,
	string: (v) => typeof v === 'string',
	boolean: (v) => typeof v === 'boolean',
	null: (v) => v === null,
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const find = (ref) => ref.slice(2).split('/')
	.reduce((at, name) => at[name], schema);
const passes = (s, v) => {
	try { hold(s, v, ''); return true; } catch { return false; }
};
/** Each keyword that the schema uses; another one is a mistake in it. */
const keywords = {
	$ref: (ref, v, at) => hold(find(ref), v, at),
	type: (t, v) => [].concat(t).some((x) => is[x](v)),
	enum: (list, v) => list.includes(v),
	const: (x, v) => same(x, v),
	pattern: (p, v) => !is.string(v) || new RegExp(p, 'u').test(v),
	format: (f, v) => f === 'date-time' &&
		/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(v) && !isNaN(Date.parse(v)),
	minLength: (n, v) => !is.string(v) || [...v].length >= n,
	maxLength: (n, v) => !is.string(v) || [...v].length <= n,
	minItems: (n, v) => !is.array(v) || v.length >= n,
	maxItems: (n, v) => !is.array(v) || v.length <= n,
	items: (s, v, at) => !is.array(v) ||
		v.forEach((x, i) => hold(s, x, `${at}[${i}]`)),
	required: (names, v) => !is.object(v) || names.every((n) => n in v),
	properties: (p, v, at) => !is.object(v) || Object.keys(p)
		.forEach((n) => n in v && hold(p[n], v[n], `${at}.${n}`)),
	additionalProperties: (no, v, at, s) => !is.object(v) ||
		Object.keys(v).every((n) => n in s.properties),
	anyOf: (list, v) => list.some((s) => passes(s, v)),
	if: (cond, v, at, s) => hold(passes(cond, v) ? s.then : s.else, v, at),
	then: () => true,
	else: () => true,
	$defs: () => true, $schema: () => true, $id: () => true,
	title: () => true, description: () => true,
};

/** Throws where v does not hold to the schema. */
export function hold(s, v, at = '$') {
	for (const [word, x] of Object.entries(s))
		if (keywords[word](x, v, at, s) === false)
			throw new Error(`${at}: ${word} ${JSON.stringify(x)}`.slice(0, 300));
}
export const holdAnswer = (v) => hold(schema.$defs.answer, v);

/** The header of a detached JWS over these bytes, by docs/webhook.md. */
export function verifyDetached(field, body, jwks) {
	const [head, nothing, signature, more] = field.split('.');
	if (nothing !== '' || !signature || more !== undefined)
		throw new Error('no detached JWS');
	const h = JSON.parse(Buffer.from(head, 'base64url'));
	if (!same(Object.keys(h), ['alg', 'kid', 'typ', 'b64', 'crit', 'iat', 'aud',
		'jti']) || h.alg !== 'ES256' || h.typ !== 'birthmark-webhook+jws' ||
		h.b64 !== false || !same(h.crit, ['b64']))
		throw new Error(`header ${JSON.stringify(h)}`);
	const jwk = jwks.keys.find((k) => k.kid === h.kid);
	if (!jwk)
		throw new Error(`no published key ${h.kid}`);
	if (!crypto.verify('sha256',
		Buffer.concat([Buffer.from(`${head}.`), body]),
		{key: crypto.createPublicKey({key: jwk, format: 'jwk'}),
			dsaEncoding: 'ieee-p1363'}, Buffer.from(signature, 'base64url')))
		throw new Error('signature');
	return h;
}

const fingerprint = (pem) => crypto.createHash('sha256')
	.update(new crypto.X509Certificate(pem).raw).digest('hex');

export class Webhook {
	/** server: {cert, key} files; jwks, account, cloud of the sender; bearer:
	 * the token it must have; path. */
	constructor(opts) {
		Object.assign(this, {path: '/hook', ...opts});
		this.reset();
	}

	reset() {
		this.faults = [];	  // of the courier
		this.kills = false;	  // couriers are killed meanwhile
		this.told = [];		  // fingerprints, as they came
		this.calls = [];	  // {at, id, type, n, status}
		this.devices = new Map(); // fingerprint -> its last word
		this.seen = new Map();	  // id -> {digest, reply}
		this.others = new Map();  // fingerprint -> what stands in its way
		this.script = [];	  // what the next calls do
		this.rate = 0;		  // share of calls that go wrong
		this.delay = 0;
		this.injected = {};
		this.flying = this.mostFlying = this.repeats = 0;
	}

	async start() {
		this.http = https.createServer({
			cert: fs.readFileSync(this.server.cert),
			key: fs.readFileSync(this.server.key),
		}, (req, res) => this.serve(req, res).catch((e) => {
			// A courier that is killed cuts off what it was sending.
			if (!this.stopping && e.code !== 'ECONNRESET')
				this.faults.push(`receiver: ${e.stack}`);
			res.destroy();
		}));
		await new Promise((r) =>
			this.http.listen(this.port || 0, '127.0.0.1', r));
		this.port = this.http.address().port;
		this.url = `https://localhost:${this.port}${this.path}`;
		this.stopping = false;
		return this;
	}

	async stop() {
		this.stopping = true;
		await closeServer(this.http);
	}

	answer(res, status, value, headers = {}) {
		const text = value === undefined ? '' : typeof value === 'string' ?
			value : JSON.stringify(value);
		res.writeHead(status, {'content-length': Buffer.byteLength(text),
			...(text ? {'content-type': 'application/json'} : {}), ...headers});
		res.end(text);
	}

	/** What of this call is against the rules; its event otherwise. */
	check(req, body) {
		this.lastField = req.headers['birthmark-signature'] || '';
		const h = verifyDetached(this.lastField, body, this.jwks);
		if (req.method !== 'POST' || req.url !== this.path ||
			req.headers['content-type'] !== 'application/json')
			throw new Error(`${req.method} ${req.url}`);
		if (body.length > BODY_MAX)
			throw new Error(`${body.length} bytes`);
		if (h.aud !== this.url)
			throw new Error(`for ${h.aud}`);
		if (Math.abs(Date.now() / 1000 - h.iat) > AGE_S)
			throw new Error(`made at ${h.iat}`);
		const event = JSON.parse(body.toString('utf8'));
		hold(schema, event);
		if (event.id !== h.jti || event.account !== this.account ||
			(this.cloud && event.cloud !== this.cloud))
			throw new Error(`event ${event.id} of ${event.account}`);
		for (const d of event.devices)
			this.checkDevice(d);
		return event;
	}

	checkDevice(d) {
		for (const c of d.certificates)
			if (fingerprint(c.pem) !== c.fingerprint)
				throw new Error(`certificate of ${d.device}`);
		if (d.certificates[0].fingerprint !== d.fingerprint)
			throw new Error(`the first certificate of ${d.device}`);
		if ((d.op === 'admit') !== d.certificates.some((c) => c.valid))
			throw new Error(`${d.op} of ${d.device}, and what is valid`);
	}

	mayIn(req) {
		const a = req.headers.authorization;
		return this.bearer ? a === `Bearer ${this.bearer}` : a === undefined;
	}

	/** Does what the event says, once; the answer's body. */
	take(event) {
		const odd = [];
		for (const d of event.devices) {
			const was = this.devices.get(d.fingerprint);
			this.told.push(d.fingerprint);
			if (this.others.has(d.fingerprint)) {
				odd.push({fingerprint: d.fingerprint, device: d.device,
					result: 'conflict', message: this.others.get(d.fingerprint)});
				continue;
			}
			// What a killed courier had under way may come behind.
			if (was && was.time > event.time) {
				if (!this.kills)
					this.faults.push(`${d.device}: an older word came later`);
				continue;
			}
			this.devices.set(d.fingerprint, {op: d.op, time: event.time,
				batch: d.batch, product: d.product,
				valid: d.certificates.filter((c) => c.valid)
					.map((c) => c.fingerprint),
				words: (was ? was.words : 0) + 1});
			if (was && was.op === d.op)
				odd.push({device: d.device, fingerprint: d.fingerprint,
					result: 'same'});
		}
		return odd.length ? {devices: odd} : undefined;
	}

	/** The same event again has to be the same bytes. */
	again(event, body) {
		const digest = crypto.createHash('sha256').update(body).digest('hex');
		const known = this.seen.get(event.id);
		if (!known) {
			const reply = this.take(event);
			if (reply)
				holdAnswer(reply);
			this.seen.set(event.id, {digest, reply});
			return reply;
		}
		this.repeats++;
		if (known.digest !== digest)
			this.faults.push(`${event.id} came again with another body`);
		return known.reply;
	}

	/** One of the ways in which a cloud goes wrong. */
	async inject(event, body, res) {
		const ways = {
			error: () => this.answer(res, 500, {message: 'oops'}),
			away: () => this.answer(res, 503, ''),
			garbage: () => this.answer(res, 200, '<html>Welcome</html>'),
			half: () => this.answer(res, 200, '{"devices":[{"result":'),
			cut: () => res.destroy(),
			lost: () => { this.again(event, body); res.destroy(); },
			throttle: () => this.answer(res, 429, '', {'retry-after': '1'}),
			slow: async () => {
				await sleep(1500);
				const reply = this.again(event, body);
				this.answer(res, reply ? 200 : 204, reply);
			},
		};
		const names = Object.keys(ways);
		const name = names[crypto.randomInt(names.length)];
		this.injected[name] = (this.injected[name] || 0) + 1;
		await ways[name]();
	}

	async serve(req, res) {
		const parts = [];
		const call = {at: Date.now()};
		this.calls.push(call);
		this.mostFlying = Math.max(this.mostFlying, ++this.flying);
		try {
			for await (const d of req)
				parts.push(d);
			await this.judge(req, res, Buffer.concat(parts), call);
		} finally {
			this.flying--;
		}
	}

	async judge(req, res, body, call) {
		if (!this.mayIn(req)) {
			this.refused = (this.refused || 0) + 1;
			return this.answer(res, 401, {message: 'who are you?'});
		}
		let event;
		try {
			event = this.check(req, body);
		} catch (e) {
			this.faults.push(e.message);
			return this.answer(res, 401, {message: e.message});
		}
		Object.assign(call, {id: event.id, type: event.type,
			n: event.devices.length});
		const act = this.script.shift();
		if (act && await act(event, res, body) !== true)
			return;
		if (this.delay)
			await sleep(this.delay);
		if (this.rate && Math.random() < this.rate)
			return this.inject(event, body, res);
		const reply = this.again(event, body);
		this.answer(res, reply ? 200 : 204, reply);
	}

	/** The most calls that any so many milliseconds saw. */
	busiest(ms) {
		let from = 0, most = 0;
		this.calls.forEach((c, i) => {
			while (c.at - this.calls[from].at >= ms)
				from++;
			most = Math.max(most, i - from + 1);
		});
		return most;
	}

	/** How many devices have this for their last word. */
	count(op) {
		return [...this.devices.values()].filter((d) => d.op === op).length;
	}
}
