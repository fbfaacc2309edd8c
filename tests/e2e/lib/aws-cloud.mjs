// A cloud of the AWS form in a world's account, with a receiver that stands
// behind it.
import fs from 'node:fs';
import {serverPki} from './forge.mjs';
import {Receiver} from './receiver.mjs';

const AWS = '123456789012';

/** more: of the cloud's settings; {rx: the receiver, cloud: the id}. */
export async function addAwsCloud(w, more = {}) {
	const pki = serverPki(fs.mkdtempSync(w.path('receiver-')));
	const rx = await new Receiver({server: pki, ...await w.interopKeys(),
		issuer: w.service.url, audience: AWS, base: '/prod'}).start();
	try {
		const {id} = await w.must(201, 'admin', 'POST', w.in('clouds'), {
			name: 'Frankfurt', type: 'interop', form: 'aws',
			aws: {account_id: AWS, url: rx.url},
			ca_certificate: fs.readFileSync(pki.ca, 'utf8'), ...more});
		return {rx, cloud: id};
	} catch (e) {
		await rx.stop();
		throw e;
	}
}
