"""The memory of the double: certificates, things, policies and roles, and
what each call does to them.  Must not know how calls come in."""
import base64
import hashlib
import json
import re
import subprocess
import tempfile
import time

from aws_model import Refused

ED25519 = bytes.fromhex('06032b6570')
PAGE = 25


def der_parts(der):
	"""The elements directly in a SEQUENCE; raises ValueError."""
	def head(at):
		n, at = der[at + 1], at + 2
		if n & 0x80:
			k = n & 0x7f
			n, at = int.from_bytes(der[at:at + k], 'big'), at + k
		return at, at + n

	if der[0] != 0x30:
		raise ValueError('no SEQUENCE')
	at, end = head(0)
	if end != len(der):
		raise ValueError('something trails')
	parts = []
	while at < end:
		_, stop = head(at)
		parts.append(der[at:stop])
		at = stop
	return parts


def der_of(pem):
	"""The DER of a certificate in PEM, as far as AWS looks."""
	m = re.fullmatch(r'\s*-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+)'
		r'-----END CERTIFICATE-----\s*', pem)
	try:
		der = base64.b64decode(''.join(m[1].split()), validate=True)
		parts = der_parts(der)
		if len(parts) != 3 or parts[0][0] != 0x30 or parts[2][0] != 3:
			raise ValueError('no certificate')
	except (TypeError, ValueError, IndexError):
		raise Refused('CertificateValidationException',
			'The certificate could not be parsed.') from None
	if ED25519 in parts[1]:
		raise Refused('CertificateValidationException',
			'The signature algorithm is not supported.')
	return der


def page(items, size, token):
	"""A page of sorted items and the token of the next."""
	after = base64.b64decode(token).decode() if token else ''
	rest = [i for i in items if i > after]
	size = size or PAGE
	more = rest[size - 1] if len(rest) > size else None
	return rest[:size], more and base64.b64encode(more.encode()).decode()


class State:
	"""An account's IoT Core in one region, and STS."""

	def __init__(self, account, region):
		self.account, self.region = account, region
		self.keys = {}	# id: {secret, token, ends, arn}
		self.roles = {}	# arn: {external_id, keys, web}
		self.lag = 0	# seconds that a detachment takes
		self.clear()

	def clear(self):
		self.certs, self.things = {}, {}
		self.policies, self.types, self.groups = set(), set(), set()
		self.lagging = {}

	def arn(self, what):
		return f'arn:aws:iot:{self.region}:{self.account}:{what}'

	def dump(self):
		return {'certificates': {i: {'status': c['status'],
			'policies': sorted(c['policies']),
			'things': sorted(c['things'])} for i, c in self.certs.items()},
			'things': {n: {'type': t['type'], 'attributes': t['attributes'],
				'groups': sorted(t['groups'])}
				for n, t in self.things.items()}}

	def cert(self, i):
		if i not in self.certs:
			raise Refused('ResourceNotFoundException',
				f'The certificate {i} does not exist.')
		return self.certs[i]

	def thing(self, name):
		if name not in self.things:
			raise Refused('ResourceNotFoundException',
				f'Thing {name} not found.')
		return self.things[name]

	def by_arn(self, arn):
		prefix = self.arn('cert/')
		if not arn.startswith(prefix):
			raise Refused('InvalidRequestException',
				f'{arn} is no certificate of this account.')
		return arn[len(prefix):]

	def plant(self, i, pem, status='ACTIVE'):
		self.certs[i] = {'pem': pem, 'status': status, 'policies': set(),
			'things': set(), 'made': time.time()}

	# --- certificates

	def RegisterCertificateWithoutCA(self, certificatePem, status='INACTIVE'):
		i = hashlib.sha256(der_of(certificatePem)).hexdigest()
		if status not in ('ACTIVE', 'INACTIVE'):
			raise Refused('InvalidRequestException', 'Bad status.')
		if i in self.certs:
			raise Refused('ResourceAlreadyExistsException',
				'The certificate is already registered.', resourceId=i,
				resourceArn=self.arn(f'cert/{i}'))
		self.plant(i, certificatePem, status)
		return {'certificateArn': self.arn(f'cert/{i}'), 'certificateId': i}

	def DescribeCertificate(self, certificateId):
		c = self.cert(certificateId)
		return {'certificateDescription': {
			'certificateArn': self.arn(f'cert/{certificateId}'),
			'certificateId': certificateId, 'status': c['status'],
			'certificatePem': c['pem'], 'ownedBy': self.account,
			'creationDate': c['made'], 'certificateMode': 'SNI_ONLY'}}

	def UpdateCertificate(self, certificateId, newStatus):
		c = self.cert(certificateId)
		if newStatus in ('PENDING_TRANSFER', 'PENDING_ACTIVATION',
			'REGISTER_INACTIVE'):
			raise Refused('InvalidRequestException',
				f'{newStatus} cannot be set.')
		c['status'] = newStatus

	def DeleteCertificate(self, certificateId, forceDelete=False):
		c = self.cert(certificateId)
		if c['status'] == 'ACTIVE':
			raise Refused('CertificateStateException',
				'The certificate is active; deactivate it first.')
		if c['things'] or self.is_lagging(certificateId):
			raise Refused('DeleteConflictException',
				'Things must be detached before deletion.')
		if c['policies'] and not forceDelete:
			raise Refused('DeleteConflictException',
				'Policies must be detached before deletion.')
		del self.certs[certificateId]

	def is_lagging(self, i):
		return time.monotonic() < self.lagging.get(i, 0)

	def ListCertificates(self, pageSize=None, marker=None,
			ascendingOrder=False):
		ids, more = page(sorted(self.certs), pageSize, marker)
		out = {'certificates': [{'certificateId': i,
			'certificateArn': self.arn(f'cert/{i}'),
			'status': self.certs[i]['status'],
			'creationDate': self.certs[i]['made']} for i in ids]}
		return {**out, **({'nextMarker': more} if more else {})}

	# --- policies

	def policy(self, name):
		if name not in self.policies:
			raise Refused('ResourceNotFoundException',
				f'The policy {name} does not exist.')

	def AttachPolicy(self, policyName, target):
		self.policy(policyName)
		c = self.cert(self.by_arn(target))
		if len(c['policies'] | {policyName}) > 10:
			raise Refused('LimitExceededException',
				'A target has at most 10 policies.')
		c['policies'].add(policyName)

	def DetachPolicy(self, policyName, target):
		i = self.by_arn(target)
		if i in self.certs:
			self.certs[i]['policies'].discard(policyName)

	def ListTargetsForPolicy(self, policyName, marker=None, pageSize=None):
		self.policy(policyName)
		ids, more = page(sorted(i for i, c in self.certs.items()
			if policyName in c['policies']), pageSize, marker)
		out = {'targets': [self.arn(f'cert/{i}') for i in ids]}
		return {**out, **({'nextMarker': more} if more else {})}

	# --- things

	def CreateThing(self, thingName, thingTypeName=None,
			attributePayload=None, billingGroupName=None):
		attributes = (attributePayload or {}).get('attributes', {})
		if thingTypeName and thingTypeName not in self.types:
			raise Refused('ResourceNotFoundException',
				f'Thing type {thingTypeName} does not exist.')
		if len(attributes) > (50 if thingTypeName else 3):
			raise Refused('InvalidRequestException', 'Too many attributes.')
		there = self.things.get(thingName)
		if there and (there['type'] != thingTypeName or
				there['attributes'] != attributes):
			raise Refused('ResourceAlreadyExistsException',
				f'Thing {thingName} already exists in account with '
				'different tags/attributes.',
				resourceId=hashlib.md5(thingName.encode()).hexdigest(),
				resourceArn=self.arn(f'thing/{thingName}'))
		if not there:
			self.things[thingName] = {'type': thingTypeName,
				'attributes': dict(attributes), 'groups': set(),
				'principals': set(), 'version': 1}
		return {'thingName': thingName,
			'thingArn': self.arn(f'thing/{thingName}'), 'thingId': 'x'}

	def described(self, name):
		t = self.things[name]
		out = {'thingName': name, 'thingArn': self.arn(f'thing/{name}'),
			'attributes': t['attributes'], 'version': t['version']}
		if t['type']:
			out['thingTypeName'] = t['type']
		return out

	def DescribeThing(self, thingName):
		self.thing(thingName)
		return {**self.described(thingName), 'defaultClientId': thingName}

	def UpdateThing(self, thingName, thingTypeName=None,
			attributePayload=None, expectedVersion=None,
			removeThingType=False):
		t = self.thing(thingName)
		if thingTypeName:
			if thingTypeName not in self.types:
				raise Refused('ResourceNotFoundException',
					f'Thing type {thingTypeName} does not exist.')
			t['type'] = thingTypeName
		if attributePayload is not None:
			have = t['attributes'] if attributePayload.get('merge') else {}
			have = {**have, **attributePayload.get('attributes', {})}
			t['attributes'] = {k: v for k, v in have.items() if v != ''}
		t['version'] += 1
		return {}

	def DeleteThing(self, thingName, expectedVersion=None):
		t = self.things.get(thingName)
		if t and (t['principals'] or self.is_lagging(thingName)):
			raise Refused('InvalidRequestException', 'Cannot delete. Thing '
				f'{thingName} is still attached to one or more principals')
		self.things.pop(thingName, None)
		return {}

	def ListThings(self, nextToken=None, maxResults=None, attributeName=None,
			attributeValue=None, thingTypeName=None,
			usePrefixAttributeValue=False):
		names, more = page(sorted(n for n, t in self.things.items()
			if not thingTypeName or t['type'] == thingTypeName),
			maxResults, nextToken)
		out = {'things': [self.described(n) for n in names]}
		return {**out, **({'nextToken': more} if more else {})}

	def AttachThingPrincipal(self, thingName, principal):
		t, i = self.thing(thingName), self.by_arn(principal)
		self.cert(i)['things'].add(thingName)
		t['principals'].add(i)
		return {}

	def DetachThingPrincipal(self, thingName, principal):
		t, i = self.thing(thingName), self.by_arn(principal)
		if i not in t['principals']:
			raise Refused('ResourceNotFoundException', 'Not attached.')
		t['principals'].discard(i)
		self.cert(i)['things'].discard(thingName)
		self.lagging[i] = self.lagging[thingName] = \
			time.monotonic() + self.lag
		return {}

	def ListThingPrincipals(self, thingName, nextToken=None, maxResults=None):
		t = self.thing(thingName)
		return {'principals': [self.arn(f'cert/{i}')
			for i in sorted(t['principals'])]}

	def AddThingToThingGroup(self, thingGroupName=None, thingName=None,
			thingGroupArn=None, thingArn=None, overrideDynamicGroups=False):
		if thingGroupName not in self.groups:
			raise Refused('ResourceNotFoundException',
				f'Thing group {thingGroupName} does not exist.')
		self.thing(thingName)['groups'].add(thingGroupName)
		return {}

	def DescribeThingType(self, thingTypeName):
		if thingTypeName not in self.types:
			raise Refused('ResourceNotFoundException',
				f'Thing type {thingTypeName} does not exist.')
		return {'thingTypeName': thingTypeName}

	# --- STS

	def session(self, role, name):
		i = f'ASIA{len(self.keys):016d}'
		key = {'secret': hashlib.sha256(i.encode()).hexdigest(),
			'token': base64.b64encode(i.encode() * 20).decode(),
			'ends': time.time() + 3600, 'arn': role.replace(':iam:', ':sts:')
				.replace(':role/', ':assumed-role/') + '/' + name}
		self.keys[i] = key
		return {'Credentials': {'AccessKeyId': i,
			'SecretAccessKey': key['secret'], 'SessionToken': key['token'],
			'Expiration': time.strftime('%Y-%m-%dT%H:%M:%SZ',
				time.gmtime(key['ends']))},
			'AssumedRoleUser': {'AssumedRoleId': 'AROA0000000000000000:' +
				name, 'Arn': key['arn']}}

	def AssumeRole(self, RoleArn, RoleSessionName, ExternalId=None,
			DurationSeconds=3600, caller=None):
		role = self.roles.get(RoleArn)
		if not role or role.get('web') or \
				role.get('external_id') != ExternalId:
			raise Refused('AccessDenied', f'User: {caller["arn"]} is not '
				f'authorized to perform: sts:AssumeRole on resource: {RoleArn}')
		return self.session(RoleArn, RoleSessionName)

	def AssumeRoleWithWebIdentity(self, RoleArn, RoleSessionName,
			WebIdentityToken, DurationSeconds=3600, ProviderId=None):
		web = self.roles.get(RoleArn, {}).get('web')
		if not web:
			raise Refused('AccessDenied', 'Not authorized to perform '
				'sts:AssumeRoleWithWebIdentity')
		claims = verify_jwt(WebIdentityToken, web['pem'])
		if claims.get('iss') != web['issuer']:
			raise Refused('InvalidIdentityTokenException',
				f'No provider for {claims.get("iss")}')
		if claims.get('aud') != 'sts.amazonaws.com':
			raise Refused('InvalidIdentityTokenException',
				'Incorrect token audience')
		if claims.get('sub') != web['subject']:
			raise Refused('AccessDenied', 'Not authorized to perform '
				'sts:AssumeRoleWithWebIdentity')
		if claims.get('exp', 0) < time.time():
			raise Refused('ExpiredTokenException', 'Token expired.')
		return {**self.session(RoleArn, RoleSessionName),
			'SubjectFromWebIdentityToken': claims['sub'],
			'Audience': claims['aud']}

	def GetCallerIdentity(self, caller=None):
		return {'UserId': 'AIDA000000000000', 'Account': self.account,
			'Arn': caller['arn']}


def verify_jwt(jwt, pem):
	"""The claims of an RS256 token, verified by openssl."""
	def part(s):
		return base64.urlsafe_b64decode(s + '=' * (-len(s) % 4))

	try:
		head, body, sig = jwt.split('.')
		raw = part(sig)
		if json.loads(part(head)).get('alg') != 'RS256':
			raise ValueError('no RS256')
		claims = json.loads(part(body))
	except (ValueError, TypeError):
		raise Refused('InvalidIdentityTokenException',
			'The token could not be parsed.') from None
	with tempfile.NamedTemporaryFile() as key, \
			tempfile.NamedTemporaryFile() as signature:
		key.write(pem.encode())
		signature.write(raw)
		key.flush()
		signature.flush()
		r = subprocess.run(['openssl', 'dgst', '-sha256', '-verify',
			key.name, '-signature', signature.name],
			input=f'{head}.{body}'.encode(), capture_output=True, check=False)
	if r.returncode != 0:
		raise Refused('InvalidIdentityTokenException',
			'The signature of the token is wrong.')
	return claims
