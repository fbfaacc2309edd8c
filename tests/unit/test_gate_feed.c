/* Pages of the feed: only what the service signed, for this account and
 * cloud, in order and now, changes the table.  Keys are made at run time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/json.h"
#include "gate/gate_member.h"
#include "gate/gate_page.h"
#include "pki/digest.h"
#include "pki/jose.h"
#include "tests/unit/check.h"

#define NOW 1790000000
#define FP1 "1111111111111111111111111111111111111111111111111111111111111111"
#define FP2 "2222222222222222222222222222222222222222222222222222222222222222"
#define ADMIT(fp)                                                          \
	"{\"op\":\"admit\",\"fp\":\"" fp "\",\"device\":\"chip \\u00e9\"," \
	"\"product\":\"Dishwasher DW-9\",\"batch\":\"B1\",\"state\":"      \
	"\"active\"}"
#define REMOVE(fp) "{\"op\":\"remove\",\"fp\":\"" fp "\"}"

static struct key *ours, *theirs;
static struct gate_page_keys keys;
static char dir[64], path[128];

/* What a page says; each refusal changes one thing. */
struct said {
	const char *account, *cloud, *from, *to, *next, *entries, *served, *typ;
	int64_t iat;
	int count;
	struct key **key;
	bool more;
};

static struct said honest(const char *from, const char *to, const char *entries,
    int count)
{
	return (struct said){.account = "acc_1",
	    .cloud = "cld_1",
	    .from = from,
	    .to = to,
	    .next = to,
	    .entries = entries,
	    .served = entries,
	    .typ = "birthmark-feed",
	    .iat = NOW,
	    .count = count,
	    .key = &ours};
}

static void build(struct buf *out, const struct said *s)
{
	uint8_t sha[DIGEST_SHA256];
	struct buf head, jws;
	struct json w;

	buf_init(&head, 4096);
	buf_init(&jws, 8192);
	buf_init(out, 65536);
	digest_sha256(span_str(s->entries), sha);
	json_init(&w, &head);
	json_obj(&w);
	json_put_str(&w, "account", s->account);
	json_put_str(&w, "cloud", s->cloud);
	json_put_str(&w, "from", s->from);
	json_put_str(&w, "to", s->to);
	json_put_u64(&w, "count", (uint64_t)s->count);
	json_put_hex(&w, "sha256", span_of(sha, sizeof(sha)));
	json_put_u64(&w, "iat", (uint64_t)s->iat);
	json_end(&w);
	assert_int_equal(jose_sign(*s->key, s->typ, buf_span(&head), &jws,
			     NULL),
	    RC_OK);
	json_init(&w, out);
	json_obj(&w);
	json_put_span(&w, "head", buf_span(&jws));
	json_key(&w, "entries");
	json_raw(&w, span_str(s->served));
	json_put_str(&w, "next", s->next);
	json_put_bool(&w, "more", s->more);
	json_end(&w);
	assert_true(buf_ok(out));
	buf_clear(&head);
	buf_clear(&jws);
}

static enum rc parse(struct gate_page *p, const struct said *s,
    const char *cursor, struct err *e)
{
	const struct gate_page_want want = {"acc_1", "cld_1", cursor, NOW};
	static struct buf body; /* entries borrow nothing from it */
	enum rc rc;

	build(&body, s);
	rc = gate_page_parse(p, buf_span(&body), &keys, &want, e);
	buf_clear(&body);
	return rc;
}

static int setup(void **state)
{
	struct buf jwks;

	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-feed-XXXXXX");
	if (!mkdtemp(dir) || key_generate(&ours, KEY_P256, NULL) != RC_OK ||
	    key_generate(&theirs, KEY_P256, NULL) != RC_OK)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/gate.table", dir);
	buf_init(&jwks, 4096);
	buf_add_str(&jwks, "{\"keys\":[");
	if (jose_jwk(key_spki(ours), &jwks, NULL) != RC_OK)
		return -1;
	buf_add_str(&jwks, "]}");
	if (gate_page_keys_load(&keys, buf_span(&jwks), NULL) != RC_OK)
		return -1;
	buf_clear(&jwks);
	return 0;
}

static int teardown(void **state)
{
	char lock[160];

	gate_page_keys_clear(&keys);
	key_free(ours);
	key_free(theirs);
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	(void)unlink(lock);
	(void)unlink(path);
	return rmdir(dir);
}

static void pages_in_order_fill_the_table(void **state)
{
	struct said one = honest("", "1", "[" ADMIT(FP1) "," ADMIT(FP2) "]", 2);
	struct said two = honest("1", "2", "[ " REMOVE(FP1) " ]", 1);
	struct said none = honest("2", "2", "[]", 0);
	const struct said *pages[] = {&one, &two, &none};
	struct gate_page p;
	struct table_entry entry;
	struct table *t;
	uint8_t fp[TABLE_FP];
	size_t i;

	assert_int_equal(table_open_write(&t, path, "acc_1/cld_1", NULL),
	    RC_OK);
	for (i = 0; i < COUNT(pages); i++) {
		assert_int_equal(parse(&p, pages[i], table_cursor(t), NULL),
		    RC_OK);
		assert_int_equal(gate_page_apply(&p, t, NULL), RC_OK);
		gate_page_clear(&p);
	}
	assert_string_equal(table_cursor(t), "2");
	memset(fp, 0x11, sizeof(fp));
	assert_int_equal(table_find(t, fp, &entry, NULL), RC_OK);
	assert_int_equal(entry.verdict, TABLE_REMOVED);
	memset(fp, 0x22, sizeof(fp));
	assert_int_equal(table_find(t, fp, &entry, NULL), RC_OK);
	assert_int_equal(entry.verdict, TABLE_ADMIT);
	assert_true(span_eq_str(entry.device, "chip \xc3\xa9"));
	table_close(t);
}

static void expect_refusal(const struct said *s, const char *slug)
{
	struct gate_page p;
	struct err e = {0};

	assert_int_equal(parse(&p, s, "5", &e), RC_INVALID);
	assert_string_equal(e.slug, slug);
	assert_null(p.entries);
}

static void forged_and_foreign_pages_are_refused(void **state)
{
	const struct said good = honest("5", "6", "[" ADMIT(FP1) "]", 1);
	struct said s;

	s = good;
	s.key = &theirs;
	expect_refusal(&s, "feed-signature");
	s = good;
	s.typ = "JWT";
	expect_refusal(&s, "feed-signature");
	s = good;
	s.account = "acc_2";
	expect_refusal(&s, "feed-foreign");
	s = good;
	s.cloud = "cld_2";
	expect_refusal(&s, "feed-foreign");
	s = good;
	s.served = "[" ADMIT(FP2) "]";
	expect_refusal(&s, "feed-digest");
	s = good;
	s.served = "[ " ADMIT(FP1) "]";
	expect_refusal(&s, "feed-digest");
	s = good;
	s.count = 2;
	expect_refusal(&s, "feed-count");
	s = good;
	s.next = "9";
	expect_refusal(&s, "feed-head");
}

static void gaps_rollbacks_and_replays_are_refused(void **state)
{
	const struct said good = honest("5", "6", "[" ADMIT(FP1) "]", 1);
	struct said s;

	s = good;
	s.from = "6";
	s.to = s.next = "7";
	expect_refusal(&s, "feed-gap");
	s.from = "";
	expect_refusal(&s, "feed-gap");
	s = good;
	s.from = "4";
	s.to = s.next = "5";
	expect_refusal(&s, "feed-gap");
	s = good;
	s.iat = NOW - GATE_PAGE_AGE_S - 1;
	expect_refusal(&s, "feed-stale");
	s = good;
	s.iat = NOW + GATE_PAGE_SKEW_S + 1;
	expect_refusal(&s, "feed-stale");
	s = good;
	s.to = s.next = "5";
	expect_refusal(&s, "feed-head");
}

static void entries_that_are_not_understood_are_refused(void **state)
{
	static const char *const bad[] = {
	    "[{}]",
	    "[1]",
	    "[null]",
	    "[{\"op\":\"admit\",\"fp\":\"11\",\"device\":\"d\"}]",
	    "[{\"op\":\"admit\",\"fp\":\"" FP1 "\"}]",
	    "[{\"op\":\"admit\",\"fp\":\"" FP1 "\",\"device\":\"\"}]",
	    "[{\"op\":\"admit\",\"fp\":\"" FP1 "\",\"device\":7}]",
	    "[{\"op\":\"ADMIT\",\"fp\":\"" FP1 "\",\"device\":\"d\"}]",
	    "[{\"op\":\"admit\",\"op\":\"remove\",\"fp\":\"" FP1 "\"}]",
	    "[{\"op\":\"admit\",\"fp\":\"" FP1 "\",\"device\":\"a\\u0000b\"}]",
	    "[{\"op\":\"admit\",\"fp\":\"" FP1
	    "\",\"device\":\"0123456789012345678901234567890123456789"
	    "0123456789012345678901234\"}]",
	};
	struct gate_page p;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		struct said s = honest("5", "6", bad[i], 1);

		assert_int_not_equal(parse(&p, &s, "5", NULL), RC_OK);
		assert_null(p.entries);
	}
}

static void only_an_active_device_is_admitted(void **state)
{
	struct said s = honest("5", "6",
	    "[{\"op\":\"admit\",\"fp\":\"" FP1 "\",\"device\":\"d\","
	    "\"state\":\"quarantined\"}]",
	    1);
	struct gate_page p;

	assert_int_equal(parse(&p, &s, "5", NULL), RC_OK);
	assert_int_equal(p.n, 1);
	assert_false(p.entries[0].admit);
	gate_page_clear(&p);
}

static void a_member_is_found_once_or_not_at_all(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: refused */
	} cases[] = {
	    {"{\"entries\":[1,\"]\"] }", "[1,\"]\"]"},
	    {" { \"a\" : {\"entries\":[]}, \"entries\" : [ ] } ", "[ ]"},
	    {"{\"x\":\"\\\"entries\\\":[]\",\"entries\":[2]}", "[2]"},
	    {"{\"entries\":12,\"y\":1}", "12"},
	    {"{\"entries\":[1],\"entries\":[2]}", NULL},
	    {"{\"entrie\":[1]}", NULL},
	    {"[\"entries\"]", NULL},
	    {"{\"entries\":[1", NULL},
	    {"{\"entries\":\"", NULL},
	    {"{\"entries\\", NULL},
	    {"{", NULL},
	    {"", NULL},
	};
	struct span v;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		bool found =
		    gate_member_find(span_str(cases[i].text), "entries", &v);

		assert_int_equal(found, cases[i].value != NULL);
		if (found)
			assert_true(span_eq_str(v, cases[i].value));
	}
}

static void keys_that_are_no_jwks_are_refused(void **state)
{
	static const char *const bad[] = {"", "{}", "{\"keys\":[]}",
	    "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", "[]"};
	struct gate_page_keys k;
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(gate_page_keys_load(&k, span_str(bad[i]),
				     NULL),
		    RC_INVALID);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages_in_order_fill_the_table),
	    cmocka_unit_test(forged_and_foreign_pages_are_refused),
	    cmocka_unit_test(gaps_rollbacks_and_replays_are_refused),
	    cmocka_unit_test(entries_that_are_not_understood_are_refused),
	    cmocka_unit_test(only_an_active_device_is_admitted),
	    cmocka_unit_test(a_member_is_found_once_or_not_at_all),
	    cmocka_unit_test(keys_that_are_no_jwks_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
