// A double of an Azure IoT Hub's identity registry: devices one by one, in
// bulk, and queries, with its limits, ETags and errors.
// Must not take what the hub would not.
import crypto from 'node:crypto';

import {AzureServer, Refusal, fields, json, page} from './azure-server.mjs';

const ID = /^[A-Za-z0-9\-.%_*?!(),:=@$']{1,128}$/;
const THUMB = /^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/;
const STATUS = /^(?:enabled|disabled)$/;
const MODES = /^(?:create|createorupdate|update|updateifmatchetag|delete|deleteifmatchetag)$/i;

const EXISTS = 409001, NOT_FOUND = 404001, OTHER_ETAG = 412001, TWICE = 400011,
	INVALID = 400004;

export class AzureHub extends AzureServer {
	constructor(opts) {
		super({audience: 'https://iothubs.azure.net', queries: true,
			pageMost: 1000, lagMs: 0, ...opts});
		this.devices = new Map();
		this.liesAbout = new Set(); // said to be there, and are not
		this.answered = new Map();  // id -> how often told, without trouble, that it was made
		this.repeated = [];         // made again after that
		this.made = 0;
	}

	/** A device that somebody else put there. */
	put(id, device) {
		const d = {deviceId: id, status: 'enabled', etag: this.newEtag(),
			at: -1e9, ...device};
		this.devices.set(id, d);
		return d;
	}

	/** {id: [status, thumbprints...]} of all that is there. */
	state() {
		return Object.fromEntries([...this.devices].map(([id, d]) =>
			[id, [d.status, d.authentication.x509Thumbprint?.primaryThumbprint,
				d.authentication.x509Thumbprint?.secondaryThumbprint]
				.filter(Boolean).map((s) => s.toLowerCase())]));
	}

	newEtag() {
		return crypto.randomBytes(8).toString('base64');
	}

	opOf(method, path) {
		return path === '/devices/query' ? 'query' : 'registry';
	}

	refuse(e) {
		return {status: e.status, headers: e.headers,
			body: {Message: `ErrorCode:${e.code};${e.text}`,
				ExceptionMessage: `Tracking ID:${crypto.randomUUID()}-` +
					`TimeStamp:${new Date().toISOString()}`}};
	}

	handle({req, url, rights, body}) {
		const path = url.pathname.replace(/\/$/, '');
		if (url.searchParams.get('api-version') !== '2021-04-12')
			throw new Refusal(400, 'InvalidProtocolVersion', 'api-version');
		if (req.method === 'POST' && path === '/devices/query')
			return this.query(req, rights, body);
		if (req.method === 'POST' && path === '/devices')
			return this.bulk(req, rights, body);
		const m = /^\/devices\/([^/]+)$/.exec(path);
		if (!m)
			throw new Refusal(404, 'GenericNotFound', path);
		const id = decodeURIComponent(m[1]);
		this.spend('registry', [id]);
		this.need(rights, req.method === 'GET' ? 'RegistryRead' : 'RegistryWrite');
		if (req.method === 'GET')
			return {body: this.shape(this.known(id))};
		if (req.method === 'PUT')
			return this.putOne(req, id, json(body));
		if (req.method === 'DELETE')
			return this.deleteOne(req, id);
		throw new Refusal(405, 'GenericMethodNotAllowed', req.method);
	}

	known(id) {
		const d = this.devices.get(id);
		if (!d)
			throw new Refusal(404, 'DeviceNotFound', id);
		return d;
	}

	/** As GET answers. */
	shape(d) {
		return {deviceId: d.deviceId, generationId: '1', etag: d.etag,
			connectionState: 'Disconnected', status: d.status,
			statusReason: null, cloudToDeviceMessageCount: 0,
			authentication: d.authentication, capabilities: {iotEdge: false}};
	}

	/** As a query answers. */
	row(d, columns) {
		const x = d.authentication.x509Thumbprint;
		const all = {deviceId: d.deviceId, etag: 'AAAAAAAAAAE=',
			deviceEtag: d.etag, status: d.status,
			authenticationType: d.authentication.type,
			x509Thumbprint: {primaryThumbprint: x?.primaryThumbprint ?? null,
				secondaryThumbprint: x?.secondaryThumbprint ?? null},
			connectionState: 'Disconnected', version: 2};
		return columns === '*' ? all : Object.fromEntries(columns.split(',')
			.map((c) => c.trim()).map((c) => {
				if (!(c in all))
					throw new Refusal(400, 'ArgumentInvalid', `column ${c}`);
				return [c, all[c]];
			}));
	}

	authentication(a, what) {
		fields(a, {type: /^(?:sas|selfSigned|certificateAuthority|none)$/,
			x509Thumbprint: 'object', symmetricKey: 'object'}, what);
		if (a.type !== 'selfSigned')
			return {...a};
		fields(a.x509Thumbprint, {primaryThumbprint: THUMB,
			secondaryThumbprint: THUMB}, `${what}.x509Thumbprint`);
		if (!a.x509Thumbprint.primaryThumbprint)
			throw new Refusal(400, 'ArgumentInvalid', `${what} has no thumbprint`);
		if (a.x509Thumbprint.primaryThumbprint ===
			a.x509Thumbprint.secondaryThumbprint)
			throw new Refusal(400, 'ArgumentInvalid', `${what}: the same twice`);
		return {type: a.type, x509Thumbprint: {
			primaryThumbprint: a.x509Thumbprint.primaryThumbprint,
			secondaryThumbprint: a.x509Thumbprint.secondaryThumbprint ?? null},
		symmetricKey: null};
	}

	/** One of a bulk call, checked. */
	one(o, i) {
		fields(o, {id: ID, importMode: MODES, eTag: 'string', etag: 'string',
			status: STATUS, statusReason: /^.{0,128}$/, authentication: 'object',
			capabilities: 'object', tags: 'object', properties: 'object'}, `[${i}]`);
		if (!o.id || !o.importMode)
			throw new Refusal(400, 'ArgumentNull', `[${i}] has no id or importMode`);
		const mode = o.importMode.toLowerCase();
		if (/^(?:create|update)/.test(mode) && !o.authentication)
			throw new Refusal(400, 'ArgumentNull', `[${i}] has no authentication`);
		return {id: o.id, mode, etag: o.eTag ?? o.etag, status: o.status ?? 'enabled',
			authentication: o.authentication &&
				this.authentication(o.authentication, `[${i}].authentication`)};
	}

	bulk(req, rights, body) {
		const list = json(body);
		if (!/^application\/json/.test(req.headers['content-type'] ?? ''))
			throw new Refusal(415, 'GenericUnsupportedMediaType', 'Content-Type');
		if (!Array.isArray(list) || list.length === 0 || list.length > 100)
			throw new Refusal(400, 'ArgumentInvalid', 'one to 100 devices');
		const wanted = list.map((o, i) => this.one(o, i));
		this.spend('registry', wanted.map((o) => o.id));
		this.need(rights, 'RegistryWrite');
		const seen = new Set();
		for (const o of wanted) {
			if (seen.has(o.id)) {
				this.faults.push(`${o.id} stands twice in a call`);
				return {status: 400, body: {isSuccessful: false, errors: [
					{deviceId: o.id, errorCode: TWICE,
						errorStatus: 'DeviceDefinedMultipleTimes'}], warnings: []}};
			}
			seen.add(o.id);
		}
		const errors = [];
		const done = [];
		for (const o of wanted) {
			const code = this.apply(o);
			if (code)
				errors.push({deviceId: o.id, errorCode: code, errorStatus:
					code === EXISTS ? `A device with ID '${o.id}' is already registered.` :
						o.id});
			else
				done.push(o);
		}
		return this.result(errors, done);
	}

	result(errors, done) {
		return {status: errors.length > 0 && this.random() < 0.5 ? 400 : 200,
			body: {isSuccessful: errors.length === 0, errors, warnings: []},
			sent: () => done.filter((o) => o.mode === 'create').forEach((o) =>
				this.answered.set(o.id, (this.answered.get(o.id) ?? 0) + 1))};
	}

	/** 0, or why not. */
	apply(o) {
		const is = this.devices.get(o.id);
		const now = {deviceId: o.id, status: o.status, etag: this.newEtag(),
			authentication: o.authentication, at: performance.now()};
		if (o.mode === 'create' && this.answered.get(o.id))
			this.repeated.push(o.id);
		if (o.mode === 'create' && (is || this.liesAbout.has(o.id)))
			return EXISTS;
		if (o.mode !== 'create' && o.mode !== 'createorupdate' && !is)
			return NOT_FOUND;
		if (/ifmatchetag$/.test(o.mode)) {
			if (o.etag === undefined)
				return INVALID;
			if (o.etag !== is.etag)
				return OTHER_ETAG;
		}
		if (o.mode.startsWith('delete')) {
			this.devices.delete(o.id);
			this.answered.delete(o.id);
		} else {
			if (!is)
				this.made++;
			this.devices.set(o.id, {...now, before: is && {...is, before: undefined}});
		}
		return 0;
	}

	putOne(req, id, o) {
		const match = req.headers['if-match'];
		fields(o, {deviceId: ID, status: STATUS, authentication: 'object',
			etag: 'string', capabilities: 'object', statusReason: 'string'}, 'device');
		if (o.deviceId !== id)
			throw new Refusal(400, 'ArgumentInvalid', 'another deviceId');
		const is = this.devices.get(id);
		if (!match && is)
			throw new Refusal(409, 'DeviceAlreadyExists', 'Conflict');
		if (match)
			this.match(match, this.known(id));
		return {body: this.shape(this.put(id, {status: o.status ?? 'enabled',
			authentication: this.authentication(o.authentication ?? {type: 'sas'},
				'authentication')}))};
	}

	match(match, d) {
		if (match !== '"*"' && match !== '*' && match !== `"${d.etag}"`)
			throw new Refusal(412, 'PreconditionFailed', 'ETag');
	}

	deleteOne(req, id) {
		const match = req.headers['if-match'];
		if (!match)
			throw new Refusal(400, 'ArgumentNull', 'If-Match');
		this.match(match, this.known(id));
		this.devices.delete(id);
		return {status: 204};
	}

	/** The devices as a query sees them: it may be late. */
	seen() {
		const now = performance.now();
		return [...this.devices.values()].map((d) =>
			now - d.at >= this.lagMs ? d : d.before).filter(Boolean);
	}

	query(req, rights, body) {
		const o = json(body);
		fields(o, {query: 'string'}, 'query');
		this.spend('query');
		this.need(rights, 'RegistryRead');
		if (!this.queries)
			throw new Refusal(403, 'OperationNotAvailableInCurrentTier', 'tier');
		const m = /^SELECT (\*|[\w, ]+) FROM devices(?: WHERE deviceId (?:IN \[(.+)\]|= ('[^']*')))?$/
			.exec(o.query ?? '');
		if (!m)
			throw new Refusal(400, 'ArgumentInvalid', `query ${o.query}`);
		let all = this.seen();
		const names = m[2] ?? m[3];
		if (names) {
			const ids = names.split(/,\s*/).map((s) => /^'([^']{1,128})'$/.exec(s)?.[1]);
			if (ids.some((s) => s === undefined))
				throw new Refusal(400, 'ArgumentInvalid', 'deviceId IN');
			const wanted = new Set(ids);
			all = all.filter((d) => wanted.has(d.deviceId));
		}
		const p = page(req, all, this.pageMost);
		return {body: p.items.map((d) => this.row(d, m[1])),
			headers: {'x-ms-item-type': m[1] === '*' ? 'Twin' : 'Raw', ...p.headers}};
	}
}
