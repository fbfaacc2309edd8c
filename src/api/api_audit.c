/* Reads and answers what is about the audit log.
 * Must not show an account's entries to another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_audit.h"
#include "api/api_list.h"
#include "base/clock.h"

#define ANSWER_MAX 4096
#define STEP 1024 /* entries checked at once: a few milliseconds */
#define WALKS_MAX 4
#define RETRY_S 5

void api_audit_write(struct json *w, const struct store_audit *a)
{
	json_obj(w);
	json_put_u64(w, "seq", a->seq);
	json_put_time(w, "at", a->at);
	json_put_str(w, "actor", a->actor);
	json_put_str(w, "actor_name", a->actor_name);
	json_put_str_or_null(w, "scope_id", a->scope_id);
	json_put_str(w, "action", a->action);
	json_put_str(w, "target", a->target);
	json_put_str(w, "outcome", a->outcome);
	json_put_str_or_null(w, "reason", a->reason);
	json_put_str_or_null(w, "detail", a->detail);
	json_put_str(w, "from", a->from);
	json_put_hex(w, "hash", span_of(a->hash, sizeof(a->hash)));
	json_end(w);
}

/* "" where it is absent.  What cannot be read is refused: without its filter
 * more would be found than was asked for. */
static enum rc read_query(const struct api_call *call, const char *name,
    char *out, size_t cap, struct err *e)
{
	if (http_query(call->req, name, out, cap) ||
	    !http_query_has(call->req, name))
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-filter",
	    "%s may have at most %zu bytes here, percent-encoded where need "
	    "be.",
	    name, cap - 1);
}

static enum rc read_time(const struct api_call *call, const char *name,
    int64_t *out, struct err *e)
{
	char text[40];
	enum rc rc = read_query(call, name, text, sizeof(text), e);

	if (rc != RC_OK || !text[0] || clock_parse(span_str(text), out))
		return rc;
	return err_set(e, RC_INVALID, "bad-time",
	    "%s has to be a time such as 2026-01-31T00:00:00Z.", name);
}

static enum rc read_outcome(const struct api_call *call,
    struct store_audit_list *list, struct err *e)
{
	char text[16];
	enum rc rc = read_query(call, "outcome", text, sizeof(text), e);

	if (rc != RC_OK || !text[0])
		return rc;
	if (strcmp(text, "ok") == 0)
		list->outcome = STORE_AUDIT_DONE;
	else if (strcmp(text, "refused") == 0)
		list->outcome = STORE_AUDIT_REFUSED;
	else
		return err_set(e, RC_INVALID, "bad-outcome",
		    "The outcome is one of ok and refused.");
	return RC_OK;
}

static bool is_actor_id(const char *s)
{
	return span_starts(span_str(s), SPAN_LIT("usr_")) ||
	    span_starts(span_str(s), SPAN_LIT("tok_"));
}

enum rc api_audit_filter(const struct api_call *call,
    struct api_audit_filter *f, struct err *e)
{
	struct store_audit_list *list = &f->list;
	enum rc rc;

	memset(f, 0, sizeof(*f));
	memcpy(f->scope_id, call->actor.scope_id, sizeof(f->scope_id));
	if (call->actor.scope != CORE_SCOPE_SERVICE)
		list->scope_id = f->scope_id;
	rc = read_time(call, "from", &list->from_s, e);
	if (rc == RC_OK)
		rc = read_time(call, "to", &list->to_s, e);
	if (rc == RC_OK)
		rc =
		    read_query(call, "action", f->action, sizeof(f->action), e);
	if (rc == RC_OK)
		rc = read_query(call, "actor", f->actor, sizeof(f->actor), e);
	if (rc == RC_OK)
		rc =
		    read_query(call, "target", f->target, sizeof(f->target), e);
	if (rc == RC_OK)
		rc = read_outcome(call, list, e);
	list->action = f->action;
	list->target = f->target;
	if (is_actor_id(f->actor))
		list->actor = f->actor;
	else
		list->actor_name = f->actor;
	return rc;
}

static bool audit_row(void *arg, const struct store_audit *a)
{
	struct api_list *l = arg;
	char seq[24];

	(void)snprintf(seq, sizeof(seq), "%llu", (unsigned long long)a->seq);
	if (!api_list_row(l, seq))
		return false;
	api_audit_write(&l->json, a);
	return true;
}

enum rc api_audit_list(struct api_call *call, struct err *e)
{
	struct api_audit_filter f;
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	rc = api_audit_filter(call, &f, e);
	f.list.limit = l.page.limit;
	if (rc == RC_OK && l.cursor[0] &&
	    !span_u64(span_str(l.cursor), INT64_MAX, &f.list.before))
		rc = err_set(e, RC_INVALID, "bad-cursor",
		    "The cursor is not one of this list.");
	if (rc == RC_OK)
		rc = audit_each(call->core, &f.list, audit_row, &l, e);
	return api_list_end(&l, rc, e);
}

/* The chain */

/* Walks under way in this worker. */
static unsigned int walks;

static void walk_free(void *state)
{
	walks--;
	audit_walk_free(state);
}

/* That the chain is broken is an answer, not a fault of the question. */
static void write_verdict(struct audit_walk *walk, enum rc rc,
    const struct err *why, struct buf *out)
{
	uint8_t head[32];
	uint64_t count;
	struct json w;

	json_init(&w, out);
	json_obj(&w);
	json_put_bool(&w, "ok", rc != RC_INVALID);
	if (rc == RC_INVALID) {
		json_put_u64(&w, "entry", why->line);
		json_put_str(&w, "detail", why->text);
	} else {
		audit_walk_head(walk, &count, head);
		json_put_u64(&w, "count", count);
		json_put_hex(&w, "head", span_of(head, sizeof(head)));
	}
	json_end(&w);
}

/* A step for each time it is asked, and others are served in between. */
static enum rc walk_read(void *state, struct buf *out, struct err *e)
{
	struct err why = {0};
	enum rc rc = audit_walk_step(state, STEP, &why);

	if (rc == RC_OK)
		return RC_OK;
	if (rc == RC_NOT_FOUND || rc == RC_INVALID) {
		write_verdict(state, rc, &why, out);
		return RC_NOT_FOUND;
	}
	if (e)
		*e = why;
	return rc;
}

static const struct http_source walk_source = {walk_read, walk_free};

static enum rc walk_new(struct audit_walk **out, struct core *c, struct err *e)
{
	enum rc rc;

	if (walks >= WALKS_MAX) {
		(void)err_set(e, RC_LIMIT, "audit-busy",
		    "The audit log is being checked for others; try again "
		    "in a moment.");
		if (e)
			e->retry_after_s = RETRY_S;
		return RC_LIMIT;
	}
	rc = audit_walk_new(out, c, e);
	if (rc == RC_OK)
		walks++;
	return rc;
}

enum rc api_audit_verify(struct api_call *call, struct err *e)
{
	struct audit_walk *walk = NULL;
	struct buf out;
	enum rc rc = RC_OK;

	if (call->actor.scope != CORE_SCOPE_SERVICE)
		rc = audit_verify_limit(call->core, &call->actor, e);
	if (rc == RC_OK)
		rc = walk_new(&walk, call->core, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, ANSWER_MAX);
	rc = walk_read(walk, &out, e);
	if (rc == RC_OK) {
		call->resp->status = 200;
		call->resp->content_type = "application/json";
		call->resp->source = &walk_source;
		call->resp->source_state = walk;
	} else {
		walk_free(walk);
	}
	if (rc == RC_NOT_FOUND) {
		api_json(call, 200, &out);
		rc = RC_OK;
	}
	buf_clear(&out);
	return rc;
}
