// A world in which every page of the console has something to show: reels of
// many sizes, clouds that take, refuse, differ and are away, people of every role, and a
// month of history; and the list of all pages with who may see them.
// Must not be used to judge the service: its history is written by hand.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {AzureHub, newKey} from '../../clouds/azure.mjs';
import {enrol} from './enrol.mjs';
import {addAuthority, trusted} from './field.mjs';
import {serverPki} from './forge.mjs';
import {Receiver} from './receiver.mjs';
import {buildWorld} from './world.mjs';

const products = ['Dishwasher DW-10 Quiet', 'Oven OV-3'];
const reels = [
	{name: 'r-2301', batch: 'AC-2301', count: 480, product: 0, cloud: 'plant'},
	{name: 'r-2302', batch: 'AC-2302', count: 250, product: 0, cloud: 'plant'},
	{name: 'r-2303', batch: 'AC-2303', count: 320, product: 1, cloud: 'plant', bad: 7},
	{name: 'r-2304', batch: 'AC-2304', count: 12, product: 1, cloud: 'own'},
	{name: 'r-2305', batch: 'AC-2305', count: 60, product: 2, cloud: 'own'},
	{name: 'r-2306', batch: 'AC-2306', count: 100, by: 'operator'},
	{name: 'r-2307', batch: 'AC-2307', count: 75, by: 'operator', product: 0},
	{name: 'r-2308', batch: 'AC-2308', count: 40, unbound: true},
	{name: 'v-2309', batch: 'VIRTUAL-7', count: 24, open: true, unbound: true},
	{name: 'r-2313', batch: 'AC-2313', count: 90, product: 1, cloud: 'hub', taken: 3},
];

export class Showcase {
	async build() {
		this.w = await buildWorld({service: {env: {}}});
		await this.addThings();
		await this.publishReels();
		await this.bindReels();
		await this.auditHub();
		await this.addAway();
		await this.addField();
		await this.addPeople();
		await this.failUpload();
		return this;
	}

	async addThings() {
		const {w} = this;
		this.products = [w.product];
		for (const name of products)
			this.products.push((await w.must(201, 'admin', 'POST',
				w.in('products'), {name})).id);
		const pki = serverPki(w.path());
		this.receiver = await new Receiver({server: pki, ...await w.interopKeys(),
			basic: 'birthmark:a long password'}).start();
		const plant = await w.must(201, 'admin', 'POST', w.in('clouds'), {
			name: 'Plant cloud', type: 'interop', form: 'other',
			other: {url: this.receiver.url, username: 'birthmark',
				password: 'a long password'},
			ca_certificate: fs.readFileSync(pki.ca, 'utf8')});
		await w.startGate();
		this.hub = await new AzureHub({pki, policies: {birthmark: {key: newKey(),
			rights: ['RegistryRead', 'RegistryWrite']}}}).start();
		const hub = await w.must(201, 'admin', 'POST', w.in('clouds'), {
			name: 'Azure, West Europe', type: 'azure-hub', quotas: {registry: 5000, query: 1000},
			credentials: {connection_string: this.hub.connectionString('birthmark')},
			ca_certificate: fs.readFileSync(pki.ca, 'utf8')});
		this.clouds = {plant: plant.id, own: w.cloud, hub: hub.id};
		await w.must(200, 'admin', 'PATCH', w.in('').slice(0, -1),
			{default_cloud: w.cloud, default_product: w.product});
	}

	async publishReels() {
		this.reels = reels.map((r) => ({...r, made: this.w.fab.reel(r.name,
			{batch: r.batch, count: r.count, open: r.open, keyless: r.count > 30})}));
		for (const r of this.reels)
			await this.w.mustPublish(r.made);
	}

	async bindReels() {
		const {w} = this;
		for (const r of this.reels.filter((x) => !x.unbound)) {
			for (const d of r.made.devices.slice(0, r.bad || 0))
				this.receiver.bad.set(this.fingerprint(d.cert),
					'Thing name is taken by another certificate');
			for (const d of r.made.devices.slice(0, r.taken || 0))
				this.hub.put(d.id, {authentication: {type: 'sas'}});
			const a = await w.bind(r.by || 'admin', r.made.label, {
				...r.product !== undefined && {product: this.products[r.product]},
				...r.cloud && {cloud: this.clouds[r.cloud]}});
			if (a.status !== 201 && a.status !== 200)
				throw new Error(`bind ${r.batch}: ${a.status} ${a.text}`);
			if (r.cloud && r.batch !== 'AC-2305')
				await w.provision(r.batch, this.clouds[r.cloud]);
		}
	}

	// What is in the hub is no longer quite what should be there.
	async auditHub() {
		const {w} = this;
		const {devices} = this.reels.at(-1).made;
		this.hub.devices.delete(devices[5].id);
		this.hub.devices.get(devices[6].id).status = 'disabled';
		for (const name of ['test-bench-1', 'test-bench-2'])
			this.hub.put(name, {authentication: {type: 'sas'}});
		const {id} = await w.must(202, 'admin', 'POST', w.in(`clouds/${this.clouds.hub}/audit`));
		await w.job(id);
	}

	// A cloud that has not answered for a while, and what waits for it.
	async addAway() {
		const {w} = this;
		const away = await w.must(201, 'admin', 'POST', w.in('clouds'), {
			name: 'ERP', type: 'webhook', settings: {url: 'https://localhost:9/birthmark'}});
		this.clouds.away = away.id;
		const now = Math.floor(Date.now() / 1000);
		this.sql(`UPDATE cloud SET breaker = 'open', faults = 9,
			breaker_why = 'no connection to localhost port 9: it was refused',
			breaker_since = ${now - 1500}, breaker_until_ms = ${(now + 840) * 1000}
			WHERE id = '${away.id}';`);
		await w.must(202, 'admin', 'POST', w.in('batches/AC-2305/provision'),
			{cloud: away.id});
	}

	/** Written into the running service's database. */
	sql(text) {
		execFileSync('sqlite3', [path.join(this.w.service.dir, 'data', 'birthmark.db')],
			{input: `PRAGMA busy_timeout = 5000;\n${text}\n`});
	}

	fingerprint(pem) {
		return execFileSync('openssl', ['x509', '-noout', '-fingerprint', '-sha256'],
			{input: pem, encoding: 'utf8'}).replace(/^.*=/, '').replace(/[:\n]/g, '').toLowerCase();
	}

	// Authorities, devices with certificates of their own, a claim voucher.
	async addField() {
		const {w} = this;
		const made = await addAuthority(w, {[this.products[0]]: {}, [this.products[1]]: {}});
		this.ca = made.issuing.id;
		this.waiting = (await w.must(201, 'admin', 'POST', w.in('cas'),
			{name: 'Plant 2, signed by headquarters', kind: 'issuing'})).id;
		const {devices} = this.reels[3].made;
		await trusted(w, devices[0].chip);
		await w.must(200, 'admin', 'PATCH', w.in('batches/AC-2304'), {product: this.products[0]});
		for (const d of devices.slice(0, 5))
			await enrol(w.service, w.path(), d);
		const all = await w.must(200, 'admin', 'GET', w.in('certificates'));
		await w.must(200, 'admin', 'POST', w.in(`certificates/${all.items[1].id}/revoke`),
			{reason: 'keyCompromise'});
		await w.must(204, 'admin', 'POST',
			w.in(`devices/${this.fingerprint(devices[1].cert)}/quarantine`),
			{note: 'opened by the customer'});
		await w.must(201, 'admin', 'POST', w.in('claim-vouchers'), {name: 'Firmware 4.2',
			product: this.products[0], cloud: w.cloud, max_devices: 5000, expires_in_days: 400,
			batches: ['AC-2308']});
		await w.must(200, 'admin', 'PUT', w.in(`products/${this.products[0]}/talk`),
			{products: [this.products[1]]});
	}

	async addPeople() {
		const {w} = this;
		await w.must(201, 'admin', 'POST', w.in('invitations'),
			{email: 'lena.hoffmann@world.test', role: 'operator'});
		await w.must(201, 'admin', 'POST', w.in('tokens'),
			{name: 'ERP export', role: 'developer', expires_in_days: 9});
	}

	// One that is rejected, and one that is left half way.
	async failUpload() {
		const {w} = this;
		const reel = w.fab.reel('r-2310', {batch: 'AC-2310', count: 8});
		const manifest = path.join(reel.dir, 'manifest.csv');
		const text = fs.readFileSync(manifest, 'utf8');
		fs.writeFileSync(manifest, text.replace('AC-2310', 'AC-2311'));
		await w.publish(reel);
		const half = await w.must(201, 'vendor', 'POST', `/api/v1/vendors/${w.vendor}/uploads`,
			{batch: 'AC-2312', reel: 'r-2312', form: 'csv', size: 5_400_000, open: true});
		this.upload = half.id;
	}

	// A past.
	age() {
		const {w} = this;
		const now = Math.floor(Date.now() / 3600000);
		const rows = [];
		for (let day = 2; day < 90; day++) {
			const wave = 1 + Math.sin(day / 5) + (day % 7 < 2 ? -0.7 : 0.6);
			const bound = Math.max(0, Math.round(140 * wave));
			rows.push([`'${w.account}'`, now - day * 24, Math.ceil(bound / 90), bound,
				Math.max(0, bound - day % 4), day % 9 === 0 ? 3 : 0,
				Math.round(bound * 0.6)].join());
		}
		this.sql(`INSERT OR IGNORE INTO tally VALUES (${rows.join('),(')});`);
	}

	credentials(who) {
		return who === 'service' ? this.w.service.admin : this.w.passwords[who];
	}

	async end() {
		await this.receiver?.stop();
		await this.hub?.stop();
		await this.w?.end();
	}
}

export async function buildShowcase() {
	const s = new Showcase();
	try {
		return await s.build();
	} catch (e) {
		await s.end().catch(() => {});
		throw e;
	}
}

/** Every page: {name, path, who, press: the names of buttons there}. */
export function pagesOf(s) {
	const {w} = s;
	const a = `/console/a/${w.account}`;
	const v = `/console/v/${w.vendor}`;
	const d = s.reels[3].made.devices[0];
	return [
		{name: 'login', path: '/console/login', who: null},
		{name: 'bind', path: `/b/AC-2308#${s.reels[7].made.code}`, who: 'operator'},
		{name: 'scan', path: `/scan?account=${w.account}`, who: 'operator'},
		{name: 'my-batches', path: `${a}/batches`, who: 'operator'},
		{name: 'overview', path: a, who: 'admin'},
		{name: 'batches', path: `${a}/batches`, who: 'admin'},
		{name: 'batch', path: `${a}/batches/AC-2303`, who: 'admin'},
		{name: 'batch-conflicts', path: `${a}/batches/AC-2313`, who: 'admin'},
		{name: 'batch-move', path: `${a}/batches/AC-2313`, who: 'admin', press: [/^(Move to|In andere|迁移到)/]},
		{name: 'devices', path: `${a}/devices`, who: 'admin'},
		{name: 'device', path: `${a}/devices/${s.fingerprint(d.cert)}`, who: 'admin'},
		{name: 'clouds', path: `${a}/clouds`, who: 'admin'},
		{name: 'cloud', path: `${a}/clouds/${s.clouds.plant}`, who: 'admin'},
		{name: 'cloud-audit', path: `${a}/clouds/${s.clouds.hub}`, who: 'admin'},
		{name: 'cloud-away', path: `${a}/clouds/${s.clouds.away}`, who: 'admin'},
		{name: 'cloud-kinds', path: `${a}/clouds`, who: 'admin', press: [/^(Add a|Cloud h|添加)/],
			pictureOnly: true},
		{name: 'cloud-form', path: `${a}/clouds`, who: 'admin', press: [/^(Add a|Cloud h|添加)/, /^AWS IoT Core/]},
		{name: 'cloud-gate', path: `${a}/clouds/${s.clouds.own}`, who: 'admin'},
		{name: 'products', path: `${a}/products`, who: 'admin'},
		{name: 'product', path: `${a}/products/${s.products[0]}`, who: 'admin'},
		{name: 'claim-vouchers', path: `${a}/claims`, who: 'admin'},
		{name: 'authorities', path: `${a}/cas`, who: 'admin'},
		{name: 'authority', path: `${a}/cas/${s.ca}`, who: 'admin'},
		{name: 'authority-waiting', path: `${a}/cas/${s.waiting}`, who: 'admin'},
		{name: 'users', path: `${a}/users`, who: 'admin'},
		{name: 'tokens', path: `${a}/tokens`, who: 'admin'},
		{name: 'audit', path: `${a}/audit`, who: 'auditor'},
		{name: 'settings', path: `${a}/settings`, who: 'admin'},
		{name: 'me', path: '/console/me', who: 'admin'},
		{name: 'vendor', path: v, who: 'vendor'},
		{name: 'manifests', path: `${v}/uploads`, who: 'vendor'},
		{name: 'manifest', path: `${v}/uploads/${s.upload}`, who: 'vendor'},
		{name: 'vendor-batches', path: `${v}/batches`, who: 'vendor'},
		{name: 'vendor-batch', path: `${v}/batches/VIRTUAL-7`, who: 'vendor'},
		{name: 'labels', path: `${v}/labels?batch=VIRTUAL-7`, who: 'vendor'},
		{name: 'vendor-users', path: `${v}/users`, who: 'vendor'},
		{name: 'service', path: '/console/service', who: 'service'},
		{name: 'service-vendor', path: `/console/service/vendors/${w.vendor}`, who: 'service'},
		{name: 'service-users', path: '/console/service/users', who: 'service'},
		{name: 'service-audit', path: '/console/service/audit', who: 'service'},
		{name: 'not-found', path: '/console/nowhere/at/all', who: 'admin'},
	];
}
