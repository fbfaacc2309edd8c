/* Explains tokens: JWS and JWT, and Birthmark's own.
 * Must not repeat a token and must not say that it is genuine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "pki/explain_report.h"
#include "pki/jose.h"

#define API_CHARS 32
#define VALUE_MAX 200

static json_t *part_object(struct span b64)
{
	json_t *o = NULL;
	struct buf text;

	buf_init(&text, JOSE_MAX);
	if (enc_unbase64url(&text, b64))
		o = json_loadb((const char *)text.p, text.n,
		    JSON_REJECT_DUPLICATES, NULL);
	buf_clear(&text);
	if (json_is_object(o))
		return o;
	json_decref(o);
	return NULL;
}

static bool split(struct span text, struct span part[3])
{
	struct span rest = text;

	return span_cut(&rest, '.', &part[0]) &&
	    span_cut(&rest, '.', &part[1]) && part[0].n > 0 &&
	    !span_cut(&rest, '.', &part[2]);
}

static void add_members(json_t *r, const json_t *o, const char *where)
{
	char name[64];
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)o, key, v)
	{
		char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

		(void)snprintf(name, sizeof(name), "%s %.40s", where, key);
		explain_report_fact(r, name, "%.*s", VALUE_MAX,
		    json_is_string(v) ? json_string_value(v)
			: text	      ? text
				      : "");
		free(text);
	}
}

static void judge_header(json_t *r, const json_t *header)
{
	const char *alg = json_string_value(json_object_get(header, "alg"));

	if (!alg)
		explain_report_problem(r, "Its header names no algorithm.");
	else if (strcmp(alg, "none") == 0)
		explain_report_problem(r,
		    "It is not signed (alg none): anyone can make one.");
	else if (alg[0] == 'H')
		explain_report_problem(r,
		    "It is signed with a shared secret (%.16s): whoever can "
		    "check it can also make it.",
		    alg);
	if (json_object_get(header, "crit"))
		explain_report_problem(r,
		    "It demands extensions (crit) that are not known.");
}

static void judge_times(json_t *r, const json_t *payload, int64_t now_s)
{
	const json_t *exp = json_object_get(payload, "exp");
	const json_t *nbf = json_object_get(payload, "nbf");
	const json_t *iat = json_object_get(payload, "iat");

	if (json_is_integer(iat)) {
		explain_report_time(r, "Issued",
		    (int64_t)json_integer_value(iat));
		if (json_integer_value(iat) > now_s + 60)
			explain_report_problem(r,
			    "It was issued in the future.");
	}
	if (json_is_integer(nbf) && json_integer_value(nbf) > now_s)
		explain_report_problem(r, "It is not valid yet.");
	if (!json_is_integer(exp)) {
		explain_report_note(r, "It does not expire.");
		return;
	}
	explain_report_time(r, "Expires", (int64_t)json_integer_value(exp));
	if (json_integer_value(exp) <= now_s)
		explain_report_problem(r, "It has expired.");
}

bool explain_token_jws(json_t *r, struct span text, int64_t now_s)
{
	json_t *header = NULL, *payload = NULL;
	struct span part[3];

	if (text.n > JOSE_MAX || !split(text, part))
		return false;
	header = part_object(part[0]);
	if (!header)
		return false;
	payload = part_object(part[1]);
	explain_report_title(r, "jws",
	    payload ? "JSON Web Token (signed statement)"
		    : "JSON Web Signature");
	add_members(r, header, "header");
	judge_header(r, header);
	if (payload) {
		add_members(r, payload, "claim");
		judge_times(r, payload, now_s);
	} else {
		explain_report_note(r, "Its payload is not JSON.");
	}
	if (part[2].n == 0)
		explain_report_problem(r, "It has no signature.");
	explain_report_note(r,
	    "The signature was not checked: that needs the signer's key.");
	json_decref(header);
	json_decref(payload);
	return true;
}

bool explain_token_api(json_t *r, struct span text)
{
	bool session = span_starts(text, SPAN_LIT("bms_"));
	bool bad = false;
	size_t i;

	if (!session && !span_starts(text, SPAN_LIT("bmt_")))
		return false;
	explain_report_title(r, session ? "session-token" : "api-token",
	    session ? "Token of a session (birthmark login)" : "API token");
	for (i = 4; i < text.n; i++)
		bad = bad ||
		    !((text.p[i] >= '0' && text.p[i] <= '9') ||
			(text.p[i] >= 'a' && text.p[i] <= 'z'));
	if (bad || text.n != 4 + API_CHARS)
		explain_report_problem(r,
		    "It is cut off or mistyped: %d characters follow the "
		    "prefix.",
		    API_CHARS);
	explain_report_note(r,
	    "It is a secret: whoever has it can act in its place. Only the "
	    "service knows whether it is valid.");
	return true;
}
