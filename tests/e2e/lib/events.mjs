// Reads a stream of server-sent events as a browser would.
// Must not connect again by itself.
import https from 'node:https';

/** One stream: status, headers, events [{event, data}], comments, ended. */
export class Events {
	constructor(service, route, token, {agent = false, headers} = {}) {
		this.events = [];
		this.comments = 0;
		this.rest = '';
		this.headers = {};
		this.retry = null;
		this.ended = new Promise((resolve) => { this.end = resolve; });
		this.opened = new Promise((resolve, reject) => {
			this.req = https.get(service.url + route, {ca: service.ca,
				agent, headers: {accept: 'text/event-stream',
					...headers ?? {authorization: `Bearer ${token}`}}}, (res) => {
				this.res = res;
				this.status = res.statusCode;
				this.headers = res.headers;
				res.setEncoding('utf8');
				res.on('data', (d) => this.take(d));
				res.on('end', () => this.end('end'));
				res.on('error', () => this.end('cut'));
				resolve(this);
			});
			this.req.on('error', (e) => {
				this.end('cut');
				reject(e);
			});
		});
		this.opened.catch(() => {});
	}

	take(text) {
		const blocks = (this.rest + text).split('\n\n');
		this.rest = blocks.pop();
		for (const b of blocks)
			this.block(b);
	}

	block(text) {
		const e = {};
		for (const line of text.split('\n')) {
			const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line) ||
				[null, 'bad', line];
			if (name === '')
				this.comments++;
			else if (name === 'retry')
				this.retry = Number(value);
			else
				e[name] = value;
		}
		if (e.event)
			this.events.push({event: e.event, data: JSON.parse(e.data)});
		else if (Object.keys(e).length > 0)
			throw new Error(`not an event: ${text}`);
	}

	of(name) {
		return this.events.filter((e) => e.event === name)
			.map((e) => e.data);
	}

	close() {
		this.req.destroy();
	}
}

export function listen(service, route, token, opts) {
	return new Events(service, route, token, opts).opened;
}
