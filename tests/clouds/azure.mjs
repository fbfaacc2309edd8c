// Doubles of Azure for tests: Entra ID's tokens for applications, beside the
// IoT Hub and the Device Provisioning Service of the neighbouring files.
// Must not give a token to who does not show what it has to.
import crypto from 'node:crypto';

import {AzureServer, Refusal} from './azure-server.mjs';

export {AzureDps} from './azure-dps.mjs';
export {AzureHub} from './azure-hub.mjs';

const SCOPE = /^(https:\/\/(?:iothubs\.azure\.net|azure-devices-provisioning\.net))\/\.default$/;

/** A shared key, in base64. */
export const newKey = () => crypto.randomBytes(32).toString('base64');

export class Entra extends AzureServer {
	/**
	 * tenant; apps: {client id: {secret, or verify(jwt) that throws, rights}}.
	 */
	constructor(opts) {
		super({ttl: 3599, apps: {}, ...opts});
		this.tokens = new Map();
		this.given = 0;
	}

	/** Nobody needs a token to get one. */
	open() {
		return true;
	}

	opOf() {
		return 'login';
	}

	refuse(e) {
		return {status: e.status, headers: e.headers, body: {error: e.code,
			error_description: e.text, error_codes: [7000215],
			timestamp: new Date().toISOString(), trace_id: crypto.randomUUID(),
			correlation_id: crypto.randomUUID()}};
	}

	handle({req, url, body}) {
		this.spend('login');
		if (req.method !== 'POST' || url.search ||
			url.pathname !== `/${this.tenant}/oauth2/v2.0/token`)
			throw new Refusal(400, 'invalid_request',
				`AADSTS90002: Tenant of ${url.pathname} not found.`);
		if (req.headers['content-type'] !== 'application/x-www-form-urlencoded')
			throw new Refusal(400, 'invalid_request', 'AADSTS900144: content type');
		const f = new URLSearchParams(body.toString());
		const names = [...f.keys()].sort().join();
		const app = this.apps[f.get('client_id')];
		const scope = SCOPE.exec(f.get('scope') ?? '');
		if (f.get('grant_type') !== 'client_credentials' || !scope)
			throw new Refusal(400, 'invalid_scope', 'AADSTS1002012: grant or scope');
		if (!app)
			throw new Refusal(400, 'unauthorized_client', 'AADSTS700016: application');
		if (names === 'client_id,client_secret,grant_type,scope') {
			if (!app.secret || f.get('client_secret') !== app.secret)
				throw new Refusal(401, 'invalid_client',
					'AADSTS7000215: Invalid client secret provided.');
		} else if (names === 'client_assertion,client_assertion_type,' +
			'client_id,grant_type,scope') {
			this.assertion(f, app);
		} else {
			throw new Refusal(400, 'invalid_request', `AADSTS900144: ${names}`);
		}
		return {body: this.give(app, scope[1])};
	}

	assertion(f, app) {
		if (f.get('client_assertion_type') !==
			'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
			throw new Refusal(400, 'invalid_request', 'AADSTS900144: assertion type');
		try {
			if (!app.verify)
				throw new Error('none is federated');
			app.verify(f.get('client_assertion'));
		} catch (e) {
			throw new Refusal(401, 'invalid_client', `AADSTS700027: ${e.message}`);
		}
	}

	give(app, audience) {
		const token = `${crypto.randomBytes(24).toString('base64url')}.` +
			`${crypto.randomBytes(24).toString('base64url')}.x`;
		this.given++;
		this.tokens.set(token, {app, audience, until: Date.now() + this.ttl * 1000});
		return {token_type: 'Bearer', expires_in: this.ttl, ext_expires_in: this.ttl,
			access_token: token};
	}

	/** The rights that a token gives there; null for none. */
	rightsOf(token, audience) {
		const t = this.tokens.get(token);
		return t && t.audience === audience && t.until > Date.now() ?
			t.app.rights : null;
	}
}
