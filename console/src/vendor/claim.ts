// Claim codes as labels carry them: 16 random bytes in Crockford's base32,
// printed in groups of five with a check character (modulo 37).
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checks = `${symbols}*~$=U`;
const code_bytes = 16;
const code_chars = 26;

function textOf(bytes: Uint8Array): string {
	let bits = 0, have = 0, out = '';
	for (const b of bytes) {
		bits = (bits << 8 | b) & 0xfff;
		for (have += 8; have >= 5; have -= 5)
			out += symbols[bits >> (have - 5) & 31];
	}
	return out + symbols[bits << (5 - have) & 31];
}

function bytesOf(text: string): Uint8Array {
	const out = new Uint8Array(code_bytes);
	let bits = 0, have = 0, n = 0;
	for (const c of text.slice(0, code_chars)) {
		bits = (bits << 5 | symbols.indexOf(c)) & 0xfff;
		have += 5;
		if (have >= 8 && n < code_bytes) {
			have -= 8;
			out[n++] = bits >> have & 0xff;
		}
	}
	return out;
}

// "XXXXX-XXXXX-..." with the check character, of the 26 characters of a URL.
export function printedCode(text: string): string {
	const check = bytesOf(text).reduce((v, b) => (v << 8 | b) % 37, 0);
	return (text + checks[check]).replace(/(.{5})(?=.)/g, '$1-');
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
