/* The accounts' interop keys and the few of them that are kept.
 * Must not write one anywhere. */
#include "signer/signer_account.h"
#include "pki/key_derive.h"

/* Receivers are configured with what follows from it: never to be changed. */
#define PURPOSE "birthmark interop key v1"

/* The entry of this account, else the one that was not used for longest. */
static struct signer_account_entry *find(struct signer_account *a,
    struct span id)
{
	struct signer_account_entry *oldest = &a->entries[0];
	size_t i;

	for (i = 0; i < SIGNER_ACCOUNT_KEYS; i++) {
		struct signer_account_entry *x = &a->entries[i];

		if (x->key && span_eq_str(id, x->id))
			return x;
		if (x->used < oldest->used)
			oldest = x;
	}
	return oldest;
}

enum rc signer_account_key(struct signer_account *a, struct key *master,
    struct span id, struct key **out, struct err *e)
{
	struct signer_account_entry *x = find(a, id);
	struct key *k;
	enum rc rc;

	if (!x->key || !span_eq_str(id, x->id)) {
		rc = key_derive_p256(&k, master, PURPOSE, id, e);
		if (rc != RC_OK)
			return rc;
		key_free(x->key);
		x->key = k;
		if (!span_copy_str(id, x->id, sizeof(x->id)))
			x->id[0] = '\0'; /* too long to be found again */
	}
	x->used = ++a->clock;
	*out = x->key;
	return RC_OK;
}

void signer_account_clear(struct signer_account *a)
{
	size_t i;

	for (i = 0; i < SIGNER_ACCOUNT_KEYS; i++)
		key_free(a->entries[i].key);
}
