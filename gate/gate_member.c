/* Where in a JSON object's text a member's value stands.
 * Must not judge JSON: a real parser reads the value afterwards. */
#include "gate/gate_member.h"

struct at {
	struct span s;
	size_t i;
};

static void skip_space(struct at *a)
{
	while (a->i < a->s.n &&
	    (a->s.p[a->i] == ' ' || a->s.p[a->i] == '\t' ||
		a->s.p[a->i] == '\n' || a->s.p[a->i] == '\r'))
		a->i++;
}

static bool skip_byte(struct at *a, uint8_t c)
{
	skip_space(a);
	if (a->i >= a->s.n || a->s.p[a->i] != c)
		return false;
	a->i++;
	return true;
}

/* From the opening quote to behind the closing one. */
static bool skip_string(struct at *a, struct span *inside)
{
	size_t from;

	if (!skip_byte(a, '"'))
		return false;
	from = a->i;
	for (; a->i < a->s.n; a->i++) {
		if (a->s.p[a->i] == '\\') {
			a->i++;
		} else if (a->s.p[a->i] == '"') {
			*inside = span_sub(a->s, from, a->i - from);
			a->i++;
			return true;
		}
	}
	return false;
}

static bool skip_nested(struct at *a)
{
	struct span ignored;
	size_t depth = 0;

	while (a->i < a->s.n) {
		uint8_t c = a->s.p[a->i];

		if (c == '"') {
			if (!skip_string(a, &ignored))
				return false;
			continue;
		}
		a->i++;
		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && --depth == 0)
			return true;
	}
	return false;
}

static bool skip_value(struct at *a, struct span *value)
{
	struct span ignored;
	size_t from;
	bool ok = true;

	skip_space(a);
	from = a->i;
	if (a->i >= a->s.n)
		return false;
	if (a->s.p[a->i] == '"')
		ok = skip_string(a, &ignored);
	else if (a->s.p[a->i] == '[' || a->s.p[a->i] == '{')
		ok = skip_nested(a);
	else
		while (
		    a->i < a->s.n && a->s.p[a->i] != ',' && a->s.p[a->i] != '}')
			a->i++;
	*value = span_sub(a->s, from, a->i - from);
	return ok;
}

bool gate_member_find(struct span text, const char *name, struct span *value)
{
	struct at a = {text, 0};
	struct span key, v;
	bool found = false;

	if (!skip_byte(&a, '{'))
		return false;
	do {
		if (!skip_string(&a, &key) || !skip_byte(&a, ':') ||
		    !skip_value(&a, &v))
			return false;
		if (!span_eq_str(key, name))
			continue;
		if (found)
			return false;
		found = true;
		*value = v;
	} while (skip_byte(&a, ','));
	return found && skip_byte(&a, '}');
}
