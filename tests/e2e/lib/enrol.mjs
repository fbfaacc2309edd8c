// Enrols at a device port by EST with openssl's requests and plain HTTPS, so
// that nothing of ours stands between.  Must not import the device's program.
import fs from 'node:fs';
import path from 'node:path';
import {newKey, openssl} from './forge.mjs';
import {request} from './service.mjs';

/** A key and a request for it: {key, csr} as paths. */
export function newRequest(dir, name, subject = '/CN=anything') {
	const key = newKey(dir, name), csr = path.join(dir, `${name}.csr`);
	openssl(['req', '-new', '-key', key, '-utf8', '-subj', subject, '-out',
		csr]);
	return {key, csr};
}

/** The certificates of a certs-only message in base64, as PEM. */
export function certsOf(text) {
	const out = openssl(['pkcs7', '-inform', 'DER', '-print_certs'],
		Buffer.from(text, 'base64'));
	return out.toString().match(/-----BEGIN[^]+?END CERTIFICATE-----\n/g) || [];
}

/** One POST of a request; chip is a file with certificate and key. */
export async function ask(service, chip, csr, {verb = 'simpleenroll',
	label = ''} = {}) {
	const pem = fs.readFileSync(chip, 'utf8');
	const der = openssl(['req', '-in', csr, '-outform', 'DER']);
	return request(`${service.deviceUrl}/.well-known/est/` +
		`${label && `${label}/`}${verb}`, {method: 'POST', ca: service.ca,
		cert: pem, key: pem, body: der.toString('base64'),
		headers: {'content-type': 'application/pkcs10'}});
}

/** A device's own certificate: {key, cert, file} with PEM and a chip's file. */
export async function enrol(service, dir, device, name = device.id) {
	const {key, csr} = newRequest(dir, name);
	const r = await ask(service, device.chip, csr);
	if (r.status !== 200)
		throw new Error(`enrol ${name}: ${r.status} ${r.text}`);
	const cert = certsOf(r.text)[0];
	const file = path.join(dir, `${name}.pem`);
	fs.writeFileSync(file, fs.readFileSync(key, 'utf8') + cert);
	return {key: fs.readFileSync(key, 'utf8'), cert, file};
}
