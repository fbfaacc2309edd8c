/* Streams the audit log as CSV or JSON lines.
 * Must not hold more of it than one page. */
#include "api/api_audit_export.h"

#include <stdlib.h>
#include <string.h>

#include "api/api_audit.h"
#include "base/clock.h"
#include "base/enc.h"

#define PAGE 64 /* entries; their texts are bounded */

struct file {
	struct core *core;
	struct api_audit_filter f;
	bool csv, begun;
	uint64_t n; /* in this page */
	struct buf *out;
};

void api_audit_export_field(struct buf *out, const char *s)
{
	const bool quoted = strpbrk(s, ",\"\r\n") != NULL;

	if (quoted)
		buf_add_u8(out, '"');
	if (s[0] != '\0' && strchr("=+-@\t\r", s[0]))
		buf_add_u8(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_add_u8(out, '"');
		buf_add_u8(out, (uint8_t)*s);
	}
	if (quoted)
		buf_add_u8(out, '"');
}

static void csv_head(struct buf *out)
{
	buf_add_str(out,
	    "seq,at,actor,actor_name,scope_id,action,target,outcome,reason,"
	    "detail,from,hash\r\n");
}

static void csv_row(struct buf *out, const struct store_audit *a)
{
	const char *const texts[] = {a->actor, a->actor_name, a->scope_id,
	    a->action, a->target, a->outcome, a->reason, a->detail, a->from};
	char at[CLOCK_TEXT_SIZE], hex[65];
	size_t i;

	clock_text(a->at, at);
	buf_addf(out, "%llu,%s", (unsigned long long)a->seq, at);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_add_u8(out, ',');
		api_audit_export_field(out, texts[i]);
	}
	enc_hex_str(hex, span_of(a->hash, sizeof(a->hash)));
	buf_addf(out, ",%s\r\n", hex);
}

static bool put_row(void *arg, const struct store_audit *a)
{
	struct file *x = arg;
	struct json w;

	x->n++;
	x->f.list.above = a->seq;
	if (x->csv) {
		csv_row(x->out, a);
		return true;
	}
	json_init(&w, x->out);
	api_audit_write(&w, a);
	buf_add_u8(x->out, '\n');
	return true;
}

static enum rc file_read(void *state, struct buf *out, struct err *e)
{
	struct file *x = state;
	enum rc rc;

	if (!x->begun && x->csv)
		csv_head(out);
	x->begun = true;
	x->n = 0;
	x->out = out;
	rc = audit_each(x->core, &x->f.list, put_row, x, e);
	x->out = NULL;
	return rc == RC_OK && x->n < PAGE ? RC_NOT_FOUND : rc;
}

static const struct http_source source = {file_read, free};

static enum rc read_form(const struct api_call *call, bool *csv, struct err *e)
{
	char form[16];

	*csv = true;
	if (!http_query(call->req, "form", form, sizeof(form)) ||
	    strcmp(form, "csv") == 0)
		return RC_OK;
	*csv = false;
	if (strcmp(form, "jsonl") == 0)
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-form",
	    "The form is one of csv and jsonl.");
}

static enum rc tell(struct api_call *call, bool csv, struct err *e)
{
	const struct audit_entry entry = {.action = "audit-export",
	    .scope_id = call->actor.scope_id,
	    .target = call->actor.scope_id,
	    .detail = csv ? "csv" : "jsonl"};

	return audit_add(call->core, &call->actor, &entry, e);
}

enum rc api_audit_export_get(struct api_call *call, struct err *e)
{
	const char *scope = call->actor.scope_id;
	struct file *x = calloc(1, sizeof(*x));
	char day[CLOCK_TEXT_SIZE];
	enum rc rc;

	if (!x)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	x->core = call->core;
	rc = read_form(call, &x->csv, e);
	if (rc == RC_OK)
		rc = api_audit_filter(call, &x->f, e);
	if (rc == RC_OK)
		rc = tell(call, x->csv, e);
	if (rc != RC_OK) {
		free(x);
		return rc;
	}
	/* list borrows from x->f, which does not move. */
	x->f.list.oldest_first = true;
	x->f.list.limit = PAGE;
	clock_text(call->actor.now_s, day);
	http_add_header(call->resp, "Content-Disposition",
	    "attachment; filename=\"audit-%s-%.10s.%s\"",
	    scope[0] != '\0' ? scope : "service", day,
	    x->csv ? "csv" : "jsonl");
	call->resp->status = 200;
	call->resp->content_type =
	    x->csv ? "text/csv; charset=utf-8" : "application/jsonl";
	call->resp->source = &source;
	call->resp->source_state = x;
	return RC_OK;
}
