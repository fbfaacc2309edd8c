// Product clouds that misbehave.  Must end with their test.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import {serverPki} from './forge.mjs';

const head = (type, n) => 'HTTP/1.1 200 OK\r\nContent-Type: ' + type +
	`\r\nContent-Length: ${n}\r\n\r\n`;

const kinds = {
	garbage: (s) => s.end(']]]] this is no cloud [[[[\r\n\r\n'),
	wrong: (s) => {
		const body = JSON.stringify([{ref: 'never asked for',
			status: 'SUCCESS'}]);
		s.end(head('application/json', body.length) + body);
	},
	huge: (s) => {
		s.write(head('application/json', 1e12));
		const more = () => {
			while (!s.destroyed && s.write('['.repeat(65536)))
				;
		};
		s.on('drain', more);
		more();
	},
	slow: (s) => {
		s.write(head('application/json', 100000));
		const drip = setInterval(() => s.write(' '), 200);
		s.on('close', () => clearInterval(drip));
	},
	never: () => {},
};

/** {url, ca, calls(), close()}; "absent" refuses every connection. */
export async function mean(kind) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'birthmark-mean-'));
	const pki = serverPki(dir);
	const open = new Set();
	let calls = 0;
	const server = tls.createServer({cert: fs.readFileSync(pki.cert),
		key: fs.readFileSync(pki.key)}, (s) => {
		open.add(s);
		s.on('error', () => {});
		s.on('close', () => open.delete(s));
		s.once('data', () => {
			calls++;
			kinds[kind](s);
		});
	});
	server.on('tlsClientError', () => {});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `https://localhost:${server.address().port}`;
	const ca = fs.readFileSync(pki.ca, 'utf8');
	fs.rmSync(dir, {recursive: true, force: true});
	if (kind === 'absent')
		server.close();
	return {url, ca, calls: () => calls, close() {
		for (const s of open)
			s.destroy();
		if (kind !== 'absent')
			server.close();
	}};
}
