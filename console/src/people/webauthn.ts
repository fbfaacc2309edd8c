// Passkeys: between the JSON of the service and the browser's own objects.
// Browsers without parse...FromJSON or toJSON get them converted here.
import {Problem} from '../api/client';

type Json = Record<string, unknown>;
type Ceremony = 'create' | 'get';

export function passkeysWork(): boolean {
	// They belong to a name, never to an address of numbers.
	return isSecureContext && typeof PublicKeyCredential === 'function' &&
		!/^[\d.]+$|:/.test(location.hostname);
}

export async function autofillWorks(): Promise<boolean> {
	return passkeysWork() &&
		typeof PublicKeyCredential.isConditionalMediationAvailable === 'function' &&
		PublicKeyCredential.isConditionalMediationAvailable();
}

function bytes(text: unknown): ArrayBuffer {
	const b64 = String(text).replace(/-/g, '+').replace(/_/g, '/');
	return Uint8Array.from(atob(b64), (c) => c.charCodeAt(0)).buffer;
}

function base64url(b: ArrayBuffer): string {
	return btoa(String.fromCharCode(...new Uint8Array(b)))
		.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

const withId = (x: Json): Json => ({...x, id: bytes(x['id'])});

function parsed(kind: Ceremony, o: Json): unknown {
	if (kind === 'create' && typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function')
		return PublicKeyCredential.parseCreationOptionsFromJSON(o as never);
	if (kind === 'get' && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function')
		return PublicKeyCredential.parseRequestOptionsFromJSON(o as never);
	const list = (key: string) => o[key] ? {[key]: (o[key] as Json[]).map(withId)} : {};
	return {...o, challenge: bytes(o['challenge']),
		...o['user'] ? {user: withId(o['user'] as Json)} : {},
		...list('excludeCredentials'), ...list('allowCredentials')};
}

function plain(c: PublicKeyCredential): Json {
	if (typeof c.toJSON === 'function')
		return c.toJSON() as unknown as Json;
	const response: Json = {};
	for (const key of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature',
		'userHandle']) {
		const value = (c.response as unknown as Json)[key];
		if (value instanceof ArrayBuffer)
			response[key] = base64url(value);
	}
	return {id: c.id, rawId: base64url(c.rawId), type: c.type, response,
		clientExtensionResults: c.getClientExtensionResults()};
}

function problemOf(e: unknown): unknown {
	if (!(e instanceof DOMException) || e.name === 'AbortError')
		return e;
	if (e.name === 'InvalidStateError')
		return new Problem('passkey-known', e.message);
	if (e.name === 'SecurityError' || e.name === 'NotSupportedError')
		return new Problem('passkey-impossible', e.message);
	return new Problem('passkey-stopped', e.message);
}

async function run(kind: Ceremony, options: Json, more: Json): Promise<Record<string, never>> {
	try {
		const wish = {publicKey: parsed(kind, options), ...more};
		const made = await (kind === 'create' ?
			navigator.credentials.create(wish as CredentialCreationOptions) :
			navigator.credentials.get(wish as CredentialRequestOptions));
		if (!(made instanceof PublicKeyCredential))
			throw new Problem('passkey-stopped', '');
		// The type that the contract gives to any object.
		return plain(made) as Record<string, never>;
	} catch (e) {
		throw problemOf(e);
	}
}

// Throw a Problem, or an AbortError when stopped by the signal.
export const makePasskey = (options: Json) => run('create', options, {});
export const usePasskeyOf = (options: Json, signal: AbortSignal, autofill: boolean) =>
	run('get', options, {signal, ...autofill ? {mediation: 'conditional'} : {}});
