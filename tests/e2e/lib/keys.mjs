// Many P-256 public keys in little time, for reels whose private keys nobody
// needs: points B + iG, whose divisions are shared.
// Must not be used for anything that has to be secret.
import crypto from 'node:crypto';
import fs from 'node:fs';

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const G = [
	0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
	0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n];
const STEP = 1024;
const SPKI = Buffer.from(
	'3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

const mod = (a) => {
	const r = a % P;
	return r < 0n ? r + P : r;
};

function inverse(a) {
	let [r0, r1, t0, t1] = [P, mod(a), 0n, 1n];
	while (r1 !== 0n) {
		const q = r0 / r1;
		[r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1];
	}
	return mod(t0);
}

/** Each of the points plus q; all divisions at the price of one. */
function addToAll(points, q) {
	const products = [];
	let all = 1n;
	for (const [x] of points) {
		products.push(all);
		all = mod(all * (x - q[0]));
	}
	let rest = inverse(all);
	const out = new Array(points.length);
	for (let i = points.length - 1; i >= 0; i--) {
		const [x, y] = points[i];
		const slope = mod(mod(rest * products[i]) * (y - q[1]));
		const sum = mod(slope * slope - x - q[0]);
		out[i] = [sum, mod(slope * (q[0] - sum) - q[1])];
		rest = mod(rest * (x - q[0]));
	}
	return out;
}

function random() {
	const pair = crypto.createECDH('prime256v1');
	const bytes = pair.generateKeys();
	return [BigInt(`0x${bytes.toString('hex', 1, 33)}`),
		BigInt(`0x${bytes.toString('hex', 33)}`)];
}

function line([x, y]) {
	return Buffer.concat([SPKI, Buffer.from(x.toString(16).padStart(64, '0') +
		y.toString(16).padStart(64, '0'), 'hex')]).toString('base64');
}

/** Writes n public keys, base64 of their SPKI a line. */
export function publicKeys(file, n) {
	const fd = fs.openSync(file, 'w');
	// G + ... + G: a random offset first, so that no two are the same point.
	const start = random();
	const table = [start];
	while (table.length < STEP)
		table.push(addToAll([G], table[table.length - 1])[0]);
	for (let made = 0; made < n; made += STEP) {
		const points = addToAll(table, random()).slice(0, n - made);
		fs.writeSync(fd, points.map(line).join('\n') + '\n');
	}
	fs.closeSync(fd);
}
