/* Certificates of accounts' domains, issued when they are first asked for and
 * renewed in time.  Must not keep more than a few: a handshake with a made-up
 * name costs one look-up. */
#include "enrol/enrol_domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/ca.h"
#include "enrol/est_name.h"
#include "pki/csr.h"

#define KEPT_MAX 256
#define LIFE_S (6 * 86400)
#define RENEW_S (2 * 86400)
#define BACK_S 3600
#define CHAIN_MAX ((CA_CHAIN_MAX + 1) * CERT_DER_MAX)

struct entry {
	char account[RAND_ID_SIZE];
	char ca[RAND_ID_SIZE];
	struct buf chain;
	int64_t renew_at, used;
};

struct enrol_domain {
	struct core *core;
	struct key *key;
	struct buf pem;
	struct entry kept[KEPT_MAX];
	int64_t clock;
};

enum rc enrol_domain_new(struct enrol_domain **out, struct core *c,
    struct err *e)
{
	struct enrol_domain *d = calloc(1, sizeof(*d));
	enum rc rc;

	*out = d;
	if (!d)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	d->core = c;
	buf_init(&d->pem, CSR_MAX);
	rc = key_generate(&d->key, KEY_P256, e);
	return rc == RC_OK ? key_pem(d->key, &d->pem, e) : rc;
}

void enrol_domain_free(struct enrol_domain *d)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; i < KEPT_MAX; i++)
		buf_clear(&d->kept[i].chain);
	key_free(d->key);
	buf_clear_secret(&d->pem);
	free(d);
}

/* The entry of this account, or the one to give up for it. */
static struct entry *find(struct enrol_domain *d, const char *account)
{
	struct entry *oldest = &d->kept[0];
	size_t i;

	for (i = 0; i < KEPT_MAX; i++) {
		if (strcmp(d->kept[i].account, account) == 0)
			return &d->kept[i];
		if (d->kept[i].used < oldest->used)
			oldest = &d->kept[i];
	}
	return oldest;
}

static enum rc issue(struct enrol_domain *d, const struct store_ca *ca,
    int64_t now, struct buf *chain, struct err *e)
{
	char url[EST_NAME_URL_SIZE], host[EST_NAME_URL_SIZE];
	const char *names[] = {host, NULL};
	struct signer_end want = {.ca = {ca->account_id, ca->id},
	    .issuer_cert = buf_span(&ca->der),
	    .kind = ISSUE_END_SERVER,
	    .names = names,
	    .not_before = now - BACK_S,
	    .not_after = now + LIFE_S};
	struct buf csr;
	enum rc rc;

	est_name_url(d->core, ca->account_id, url, host);
	buf_init(&csr, CSR_MAX);
	rc = csr_build(d->key, "est", NULL, names, &csr, e);
	want.csr = buf_span(&csr);
	if (rc == RC_OK)
		rc = signer_end(d->core->signer, &want, chain, e);
	if (rc == RC_OK)
		rc = ca_chain(d->core, ca, chain, e);
	buf_clear(&csr);
	return rc;
}

static enum rc renew(struct enrol_domain *d, struct entry *at,
    const struct store_ca *ca, int64_t now, struct err *e)
{
	struct buf chain;
	enum rc rc;

	buf_init(&chain, CHAIN_MAX);
	rc = issue(d, ca, now, &chain, e);
	if (rc != RC_OK) {
		buf_clear(&chain);
		return rc;
	}
	buf_clear(&at->chain);
	at->chain = chain;
	memcpy(at->account, ca->account_id, sizeof(at->account));
	memcpy(at->ca, ca->id, sizeof(at->ca));
	at->renew_at = now + RENEW_S;
	return RC_OK;
}

bool enrol_domain_name(void *ctx, struct span name, struct buf *chain,
    struct buf *key_pem)
{
	struct enrol_domain *d = ctx;
	char account[RAND_ID_SIZE];
	int64_t now = clock_now_s();
	struct err e = {.rc = RC_BUG};
	struct entry *at;
	struct store_ca ca;
	enum rc rc = RC_OK;

	if (!est_name_account(name, account))
		return false;
	at = find(d, account);
	if (strcmp(at->account, account) != 0 || now >= at->renew_at) {
		store_ca_init(&ca);
		rc = ca_find_server(d->core, account, now, &ca, &e);
		if (rc == RC_OK)
			rc = renew(d, at, &ca, now, &e);
		store_ca_clear(&ca);
	}
	if (rc != RC_OK) {
		if (rc != RC_NOT_FOUND)
			log_err(LOG_WARN, "no certificate for a domain", &e);
		return false;
	}
	at->used = ++d->clock;
	buf_add_span(chain, buf_span(&at->chain));
	buf_add_span(key_pem, buf_span(&d->pem));
	return buf_ok(chain) && buf_ok(key_pem);
}
