/* Lists certificates, the targets of the policy, and things, page by page.
 * Must not take a page for whole that is not. */
#include "cloud/aws_list.h"

#include <stdio.h>
#include <string.h>

#include "cloud/aws_answer.h"
#include "cloud/aws_call.h"
#include "cloud/aws_thing.h"

#define PAGE "250"
#define PAGES_MAX 100000
#define MARKER_MAX 4096

enum step { CERTS, POLICY, THINGS, END };

static bool is_step_wanted(const struct connector_talk *t, unsigned int step)
{
	if (step == POLICY)
		return aws_call_setting(t->way, "policy")[0] != '\0';
	if (step == THINGS)
		return aws_thing_wanted(t->way);
	return true;
}

enum rc aws_list_ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	const char *marker = t->note.n > 0 ? buf_cstr(&t->note) : NULL;
	const char *type = aws_call_setting(t->way, "thing_type");
	struct aws_call c = {.method = "GET", .op = AWS_CALL_LIST};

	switch ((enum step)t->step) {
	case CERTS:
		c.path = "/certificates";
		c.query[0].name = "marker";
		c.query[0].value = marker;
		c.query[1].name = "pageSize";
		c.query[1].value = PAGE;
		break;
	case POLICY:
		c.method = "POST";
		c.path = "/policy-targets/*";
		c.name = aws_call_setting(t->way, "policy");
		c.query[0].name = "marker";
		c.query[0].value = marker;
		c.query[1].name = "pageSize";
		c.query[1].value = PAGE;
		break;
	case THINGS:
		c.path = "/things";
		c.query[0].name = "maxResults";
		c.query[0].value = PAGE;
		c.query[1].name = "nextToken";
		c.query[1].value = marker;
		c.query[2].name = "thingTypeName";
		c.query[2].value = type[0] != '\0' ? type : NULL;
		break;
	case END:
		t->over = true;
		return RC_OK;
	}
	return aws_call_build(t, &c, q, e);
}

static enum rc put(struct connector_talk *t, const char *kind, const char *key,
    const char *value, struct err *e)
{
	struct connector_item item;
	char text[CONNECTOR_TEXT_SIZE];

	connector_clean(span_str(value), text);
	(void)snprintf(item.key, sizeof(item.key), "%s/%s", kind, key);
	(void)snprintf(item.value, sizeof(item.value), "%.200s", text);
	return t->item(t->ctx, &item, e);
}

/* The member that is an array; NULL when it is none. */
static json_t *array_of(json_t *root, const char *name)
{
	json_t *list = json_object_get(root, name);

	return json_is_array(list) ? list : NULL;
}

static bool is_id(const char *s)
{
	return s && strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static enum rc take_certs(struct connector_talk *t, json_t *root, bool count,
    struct err *e)
{
	json_t *list = array_of(root, "certificates"), *v;
	enum rc rc = list ? RC_OK : RC_INVALID;
	size_t i;

	json_array_foreach(list, i, v)
	{
		const char *id = connector_str(v, "certificateId");
		const char *status = connector_str(v, "status");

		if (!is_id(id) || !status)
			rc = RC_INVALID;
		else if (!count)
			rc = put(t, "certificate", id, status, e);
		if (rc != RC_OK)
			break;
	}
	return rc;
}

static enum rc take_targets(struct connector_talk *t, json_t *root, bool count,
    struct err *e)
{
	json_t *list = array_of(root, "targets"), *v;
	enum rc rc = list ? RC_OK : RC_INVALID;
	char id[AWS_CALL_ID_SIZE];
	size_t i;

	json_array_foreach(list, i, v)
	{
		const char *arn = json_string_value(v);

		if (!arn)
			rc = RC_INVALID;
		/* Groups and people can be targets too. */
		else if (!count &&
		    span_copy_str(aws_call_arn_id(t->way, arn), id,
			sizeof(id)) &&
		    is_id(id))
			rc = put(t, "policy", id, "attached", e);
		if (rc != RC_OK)
			break;
	}
	return rc;
}

static enum rc take_things(struct connector_talk *t, json_t *root, bool count,
    struct err *e)
{
	json_t *list = array_of(root, "things"), *v;
	enum rc rc = list ? RC_OK : RC_INVALID;
	char value[CONNECTOR_VALUE_SIZE];
	size_t i;

	json_array_foreach(list, i, v)
	{
		const char *name = connector_str(v, "thingName");
		json_t *attributes = json_object_get(v, "attributes");

		if (!name || strlen(name) > 128 ||
		    (attributes && !json_is_object(attributes))) {
			rc = RC_INVALID;
		} else if (!count) {
			aws_thing_value(t->way, attributes,
			    connector_str(v, "thingTypeName"), value);
			rc = put(t, "thing", name, value, e);
		}
		if (rc != RC_OK)
			break;
	}
	return rc;
}

static const struct kind {
	const char *call, *next;
	enum rc (*take)(struct connector_talk *t, json_t *root, bool count,
	    struct err *e);
} kinds[END] = {
    [CERTS] = {"ListCertificates", "nextMarker", take_certs},
    [POLICY] = {"ListTargetsForPolicy", "nextMarker", take_targets},
    [THINGS] = {"ListThings", "nextToken", take_things},
};

static void next_step(struct connector_talk *t)
{
	buf_reset(&t->note);
	t->at = 0;
	do
		t->step++;
	while (t->step < END && !is_step_wanted(t, t->step));
	t->over = t->step == END;
}

/* To the next page, or to the next list when this was the last. */
static enum rc turn(struct connector_talk *t, json_t *root, struct err *e)
{
	const struct kind *k = &kinds[t->step];
	const char *next = connector_str(root, k->next);

	if (!next || next[0] == '\0') {
		next_step(t);
		return RC_OK;
	}
	if (strlen(next) > MARKER_MAX || ++t->at > PAGES_MAX ||
	    span_eq_str(buf_span(&t->note), next))
		return aws_answer_garbage(k->call, "its pages have no end", e);
	buf_reset(&t->note);
	buf_add_str(&t->note, next);
	return RC_OK;
}

enum rc aws_list_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	const struct kind *k;
	struct aws_answer x;
	enum rc rc;

	if (t->step >= END)
		return err_set(e, RC_BUG, "cloud-step",
		    "An answer came to no question.");
	k = &kinds[t->step];
	rc = aws_answer_read(t, a, k->call, &x, e);
	if (rc != RC_OK)
		return rc;
	if (x.kind == AWS_ANSWER_NOT_FOUND && t->step == POLICY)
		/* Nobody has a policy that is not there. */
		next_step(t);
	else if (x.kind != AWS_ANSWER_OK)
		rc = aws_answer_garbage(k->call, x.words, e);
	/* First judged, then told: no half of a page. */
	else if (k->take(t, x.root, true, e) != RC_OK)
		rc = aws_answer_garbage(k->call, "an item is malformed", e);
	else
		rc = k->take(t, x.root, false, e);
	if (rc == RC_OK && x.kind == AWS_ANSWER_OK)
		rc = turn(t, x.root, e);
	aws_answer_clear(&x);
	return rc;
}

static void add(struct connector_item *item, const char *kind, const char *key,
    const char *value)
{
	(void)snprintf(item->key, sizeof(item->key), "%s/%s", kind, key);
	(void)snprintf(item->value, sizeof(item->value), "%s", value);
}

size_t aws_list_expect(const struct connector_way *way,
    const struct connector_device *d,
    struct connector_item out[CONNECTOR_ITEMS_MAX])
{
	bool policy = aws_call_setting(way, "policy")[0] != '\0';
	char id[AWS_CALL_ID_SIZE], name[CONNECTOR_NAME_SIZE];
	char value[CONNECTOR_VALUE_SIZE];
	size_t i, n = 0;
	json_t *attributes;

	for (i = 0; i < d->certs_n; i++) {
		/* Of a device that may not in none is valid, and all may be
		 * there. */
		if (d->want == CONNECTOR_ADMIT && !d->certs[i].valid)
			continue;
		aws_call_id(&d->certs[i], id);
		add(&out[n++], "certificate", id,
		    d->want == CONNECTOR_ADMIT ? "ACTIVE" : "INACTIVE");
		if (policy)
			add(&out[n++], "policy", id, "attached");
	}
	if (!aws_thing_wanted(way) ||
	    aws_thing_name(way, d, name, NULL) != RC_OK)
		return n;
	attributes = aws_thing_attributes(way, d, false);
	aws_thing_value(way, attributes, aws_call_setting(way, "thing_type"),
	    value);
	json_decref(attributes);
	add(&out[n++], "thing", name, value);
	return n;
}

/* A certificate's key is its own fingerprint: only things can be another's. */
bool aws_list_clash(const struct connector_item *expect,
    const struct connector_item *found)
{
	return span_starts(span_str(expect->key), SPAN_LIT("thing/")) &&
	    !span_eq(aws_thing_value_mark(expect->value),
		aws_thing_value_mark(found->value));
}
