#!/usr/bin/python3
"""AWS IoT Core and STS for tests: an HTTPS server made of botocore's service
models, which checks every signature with botocore's own signer, keeps its
state in memory, and can be slow, throttle, fail, lie and disappear.
usage: aws_double.py CERT KEY   (prints a JSON line with its two ports)
Must not be lenient: what AWS would not take is refused and noted."""
import asyncio
import calendar
import collections
import hashlib
import json
import random
import re
import ssl
import sys
import time
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from aws_model import Malformed, Model, Refused
from aws_state import State

ACCOUNT, REGION = '123456789012', 'eu-central-1'
KEY = {'secret': 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'token': '',
	'ends': None, 'arn': f'arn:aws:iam::{ACCOUNT}:user/birthmark'}
SKEW_S = 300
BODY_MAX = 1 << 20
AUTHORIZATION = re.compile(r'AWS4-HMAC-SHA256 Credential=([\w]+)/(\d{8})/'
	r'([a-z0-9-]+)/([a-z-]+)/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?'
	r'Signature=([0-9a-f]{64})')
CALLER = ('AssumeRole', 'GetCallerIdentity')
UNSIGNED = ('AssumeRoleWithWebIdentity',)


def fingerprint(pem):
	return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


class Quota:
	"""A token bucket that holds a second's worth, and the busiest second."""

	def __init__(self, per_minute):
		self.rate = per_minute / 60
		self.tokens = self.size = max(1.0, self.rate)
		self.last = time.monotonic()

	def take(self):
		now = time.monotonic()
		self.tokens = min(self.size,
			self.tokens + (now - self.last) * self.rate)
		self.last = now
		if self.tokens < 1:
			return False
		self.tokens -= 1
		return True


class Double:
	def __init__(self):
		self.models = {'iot': Model('iot'), 'sts': Model('sts')}
		self.state = State(ACCOUNT, REGION)
		self.server, self.links = None, set()
		self.reset()

	def reset(self):
		self.state.clear()
		self.state.keys = {'AKIDEXAMPLE00000': dict(KEY)}
		self.state.roles, self.state.lag = {}, 0
		self.quotas, self.deny, self.lies = {}, set(), {}
		self.slow_ms, self.fault_rate, self.fault_kinds = 0, 0, []
		self.random = random.Random(1)
		self.forget()

	def forget(self):
		"""Counts from now."""
		self.calls = collections.Counter()
		self.over = collections.Counter()
		self.seconds = collections.Counter()
		self.injected = collections.Counter()
		self.answers = collections.Counter()
		self.faults = []
		self.registered = []  # what certificates came, in their order
		self.first = self.last = None

	# --- the control

	def config(self, o):
		for k in ('slow_ms', 'fault_rate', 'fault_kinds', 'lies'):
			if k in o:
				setattr(self, k, o[k])
		if 'deny' in o:
			self.deny = set(o['deny'])
		if 'lag' in o:
			self.state.lag = o['lag']
		for op, n in o.get('quotas', {}).items():
			self.quotas[op] = Quota(n)
		for k in ('policies', 'types', 'groups'):
			getattr(self.state, k).update(o.get(k, []))
		self.state.roles.update(o.get('roles', {}))
		for i, key in o.get('keys', {}).items():
			self.state.keys[i] = {**KEY, **key}
		for k in ('drop_certificates', 'drop_things'):
			for i in o.get(k, []):
				(self.state.certs if 'cert' in k else
					self.state.things).pop(i)
		for c in o.get('plant', []):
			self.state.plant(c['id'], c['pem'], c.get('status', 'ACTIVE'))
		for t in o.get('things', []):
			self.state.CreateThing(t['name'],
				attributePayload={'attributes': t.get('attributes', {})})
		for i, status in o.get('status', {}).items():
			self.state.certs[i]['status'] = status

	def counters(self):
		busiest = collections.Counter()
		for (op, _), n in self.seconds.items():
			busiest[op] = max(busiest[op], n)
		return {'calls': self.calls, 'total': sum(self.calls.values()),
			'over': self.over, 'busiest': busiest, 'injected': self.injected,
			'answers': self.answers, 'faults': self.faults[:50],
			'span_s': (self.last or 0) - (self.first or 0)}

	async def control(self, method, path, body):
		if (method, path) == ('POST', '/config'):
			self.config(json.loads(body))
		elif (method, path) == ('POST', '/reset'):
			self.reset()
		elif (method, path) == ('POST', '/forget'):
			self.forget()
		elif (method, path) == ('POST', '/away'):
			await self.away()
		elif (method, path) == ('POST', '/back'):
			await self.listen()
		elif (method, path) == ('GET', '/counters'):
			return self.counters()
		elif (method, path) == ('GET', '/state'):
			return self.state.dump()
		elif (method, path) == ('GET', '/mark'):
			return len(self.registered)
		elif (method, path) == ('GET', '/registered'):
			return [fingerprint(p) for p in self.registered]
		else:
			return {'error': 'what?'}
		return {}

	async def away(self):
		"""Nobody listens any more, and every connection is cut."""
		self.server.close()
		await self.server.wait_closed()
		for link in list(self.links):
			link.transport.abort()

	async def listen(self):
		self.server = await asyncio.get_running_loop().create_server(
			lambda: Link(self), '127.0.0.1', self.port, ssl=self.tls,
			backlog=512)
		self.port = self.server.sockets[0].getsockname()[1]

	# --- signatures

	def sign_of(self, r):
		"""The parts of an Authorization header; raises Refused."""
		m = AUTHORIZATION.fullmatch(r.headers.get('authorization', ''))
		if not m:
			raise Refused('MissingAuthenticationTokenException',
				'Missing Authentication Token')
		return m.groups()

	def check_signed(self, r, signed):
		must = ['host', 'x-amz-date'] + [h for h in r.headers
			if h.startswith('x-amz-') or h.startswith('x-amzn-') or
			h == 'content-type']
		for h in must:
			if h not in signed:
				raise Refused('InvalidSignatureException',
					f"'{h}' must be a signed header")
		for h in signed:
			if h not in r.headers:
				raise Refused('InvalidSignatureException', f'{h} is not there')

	def check_scope(self, model, day, region, service, stamp):
		if region != REGION or service not in model.signing or \
				stamp[:8] != day:
			raise Refused('InvalidSignatureException', 'Credential should '
				f'be scoped to a valid region and service: {region}, {service}')
		try:
			at = calendar.timegm(time.strptime(stamp, '%Y%m%dT%H%M%SZ'))
		except ValueError:
			raise Refused('IncompleteSignature', 'Bad date.') from None
		if abs(time.time() - at) > SKEW_S:
			raise Refused('InvalidSignatureException',
				f'Signature expired: {stamp} is now out of range')

	def verify(self, model, r):
		"""Whose the request is, by botocore's own signer."""
		i, day, region, service, names, signature = self.sign_of(r)
		key = self.state.keys.get(i)
		token = r.headers.get('x-amz-security-token', '')
		if not key or key['token'] != token:
			raise Refused('UnrecognizedClientException',
				'The security token included in the request is invalid.')
		if key['ends'] and key['ends'] < time.time():
			raise Refused('ExpiredTokenException',
				'The security token included in the request is expired')
		stamp = r.headers.get('x-amz-date', '')
		signed = names.split(';')
		self.check_signed(r, signed)
		self.check_scope(model, day, region, service, stamp)
		q = AWSRequest(method=r.method,
			url=f'https://{r.headers["host"]}{r.target}',
			headers={h: r.headers[h] for h in signed}, data=r.body)
		q.context['timestamp'] = stamp
		auth = SigV4Auth(Credentials(i, key['secret']), service, region)
		text = auth.string_to_sign(q, auth.canonical_request(q))
		if auth.signature(text, q) != signature:
			raise Refused('InvalidSignatureException', 'The request signature '
				'we calculated does not match the signature you provided.')
		return key

	# --- calls

	def fault(self):
		"""What is to go wrong with this call, if anything."""
		if self.fault_rate and self.random.random() < self.fault_rate:
			kind = self.random.choice(self.fault_kinds)
			self.injected[kind] += 1
			return kind
		return None

	def count(self, op):
		now = time.monotonic()
		self.first = self.first or now
		self.last = now
		self.calls[op.name] += 1
		self.seconds[op.name, int(now)] += 1
		quota = self.quotas.get(op.name)
		if quota and not quota.take():
			self.over[op.name] += 1
			raise Refused('Throttling' if op.model.service_model.service_name
				== 'sts' else 'ThrottlingException', 'Rate exceeded')

	def lie(self, op, values):
		"""What is answered instead of doing it: lies is {operation: {id of a
		certificate or name of a thing: {error, message, members} or
		{answer}}}; None for the truth."""
		of = self.lies.get(op.name)
		if not of:
			return None
		pem = values.get('certificatePem')
		lie = of.get(fingerprint(pem) if pem else
			values.get('certificateId') or values.get('thingName'))
		if lie and 'error' in lie:
			raise Refused(lie['error'], lie['message'],
				**lie.get('members', {}))
		return lie and lie['answer']

	def perform(self, op, values, key):
		if op.name in self.deny:
			raise Refused('AccessDeniedException', f'User: {key["arn"]} is not '
				f'authorized to perform: iot:{op.name}')
		method = getattr(self.state, op.name, None)
		if not method:
			raise Malformed(f'{op.name} is not known to the double')
		if op.name in CALLER:
			values = {**values, 'caller': key}
		out = self.lie(op, values) or method(**values) or {}
		for k in out:
			if k not in op.outputs:
				raise Malformed(f'the double answers {op.name} with {k}')
		return out

	def iot(self, r):
		model = self.models['iot']
		op, found = model.find(r.method, r.path)
		if not op:
			raise Malformed(f'no operation: {r.method} {r.path}')
		r.op = op
		self.count(op)
		key = self.verify(model, r)
		values = op.read_rest(found, r.query, r.headers, r.body)
		if op.name == 'RegisterCertificateWithoutCA':
			self.registered.append(values['certificatePem'])
		r.kind = self.fault()
		if r.kind in ('500', '503', 'cut-before'):
			return None
		out = self.perform(op, values, key)
		return json.dumps(out).encode() if op.model.output_shape else b''

	def sts(self, r):
		model = self.models['sts']
		form = dict(parse_qsl(r.body.decode(), strict_parsing=True))
		name = form.get('Action')
		if name not in model.service.operation_names or \
				form.get('Version') != model.service.api_version:
			raise Malformed(f'no operation: {name}')
		r.op = op = model.operation(name)
		self.count(op)
		key = None if name in UNSIGNED else self.verify(model, r)
		values = op.read_form(form)
		r.kind = self.fault()
		if r.kind in ('500', '503', 'cut-before'):
			return None
		out = self.perform(op, values, key)
		wrap = op.model.output_shape.serialization['resultWrapper']
		space = model.service.metadata['xmlNamespace']
		return (f'<{name}Response xmlns="{space}">\n  <{wrap}>' + xml(out) +
			f'</{wrap}>\n  <ResponseMetadata><RequestId>1</RequestId>'
			f'</ResponseMetadata>\n</{name}Response>\n').encode()

	def refuse(self, r, model, e):
		"""An error as this service says it: status, headers, body."""
		status, code = model.status(e.name)
		if r.op and e.name not in r.op.errors and \
				status not in (400, 403):
			self.faults.append(f'{r.op.name} cannot answer {e.name}')
		if model.service.metadata['protocol'] == 'query':
			return status, {'content-type': 'text/xml'}, (
				'<ErrorResponse><Error><Type>Sender</Type><Code>' + code +
				'</Code><Message>' + escape(e.message) + '</Message></Error>'
				'<RequestId>1</RequestId></ErrorResponse>').encode()
		return status, {'content-type': 'application/json',
			'x-amzn-errortype': code}, json.dumps(
			{'message': e.message, **e.members}).encode()

	def answer(self, r):
		"""(status, headers, body), or None: the connection is cut."""
		form = r.headers.get('content-type', '').startswith(
			'application/x-www-form-urlencoded')
		model = self.models['sts' if form and r.path == '/' else 'iot']
		try:
			body = self.sts(r) if model is self.models['sts'] else self.iot(r)
			return self.after(r, model, body)
		except Malformed as e:
			self.faults.append(f'{r.method} {r.target}: {e}')
			return self.refuse(r, model, Refused('InvalidRequestException'
				if model is self.models['iot'] else 'ValidationError', str(e)))
		except Refused as e:
			return self.refuse(r, model, e)
		except Exception as e:
			self.faults.append(f'{r.method} {r.target}: the double: {e!r}')
			return 500, {}, b''

	def after(self, r, model, body):
		if r.kind in ('cut-before', 'cut-after'):
			return None
		if r.kind == '500':
			return self.refuse(r, model, Refused('InternalFailureException'
				if model is self.models['iot'] else 'ValidationError', 'Oops.'))
		if r.kind == '503':
			return 503, {}, b'<html>busy</html>'
		if r.kind == 'garbage':
			return 200, {'content-type': 'text/html'}, b'<html>welcome</html>'
		return 200, {'content-type': 'text/xml' if body[:1] == b'<' else
			'application/json'}, body


def xml(o):
	"""The members of an answer as elements."""
	return ''.join(f'<{k}>{xml(v) if isinstance(v, dict) else escape(str(v))}'
		f'</{k}>' for k, v in o.items())


class Request:
	op = kind = None

	def __init__(self, head, body):
		lines = head.split('\r\n')
		self.method, self.target, _ = lines[0].split(' ')
		self.path, _, self.query = self.target.partition('?')
		self.headers, self.body = {}, body
		for line in lines[1:]:
			k, _, v = line.partition(':')
			self.headers[k.lower()] = v.strip()


class Link(asyncio.Protocol):
	"""A connection: requests in their order, kept alive."""

	def __init__(self, double, control=False):
		self.double, self.is_control = double, control
		self.data = b''

	def connection_made(self, transport):
		self.transport = transport
		if not self.is_control:
			self.double.links.add(self)

	def connection_lost(self, exc):
		self.double.links.discard(self)

	def data_received(self, data):
		self.data += data
		while True:
			end = self.data.find(b'\r\n\r\n')
			if end < 0:
				return
			head = self.data[:end].decode('latin-1')
			m = re.search(r'\r\ncontent-length: *(\d+)', head, re.I)
			n = int(m[1]) if m else 0
			if n > BODY_MAX or len(self.data) < end + 4 + n:
				return
			body = self.data[end + 4:end + 4 + n]
			self.data = self.data[end + 4 + n:]
			r = Request(head, body)
			if self.is_control:
				asyncio.ensure_future(self.tell(r))
			elif self.double.slow_ms:
				asyncio.get_running_loop().call_later(
					self.double.slow_ms / 1000, self.serve, r)
			else:
				self.serve(r)

	async def tell(self, r):
		try:
			out = await self.double.control(r.method, r.path, r.body)
		except Exception as e:
			out = {'error': repr(e)}
		self.send(200, {'content-type': 'application/json'},
			json.dumps(out).encode())

	def serve(self, r):
		if self.transport.is_closing():
			return
		answer = self.double.answer(r)
		self.double.answers[str(answer[0]) if answer else 'cut'] += 1
		if answer is None:
			self.transport.abort()
		else:
			self.send(*answer)

	def send(self, status, headers, body):
		lines = [f'HTTP/1.1 {status} x', f'content-length: {len(body)}',
			'date: ' + time.strftime('%a, %d %b %Y %H:%M:%S GMT',
				time.gmtime())]
		lines += [f'{k}: {v}' for k, v in headers.items()]
		self.transport.write(('\r\n'.join(lines) + '\r\n\r\n').encode() + body)


async def main():
	double = Double()
	double.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	double.tls.load_cert_chain(sys.argv[1], sys.argv[2])
	double.port = 0
	await double.listen()
	control = await asyncio.get_running_loop().create_server(
		lambda: Link(double, True), '127.0.0.1', 0)
	print(json.dumps({'port': double.port,
		'control': control.sockets[0].getsockname()[1],
		'account': ACCOUNT, 'region': REGION, 'key': 'AKIDEXAMPLE00000',
		'secret': KEY['secret']}), flush=True)
	# Ends with the one who started it.
	loop = asyncio.get_running_loop()
	await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
