// Makes claim codes as labels carry them: 16 random bytes in Crockford's base32.
import {symbols} from '../floor/label';

const code_bytes = 16;

function textOf(bytes: Uint8Array): string {
	let bits = 0, have = 0, out = '';
	for (const b of bytes) {
		bits = (bits << 8 | b) & 0xfff;
		for (have += 8; have >= 5; have -= 5)
			out += symbols[bits >> (have - 5) & 31];
	}
	return out + symbols[bits << (5 - have) & 31];
}

export interface MadeClaim {
	code: string; // as labels hold it
	sha256: string; // what the service gets
}

// The whole text of a label's QR code.
export const labelText = (batch: string, code: string) => `${location.origin}/b/${batch}#${code}`;

export async function makeClaim(): Promise<MadeClaim> {
	const code = crypto.getRandomValues(new Uint8Array(code_bytes));
	const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', code));
	return {code: textOf(code),
		sha256: [...hash].map((b) => b.toString(16).padStart(2, '0')).join('')};
}
