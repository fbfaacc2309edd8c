// What devices meet in the field, beside nginx in the same run: handshakes with
// client certificates, enrolments, OCSP.  A figure is answers for each second
// of processor time that the server's processes took, so that a busy machine
// does not change it.  Must not leave a process or a file behind.
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {freePort, tempDir, until} from '../tests/e2e/lib/service.mjs';
import {enrol} from '../tests/e2e/lib/enrol.mjs';
import {addAuthority, trusted} from '../tests/e2e/lib/field.mjs';
import {request} from '../tests/e2e/lib/service.mjs';
import {buildWorld} from '../tests/e2e/lib/world.mjs';

const load = process.argv[2];
const chips = 1500;
const rounds = 3;

/** Nanoseconds of processor time that these processes took so far. */
const cpuOf = (pids) => pids.reduce((sum, pid) => {
	let all = 0;
	for (const t of fs.readdirSync(`/proc/${pid}/task`))
		all += Number(fs.readFileSync(`/proc/${pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]);
	return sum + all;
}, 0);

const median = (a) => [...a].sort((x, y) => x - y)[Math.floor(a.length / 2)];

/** Answers for each second of processor time of the server. */
function rate(pids, args) {
	const before = cpuOf(pids);
	const done = Number(execFileSync(load, args, {encoding: 'utf8'}));
	const took = cpuOf(pids) - before;
	return done / (took / 1e9);
}

/** Both in turns; the ratio is the median of the rounds' ratios. */
function compare(name, goal, ours, theirs) {
	const a = [], b = [];
	for (let i = 0; i < rounds; i++) {
		a.push(ours(i));
		b.push(theirs(i));
	}
	const line = {name, ours: Math.round(median(a)), reference: Math.round(median(b)),
		ratio: Number(median(a.map((x, i) => x / b[i])).toFixed(4)), goal};
	process.stdout.write(`${JSON.stringify(line)}\n`);
	process.stderr.write(`${name}: ${line.ours}/s, reference ${line.reference}/s, ` +
		`ratio ${line.ratio} (goal ${goal})\n`);
}

/** nginx with one worker: a page over TLS with client certificates, and a file
 * over plain HTTP. */
async function startNginx(dir, tls, clientCa, file) {
	const at = {tls: await freePort(), plain: await freePort()};
	fs.writeFileSync(path.join(dir, 'nginx.conf'), `
${process.getuid() === 0 ? "user root;" : ""} daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${dir}/b; proxy_temp_path ${dir}/p;
  fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  keepalive_requests 1000000; sendfile on; open_file_cache max=10;
  server { listen 127.0.0.1:${at.tls} ssl; root ${dir};
    ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};
    ssl_client_certificate ${clientCa}; ssl_verify_client on; ssl_verify_depth 3; }
  server { listen 127.0.0.1:${at.plain}; root ${dir}; default_type application/ocsp-response; }
}
`);
	fs.chmodSync(dir, 0o755);
	fs.writeFileSync(path.join(dir, 'page'), file.page);
	fs.writeFileSync(path.join(dir, 'ocsp'), file.ocsp);
	const child = spawn('nginx', ['-c', path.join(dir, 'nginx.conf'), '-p', dir],
		{stdio: ['ignore', 'ignore', 'inherit']});
	const parent = () => Number(fs.readFileSync(path.join(dir, 'nginx.pid'), 'utf8'));
	await until(() => fs.existsSync(path.join(dir, 'nginx.pid')) &&
		execFileSync('pgrep', ['-P', String(parent())], {encoding: 'utf8'}).trim() !== '',
	10000, 'nginx');
	const pids = execFileSync('pgrep', ['-P', String(parent())], {encoding: 'utf8'})
		.trim().split('\n').map(Number);
	return {at, pids, stop: () => child.kill('SIGTERM')};
}

/** Chips of a bound reel, and what nginx is to serve: the same bytes. */
async function setUp(world, dir) {
	const {service} = world;
	const {issuing} = await addAuthority(world, {[world.product]: {}});
	const reel = world.fab.reel('field', {batch: 'FIELD', count: chips});
	await world.mustPublish(reel);
	await world.bind('admin', reel.label, {product: world.product});
	const {devices} = reel;
	fs.mkdirSync(path.join(dir, 'chips'));
	devices.forEach((d, i) => fs.symlinkSync(d.chip, path.join(dir, 'chips', `${i}.pem`)));
	await trusted(world, devices[0].chip);
	const pem = fs.readFileSync(devices[0].chip, 'utf8');
	const answer = await request(`${service.deviceUrl}/.well-known/birthmark/device`,
		{ca: service.ca, cert: pem, key: pem});
	const own = await enrol(service, dir, devices[chips - 1]);
	const file = (name, data) => {
		fs.writeFileSync(path.join(dir, name), data);
		return path.join(dir, name);
	};
	const ask = (...more) => {
		execFileSync('openssl', ['ocsp', '-issuer', file('issuing.pem', issuing.certificate), ...more,
			'-cert', file('own.crt', own.cert), '-reqout', path.join(dir, 'req')], {stdio: 'pipe'});
		return `/ocsp/${encodeURIComponent(fs.readFileSync(path.join(dir, 'req')).toString('base64'))}`;
	};
	const ocspPath = ask('-no_nonce');
	const ocsp = await fetch(service.statusUrl + ocspPath);
	return {chips: path.join(dir, 'chips'), page: answer.text, ocspPath, ocspNoncePath: ask('-nonce'),
		ocsp: Buffer.from(await ocsp.arrayBuffer()),
		clientCa: file('client-cas.pem', ['root.pem', 'issuing.pem']
			.map((f) => fs.readFileSync(world.fab.file(f), 'utf8')).join(''))};
}

async function main() {
	const dir = tempDir('bench-field');
	const world = await buildWorld({parts: []});
	const {service} = world;
	const field = await setUp(world, dir);
	const nginxDir = path.join(dir, 'nginx');
	fs.mkdirSync(nginxDir);
	const nginx = await startNginx(nginxDir, {cert: path.join(service.dir, 'tls/cert.pem'),
		key: path.join(service.dir, 'tls/key.pem')}, field.clientCa,
	{page: field.page, ocsp: field.ocsp});
	const {workers, signer} = service.addresses.pids;
	const all = [...workers, signer];
	const device = service.addresses.device_listen.split(':').at(-1);
	const status = service.addresses.status_listen.split(':').at(-1);
	const tls = ['--chips', field.chips, '--chips-n', String(chips), '--ms', '2500'];
	try {
		compare('device handshake and answer', '>= 1.3',
			() => rate(all, ['--port', device, '--path', '/.well-known/birthmark/device', ...tls]),
			() => rate(nginx.pids, ['--port', String(nginx.at.tls), '--path', '/page', ...tls]));
		let used = 0;
		const some = path.join(dir, 'some');
		const enrol = (per) => {
			// Each round has chips of its own, so that nobody enrols too often.
			fs.rmSync(some, {recursive: true, force: true});
			fs.mkdirSync(some);
			const n = Math.floor(chips / (2 * rounds));
			for (let i = 0; i < n; i++)
				fs.symlinkSync(path.join(field.chips, `${used + i}.pem`), path.join(some, `${i}.pem`));
			used += n;
			return rate(all, ['--port', device, '--path', '/.well-known/est/simpleenroll', '--enrol',
				'--chips', some, '--chips-n', String(n), '--per-connection', String(per), '--ms', '10000']);
		};
		const handshake = () => rate(nginx.pids, ['--port', String(nginx.at.tls), '--path', '/page', ...tls]);
		compare('enrolments, each on a fresh mutual-TLS connection', '>= 0.8', () => enrol(1), handshake);
		compare('enrolments, four on a kept connection', '>= 1', () => enrol(4), handshake);
		const plain = ['--per-connection', '100000', '--ms', '2500'];
		const file = () => rate(nginx.pids, ['--port', String(nginx.at.plain), '--path', '/ocsp', ...plain]);
		compare('OCSP from cache', '>= 1',
			() => rate(all, ['--port', status, '--path', field.ocspPath, ...plain]), file);
		compare('OCSP signed', '>= 0.15',
			() => rate(all, ['--port', status, '--path', field.ocspNoncePath, ...plain]), file);
	} finally {
		nginx.stop();
		await world.end();
		fs.rmSync(dir, {recursive: true, force: true});
	}
}

await main();
process.exit(0);
