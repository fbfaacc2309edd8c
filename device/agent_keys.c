/* Makes and opens operational keys.
 * Must not let a key leave the chip that can hold it. */
#include <string.h>

#include "device/agent_keys.h"

#define KEY_MAX_BYTES 4096

static const char *const names[2] = {"key-a", "key-b"};

void agent_keys_init(struct agent_keys *k, const struct chip *chip,
    const struct agent_store *store)
{
	*k = (struct agent_keys){chip, store, {NULL, NULL}};
}

void agent_keys_clear(struct agent_keys *k)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		key_free(k->own[i]);
		k->own[i] = NULL;
	}
}

static size_t index_of(enum bm_key which)
{
	return which == BM_KEY_B ? 1 : 0;
}

static enum rc make_text(const struct chip *c, struct buf *text, struct err *e)
{
	struct key *made;
	enum rc rc;

	if (c->tpm)
		return chip_tpm_wrap(c->tpm, text, e);
	rc = key_generate(&made, KEY_P256, e);
	if (rc == RC_OK) {
		rc = key_pem(made, text, e);
		key_free(made);
	}
	return rc;
}

enum rc agent_keys_make(struct agent_keys *k, enum bm_key which, struct err *e)
{
	size_t i = index_of(which);
	struct buf text;
	enum rc rc;

	if (which == BM_KEY_BIRTH)
		return err_set(e, RC_BUG, "birth-key",
		    "The birth key is made in the fab.");
	buf_init(&text, KEY_MAX_BYTES);
	rc = make_text(k->chip, &text, e);
	if (rc == RC_OK)
		rc = agent_store_write(k->store, names[i], buf_span(&text), e);
	if (rc == RC_OK) {
		key_free(k->own[i]);
		k->own[i] = NULL;
	}
	buf_clear_secret(&text);
	return rc;
}

static enum rc load(struct agent_keys *k, size_t i, struct err *e)
{
	struct buf text;
	void *evp;
	enum rc rc;

	buf_init(&text, KEY_MAX_BYTES);
	rc = agent_store_read(k->store, names[i], &text, e);
	if (rc == RC_OK && text.n == 0)
		rc = err_set(e, RC_NOT_FOUND, "no-key",
		    "There is no such key yet.");
	else if (rc == RC_OK && k->chip->tpm) {
		rc = chip_tpm_load(k->chip->tpm, buf_span(&text), &evp, e);
		if (rc == RC_OK)
			rc = key_adopt(&k->own[i], evp, e);
	} else if (rc == RC_OK) {
		rc = key_from_pem(&k->own[i], buf_span(&text), e);
	}
	buf_clear_secret(&text);
	return rc;
}

enum rc agent_keys_get(struct agent_keys *k, enum bm_key which,
    struct key **out, struct err *e)
{
	size_t i = index_of(which);
	enum rc rc = RC_OK;

	*out = NULL;
	if (which == BM_KEY_BIRTH) {
		*out = k->chip->key;
		return RC_OK;
	}
	if (!k->own[i])
		rc = load(k, i, e);
	*out = k->own[i];
	return rc;
}
