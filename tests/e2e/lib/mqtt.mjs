// A small MQTT 3.1.1 client over TLS, so that no code of ours stands between
// a test's device and the broker.  Must not import the device's program.
import tls from 'node:tls';

const str = (s) => {
	const b = Buffer.from(s);
	const n = Buffer.alloc(2);
	n.writeUInt16BE(b.length);
	return Buffer.concat([n, b]);
};

function packet(type, ...parts) {
	const body = Buffer.concat(parts);
	const head = [type];
	let n = body.length;
	do {
		head.push((n & 127) | (n > 127 ? 128 : 0));
		n >>= 7;
	} while (n > 0);
	return Buffer.concat([Buffer.from(head), body]);
}

/** The first packet in bytes, or null: {type, body, rest}. */
function cut(bytes) {
	let n = 0;
	for (let i = 1; i < 5 && i < bytes.length; i++) {
		n |= (bytes[i] & 127) << (7 * (i - 1));
		if (bytes[i] & 128)
			continue;
		const end = i + 1 + n;
		return bytes.length < end ? null : {type: bytes[0],
			body: bytes.subarray(i + 1, end),
			rest: bytes.subarray(end)};
	}
	return null;
}

class Client {
	constructor(socket) {
		this.socket = socket;
		this.bytes = Buffer.alloc(0);
		this.packets = [];
		this.waiting = [];
		this.messages = [];
		this.error = null;
		this.closed = false;
		this.nextId = 1;
		socket.on('data', (d) => this.take(d));
		socket.on('error', (e) => { this.error ||= e; });
		socket.on('close', () => {
			this.closed = true;
			this.wake();
		});
	}

	take(data) {
		this.bytes = Buffer.concat([this.bytes, data]);
		for (let p; (p = cut(this.bytes)) !== null;) {
			this.bytes = p.rest;
			if (p.type >> 4 === 3) {
				const n = p.body.readUInt16BE(0);
				const skip = (p.type & 6) ? 4 : 2;
				this.messages.push({
					topic: p.body.subarray(2, 2 + n).toString(),
					payload: p.body.subarray(n + skip).toString()});
			} else
				this.packets.push(p);
		}
		this.wake();
	}

	wake() {
		for (const w of this.waiting.splice(0))
			w();
	}

	/** The next packet that is no message; null once the broker hung up. */
	async next(ms = 10000) {
		const end = Date.now() + ms;
		while (this.packets.length === 0 && !this.closed) {
			if (Date.now() > end)
				throw new Error('the broker does not answer');
			await new Promise((resolve) => {
				const late = setTimeout(resolve, 50);
				this.waiting.push(() => {
					clearTimeout(late);
					resolve();
				});
			});
		}
		return this.packets.shift() || null;
	}

	/** Granted QoS, or 128 for a refusal. */
	async subscribe(topic) {
		this.socket.write(packet(0x82, Buffer.from([0, this.nextId++]),
			str(topic), Buffer.from([1])));
		const p = await this.next();
		return p === null ? null : p.body[2];
	}

	/** True once the broker acknowledged it (which it also does for what it
	 * drops by its rules). */
	async publish(topic, payload) {
		this.socket.write(packet(0x32, str(topic),
			Buffer.from([0, this.nextId++]), Buffer.from(payload)));
		const p = await this.next();
		return p !== null && p.type >> 4 === 4;
	}

	end() {
		this.socket.destroy();
	}
}

/**
 * One try to connect as a device: {admitted, tls, connack, client}.  tls is
 * the code of the TLS failure or null, connack the broker's return code or
 * null.  With an admitted one, client is to be ended by the caller.
 */
export async function connect({port, ca, cert, key, id, host = 'localhost'}) {
	const socket = tls.connect({port, host, ca, cert, key,
		servername: 'localhost'});
	const client = new Client(socket);
	socket.once('secureConnect', () => {
		socket.write(packet(0x10, str('MQTT'),
			Buffer.from([4, 2, 0, 60]), str(id)));
	});
	const p = await client.next();
	if (p === null) {
		return {admitted: false, connack: null, client: null,
			tls: client.error ? client.error.code : null};
	}
	const connack = p.type >> 4 === 2 ? p.body[1] : -1;
	if (connack !== 0)
		client.end();
	return {admitted: connack === 0, tls: null, connack,
		client: connack === 0 ? client : null};
}
