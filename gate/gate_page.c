/* One page of the service's feed: checked whole before any entry counts.
 * Must not fetch, and must not trust what TLS brought without a signature. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "gate/gate_member.h"
#include "gate/gate_page.h"
#include "pki/digest.h"
#include "pki/jose.h"

#define JWKS_MAX (64u * 1024)

static struct span text_of(const json_t *j)
{
	return span_of(json_string_value(j), json_string_length(j));
}

static json_t *load(struct span text)
{
	return json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES,
	    NULL);
}

static enum rc add_key(struct gate_page_keys *k, json_t *jwk, struct err *e)
{
	struct buf spki;
	char *text = json_dumps(jwk, JSON_COMPACT);
	enum rc rc = RC_INVALID;

	buf_init(&spki, 2048);
	if (!text)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = jose_jwk_spki(span_str(text), &spki, e);
	if (rc == RC_OK)
		rc = key_pub_new(&k->key[k->n], buf_span(&spki), e);
	if (rc == RC_OK)
		k->n++;
	free(text);
	buf_clear(&spki);
	return rc;
}

enum rc gate_page_keys_load(struct gate_page_keys *k, struct span jwks,
    struct err *e)
{
	json_t *root, *list, *jwk;
	enum rc rc = RC_OK;
	size_t i;

	memset(k, 0, sizeof(*k));
	root = jwks.n <= JWKS_MAX ? load(jwks) : NULL;
	list = json_object_get(root, "keys");
	if (!json_is_array(list) || json_array_size(list) == 0 ||
	    json_array_size(list) > GATE_PAGE_KEYS_MAX) {
		json_decref(root);
		return err_set(e, RC_INVALID, "feed-keys",
		    "The service's keys are not a JWKS with 1 to %d keys.",
		    GATE_PAGE_KEYS_MAX);
	}
	json_array_foreach(list, i, jwk)
	{
		rc = add_key(k, jwk, e);
		if (rc != RC_OK)
			break;
	}
	json_decref(root);
	if (rc != RC_OK)
		gate_page_keys_clear(k);
	return rc;
}

void gate_page_keys_clear(struct gate_page_keys *k)
{
	size_t i;

	if (!k)
		return;
	for (i = 0; i < k->n; i++)
		key_pub_free(k->key[i]);
	memset(k, 0, sizeof(*k));
}

static enum rc bad(struct err *e, const char *slug, const char *why)
{
	return err_set(e, RC_INVALID, slug, "The feed's page is refused: %s.",
	    why);
}

static enum rc verify_head(struct span jws, const struct gate_page_keys *keys,
    struct buf *payload, struct err *e)
{
	size_t i;

	for (i = 0; i < keys->n; i++) {
		buf_reset(payload);
		if (jose_verify(jws, keys->key[i], "birthmark-feed", payload,
			NULL) == RC_OK)
			return RC_OK;
	}
	return bad(e, "feed-signature",
	    "it is not signed by a key of the service that is enrolled here");
}

static bool str_is(const json_t *obj, const char *name, const char *want)
{
	const json_t *v = json_object_get(obj, name);

	return json_is_string(v) && span_eq_str(text_of(v), want);
}

static enum rc check_scope(const json_t *head,
    const struct gate_page_want *want, struct err *e)
{
	const json_t *iat = json_object_get(head, "iat");
	int64_t at;

	if (!str_is(head, "account", want->account) ||
	    !str_is(head, "cloud", want->cloud))
		return bad(e, "feed-foreign",
		    "it is for another account or cloud");
	if (!str_is(head, "from", want->cursor))
		return bad(e, "feed-gap",
		    "it does not begin where this gate stands");
	if (!json_is_integer(iat))
		return bad(e, "feed-head", "its head has no time");
	at = json_integer_value(iat);
	if (at < want->now_s - GATE_PAGE_AGE_S ||
	    at > want->now_s + GATE_PAGE_SKEW_S)
		return bad(e, "feed-stale",
		    "it was not made now, or a clock is wrong");
	return RC_OK;
}

static enum rc check_digest(const json_t *head, struct span entries,
    struct err *e)
{
	const json_t *v = json_object_get(head, "sha256");
	uint8_t want[DIGEST_SHA256], got[DIGEST_SHA256];
	size_t n = 0;

	digest_sha256(entries, got);
	if (!json_is_string(v) ||
	    !enc_unhex(text_of(v), want, &n, sizeof(want)) ||
	    n != sizeof(want) || memcmp(want, got, sizeof(got)) != 0)
		return bad(e, "feed-digest",
		    "its entries are not the ones that were signed");
	return RC_OK;
}

static bool text_in(const json_t *obj, const char *name, size_t max,
    struct span *out)
{
	const json_t *v = json_object_get(obj, name);

	*out = SPAN_NONE;
	if (!v || json_is_null(v))
		return true;
	if (!json_is_string(v) || json_string_length(v) > max ||
	    memchr(json_string_value(v), 0, json_string_length(v)))
		return false;
	*out = text_of(v);
	return true;
}

static bool parse_entry(const json_t *j, struct gate_page_entry *out)
{
	const json_t *fp = json_object_get(j, "fp");
	const json_t *state = json_object_get(j, "state");
	size_t n = 0;

	if (!json_is_string(fp) ||
	    !enc_unhex(text_of(fp), out->fp, &n, TABLE_FP) || n != TABLE_FP)
		return false;
	if (!text_in(j, "device", TABLE_DEVICE_MAX, &out->device) ||
	    !text_in(j, "product", TABLE_NAME_MAX, &out->product) ||
	    !text_in(j, "batch", TABLE_NAME_MAX, &out->batch))
		return false;
	if (str_is(j, "op", "remove"))
		return true;
	if (!str_is(j, "op", "admit") || out->device.n == 0)
		return false;
	/* Any state but this one keeps it out. */
	out->admit = !state || str_is(j, "state", "active");
	return true;
}

enum rc gate_page_entries(struct gate_page *p, struct span text, struct err *e)
{
	json_t *list = load(text), *j;
	size_t i, n = json_array_size(list);

	json_decref(p->json);
	free(p->entries);
	p->json = list;
	p->n = 0;
	p->entries = NULL;
	if (!json_is_array(list) || n > GATE_PAGE_ENTRIES_MAX)
		return bad(e, "feed-form", "its entries are no list, or many");
	p->entries = calloc(n > 0 ? n : 1, sizeof(*p->entries));
	if (!p->entries)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	json_array_foreach(list, i, j)
	{
		if (!parse_entry(j, &p->entries[i]))
			return bad(e, "feed-entry",
			    "an entry of it is not understood");
	}
	p->n = n;
	return RC_OK;
}

/* The entries are read from the very bytes that were hashed. */
static enum rc take_entries(struct gate_page *p, struct span body,
    const json_t *head, struct err *e)
{
	const json_t *count = json_object_get(head, "count");
	struct span raw;
	enum rc rc;

	if (!gate_member_find(body, "entries", &raw))
		return bad(e, "feed-form", "it has no entries");
	rc = check_digest(head, raw, e);
	if (rc == RC_OK)
		rc = gate_page_entries(p, raw, e);
	if (rc == RC_OK &&
	    (!json_is_integer(count) ||
		json_integer_value(count) != (json_int_t)p->n))
		rc = bad(e, "feed-count", "its number of entries is wrong");
	return rc;
}

static enum rc take_head(struct gate_page *p, const json_t *head,
    const json_t *root, const struct gate_page_want *want, struct err *e)
{
	const json_t *to = json_object_get(head, "to");
	const json_t *more = json_object_get(root, "more");
	enum rc rc = check_scope(head, want, e);

	if (rc != RC_OK)
		return rc;
	if (!json_is_string(to) ||
	    !span_copy_str(text_of(to), p->to, sizeof(p->to)))
		return bad(e, "feed-head", "its head has no cursor");
	if (!str_is(root, "next", p->to))
		return bad(e, "feed-head",
		    "the cursor beside it is not the signed one");
	p->more = json_is_true(more);
	return RC_OK;
}

enum rc gate_page_parse(struct gate_page *p, struct span body,
    const struct gate_page_keys *keys, const struct gate_page_want *want,
    struct err *e)
{
	json_t *root = NULL, *head = NULL;
	const json_t *jws;
	struct buf payload;
	enum rc rc;

	memset(p, 0, sizeof(*p));
	buf_init(&payload, JOSE_MAX);
	if (body.n <= GATE_PAGE_MAX)
		root = load(body);
	jws = json_object_get(root, "head");
	if (!json_is_string(jws)) {
		rc = bad(e, "feed-form", "it is not a JSON object with a head");
		goto out;
	}
	rc = verify_head(text_of(jws), keys, &payload, e);
	if (rc != RC_OK)
		goto out;
	head = load(buf_span(&payload));
	rc = take_head(p, head, root, want, e);
	if (rc == RC_OK)
		rc = take_entries(p, body, head, e);
	/* A page that moves nothing must not hold entries, or a replay of
	 * it would never end. */
	if (rc == RC_OK && p->n > 0 && strcmp(p->to, want->cursor) == 0)
		rc = bad(e, "feed-head", "it has entries but does not advance");
out:
	buf_clear(&payload);
	json_decref(head);
	json_decref(root);
	if (rc != RC_OK)
		gate_page_clear(p);
	return rc;
}

void gate_page_clear(struct gate_page *p)
{
	if (!p)
		return;
	json_decref(p->json);
	free(p->entries);
	memset(p, 0, sizeof(*p));
}

enum rc gate_page_apply(const struct gate_page *p, struct table *t,
    struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; i < p->n && rc == RC_OK; i++) {
		const struct gate_page_entry *x = &p->entries[i];

		rc = x->admit
		    ? table_admit(t, x->fp, x->device, x->product, x->batch, e)
		    : table_remove(t, x->fp, e);
	}
	if (rc == RC_OK && strcmp(p->to, table_cursor(t)) != 0)
		rc = table_sync(t, p->to, e);
	return rc;
}
