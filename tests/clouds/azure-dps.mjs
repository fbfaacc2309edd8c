// A double of an Azure Device Provisioning Service: individual enrolments one
// by one, in bulk, and queries, with its limits, ETags and errors.
// Must not take what the service would not.
import crypto from 'node:crypto';

import {AzureServer, Refusal, fields, json, page} from './azure-server.mjs';

const ID = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,126}[A-Za-z0-9-])?$/;
const DEVICE = /^[A-Za-z0-9\-.%_*?!(),:=@$']{1,128}$/;
const HOST = /^[A-Za-z0-9.-]{1,253}$/;
const EXISTS = 409201, NOT_FOUND = 404201, OTHER_ETAG = 412001, TWICE = 400205;

export class AzureDps extends AzureServer {
	constructor(opts) {
		super({audience: 'https://azure-devices-provisioning.net', ...opts});
		this.enrolments = new Map(); // by the id in lower case
		this.liesAbout = new Set();
		this.answered = new Map();
		this.repeated = [];
	}

	/** {id: [status, thumbprints...]} of all that is there. */
	state() {
		return Object.fromEntries([...this.enrolments.values()].map((e) =>
			[e.registrationId, [e.provisioningStatus, ...this.thumbs(e)]]));
	}

	thumbs(e) {
		const c = e.attestation.x509?.clientCertificates;
		return [c?.primary, c?.secondary].filter(Boolean)
			.map((x) => x.info.sha256Thumbprint.toLowerCase());
	}

	put(id, o) {
		const e = {registrationId: id, provisioningStatus: 'enabled',
			etag: this.newEtag(), ...o};
		this.enrolments.set(id.toLowerCase(), e);
		return e;
	}

	newEtag() {
		return `"${crypto.randomUUID()}"`;
	}

	opOf(method, path) {
		return /\/query$/.test(path) ? 'query' : 'enrolment';
	}

	refuse(e) {
		return {status: e.status, headers: e.headers, body: {
			errorCode: {GenericNotFound: 404000, EnrollmentNotFound: NOT_FOUND,
				EnrollmentConflict: EXISTS, PreconditionFailed: OTHER_ETAG}[e.code] ??
				e.status * 1000 + 4,
			trackingId: crypto.randomUUID(), message: `${e.code}: ${e.text}`,
			timestampUtc: new Date().toISOString()}};
	}

	handle({req, url, rights, body}) {
		const path = url.pathname.replace(/\/$/, '');
		if (url.searchParams.get('api-version') !== '2021-10-01')
			throw new Refusal(400, 'InvalidProtocolVersion', 'api-version');
		if (req.method === 'POST' && path === '/enrollments/query')
			return this.query(req, rights, body);
		if (req.method === 'POST' && path === '/enrollments')
			return this.bulk(req, rights, body);
		const m = /^\/enrollments\/([^/]+)$/.exec(path);
		if (!m)
			throw new Refusal(404, 'GenericNotFound', path);
		const id = decodeURIComponent(m[1]);
		this.spend('enrolment', [id]);
		this.need(rights, req.method === 'GET' ? 'EnrollmentRead' : 'EnrollmentWrite');
		if (req.method === 'GET')
			return {body: this.known(id)};
		if (req.method === 'PUT')
			return this.putOne(req, id, json(body));
		if (req.method === 'DELETE')
			return this.deleteOne(req, id);
		throw new Refusal(405, 'GenericMethodNotAllowed', req.method);
	}

	known(id) {
		const e = this.enrolments.get(id.toLowerCase());
		if (!e)
			throw new Refusal(404, 'EnrollmentNotFound', 'Enrollment not found.');
		return e;
	}

	/** A certificate as it is sent, to what the service shows of it. */
	certificate(c, id, what) {
		fields(c, {certificate: 'string', info: 'object'}, what);
		if (!c.certificate && c.info)
			return {info: c.info};
		let x;
		try {
			const pem = c.certificate.includes('-----BEGIN');
			if (!pem && !/^[A-Za-z0-9+/]+={0,2}$/.test(c.certificate))
				throw new Error('base64');
			x = new crypto.X509Certificate(pem ? c.certificate :
				Buffer.from(c.certificate, 'base64'));
		} catch {
			throw new Refusal(400, 'ArgumentInvalid', `${what} is no certificate`);
		}
		const cn = /^CN=(.*)$/m.exec(x.subject)?.[1];
		if (cn?.toLowerCase() !== id.toLowerCase())
			throw new Refusal(400, 'ArgumentInvalid', `${what} is of ${cn}, not ${id}`);
		const hex = (s) => s.replaceAll(':', '').toUpperCase();
		return {info: {subjectName: x.subject, sha1Thumbprint: hex(x.fingerprint),
			sha256Thumbprint: hex(x.fingerprint256), issuerName: x.issuer,
			notBeforeUtc: new Date(x.validFrom).toISOString(),
			serialNumber: x.serialNumber, version: 3}};
	}

	attestation(a, id, what) {
		fields(a, {type: /^(?:x509|tpm|symmetricKey)$/, x509: 'object',
			tpm: 'object', symmetricKey: 'object'}, what);
		if (a.type !== 'x509')
			return a;
		fields(a.x509, {clientCertificates: 'object', signingCertificates: 'object',
			caReferences: 'object'}, `${what}.x509`);
		const c = a.x509.clientCertificates;
		if (!c)
			return a;
		fields(c, {primary: 'object', secondary: 'object'}, `${what}.clientCertificates`);
		if (!c.primary)
			throw new Refusal(400, 'ArgumentNull', `${what} has no primary`);
		return {type: 'x509', x509: {clientCertificates: {
			primary: this.certificate(c.primary, id, `${what}.primary`),
			...c.secondary ? {secondary: this.certificate(c.secondary, id,
				`${what}.secondary`)} : {}}}};
	}

	/** An enrolment as it is sent, checked. */
	one(o, what) {
		fields(o, {registrationId: ID, deviceId: DEVICE, attestation: 'object',
			provisioningStatus: /^(?:enabled|disabled)$/, initialTwin: 'object',
			iotHubs: 'array', allocationPolicy: /^(?:hashed|geoLatency|static|custom)$/,
			optionalDeviceInformation: 'object', customAllocationDefinition: 'object',
			etag: 'string', capabilities: 'object', reprovisionPolicy: 'object',
			iotHubHostName: HOST, registrationState: 'object',
			createdDateTimeUtc: 'string', lastUpdatedDateTimeUtc: 'string'}, what);
		if (!o.registrationId || !o.attestation)
			throw new Refusal(400, 'ArgumentNull', `${what} lacks id or attestation`);
		if (o.iotHubs && !o.iotHubs.every((h) => typeof h === 'string' && HOST.test(h)))
			throw new Refusal(400, 'ArgumentInvalid', `${what}.iotHubs`);
		if (o.initialTwin) {
			fields(o.initialTwin, {tags: 'object', properties: 'object'},
				`${what}.initialTwin`);
			if (o.initialTwin.properties)
				fields(o.initialTwin.properties, {desired: 'object'},
					`${what}.initialTwin.properties`);
		}
		return {provisioningStatus: 'enabled', ...o,
			attestation: this.attestation(o.attestation, o.registrationId,
				`${what}.attestation`)};
	}

	bulk(req, rights, body) {
		const b = json(body);
		fields(b, {mode: /^(?:create|update|updateIfMatchETag|delete)$/,
			enrollments: 'array'}, 'body');
		if (!b.mode || !b.enrollments?.length || b.enrollments.length > 10)
			throw new Refusal(400, 'TooManyEnrollments', 'one to 10 enrolments');
		const wanted = b.enrollments.map((o, i) => this.one(o, `[${i}]`));
		this.spend('enrolment', wanted.map((o) => o.registrationId));
		this.need(rights, 'EnrollmentWrite');
		const errors = [];
		const done = [];
		const ids = wanted.map((o) => o.registrationId.toLowerCase());
		if (new Set(ids).size !== ids.length) {
			this.faults.push('an enrolment stands twice in a call');
			throw new Refusal(400, 'RegistrationIdDefinedMultipleTimes', `${TWICE}`);
		}
		for (const o of wanted) {
			const code = this.apply(b.mode, o);
			if (code)
				errors.push({registrationId: o.registrationId, errorCode: code,
					errorStatus: {[EXISTS]: 'Enrollment already exists.',
						[NOT_FOUND]: 'Enrollment not found.'}[code] ??
						'Precondition failed.'});
			else
				done.push(o.registrationId);
		}
		return {status: errors.length > 0 && this.random() < 0.5 ? 400 : 200,
			body: {isSuccessful: errors.length === 0, errors},
			sent: () => b.mode === 'create' && done.forEach((id) =>
				this.answered.set(id, (this.answered.get(id) ?? 0) + 1))};
	}

	apply(mode, o) {
		const key = o.registrationId.toLowerCase();
		const is = this.enrolments.get(key);
		if (mode === 'create' && this.answered.get(o.registrationId))
			this.repeated.push(o.registrationId);
		if (mode === 'create' && (is || this.liesAbout.has(o.registrationId)))
			return EXISTS;
		if (mode !== 'create' && !is)
			return NOT_FOUND;
		// A deletion in bulk is not documented to look at the ETag.
		if (mode === 'updateIfMatchETag' && o.etag !== is.etag)
			return OTHER_ETAG;
		if (mode === 'delete') {
			this.enrolments.delete(key);
			this.answered.delete(o.registrationId);
		} else {
			// As a whole: what is not sent is gone.  Its own are the dates and
			// what became of the device.
			this.put(o.registrationId, {...o, etag: this.newEtag(),
				...is?.registrationState ?
					{registrationState: is.registrationState} : {}});
		}
		return 0;
	}

	putOne(req, id, o) {
		const match = req.headers['if-match'];
		if (o.registrationId !== id)
			throw new Refusal(400, 'ArgumentInvalid', 'another registrationId');
		const wanted = this.one(o, 'enrolment');
		if (match && match !== '*' && match !== this.known(id).etag)
			throw new Refusal(412, 'PreconditionFailed', 'ETag');
		return {body: this.put(id, {...wanted, etag: this.newEtag()})};
	}

	deleteOne(req, id) {
		const match = req.headers['if-match'];
		const is = this.known(id);
		if (match && match !== '*' && match !== is.etag)
			throw new Refusal(412, 'PreconditionFailed', 'ETag');
		this.enrolments.delete(id.toLowerCase());
		this.answered.delete(is.registrationId);
		return {status: 204};
	}

	query(req, rights, body) {
		const o = json(body);
		fields(o, {query: 'string'}, 'query');
		this.spend('query');
		this.need(rights, 'EnrollmentRead');
		if (!/^SELECT \* FROM enrollments$/i.test(o.query ?? ''))
			throw new Refusal(400, 'ArgumentInvalid', `query ${o.query}`);
		const p = page(req, [...this.enrolments.values()], 100);
		return {body: p.items, headers: {'x-ms-item-type': 'Enrollment', ...p.headers}};
	}
}
