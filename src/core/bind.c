/* Binding.  What an asker learns is the same, at about the same cost, whether
 * a Batch ID exists or not.
 * Must not tell one account about another. */
#include "core/bind.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/metric.h"
#include "core/audit.h"
#include "core/batch.h"
#include "core/certificate.h"
#include "core/job.h"
#include "core/limit.h"
#include "core/tx.h"
#include "store/store_account.h"
#include "store/store_batch.h"

#define SLUG_LOCKED "claim-code-locked"

/* One account at one batch; all accounts at one batch, more patiently, so that
 * nobody can keep its owner out for long; one address at any batch. */
static const struct limit_rule rule_pair = {"claim-pair", 5, 5, 3600, 86400,
    SLUG_LOCKED};
static const struct limit_rule rule_batch = {"claim-batch", 50, 1, 60, 86400,
    SLUG_LOCKED};
static const struct limit_rule rule_peer = {"claim-peer", 20, 5, 900, 86400,
    SLUG_LOCKED};

#define ALARM_PAIR 5
#define ALARM_BATCH 20
#define ALARM_PEER 20

struct keys {
	char pair[LIMIT_KEY_MAX];
	char batch[LIMIT_KEY_MAX];
	char peer[LIMIT_PEER_MAX];
};

static void keys_set(struct keys *k, const struct core_actor *a,
    const struct label *l)
{
	(void)snprintf(k->pair, sizeof(k->pair), "%s %s", a->scope_id, l->bid);
	(void)snprintf(k->batch, sizeof(k->batch), "%s", l->bid);
	limit_peer(a->from, k->peer);
}

static enum rc read_label(const struct bind_request *r, struct label *l,
    struct err *e)
{
	enum rc rc = RC_OK;

	if (r->label.n > 0 && (r->bid.n > 0 || r->code.n > 0))
		return err_set(e, RC_INVALID, "bad-label",
		    "Give either the label or the batch with its claim "
		    "code, not both.");
	if (r->label.n > 0)
		return label_parse(l, r->label, e);
	memset(l, 0, sizeof(*l));
	if (!label_is_bid(r->bid) ||
	    !span_copy_str(r->bid, l->bid, sizeof(l->bid)))
		return err_set(e, RC_INVALID, "bad-label",
		    "A Batch ID is 1 to %d characters of A-Z, a-z, 0-9, '.', "
		    "'_' and '-'; type it as it is printed on the label.",
		    LABEL_BID_MAX);
	l->has_code = r->code.n > 0;
	if (l->has_code)
		rc = label_parse_code(l->code, r->code, e);
	return rc;
}

static enum rc check_limits(struct core *c, const struct core_actor *a,
    const struct keys *k, struct err *e)
{
	enum rc rc;

	rc = limit_check(c, &rule_pair, k->pair, a->now_s, e);
	if (rc == RC_OK)
		rc = limit_check(c, &rule_batch, k->batch, a->now_s, e);
	if (rc == RC_OK && k->peer[0] != '\0')
		rc = limit_check(c, &rule_peer, k->peer, a->now_s, e);
	return rc;
}

static void alarm_if(struct core *c, const struct core_actor *a,
    const char *bid, unsigned int count, unsigned int at)
{
	struct audit_entry entry = {.action = "claim-alarm",
	    .scope_id = a->scope_id,
	    .target = bid,
	    .outcome = RC_DENIED,
	    .reason = "claim-code-guessed"};
	struct err e = {0};
	char detail[64];

	if (count == 0 || count % at != 0)
		return;
	(void)snprintf(detail, sizeof(detail), "%u wrong tries", count);
	entry.detail = detail;
	log_warn("claim codes are being guessed: batch %s, account %s, from "
		 "%s, %u wrong tries",
	    bid, a->scope_id, a->from, count);
	if (audit_add(c, a, &entry, &e) != RC_OK)
		log_err(LOG_ERROR, "an alarm could not be recorded", &e);
}

/* A wrong try counts whatever becomes of the request. */
static void count_wrong(struct core *c, const struct core_actor *a,
    const struct keys *k, const char *bid)
{
	unsigned int pair = 0, batch = 0, peer = 0;
	struct err e = {0};
	enum rc rc;

	rc = limit_hit(c, &rule_pair, k->pair, a->now_s, &pair, &e);
	if (rc == RC_OK)
		rc = limit_hit(c, &rule_batch, k->batch, a->now_s, &batch, &e);
	if (rc == RC_OK && k->peer[0] != '\0')
		rc = limit_hit(c, &rule_peer, k->peer, a->now_s, &peer, &e);
	if (rc != RC_OK)
		log_err(LOG_ERROR, "a wrong claim code was not counted", &e);
	alarm_if(c, a, bid, pair, ALARM_PAIR);
	alarm_if(c, a, bid, batch, ALARM_BATCH);
	alarm_if(c, a, bid, peer, ALARM_PEER);
}

struct judgement {
	struct store_bind bind; /* as it stands now */
	bool bound;
	bool own;   /* by this very account */
	bool shown; /* the right to bind it */
};

/* The same steps for a batch that does not exist. */
static enum rc judge(struct core *c, const struct core_actor *a,
    const struct label *l, struct judgement *j, struct err *e)
{
	struct store_batch b = {0};
	uint8_t hash[32];
	bool exists, right;
	enum rc rc;

	memset(j, 0, sizeof(*j));
	label_code_hash(l->code, hash);
	rc = store_batch_find(c->store, l->bid, &b, e);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	exists = rc == RC_OK;
	right = span_eq_secret(span_of(hash, sizeof(hash)),
	    span_of(b.claim_hash, sizeof(b.claim_hash)));
	rc = store_bind_find(c->store, l->bid, &j->bind, e);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	j->bound = rc == RC_OK;
	j->own = j->bound && strcmp(j->bind.account_id, a->scope_id) == 0;
	if (l->has_code && b.has_claim)
		j->shown = exists && right;
	else
		j->shown = exists && b.open;
	return RC_OK;
}

/* A bare BID of one's own tells nothing new: but an operator does not see what
 * others of the account have bound. */
static bool sees(const struct core_actor *a, const struct judgement *j)
{
	return a->role != CORE_OPERATOR || strcmp(j->bind.by_id, a->id) == 0;
}

static enum rc refuse(const struct label *l, const struct judgement *j,
    struct err *e)
{
	if (j->shown)
		return err_set(e, RC_CONFLICT, "batch-bound-elsewhere",
		    "This batch is bound already, by another account; ask "
		    "whoever sold you the reel.");
	if (l->has_code)
		return err_set(e, RC_DENIED, "claim-refused",
		    "This Batch ID with this claim code is not known; check "
		    "both against the label.");
	return err_set(e, RC_DENIED, "claim-code-needed",
	    "The Batch ID alone does not bind; scan the whole label, or type "
	    "the claim code that is printed below it.");
}

static enum rc make(struct core *c, const struct core_actor *a,
    const struct bind_request *r, const struct label *l, struct store_bind *out,
    struct err *e)
{
	struct store_account account;
	enum rc rc;

	rc = store_account_get(c->store, a->scope_id, &account, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, rc, "not-found", "There is no such account.");
	if (rc == RC_OK)
		rc = batch_check_refs(c, a->scope_id, r->product_id,
		    r->cloud_id, e);
	if (rc != RC_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	(void)snprintf(out->bid, sizeof(out->bid), "%s", l->bid);
	(void)snprintf(out->account_id, sizeof(out->account_id), "%s",
	    a->scope_id);
	(void)snprintf(out->product_id, sizeof(out->product_id), "%s",
	    r->product_id ? r->product_id : account.default_product);
	(void)snprintf(out->cloud_id, sizeof(out->cloud_id), "%s",
	    r->cloud_id ? r->cloud_id : account.default_cloud);
	(void)snprintf(out->by_id, sizeof(out->by_id), "%s", a->id);
	(void)snprintf(out->by_name, sizeof(out->by_name), "%s", a->name);
	(void)snprintf(out->by_from, sizeof(out->by_from), "%s", a->from);
	out->bound_at = a->now_s;
	return store_bind_add(c->store, out, e);
}

static enum rc make_and_tell(struct core *c, const struct core_actor *a,
    const struct bind_request *r, const struct label *l, struct store_bind *out,
    struct err *e)
{
	struct audit_entry entry = {.action = "bind",
	    .scope_id = a->scope_id,
	    .target = l->bid};
	enum rc rc;

	rc = make(c, a, r, l, out, e);
	if (rc == RC_OK)
		rc = job_on_bind(c, a, l->bid, r->hold_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return rc;
}

enum rc bind_batch(struct core *c, const struct core_actor *a,
    const struct bind_request *r, struct store_bind *out, bool *already,
    struct err *e)
{
	struct judgement j = {.shown = true};
	struct err own = {0};
	struct tx tx = TX_NONE;
	struct label l = {0};
	struct keys keys = {0};
	enum rc rc;

	*already = false;
	rc = read_label(r, &l, e);
	if (rc != RC_OK)
		return rc;
	keys_set(&keys, a, &l);
	rc = check_limits(c, a, &keys, &own);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, &own);
	if (rc == RC_OK)
		rc = judge(c, a, &l, &j, &own);
	if (rc != RC_OK)
		goto out;
	if (j.own && (j.shown || (!l.has_code && sees(a, &j)))) {
		*already = true;
		*out = j.bind;
	} else if (!j.shown || j.bound) {
		rc = refuse(&l, &j, &own);
	} else {
		rc = make_and_tell(c, a, r, &l, out, &own);
	}
	if (rc == RC_OK && l.has_code)
		rc = limit_clear(c, &rule_pair, keys.pair, &own);
out:
	rc = tx_end(c, &tx, rc, &own);
	explicit_bzero(&l.code, sizeof(l.code));
	if (rc == RC_OK) {
		metric_add(METRIC_BINDS, *already ? 0 : 1);
		return RC_OK;
	}
	metric_add(METRIC_BINDS_REFUSED, 1);
	if (rc == RC_DENIED)
		count_wrong(c, a, &keys, l.bid);
	if (rc == RC_DENIED || rc == RC_CONFLICT || rc == RC_LIMIT)
		audit_refused(c, a, "bind", l.bid, &own);
	if (e)
		*e = own;
	return rc;
}

/* To an operator the others' batches are not there. */
static enum rc may_undo(const struct core_actor *a, const struct store_bind *b,
    struct err *e)
{
	bool own = strcmp(b->by_id, a->id) == 0;

	if (strcmp(b->account_id, a->scope_id) != 0 ||
	    (a->role == CORE_OPERATOR && !own))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such batch here.");
	if (a->role == CORE_OPERATOR &&
	    a->now_s - b->bound_at > BIND_UNDO_OPERATOR_S)
		return err_set(e, RC_DENIED, "unbind-too-late",
		    "An operator can undo a binding within %d minutes; ask an "
		    "administrator of the account.",
		    BIND_UNDO_OPERATOR_S / 60);
	return RC_OK;
}

enum rc bind_undo(struct core *c, const struct core_actor *a, const char *bid,
    struct err *e)
{
	struct audit_entry entry = {.action = "unbind",
	    .scope_id = a->scope_id,
	    .target = bid};
	struct store_bind b;
	struct err own = {0};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = tx_begin(c, &tx, &own);
	if (rc == RC_OK)
		rc = store_bind_find(c->store, bid, &b, &own);
	if (rc == RC_NOT_FOUND)
		rc = err_set(&own, rc, "not-found",
		    "There is no such batch here.");
	if (rc == RC_OK)
		rc = may_undo(a, &b, &own);
	if (rc == RC_OK)
		rc = job_on_unbind(c, a, bid, &own);
	if (rc == RC_OK)
		rc = certificate_device_on_unbind(c, a, bid, &own);
	if (rc == RC_OK)
		rc = store_bind_end(c->store, bid, a->id, a->name, a->now_s,
		    &own);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, &own);
	rc = tx_end(c, &tx, rc, &own);
	if (rc == RC_OK)
		return rc;
	if (rc == RC_CONFLICT || rc == RC_DENIED)
		audit_refused(c, a, "unbind", bid, &own);
	if (e)
		*e = own;
	return rc;
}
