// As much of a certificate as a page has to know: whether a file is one, and
// the names in it.  The service alone judges it.

interface Tlv {
	tag: number;
	whole: Uint8Array;
	body: Uint8Array;
}

const maxBytes = 64 * 1024;
export const maxCertificates = 10;

// One element at the start of bytes, or null; definite lengths only.
function take(bytes: Uint8Array): [Tlv, Uint8Array] | null {
	const tag = bytes[0];
	let n = bytes[1];
	let at = 2;
	if (tag === undefined || n === undefined)
		return null;
	if (n >= 0x80) {
		const size = n & 0x7f;
		if (size < 1 || size > 3 || bytes.length < at + size)
			return null;
		n = 0;
		for (let i = 0; i < size; i++)
			n = n * 256 + (bytes[at++] ?? 0);
	}
	if (bytes.length < at + n)
		return null;
	return [{tag, whole: bytes.subarray(0, at + n), body: bytes.subarray(at, at + n)},
		bytes.subarray(at + n)];
}

function children(bytes: Uint8Array): Tlv[] | null {
	const all: Tlv[] = [];
	while (bytes.length > 0) {
		const next = take(bytes);
		if (!next || all.length > 64)
			return null;
		all.push(next[0]);
		bytes = next[1];
	}
	return all;
}

const sequence = 0x30, bitString = 0x03, version = 0xa0;
const commonName = '85,4,3'; // 2.5.4.3

function nameOf(name: Tlv | undefined): string {
	for (const set of name && children(name.body) || [])
		for (const pair of children(set.body) ?? []) {
			const [oid, value] = children(pair.body) ?? [];
			if (oid && value && oid.body.join() === commonName)
				return new TextDecoder().decode(value.body);
		}
	return '';
}

// The fields of the part that is signed, or null where it is no certificate.
function fields(der: Uint8Array): Tlv[] | null {
	const outer = take(der);
	if (!outer || outer[0].tag !== sequence || outer[1].length > 0)
		return null;
	const [signed, algorithm, signature, more] = children(outer[0].body) ?? [];
	if (signed?.tag !== sequence || algorithm?.tag !== sequence || signature?.tag !== bitString || more)
		return null;
	const all = children(signed.body);
	const rest = all?.[0]?.tag === version ? all.slice(1) : all;
	return rest && rest.length >= 6 ? rest : null;
}

export function isCertificate(der: Uint8Array): boolean {
	return fields(der) !== null;
}

export function names(der: Uint8Array): {subject: string; issuer: string} {
	const all = fields(der);
	return {issuer: nameOf(all?.[2]), subject: nameOf(all?.[4])};
}

export function fromPem(text: string): Uint8Array[] {
	const found: Uint8Array[] = [];
	for (const m of text.matchAll(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/g)) {
		try {
			found.push(Uint8Array.from(atob((m[1] ?? '').replace(/\s/g, '')), (c) => c.charCodeAt(0)));
		} catch {
			// Not base64: as if it were not there.
		}
	}
	return found;
}

// The certificates of a file, PEM or DER; none when it is something else.
export async function certificatesOf(file: Blob): Promise<Uint8Array[]> {
	if (file.size > maxBytes)
		return [];
	const bytes = new Uint8Array(await file.arrayBuffer());
	if (isCertificate(bytes))
		return [bytes];
	return fromPem(new TextDecoder().decode(bytes)).filter(isCertificate).slice(0, maxCertificates);
}

export async function fingerprint(der: Uint8Array): Promise<string> {
	const hash = await crypto.subtle.digest('SHA-256', der.slice());
	return [...new Uint8Array(hash)].map((b) => b.toString(16).padStart(2, '0')).join('');
}
