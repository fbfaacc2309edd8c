// A small MQTT 3.1.1 client over TLS that tells exactly what it was answered,
// so that no code of ours stands between a test's device and the broker.
// Must not import the device's program.
import tls from 'node:tls';
import {until} from './service.mjs';

const text16 = (s) => {
	const b = Buffer.from(s);
	return Buffer.concat([Buffer.from([b.length >> 8, b.length & 255]), b]);
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

export class Mqtt {
	/** ca, cert and key in PEM. */
	constructor({port, ca, cert, key, id, clean = true}) {
		Object.assign(this, {id, clean, messages: [], acks: [], mid: 0,
			closed: false, error: null, rest: Buffer.alloc(0)});
		this.socket = tls.connect({host: '127.0.0.1', port,
			servername: 'localhost', ca, cert, key});
		this.socket.on('data', (d) => this.read(d));
		this.socket.on('error', (e) => { this.error ||= e; });
		this.socket.on('close', () => { this.closed = true; });
	}

	read(data) {
		this.rest = Buffer.concat([this.rest, data]);
		for (;;) {
			let n = 0, at = 1, shift = 0;
			for (;; at++, shift += 7) {
				if (at >= this.rest.length)
					return;
				n |= (this.rest[at] & 127) << shift;
				if (this.rest[at] < 128)
					break;
			}
			if (this.rest.length < at + 1 + n)
				return;
			this.take(this.rest[0], this.rest.subarray(at + 1, at + 1 + n));
			this.rest = this.rest.subarray(at + 1 + n);
		}
	}

	take(type, body) {
		if (type >> 4 !== 3) {
			this.acks.push({type: type >> 4, code: body[body.length - 1]});
			return;
		}
		const n = body.readUInt16BE(0);
		const qos = (type >> 1) & 3;
		this.messages.push({topic: body.toString('utf8', 2, 2 + n),
			payload: body.toString('utf8', 2 + n + (qos ? 2 : 0))});
		if (qos)
			this.socket.write(packet(0x40, body.subarray(2 + n, 4 + n)));
	}

	/** The code of the answer of this type, or null when closed. */
	async answer(type) {
		await until(() => this.closed || this.acks.some((a) => a.type === type),
			8000, `MQTT packet ${type}`);
		const i = this.acks.findIndex((a) => a.type === type);
		return i < 0 ? null : this.acks.splice(i, 1)[0].code;
	}

	/** CONNACK's code, or null when the connection was ended instead. */
	async connect({will} = {}) {
		const flags = (this.clean ? 2 : 0) | (will ? 4 | 8 : 0);
		this.socket.write(packet(0x10, text16('MQTT'),
			Buffer.from([4, flags, 0, 60]), text16(this.id),
			...(will ? [text16(will), text16('gone')] : [])));
		return this.answer(2);
	}

	/** Granted QoS, or 128 for a refusal. */
	async subscribe(filter) {
		this.mid++;
		this.socket.write(packet(0x82, Buffer.from([0, this.mid]),
			text16(filter), Buffer.from([1])));
		return this.answer(9);
	}

	/** The broker also acknowledges what it drops by its rules. */
	async publish(topic, text) {
		this.mid++;
		this.socket.write(packet(0x32, text16(topic),
			Buffer.from([0, this.mid]), Buffer.from(text)));
		return this.answer(4);
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
export async function connect(options) {
	const client = new Mqtt(options);
	const connack = await client.connect();
	const admitted = connack === 0;
	if (!admitted)
		client.end();
	return {admitted, connack, client: admitted ? client : null,
		tls: connack === null && client.error ? client.error.code : null};
}
