#!/usr/bin/python3
"""Proves the double of AWS with botocore's own client, which knows nothing of
it.  usage: aws_prove.py URL CA_FILE CONTROL_PORT CERT_PEM...
Must not speak to anybody else."""
import base64
import hashlib
import http.client
import json
import ssl
import subprocess
import sys
import tempfile
import time

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

URL, CA, CONTROL = sys.argv[1], sys.argv[2], int(sys.argv[3])
SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
ROLE = 'arn:aws:iam::123456789012:role/one'
WEB = 'arn:aws:iam::123456789012:role/web'


def control(route, o=None):
	c = http.client.HTTPConnection('127.0.0.1', CONTROL)
	c.request('GET' if o is None else 'POST', route,
		body=None if o is None else json.dumps(o))
	return json.loads(c.getresponse().read())


def client(service, key='AKIDEXAMPLE00000', secret=SECRET, token=None):
	return botocore.session.Session().create_client(service,
		region_name='eu-central-1', endpoint_url=URL, verify=CA,
		aws_access_key_id=key, aws_secret_access_key=secret,
		aws_session_token=token, config=Config(
			retries={'max_attempts': 0}, parameter_validation=False))


def refused(name, call, **members):
	"""The call fails with this error; gives what else it says."""
	try:
		call(**members)
	except ClientError as e:
		assert e.response['Error']['Code'] == name, e
		return e.response
	raise AssertionError(f'no {name}')


def certificate():
	with tempfile.NamedTemporaryFile() as key:
		return subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec',
			'-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x',
			'-keyout', key.name], check=True, capture_output=True,
			text=True).stdout


def prove_certificates(iot, pem):
	i = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
	refused('ResourceNotFoundException', iot.describe_certificate,
		certificateId=i)
	made = iot.register_certificate_without_ca(certificatePem=pem,
		status='ACTIVE')
	assert made['certificateId'] == i, made
	again = refused('ResourceAlreadyExistsException',
		iot.register_certificate_without_ca, certificatePem=pem)
	assert again['resourceId'] == i, again
	assert again['ResponseMetadata']['HTTPStatusCode'] == 409
	got = iot.describe_certificate(certificateId=i)['certificateDescription']
	assert got['status'] == 'ACTIVE' and got['certificatePem'] == pem
	refused('CertificateValidationException',
		iot.register_certificate_without_ca, certificatePem='no')
	refused('InvalidRequestException', iot.update_certificate,
		certificateId='zz', newStatus='ACTIVE')
	refused('InvalidRequestException', iot.update_certificate,
		certificateId=i, newStatus='SLEEPING')
	return made['certificateArn'], i


def prove_things(iot, arn, i):
	iot.attach_policy(policyName='devices', target=arn)
	refused('ResourceNotFoundException', iot.attach_policy,
		policyName='nobody', target=arn)
	assert iot.list_targets_for_policy(policyName='devices')['targets'] == \
		[arn]
	attributes = {'attributePayload': {'attributes': {'a': '1'}}}
	for _ in range(2):
		iot.create_thing(thingName='a:b_c', **attributes)
	refused('ResourceAlreadyExistsException', iot.create_thing,
		thingName='a:b_c')
	refused('InvalidRequestException', iot.create_thing, thingName='a b')
	refused('InvalidRequestException', iot.create_thing, thingName='x',
		attributePayload={'attributes': {'a': 'white space'}})
	refused('InvalidRequestException', iot.create_thing, thingName='x',
		attributePayload={'attributes': dict.fromkeys('abcd', '1')})
	refused('ResourceNotFoundException', iot.create_thing, thingName='x',
		thingTypeName='none')
	assert iot.describe_thing(thingName='a:b_c')['attributes'] == {'a': '1'}
	iot.update_thing(thingName='a:b_c', attributePayload={
		'attributes': {'b': '2'}, 'merge': True})
	assert iot.list_things(maxResults=1)['things'][0]['attributes'] == \
		{'a': '1', 'b': '2'}
	iot.attach_thing_principal(thingName='a:b_c', principal=arn)
	refused('ResourceNotFoundException', iot.attach_thing_principal,
		thingName='none', principal=arn)
	iot.add_thing_to_thing_group(thingName='a:b_c', thingGroupName='group')
	prove_end(iot, arn, i)


def prove_end(iot, arn, i):
	refused('CertificateStateException', iot.delete_certificate,
		certificateId=i)
	iot.update_certificate(certificateId=i, newStatus='INACTIVE')
	refused('DeleteConflictException', iot.delete_certificate,
		certificateId=i, forceDelete=True)
	refused('InvalidRequestException', iot.delete_thing, thingName='a:b_c')
	iot.detach_thing_principal(thingName='a:b_c', principal=arn)
	refused('DeleteConflictException', iot.delete_certificate,
		certificateId=i)
	iot.delete_certificate(certificateId=i, forceDelete=True)
	iot.delete_thing(thingName='a:b_c')
	iot.delete_thing(thingName='a:b_c')
	assert control('/state') == {'certificates': {}, 'things': {}}


def prove_pages(iot, pem):
	control('/config', {'plant': [{'id': f'{n:064x}', 'pem': pem}
		for n in range(7)]})
	got = [c['certificateId'] for p in iot.get_paginator(
		'list_certificates').paginate(PaginationConfig={'PageSize': 3})
		for c in p['certificates']]
	assert got == [f'{n:064x}' for n in range(7)], got


def prove_keys(pem):
	refused('UnrecognizedClientException', client('iot', key='AKIDOTHER').
		list_certificates)
	refused('InvalidSignatureException', client('iot', secret='x').
		list_certificates)
	control('/config', {'roles': {ROLE: {'external_id': 'ours'}}})
	sts = client('sts')
	assert sts.get_caller_identity()['Account'] == '123456789012'
	refused('AccessDenied', sts.assume_role, RoleArn=ROLE,
		RoleSessionName='me')
	refused('ValidationError', sts.assume_role, RoleArn=ROLE,
		RoleSessionName='m')
	c = sts.assume_role(RoleArn=ROLE, RoleSessionName='me',
		ExternalId='ours')['Credentials']
	assert c['Expiration'].year > 2000
	client('iot', c['AccessKeyId'], c['SecretAccessKey'],
		c['SessionToken']).list_certificates()
	refused('UnrecognizedClientException', client('iot', c['AccessKeyId'],
		c['SecretAccessKey']).list_certificates)


def openssl(*args, **more):
	return subprocess.run(['openssl', *args], check=True, capture_output=True,
		**more).stdout


class Issuer:
	"""An identity provider with a key of its own."""

	def __init__(self, place):
		self.key = f'{place}/identity.key'
		openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt',
			'rsa_keygen_bits:2048', '-out', self.key)
		self.pem = openssl('pkey', '-in', self.key, '-pubout').decode()

	def token(self, alg='RS256', **more):
		claims = {'iss': 'https://issuer.test/us', 'sub': 'us',
			'aud': 'sts.amazonaws.com', 'exp': int(time.time()) + 60, **more}
		text = '.'.join(base64url(json.dumps(o).encode())
			for o in ({'alg': alg, 'typ': 'JWT'}, claims))
		return f'{text}.' + base64url(openssl('dgst', '-sha256', '-sign',
			self.key, input=text.encode()))


def base64url(data):
	return base64.urlsafe_b64encode(data).decode().rstrip('=')


def prove_web_identity(issuer, other):
	control('/config', {'roles': {WEB: {'web': {'pem': issuer.pem,
		'issuer': 'https://issuer.test/us', 'subject': 'us'}}}})
	# Nobody's keys: the token is all that is shown.
	sts = botocore.session.Session().create_client('sts',
		region_name='eu-central-1', endpoint_url=URL, verify=CA, config=Config(
			signature_version=UNSIGNED, retries={'max_attempts': 0},
			parameter_validation=False))

	def come(token, role=WEB):
		return sts.assume_role_with_web_identity(RoleArn=role,
			RoleSessionName='me', WebIdentityToken=token)

	def stay_out(name, token, role=WEB):
		e = refused(name, come, token=token, role=role)
		assert e['ResponseMetadata']['HTTPStatusCode'] == (
			403 if name == 'AccessDenied' else 400), e

	got = come(issuer.token())
	assert got['SubjectFromWebIdentityToken'] == 'us', got
	assert got['Audience'] == 'sts.amazonaws.com', got
	assert got['AssumedRoleUser']['Arn'] == \
		'arn:aws:sts::123456789012:assumed-role/web/me', got
	c = got['Credentials']
	assert c['Expiration'].timestamp() > time.time(), c
	mine = (c['AccessKeyId'], c['SecretAccessKey'], c['SessionToken'])
	client('iot', *mine).list_certificates()
	assert client('sts', *mine).get_caller_identity()['Arn'] == \
		got['AssumedRoleUser']['Arn']
	head, claims, signature = issuer.token().split('.')
	stay_out('InvalidIdentityToken', other.token())
	stay_out('InvalidIdentityToken', f'{head}.{claims}.')
	stay_out('InvalidIdentityToken', f'{head}.{signature}')
	stay_out('InvalidIdentityToken', issuer.token(alg='none'))
	stay_out('InvalidIdentityToken', issuer.token(alg='ES256'))
	stay_out('InvalidIdentityToken', issuer.token(iss='https://issuer.test'))
	stay_out('InvalidIdentityToken', issuer.token(aud='sts.amazonaws.test'))
	stay_out('AccessDenied', issuer.token(sub='them'))
	stay_out('AccessDenied', issuer.token(), role=ROLE)
	stay_out('ExpiredTokenException', issuer.token(exp=int(time.time()) - 1))
	stay_out('ValidationError', 'no')
	# Nor is the role for whoever has keys.
	refused('AccessDenied', client('sts').assume_role, RoleArn=WEB,
		RoleSessionName='me')


def prove_faults(iot):
	control('/config', {'quotas': {'ListThings': 60}})
	iot.list_things()
	e = refused('ThrottlingException', iot.list_things)
	assert e['ResponseMetadata']['HTTPStatusCode'] == 400
	assert control('/counters')['over'] == {'ListThings': 1}
	control('/config', {'deny': ['ListThings'], 'quotas': {'ListThings': 1e6}})
	refused('AccessDeniedException', iot.list_things)
	control('/config', {'deny': [], 'fault_rate': 1, 'fault_kinds': ['500']})
	refused('InternalFailureException', iot.list_things)
	control('/config', {'fault_rate': 0})


def main():
	control('/reset', {})
	control('/config', {'policies': ['devices'], 'groups': ['group']})
	iot, pem = client('iot'), certificate()
	arn, i = prove_certificates(iot, pem)
	prove_things(iot, arn, i)
	prove_pages(iot, pem)
	prove_keys(pem)
	with tempfile.TemporaryDirectory() as one, \
			tempfile.TemporaryDirectory() as two:
		prove_web_identity(Issuer(one), Issuer(two))
	prove_faults(iot)
	control('/reset', {})
	print('proven')


main()
