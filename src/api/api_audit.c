/* Reads and answers what is about the audit log.
 * Must not show an account's entries to another. */
#include <stdio.h>

#include "api/api_audit.h"
#include "api/api_list.h"
#include "base/clock.h"
#include "core/audit.h"

static bool audit_row(void *arg, const struct store_audit *a)
{
	struct api_list *l = arg;
	struct json *w = &l->json;
	char seq[24];

	(void)snprintf(seq, sizeof(seq), "%llu", (unsigned long long)a->seq);
	if (!api_list_row(l, seq))
		return false;
	json_obj(w);
	json_put_u64(w, "seq", a->seq);
	json_put_time(w, "at", a->at);
	json_put_str(w, "actor", a->actor);
	json_put_str(w, "actor_name", a->actor_name);
	json_put_str(w, "scope_id", a->scope_id[0] ? a->scope_id : NULL);
	json_put_str(w, "action", a->action);
	json_put_str(w, "target", a->target);
	json_put_str(w, "outcome", a->outcome);
	json_put_str(w, "reason", a->reason[0] ? a->reason : NULL);
	json_put_str(w, "detail", a->detail[0] ? a->detail : NULL);
	json_put_str(w, "from", a->from);
	json_put_hex(w, "hash", span_of(a->hash, sizeof(a->hash)));
	json_end(w);
	return true;
}

enum rc api_audit_list(struct api_call *call, struct err *e)
{
	const struct core_actor *a = &call->actor;
	struct store_audit_list q = {0};
	char action[48] = "", from[40];
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	if (a->scope != CORE_SCOPE_SERVICE)
		q.scope_id = a->scope_id;
	q.limit = l.page.limit;
	q.action = action;
	if (!http_query(call->req, "action", action, sizeof(action)))
		action[0] = '\0';
	if (l.cursor[0] && !span_u64(span_str(l.cursor), INT64_MAX, &q.before))
		rc = err_set(e, RC_INVALID, "bad-cursor",
		    "The cursor is not one of this list.");
	if (rc == RC_OK && http_query(call->req, "from", from, sizeof(from)) &&
	    !clock_parse(span_str(from), &q.from_s))
		rc = err_set(e, RC_INVALID, "bad-time",
		    "from has to be a time such as 2026-01-31T00:00:00Z.");
	if (rc == RC_OK)
		rc = audit_each(call->core, &q, audit_row, &l, e);
	return api_list_end(&l, rc, e);
}

/* That the chain is broken is an answer, not a fault of the question. */
enum rc api_audit_verify(struct api_call *call, struct err *e)
{
	uint8_t head[32];
	uint64_t count = 0;
	struct json w;
	struct buf out;
	enum rc rc = audit_verify(call->core, &count, head, e);

	if (rc != RC_OK && rc != RC_INVALID)
		return rc;
	buf_init(&out, 4096);
	json_init(&w, &out);
	json_obj(&w);
	json_put_bool(&w, "ok", rc == RC_OK);
	if (rc == RC_OK) {
		json_put_u64(&w, "count", count);
		json_put_hex(&w, "head", span_of(head, sizeof(head)));
	} else {
		json_put_u64(&w, "entry", e->line);
		json_put_str(&w, "detail", e->text);
	}
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear(&out);
	return RC_OK;
}
