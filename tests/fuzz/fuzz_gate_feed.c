/* A page of the feed: nothing unsigned is taken, what is found by its bytes
 * is what a parser finds, and entries are within their limits.
 * Must not touch files. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "gate/gate_member.h"
#include "gate/gate_page.h"
#include "tests/fuzz/fuzz.h"

static struct gate_page_keys keys;

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct key *k;

	require(key_generate(&k, KEY_P256, NULL) == RC_OK);
	require(key_pub_new(&keys.key[0], key_spki(k), NULL) == RC_OK);
	keys.n = 1;
	key_free(k);
	return 0;
}

/* Both readers must see the same value, or a digest would cover something
 * else than what is used. */
static void try_member(struct span in)
{
	json_t *root, *by_parser, *by_bytes;
	struct span value;

	if (!gate_member_find(in, "entries", &value))
		return;
	require(value.n <= in.n);
	root =
	    json_loadb((const char *)in.p, in.n, JSON_REJECT_DUPLICATES, NULL);
	by_parser = json_object_get(root, "entries");
	if (json_is_array(by_parser)) {
		by_bytes = json_loadb((const char *)value.p, value.n,
		    JSON_REJECT_DUPLICATES, NULL);
		require(by_bytes && json_equal(by_parser, by_bytes));
		json_decref(by_bytes);
	}
	json_decref(root);
}

static void try_entries(struct span in)
{
	struct gate_page p;
	size_t i;

	memset(&p, 0, sizeof(p));
	if (gate_page_entries(&p, in, NULL) == RC_OK)
		for (i = 0; i < p.n; i++) {
			const struct gate_page_entry *x = &p.entries[i];

			require(x->device.n <= TABLE_DEVICE_MAX);
			require(x->product.n <= TABLE_NAME_MAX);
			require(x->batch.n <= TABLE_NAME_MAX);
			require(!x->admit || x->device.n > 0);
		}
	gate_page_clear(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gate_page_want want = {"acc_1", "cld_1", "", 1790000000};
	struct span in = span_of(data, size), value;
	struct gate_page p;

	require(gate_page_parse(&p, in, &keys, &want, NULL) != RC_OK);
	require(p.n == 0 && !p.entries);
	try_member(in);
	if (gate_member_find(in, "entries", &value))
		try_entries(value);
	try_entries(in);
	return 0;
}
