// Stands in for the service's feed of one cloud: HTTPS, token, pages with
// signed heads; and what a bad service could send.
// Must not be lenient to the gate.
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';

import {closeServer} from './service.mjs';

const b64 = (s) => Buffer.from(s).toString('base64url');

export function fingerprint(pemFile) {
	const text = fs.readFileSync(pemFile, 'utf8');
	const [, body] = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(text);
	return crypto.createHash('sha256').update(Buffer.from(body, 'base64'))
		.digest('hex');
}

export class Feed {
	constructor({server, token = 'bmt_test', pageSize = 2}) {
		Object.assign(this, {token, pageSize, account: 'acc_test',
			cloud: 'cld_test', events: [], requests: 0, mangle: null});
		this.server = server;
		this.key = crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'});
	}

	/** Listens on the port it had before, if it had one. */
	async start() {
		this.http = https.createServer({
			cert: fs.readFileSync(this.server.cert),
			key: fs.readFileSync(this.server.key),
		}, (req, res) => this.answer(req, res));
		await new Promise((r) =>
			this.http.listen(this.port || 0, '127.0.0.1', r));
		this.port = this.http.address().port;
		this.url = `https://localhost:${this.port}`;
		return this;
	}

	async stop() {
		await closeServer(this.http);
	}

	admit(fp, device, product = 'Dishwasher DW-9', batch = 'B1') {
		this.events.push({op: 'admit', fp, device, product, batch,
			state: 'active'});
	}

	remove(fp, device, batch = 'B1') {
		this.events.push({op: 'remove', fp, device, batch});
	}

	sign(claims, key = this.key) {
		const text = b64(JSON.stringify(
			{alg: 'ES256', typ: 'birthmark-feed'})) + '.' +
			b64(JSON.stringify(claims));
		return text + '.' + crypto.sign('sha256', Buffer.from(text),
			{key: key.privateKey, dsaEncoding: 'ieee-p1363'})
			.toString('base64url');
	}

	page(cursor) {
		const at = cursor === '' ? 0 : Number(cursor.slice(1));
		const list = this.events.slice(at, at + this.pageSize);
		const next = `c${at + list.length}`;
		const p = {list, claims: {account: this.account, cloud: this.cloud,
			from: cursor, to: next, count: list.length,
			iat: Math.floor(Date.now() / 1000)},
			more: at + list.length < this.events.length, key: this.key};
		if (this.mangle)
			this.mangle(p);
		const entries = p.entries ?? JSON.stringify(p.list);
		p.claims.sha256 ??= crypto.createHash('sha256')
			.update(entries).digest('hex');
		return `{"head":"${this.sign(p.claims, p.key)}","entries":` +
			`${p.sent ?? entries},"next":"${p.claims.to}",` +
			`"more":${p.more}}`;
	}

	answer(req, res) {
		const url = new URL(req.url, this.url);
		const send = (status, body) => {
			res.writeHead(status, {'Content-Type': 'application/json'});
			res.end(body);
		};

		if (url.pathname === '/.well-known/jwks.json')
			return send(200, JSON.stringify({keys:
				[this.key.publicKey.export({format: 'jwk'})]}));
		this.requests++;
		if (req.headers.authorization !== `Bearer ${this.token}`)
			return send(401, '{"code":"unauthenticated"}');
		if (url.pathname !==
		    `/api/v1/accounts/${this.account}/clouds/${this.cloud}/feed`)
			return send(404, '{"code":"not-found"}');
		return send(200, this.page(url.searchParams.get('cursor') ?? ''));
	}
}
