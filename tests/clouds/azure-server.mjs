// What the doubles of Azure's services share: TLS, who may what, quotas by
// token bucket, and troubles on demand.  Counts every call.
// Must not know what a service does.
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';

const BODY_MAX = 4 << 20;

/** An answer that is not 2xx. */
export class Refusal extends Error {
	constructor(status, code, text, headers = {}) {
		super(`${code}: ${text}`);
		Object.assign(this, {status, code, text, headers});
	}
}

/** Numbers by chance that a test can have again. */
export function chance(seed) {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6d2b79f5) >>> 0;
		let t = Math.imul(a ^ (a >>> 15), 1 | a);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** A quota: a second's worth may come at once. */
class Bucket {
	constructor(perMinute) {
		this.rate = perMinute / 60000;
		this.size = Math.max(2, perMinute / 60);
		this.left = this.size;
		this.at = performance.now();
	}

	take() {
		const now = performance.now();
		this.left = Math.min(this.size, this.left + (now - this.at) * this.rate);
		this.at = now;
		if (this.left < 1)
			return false;
		this.left--;
		return true;
	}
}

export class AzureServer {
	/**
	 * pki: {cert, key} files; quotas: {operation: per minute};
	 * policies: {name: {key: base64, rights: [...]}}; entra: the double of
	 * Entra ID, if any; audience: the service as Entra ID names it.
	 */
	constructor(opts) {
		Object.assign(this, {quotas: {}, policies: {}, seed: 1, ...opts});
		this.names = new Set(opts.names ?? []);
		this.calls = [];  // {op, at, device names}
		this.over = [];   // calls over quota
		this.faults = []; // what the caller did wrong
		this.trouble = {percent: 0, kinds: []};
		this.troubles = {};
		this.random = chance(this.seed);
		this.setQuotas(this.quotas);
	}

	setQuotas(quotas) {
		this.quotas = quotas;
		this.buckets = Object.fromEntries(Object.entries(quotas)
			.map(([op, q]) => [op, new Bucket(q)]));
	}

	/** How many calls of an operation, or of all. */
	count(op) {
		return this.calls.filter((c) => !op || c.op === op).length;
	}

	async start() {
		this.http = https.createServer({
			cert: fs.readFileSync(this.pki.cert),
			key: fs.readFileSync(this.pki.key),
		}, (req, res) => this.serve(req, res).catch((e) => {
			this.faults.push(`the double itself: ${e.stack}`);
			res.destroy();
		}));
		this.http.keepAliveTimeout = 60000;
		await new Promise((r) =>
			this.http.listen(this.port || 0, '127.0.0.1', r));
		this.port = this.http.address().port;
		this.host = `localhost:${this.port}`;
		this.names.add(this.host);
		return this;
	}

	/** Disappears; start() brings it back with what it knew. */
	async stop() {
		const closed = new Promise((r) => this.http.close(r));
		this.http.closeAllConnections?.();
		await closed;
	}

	connectionString(name) {
		return `HostName=${this.host};SharedAccessKeyName=${name};` +
			`SharedAccessKey=${this.policies[name].key}`;
	}

	async body(req) {
		const parts = [];
		let n = 0;
		for await (const p of req) {
			n += p.length;
			if (n > BODY_MAX)
				throw new Refusal(413, 'MessageTooLarge', 'too large');
			parts.push(p);
		}
		return Buffer.concat(parts);
	}

	/** The rights of the caller. */
	authorize(req) {
		const value = req.headers.authorization ?? '';
		if (value.startsWith('SharedAccessSignature '))
			return this.bySignature(value.slice(22));
		if (value.startsWith('Bearer ') && this.entra) {
			const rights = this.entra.rightsOf(value.slice(7), this.audience);
			if (rights)
				return Object.assign([...rights], {byRole: true});
		}
		throw new Refusal(401, 'IotHubUnauthorizedAccess', 'Unauthorized');
	}

	bySignature(text) {
		const no = (why) => new Refusal(401, 'IotHubUnauthorizedAccess', why);
		const f = Object.create(null);
		for (const part of text.split('&')) {
			const at = part.indexOf('=');
			const name = part.slice(0, at);
			if (at < 0 || !['sr', 'sig', 'se', 'skn'].includes(name) || name in f)
				throw no(`the part ${part}`);
			f[name] = part.slice(at + 1);
		}
		const policy = this.policies[decodeURIComponent(f.skn ?? '')];
		if (!policy || !f.sr || !f.sig || !/^\d{9,11}$/.test(f.se ?? ''))
			throw no('a part is missing or unknown');
		if (!this.names.has(decodeURIComponent(f.sr).toLowerCase()))
			throw no(`sr is ${f.sr}`);
		const now = Date.now() / 1000;
		if (+f.se <= now || +f.se > now + 86400)
			throw no('expired, or for too long');
		const want = crypto.createHmac('sha256', Buffer.from(policy.key, 'base64'))
			.update(`${f.sr}\n${f.se}`).digest();
		const is = Buffer.from(decodeURIComponent(f.sig), 'base64');
		if (is.length !== want.length || !crypto.timingSafeEqual(is, want))
			throw no('signature');
		return policy.rights;
	}

	need(rights, right) {
		if (!rights.includes(right) && rights.byRole)
			throw new Refusal(401, 'IotHubUnauthorized', 'Principal p is not ' +
				`authorized for ${right} on / due to no assigned permissions`);
		if (!rights.includes(right))
			throw new Refusal(403, 'GenericForbidden', `the right ${right} is missing`);
	}

	/** Counts a call against its quota. */
	spend(op, names = []) {
		const call = {op, at: performance.now(), names};
		this.calls.push(call);
		if (this.buckets[op] && !this.buckets[op].take()) {
			this.over.push(call);
			throw new Refusal(429, 'ThrottlingException', 'Operations are throttled',
				{'retry-after': '1'});
		}
	}

	/** What goes wrong with this call, if anything. */
	pickTrouble() {
		const {percent, kinds} = this.trouble;
		if (kinds.length === 0 || this.random() * 100 >= percent)
			return null;
		const kind = kinds[Math.floor(this.random() * kinds.length)];
		this.troubles[kind] = (this.troubles[kind] ?? 0) + 1;
		return kind;
	}

	async answer(req, url) {
		if (!this.names.has((req.headers.host ?? '').toLowerCase()))
			throw new Refusal(400, 'IotHubFormatError', `host ${req.headers.host}`);
		const rights = this.open?.(url) ? [] : this.authorize(req);
		const body = await this.body(req);
		return this.handle({req, url, rights, body});
	}

	async serve(req, res) {
		const url = new URL(req.url, `https://${this.host}`);
		const trouble = this.pickTrouble();
		if (trouble === 'cut-before' || trouble === '500' || trouble === '503')
			return this.fail(req, res, trouble);
		let a;
		try {
			a = await this.answer(req, url);
		} catch (e) {
			if (!(e instanceof Refusal))
				throw e;
			if (e.status === 400)
				this.faults.push(`${req.method} ${req.url}: ${e.message}`);
			a = this.refuse(e);
		}
		if (trouble === 'slow')
			await new Promise((r) => setTimeout(r, 400));
		if (trouble === 'cut-after')
			return res.destroy();
		if (trouble === 'garbage') {
			res.writeHead(200, {'content-type': 'text/html'});
			return res.end('<html>{"isSuccessful":tr');
		}
		a.sent?.();
		const text = a.body === undefined ? '' : JSON.stringify(a.body);
		res.writeHead(a.status ?? 200, {
			...text ? {'content-type': 'application/json; charset=utf-8'} : {},
			'content-length': Buffer.byteLength(text), ...a.headers});
		res.end(text);
	}

	/** Before anything was done; it counts as a call all the same. */
	async fail(req, res, trouble) {
		const op = this.opOf(req.method, new URL(req.url, 'https://x').pathname);
		try {
			this.spend(op);
		} catch { /* it fails anyhow */ }
		req.resume();
		if (trouble === 'cut-before')
			return res.destroy();
		const a = this.refuse(new Refusal(+trouble, trouble === '500' ?
			'ServerError' : 'ServiceUnavailable', 'by chance',
		trouble === '503' ? {'retry-after': '1'} : {}));
		const text = JSON.stringify(a.body);
		res.writeHead(a.status, {'content-type': 'application/json', ...a.headers});
		res.end(text);
	}
}

/** Throws unless o is an object with known fields of these kinds. */
export function fields(o, kinds, what) {
	if (o === null || typeof o !== 'object' || Array.isArray(o))
		throw new Refusal(400, 'ArgumentInvalid', `${what} is no object`);
	for (const [name, value] of Object.entries(o)) {
		const kind = kinds[name];
		if (!kind)
			throw new Refusal(400, 'ArgumentInvalid', `${what}.${name} is unknown`);
		if (value === null)
			continue;
		const ok = kind instanceof RegExp ?
			typeof value === 'string' && kind.test(value) :
			kind === 'array' ? Array.isArray(value) : typeof value === kind;
		if (!ok)
			throw new Refusal(400, 'ArgumentInvalid',
				`${what}.${name} is ${JSON.stringify(value)}`);
	}
}

export function json(body) {
	try {
		return JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(body));
	} catch {
		throw new Refusal(400, 'IotHubFormatError', 'the body is no JSON');
	}
}

/** A page of a list by the headers of the request. */
export function page(req, all, most) {
	const wanted = req.headers['x-ms-max-item-count'];
	if (wanted !== undefined && !/^\d{1,5}$/.test(wanted))
		throw new Refusal(400, 'ArgumentInvalid', 'x-ms-max-item-count');
	const size = wanted === undefined || +wanted === 0 ? 100 : +wanted;
	if (size > most)
		throw new Refusal(400, 'ArgumentInvalid', `pages have at most ${most}`);
	const token = req.headers['x-ms-continuation'];
	let from = 0;
	if (token) {
		const m = /^page:(\d+)$/.exec(Buffer.from(token, 'base64').toString());
		if (!m)
			throw new Refusal(400, 'ArgumentInvalid', 'x-ms-continuation');
		from = +m[1];
	}
	const next = from + size < all.length ?
		{'x-ms-continuation': Buffer.from(`page:${from + size}`).toString('base64')} : {};
	return {items: all.slice(from, from + size), headers: next};
}
