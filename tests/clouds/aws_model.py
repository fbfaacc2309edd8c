"""What AWS's own service models say of calls: routes, members, patterns,
errors.  Must not hold a rule that the models have."""
import json
import re
from urllib.parse import quote, unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel

# Of every service, and so in no model.
COMMON = {
	'AccessDeniedException': 403, 'IncompleteSignature': 403,
	'InvalidSignatureException': 403, 'UnrecognizedClientException': 403,
	'ExpiredTokenException': 403, 'MissingAuthenticationTokenException': 403,
	'AccessDenied': 403, 'InvalidClientTokenId': 403, 'ExpiredToken': 403,
	'SignatureDoesNotMatch': 403, 'Throttling': 400, 'ValidationError': 400,
}


class Refused(Exception):
	"""An error of the service, by its name in the model."""

	def __init__(self, name, message, **members):
		super().__init__(message)
		self.name, self.message, self.members = name, message, members


class Malformed(Exception):
	"""A request that no client by the model would make."""


def checker(shape):
	"""A function that raises Malformed for what the shape does not allow."""
	kind, meta = shape.type_name, shape.metadata
	low, high = meta.get('min'), meta.get('max')
	if kind == 'string':
		pattern = meta.get('pattern')
		# Java's classes of characters are not Python's.
		pattern = pattern and re.compile(re.sub(r'\\[pP]\{\w+\}',
			lambda m: ' -~\xa0-\U0010ffff', pattern), re.ASCII)
		enum = set(shape.enum or ())

		def check(v, at):
			if not isinstance(v, str):
				raise Malformed(f'{at} is not a string')
			if low is not None and len(v) < low:
				raise Malformed(f'{at} is shorter than {low}')
			if high is not None and len(v) > high:
				raise Malformed(f'{at} is longer than {high}')
			if pattern and not pattern.fullmatch(v):
				raise Malformed(f'{at} does not match its pattern: {v!r}')
			if enum and v not in enum:
				raise Malformed(f'{at} is none of its values: {v!r}')
	elif kind in ('integer', 'long'):
		def check(v, at):
			if not isinstance(v, int) or isinstance(v, bool):
				raise Malformed(f'{at} is not a number')
			if (low is not None and v < low) or \
					(high is not None and v > high):
				raise Malformed(f'{at} is out of range')
	elif kind == 'boolean':
		def check(v, at):
			if not isinstance(v, bool):
				raise Malformed(f'{at} is not a boolean')
	elif kind == 'map':
		key, value = checker(shape.key), checker(shape.value)

		def check(v, at):
			if not isinstance(v, dict):
				raise Malformed(f'{at} is not an object')
			for k, x in v.items():
				key(k, f'a key of {at}')
				value(x, f'{at}.{k}')
	elif kind == 'list':
		member = checker(shape.member)

		def check(v, at):
			if not isinstance(v, list):
				raise Malformed(f'{at} is not an array')
			for x in v:
				member(x, f'an item of {at}')
	elif kind == 'structure':
		members = {n: checker(s) for n, s in shape.members.items()}
		required = set(shape.required_members)

		def check(v, at):
			if not isinstance(v, dict):
				raise Malformed(f'{at} is not an object')
			for k, x in v.items():
				if k not in members:
					raise Malformed(f'{at} has no member {k}')
				members[k](x, f'{at}.{k}')
			missing = required - v.keys()
			if missing:
				raise Malformed(f'{at} lacks {sorted(missing)}')
	else:
		def check(v, at):
			pass
	return check


def from_text(shape, text, at):
	"""A member of the query or a form, as the type that it has."""
	if shape.type_name in ('integer', 'long'):
		if not re.fullmatch('-?[0-9]{1,18}', text):
			raise Malformed(f'{at} is not a number')
		return int(text)
	if shape.type_name == 'boolean':
		if text not in ('true', 'false'):
			raise Malformed(f'{at} is not a boolean')
		return text == 'true'
	return text


class Operation:
	"""One call: how it is recognised, read and answered."""

	def __init__(self, model):
		self.name, self.model = model.name, model
		shape = model.input_shape
		self.where = {'uri': {}, 'querystring': {}, 'header': {}}
		self.body = {}
		for name, member in (shape.members if shape else {}).items():
			place = member.serialization.get('location')
			wire = member.serialization.get('name', name)
			if place in self.where:
				self.where[place][
					wire.lower() if place == 'header' else wire] = (name,
						member)
			else:
				self.body[wire] = name
		self.check = checker(shape) if shape else None
		self.outputs = model.output_shape.members if model.output_shape \
			else {}
		self.errors = {s.name for s in model.error_shapes}
		self.members = None

	def uri(self, found):
		return {self.where['uri'][k][0]: unquote(v)
			for k, v in found.items()}

	def read_rest(self, found, query, headers, body):
		"""The members of a request; raises Malformed."""
		values = self.uri(found)
		for part in query.split('&') if query else []:
			name, _, text = part.partition('=')
			name, text = unquote(name), unquote(text)
			if name not in self.where['querystring']:
				raise Malformed(f'{self.name} has no parameter {name}')
			key, shape = self.where['querystring'][name]
			if key in values:
				raise Malformed(f'{name} stands there twice')
			values[key] = from_text(shape, text, name)
		for wire, (key, _) in self.where['header'].items():
			if wire in headers:
				values[key] = headers[wire]
		for wire in headers:
			if wire.startswith('x-amzn-') and \
					wire not in self.where['header'] and \
					wire != 'x-amzn-trace-id':
				raise Malformed(f'{self.name} has no header {wire}')
		values.update(self.read_json(body))
		self.check and self.check(values, self.name)
		return values

	def read_json(self, body):
		if not body:
			return {}
		try:
			o = json.loads(body)
		except ValueError:
			raise Malformed('the body is not JSON') from None
		if not isinstance(o, dict):
			raise Malformed('the body is not an object')
		for k in o:
			if k not in self.body:
				raise Malformed(f'{self.name} has no member {k}')
		return {self.body[k]: v for k, v in o.items()}

	def read_form(self, form):
		values = {}
		members = self.model.input_shape.members
		for k, v in form.items():
			if k in ('Action', 'Version'):
				continue
			if k not in members:
				raise Malformed(f'{self.name} has no member {k}')
			values[k] = from_text(members[k], v, k)
		self.check(values, self.name)
		return values


class Model:
	"""A service."""

	def __init__(self, name):
		self.service = ServiceModel(
			Loader().load_service_model(name, 'service-2'), name)
		self.signing = {self.service.signing_name,
			self.service.endpoint_prefix}
		self.operations, self.routes = {}, {}
		for n in self.service.operation_names:
			model = self.service.operation_model(n)
			self.routes.setdefault(model.http['method'], []).append(
				(self.pattern(model.http['requestUri']), n))
		for routes in self.routes.values():
			# A literal before a member of the same place.
			routes.sort(key=lambda r: r[0].groups)

	@staticmethod
	def pattern(uri):
		text = re.escape(uri.split('?')[0])
		return re.compile(re.sub(r'\\{(\w+)(\\\+)?\\}',
			lambda m: f'(?P<{m[1]}>{".+" if m[2] else "[^/]+"})', text))

	def operation(self, name):
		if name not in self.operations:
			self.operations[name] = Operation(
				self.service.operation_model(name))
		return self.operations[name]

	def find(self, method, path):
		for pattern, name in self.routes.get(method, ()):
			m = pattern.fullmatch(path)
			if m:
				return self.operation(name), m.groupdict()
		return None, None

	def status(self, name):
		"""The status and the code on the wire of an error."""
		if name in COMMON and name not in self.service.shape_names:
			return COMMON[name], name
		shape = self.service.shape_for(name)
		error = shape.metadata.get('error', {})
		return error.get('httpStatusCode', 400), error.get('code', name)


__all__ = ['Model', 'Malformed', 'Refused', 'quote']
