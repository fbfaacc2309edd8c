// Looks for private keys in the memory of processes, as whoever broke into
// one could.  Must not write any.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const CHUNK = 1 << 22;

/** The private scalars of the EC keys in a folder and those below. */
export function secretsOf(dir) {
	const out = [];
	for (const it of fs.readdirSync(dir, {withFileTypes: true})) {
		const file = path.join(dir, it.name);
		if (it.isDirectory()) {
			out.push(...secretsOf(file));
			continue;
		}
		const text = fs.readFileSync(file, 'utf8');
		if (!text.includes('PRIVATE KEY'))
			continue;
		const {d} = crypto.createPrivateKey(text).export({format: 'jwk'});
		out.push(Buffer.from(d, 'base64url'));
	}
	return out;
}

/** The writable parts that are in use: [from, to]. */
function parts(pid) {
	const out = [];
	let area = null;
	for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'latin1')
		.split('\n')) {
		const m = /^([0-9a-f]+)-([0-9a-f]+) (r)?/.exec(line);
		if (m)
			area = m[3] && [parseInt(m[1], 16), parseInt(m[2], 16)];
		// A sanitizer reserves terabytes that hold nothing.
		else if (area && /^Rss: +[1-9]/.test(line) &&
			area[1] - area[0] < 1 << 30)
			out.push(area);
	}
	return out;
}

/** Is the secret in the memory of the process, in either byte order (numbers
 * are kept with the lowest digits first)? */
export function sees(pid, secret) {
	const forms = [secret, Buffer.from(secret).reverse()];
	const fd = fs.openSync(`/proc/${pid}/mem`, 'r');
	const bytes = Buffer.alloc(CHUNK + 64);
	try {
		for (const [from, to] of parts(pid))
			for (let at = from; at < to; at += CHUNK) {
				let n = 0;
				try {
					n = fs.readSync(fd, bytes, 0,
						Math.min(CHUNK + 64, to - at), at);
				} catch {
					continue; // unmapped meanwhile
				}
				const seen = bytes.subarray(0, n);
				if (forms.some((f) => seen.includes(f)))
					return true;
			}
	} finally {
		fs.closeSync(fd);
	}
	return false;
}
