/* The registration authority's certificates of this worker, one for each
 * authority, for a key in memory.  Must not keep more than a few. */
#include "enrol/enrol_ra.h"

#include <stdlib.h>
#include <string.h>

#include "core/ca.h"

#define KEPT_MAX 64
#define LIFE_S (6 * 86400)
#define RENEW_S 86400
#define BACK_S 3600
#define CHAIN_MAX (CA_CHAIN_MAX * CERT_DER_MAX)

struct kept {
	char ca[RAND_ID_SIZE];
	struct buf cert, chain;
	int64_t renew_at, used;
};

struct enrol_ra {
	struct core *core;
	struct key *key;
	struct kept kept[KEPT_MAX];
	int64_t clock;
};

enum rc enrol_ra_new(struct enrol_ra **out, struct core *c, struct err *e)
{
	struct enrol_ra *r = calloc(1, sizeof(*r));

	*out = r;
	if (!r)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	r->core = c;
	return key_generate(&r->key, KEY_P256, e);
}

void enrol_ra_free(struct enrol_ra *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < KEPT_MAX; i++) {
		buf_clear(&r->kept[i].cert);
		buf_clear(&r->kept[i].chain);
	}
	key_free(r->key);
	free(r);
}

static struct kept *find(struct enrol_ra *r, const char *ca)
{
	struct kept *oldest = &r->kept[0];
	size_t i;

	for (i = 0; i < KEPT_MAX; i++) {
		if (strcmp(r->kept[i].ca, ca) == 0)
			return &r->kept[i];
		if (r->kept[i].used < oldest->used)
			oldest = &r->kept[i];
	}
	return oldest;
}

/* k is for this authority, by ca: itself, or one of ours for another's. */
static enum rc renew(struct enrol_ra *r, struct kept *k,
    const struct store_ca *ca, int64_t now_s, struct err *e)
{
	const struct signer_end want = {.ca = {ca->account_id, ca->id},
	    .issuer_cert = buf_span(&ca->der),
	    .kind = ISSUE_END_RA,
	    .spki = key_spki(r->key),
	    .not_before = now_s - BACK_S,
	    .not_after = now_s + LIFE_S};
	struct buf cert, chain;
	enum rc rc;

	buf_init(&cert, CERT_DER_MAX);
	buf_init(&chain, CHAIN_MAX);
	rc = signer_end(r->core->signer, &want, &cert, e);
	if (rc == RC_OK)
		rc = ca_chain(r->core, ca, &chain, e);
	if (rc != RC_OK) {
		buf_clear(&cert);
		buf_clear(&chain);
		return rc;
	}
	buf_clear(&k->cert);
	buf_clear(&k->chain);
	k->cert = cert;
	k->chain = chain;
	k->renew_at = now_s + RENEW_S;
	return RC_OK;
}

enum rc enrol_ra_get(struct enrol_ra *r, const struct device *d, int64_t now_s,
    struct cmp_server *s, struct err *e)
{
	struct store_ca_profile p;
	struct store_ca ca;
	struct kept *k;
	enum rc rc;

	buf_init(&p.text, PROFILE_TEXT_MAX);
	store_ca_init(&ca);
	rc = ca_profile_find(r->core, d->account_id, d->product_id, &p, e);
	if (rc != RC_OK)
		goto out;
	k = find(r, p.ca_id);
	if (strcmp(k->ca, p.ca_id) != 0 || now_s >= k->renew_at) {
		rc = ca_find(r->core, d->account_id, p.ca_id, now_s, &ca, e);
		if (rc == RC_OK && strcmp(ca.kind, "upstream") == 0)
			rc = ca_find_server(r->core, d->account_id, now_s, &ca,
			    e);
		if (rc == RC_OK)
			rc = ca_may_issue(&ca, now_s, e);
		if (rc == RC_OK)
			rc = renew(r, k, &ca, now_s, e);
		if (rc != RC_OK)
			goto out;
		memcpy(k->ca, p.ca_id, sizeof(k->ca));
	}
	k->used = ++r->clock;
	s->key = r->key;
	s->cert = buf_span(&k->cert);
	s->chain = buf_span(&k->chain);
out:
	store_ca_clear(&ca);
	buf_clear(&p.text);
	return rc;
}
