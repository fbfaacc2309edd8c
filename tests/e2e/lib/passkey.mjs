// An authenticator and a browser for passkeys in software (WebAuthn Level 3,
// ES256), and one-time codes (RFC 6238), both written from their standards.
// Must not share code with what it tests.
import crypto from 'node:crypto';

const b64 = (bytes) => Buffer.from(bytes).toString('base64url');
const sha256 = (data) => crypto.createHash('sha256').update(data).digest();

/** CBOR (RFC 8949) of numbers, strings, Buffers and Maps. */
export function cbor(v) {
	const head = (major, n) => n < 24 ? Buffer.from([major << 5 | n]) :
		n < 256 ? Buffer.from([major << 5 | 24, n]) :
			Buffer.from([major << 5 | 25, n >> 8, n & 255]);
	if (typeof v === 'number')
		return v >= 0 ? head(0, v) : head(1, -1 - v);
	if (Buffer.isBuffer(v))
		return Buffer.concat([head(2, v.length), v]);
	if (typeof v === 'string')
		return Buffer.concat([head(3, Buffer.byteLength(v)), Buffer.from(v)]);
	return Buffer.concat([head(5, v.size),
		...[...v].flatMap(([k, x]) => [cbor(k), cbor(x)])]);
}

export class Authenticator {
	constructor(origin) {
		this.origin = origin;
		this.id = crypto.randomBytes(32);
		this.keys = crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'});
		this.count = 0;
	}

	client(type, challenge, {origin = this.origin, crossOrigin = false} = {}) {
		return Buffer.from(JSON.stringify({type, challenge, origin,
			crossOrigin}));
	}

	authData(rpId, flags, rest = Buffer.alloc(0)) {
		const fixed = Buffer.alloc(37);
		sha256(rpId).copy(fixed);
		fixed[32] = flags;
		fixed.writeUInt32BE(this.count, 33);
		return Buffer.concat([fixed, rest]);
	}

	/** A RegistrationResponseJSON for creation options. */
	make(options, change = {}) {
		const jwk = this.keys.publicKey.export({format: 'jwk'});
		const cose = cbor(new Map([[1, 2], [3, change.alg ?? -7], [-1, 1],
			[-2, Buffer.from(jwk.x, 'base64url')],
			[-3, Buffer.from(jwk.y, 'base64url')]]));
		const size = Buffer.from([this.id.length >> 8, this.id.length & 255]);
		const data = this.authData(change.rpId ?? options.rp.id,
			change.flags ?? 0x45, Buffer.concat([Buffer.alloc(16), size,
				this.id, cose]));
		const object = cbor(new Map([['fmt', 'none'], ['attStmt', new Map()],
			['authData', data]]));
		this.handle = options.user.id;
		this.rpId = options.rp.id;
		return {id: b64(this.id), rawId: b64(this.id), type: 'public-key',
			clientExtensionResults: {}, response: {
				clientDataJSON: b64(this.client('webauthn.create',
					change.challenge ?? options.challenge, change)),
				attestationObject: b64(change.object ?
					change.object(object) : object)}};
	}

	/** An AuthenticationResponseJSON for request options. */
	sign(options, change = {}) {
		this.count += change.count ?? 1;
		const client = this.client(change.type ?? 'webauthn.get',
			change.challenge ?? options.challenge, change);
		const data = this.authData(change.rpId ?? options.rpId,
			change.flags ?? 0x05);
		const signature = crypto.sign('sha256',
			Buffer.concat([data, sha256(client)]), this.keys.privateKey);
		return {id: b64(this.id), rawId: b64(this.id), type: 'public-key',
			clientExtensionResults: {}, response: {
				clientDataJSON: b64(client), authenticatorData: b64(data),
				signature: b64(signature),
				userHandle: change.handle ?? this.handle}};
	}
}

function fromBase32(text) {
	let bits = '';
	for (const ch of text)
		bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(ch)
			.toString(2).padStart(5, '0');
	return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

/** The code of a base32 secret, `ahead` steps from now. */
export function totp(secret, ahead = 0) {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + ahead));
	const mac = crypto.createHmac('sha1', fromBase32(secret))
		.update(counter).digest();
	const n = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
	return String(n % 1000000).padStart(6, '0');
}
