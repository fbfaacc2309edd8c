/* Judges what stands in a registry of Azure against what is wanted.
 * Must not take another's key for ours, nor a success that was not said. */
#include "cloud/azure_sync.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/azure_answer.h"

#define ROUNDS_MAX 4   /* of a device that changes while we look */
#define KEPT_MAX 65536 /* of one device; a twin has 32 KB */
#define KEPT_ALL_MAX (4u << 20)

/* The same device as if all were well with it: quarantined, it keeps the
 * certificates that it will need again, and may not in by any. */
static void as_admitted(const struct connector_device *d,
    struct connector_device *out)
{
	size_t i;

	*out = *d;
	out->want = CONNECTOR_ADMIT;
	for (i = 0; i < out->certs_n; i++)
		out->certs[i].valid = true;
}

size_t azure_sync_certs(const struct azure_sync_kind *k,
    const struct connector_device *d, const struct connector_cert *out[2])
{
	struct connector_device all;
	size_t i, j, n;

	if (d->want != CONNECTOR_SUSPEND)
		return d->want == CONNECTOR_ADMIT ? k->certs(d, out) : 0;
	as_admitted(d, &all);
	n = k->certs(&all, out);
	/* Back to those that the caller owns. */
	for (i = 0; i < n; i++)
		for (j = 0; j < all.certs_n; j++)
			if (out[i] == &all.certs[j]) {
				out[i] = &d->certs[j];
				break;
			}
	return n;
}

static void begin(struct connector_talk *t, const struct azure_sync_kind *k,
    struct azure_sync_slot *slots)
{
	const struct connector_cert *pair[2];
	struct err e;
	size_t i;

	for (i = 0; i < t->n; i++) {
		struct azure_sync_slot *s = &slots[i];

		memset(&e, 0, sizeof(e));
		s->is_wanted = azure_sync_certs(k, &t->devices[i], pair) > 0;
		s->todo = s->is_wanted ? AZURE_SYNC_CREATE : (uint8_t)k->look;
		if (k->name(t->way, &t->devices[i], s->name, &e) == RC_OK)
			continue;
		/* What cannot be there need not be removed. */
		if (t->devices[i].want == CONNECTOR_REMOVE)
			azure_sync_end(t, i, CONNECTOR_SAME, "");
		else
			azure_sync_end(t, i, CONNECTOR_REFUSED, e.text);
	}
}

struct azure_sync_slot *azure_sync_slots(struct connector_talk *t,
    const struct azure_sync_kind *k)
{
	size_t n = t->n * sizeof(struct azure_sync_slot);
	uint8_t *room;

	if (t->note.n > 0 || t->n == 0)
		return (struct azure_sync_slot *)(void *)t->note.p;
	if (t->n > AZURE_SYNC_GROUP_MAX)
		return NULL;
	if (t->note.max < n)
		t->note.max = n;
	room = buf_room(&t->note, n);
	if (!room)
		return NULL;
	memset(room, 0, n);
	buf_grown(&t->note, n);
	begin(t, k, (struct azure_sync_slot *)(void *)room);
	return (struct azure_sync_slot *)(void *)t->note.p;
}

static bool same_name(const struct azure_sync_kind *k, const char *a,
    const char *b)
{
	return (k->ignores_case ? strcasecmp(a, b) : strcmp(a, b)) == 0;
}

static bool is_write(enum azure_sync_todo todo)
{
	return todo == AZURE_SYNC_CREATE || todo == AZURE_SYNC_WRITE ||
	    todo == AZURE_SYNC_DROP;
}

size_t azure_sync_pick(struct connector_talk *t,
    const struct azure_sync_kind *k, bool all_writes,
    size_t out[AZURE_SYNC_GROUP_MAX])
{
	struct azure_sync_slot *slots = azure_sync_slots(t, k);
	uint8_t todo = AZURE_SYNC_DONE;
	size_t i, j, n = 0;

	for (i = 0; slots && i < t->n; i++)
		if (slots[i].todo < todo)
			todo = slots[i].todo;
	for (i = 0; todo != AZURE_SYNC_DONE && i < t->n; i++) {
		if (slots[i].todo != todo &&
		    !(all_writes && is_write(todo) && is_write(slots[i].todo)))
			continue;
		for (j = 0; j < n; j++)
			if (same_name(k, slots[out[j]].name, slots[i].name))
				break;
		if (j == n)
			out[n++] = i;
		if (todo == AZURE_SYNC_GET ||
		    (k->drops_alone && todo == AZURE_SYNC_DROP))
			break;
	}
	return n;
}

bool azure_sync_keep(struct connector_talk *t, size_t i, struct span what)
{
	struct azure_sync_slot *s;
	size_t at = t->note.n;

	if (what.n > KEPT_MAX)
		return false;
	if (t->note.max < KEPT_ALL_MAX)
		t->note.max = KEPT_ALL_MAX;
	buf_add_span(&t->note, what);
	if (!buf_ok(&t->note))
		return false;
	s = (struct azure_sync_slot *)(void *)t->note.p + i;
	s->kept_at = at;
	s->kept_n = what.n;
	return true;
}

struct span azure_sync_kept(const struct connector_talk *t, size_t i)
{
	const struct azure_sync_slot *s =
	    (const struct azure_sync_slot *)(const void *)t->note.p + i;

	return span_of(t->note.p + s->kept_at, s->kept_n);
}

void azure_sync_end(struct connector_talk *t, size_t i,
    enum connector_result result, const char *message)
{
	struct azure_sync_slot *slots =
	    (struct azure_sync_slot *)(void *)t->note.p;

	slots[i].todo = AZURE_SYNC_DONE;
	t->out[i].result = result;
	connector_clean(span_str(message), t->out[i].message);
}

bool azure_sync_thumb(const json_t *v, struct azure_sync_found *f)
{
	const char *s = json_string_value(v);
	uint8_t raw[32];
	size_t n;

	if (!v || json_is_null(v) || (s && s[0] == '\0'))
		return true;
	if (!s || f->thumbs_n == 2 ||
	    !enc_unhex(span_str(s), raw, &n, sizeof(raw)) ||
	    (n != 32 && n != 20))
		return false;
	enc_hex_str(f->thumbs[f->thumbs_n++], span_of(raw, n));
	return true;
}

/* Is this a thumbprint of one of the device's certificates, even an old one? */
static bool is_own(const struct connector_device *d, const char *thumb)
{
	char hex[AZURE_SYNC_THUMB_SIZE];
	size_t i;

	for (i = 0; i < d->certs_n; i++) {
		enc_hex_str(hex, span_of(d->certs[i].fp, 32));
		if (strcmp(hex, thumb) == 0)
			return true;
		enc_hex_str(hex, span_of(d->certs[i].sha1, 20));
		if (strcmp(hex, thumb) == 0)
			return true;
	}
	return false;
}

static bool is_equal(const struct azure_sync_kind *k,
    const struct connector_device *d, const struct azure_sync_found *f)
{
	const struct connector_cert *pair[2];
	size_t i, n = azure_sync_certs(k, d, pair);
	char hex[AZURE_SYNC_THUMB_SIZE];

	if (f->differs || n != f->thumbs_n ||
	    f->enabled != (d->want == CONNECTOR_ADMIT))
		return false;
	for (i = 0; i < n; i++) {
		enc_hex_str(hex, span_of(pair[i]->fp, 32));
		if (strcmp(hex, f->thumbs[i]) != 0)
			return false;
	}
	return true;
}

static void say_conflict(struct connector_talk *t,
    const struct azure_sync_kind *k, size_t i, const struct azure_sync_found *f,
    const char *foreign)
{
	const struct azure_sync_slot *s =
	    (struct azure_sync_slot *)(void *)t->note.p + i;
	char text[512];

	if (f->by_thumbprint)
		(void)snprintf(text, sizeof(text),
		    "The cloud has the %s %s with another certificate: "
		    "thumbprint %s.",
		    k->thing, s->name, foreign ? foreign : "none");
	else
		(void)snprintf(text, sizeof(text),
		    "The cloud has the %s %s with another way in: %s.",
		    k->thing, s->name, f->way_in ? f->way_in : "unknown");
	azure_sync_end(t, i, CONNECTOR_CONFLICT, text);
}

/* Nothing came of it: what is there changes faster than we look. */
static bool is_hopeless(struct connector_talk *t, size_t i, const char *why)
{
	struct azure_sync_slot *s =
	    (struct azure_sync_slot *)(void *)t->note.p + i;

	if (++s->rounds < ROUNDS_MAX)
		return false;
	azure_sync_end(t, i, CONNECTOR_REFUSED, why);
	return true;
}

static void judge_absent(struct connector_talk *t, struct azure_sync_slot *s,
    size_t i)
{
	if (!s->is_wanted && t->devices[i].want == CONNECTOR_REMOVE)
		azure_sync_end(t, i, CONNECTOR_SAME, "");
	else if (!s->is_wanted)
		azure_sync_end(t, i, CONNECTOR_REFUSED,
		    "None of the device's certificates can let it in.");
	else if (!is_hopeless(t, i,
		     "The cloud says that this is there already, and that it "
		     "is not there."))
		s->todo = AZURE_SYNC_CREATE;
}

void azure_sync_judge(struct connector_talk *t, const struct azure_sync_kind *k,
    size_t i, const struct azure_sync_found *f)
{
	struct azure_sync_slot *s =
	    (struct azure_sync_slot *)(void *)t->note.p + i;
	const struct connector_device *d = &t->devices[i];
	const char *foreign = NULL;
	size_t j, own = 0;
	bool equal;

	if (!f) {
		judge_absent(t, s, i);
		return;
	}
	for (j = 0; j < f->thumbs_n; j++)
		if (is_own(d, f->thumbs[j]))
			own++;
		else
			foreign = f->thumbs[j];
	if (f->by_thumbprint && own > 0 && !s->is_wanted) {
		s->todo = AZURE_SYNC_DROP;
	} else if (!s->is_wanted) {
		/* Not this device's: nothing of it is there. */
		judge_absent(t, s, i);
		return;
	} else if (!f->by_thumbprint || own == 0 ||
	    (foreign && d->want == CONNECTOR_ADMIT)) {
		say_conflict(t, k, i, f, foreign);
		return;
	} else {
		equal = is_equal(k, d, f);
		if (equal && !f->may_be_old) {
			azure_sync_end(t, i, CONNECTOR_SAME, "");
			return;
		}
		/* Written once more by its ETag, what a query told is sure. */
		s->then = equal ? CONNECTOR_SAME : CONNECTOR_CHANGED;
		s->todo = AZURE_SYNC_WRITE;
	}
	if (f->etag[0] == '\0' &&
	    !is_hopeless(t, i, "The cloud does not tell its version."))
		s->todo = AZURE_SYNC_GET;
	(void)span_copy_str(span_str(f->etag), s->etag, sizeof(s->etag));
}

static void was_done(struct connector_talk *t, struct azure_sync_slot *s,
    size_t i)
{
	const bool refused = t->devices[i].want != CONNECTOR_REMOVE;

	if (s->todo == AZURE_SYNC_CREATE)
		azure_sync_end(t, i, CONNECTOR_CREATED, "");
	else if (s->todo == AZURE_SYNC_WRITE)
		azure_sync_end(t, i, s->then, "");
	else if (refused)
		judge_absent(t, s, i);
	else
		azure_sync_end(t, i, CONNECTOR_REMOVED, "");
}

/* One device's error; RC_LIMIT or RC_AGAIN when it has to wait. */
static enum rc take_error(struct connector_talk *t,
    const struct azure_sync_kind *k, size_t i, json_t *error)
{
	struct azure_sync_slot *s =
	    (struct azure_sync_slot *)(void *)t->note.p + i;
	const char *why =
	    json_string_value(json_object_get(error, "errorStatus"));

	if (!why || why[0] == '\0')
		why = "The cloud gave no reason.";
	switch (azure_answer_code(json_object_get(error, "errorCode"))) {
	case AZURE_ANSWER_EXISTS:
		if (!is_hopeless(t, i, why))
			s->todo = (uint8_t)k->look;
		return RC_OK;
	case AZURE_ANSWER_GONE:
		if (s->todo == AZURE_SYNC_DROP)
			was_done(t, s, i);
		else if (!is_hopeless(t, i, why))
			s->todo = AZURE_SYNC_CREATE;
		return RC_OK;
	case AZURE_ANSWER_OTHER_ETAG:
		if (!is_hopeless(t, i, why))
			s->todo = AZURE_SYNC_GET;
		return RC_OK;
	case AZURE_ANSWER_THROTTLED:
		return RC_LIMIT;
	case AZURE_ANSWER_BROKEN:
		return RC_AGAIN;
	case AZURE_ANSWER_WRONG:
		break;
	}
	azure_sync_end(t, i, CONNECTOR_REFUSED, why);
	return RC_INVALID;
}

/* Which of those sent an error is of; sent->n when of none. */
static size_t find_sent(const struct connector_talk *t,
    const struct azure_sync_kind *k, const struct azure_sync_sent *sent,
    json_t *error)
{
	const struct azure_sync_slot *slots =
	    (const struct azure_sync_slot *)(const void *)t->note.p;
	const char *name =
	    json_string_value(json_object_get(error, sent->names));
	size_t j;

	for (j = 0; name && j < sent->n; j++)
		if (same_name(k, slots[sent->idx[j]].name, name))
			return j;
	return sent->n;
}

/* Each error is of one device that was sent, and none has two. */
static enum rc check_errors(const struct connector_talk *t,
    const struct azure_sync_kind *k, const struct azure_sync_sent *sent,
    json_t *root, bool bad[AZURE_SYNC_GROUP_MAX], struct err *e)
{
	json_t *errors = json_object_get(root, "errors");
	json_t *good = json_object_get(root, "isSuccessful");
	size_t i, j, n = json_array_size(errors);

	if (!json_is_boolean(good))
		return azure_answer_garbage(e, "it does not say how it went");
	if (errors && !json_is_array(errors) && !json_is_null(errors))
		return azure_answer_garbage(e, "its errors are no list");
	if (json_is_true(good) != (n == 0))
		return azure_answer_garbage(e,
		    "it tells success and errors in one");
	for (i = 0; i < n; i++) {
		j = find_sent(t, k, sent, json_array_get(errors, i));
		if (j == sent->n)
			return azure_answer_garbage(e,
			    "an error is of what was never sent");
		if (bad[j])
			return azure_answer_garbage(e,
			    "an error stands there twice");
		bad[j] = true;
	}
	return RC_OK;
}

static enum rc take_errors(struct connector_talk *t,
    const struct azure_sync_kind *k, const struct azure_sync_sent *sent,
    json_t *errors, bool *refused)
{
	enum rc rc = RC_OK, one;
	size_t i;

	for (i = 0; i < json_array_size(errors); i++) {
		json_t *error = json_array_get(errors, i);
		size_t j = find_sent(t, k, sent, error);

		one = take_error(t, k, sent->idx[j], error);
		if (one == RC_INVALID)
			*refused = true;
		else if (one != RC_OK && rc != RC_LIMIT)
			rc = one;
	}
	return rc;
}

enum rc azure_sync_done(struct connector_talk *t,
    const struct azure_sync_kind *k, const struct azure_sync_sent *sent,
    const struct connector_answer *a, struct err *e)
{
	bool bad[AZURE_SYNC_GROUP_MAX] = {false}, refused = false;
	struct azure_sync_slot *slots =
	    (struct azure_sync_slot *)(void *)t->note.p;
	json_t *root = NULL;
	size_t j;
	enum rc rc;

	if (a->status == 200 || a->status == 400)
		root = azure_answer_json(a);
	if (a->status != 200 &&
	    !json_is_boolean(json_object_get(root, "isSuccessful"))) {
		json_decref(root);
		return azure_answer_fault(a, "The cloud", e);
	}
	rc = check_errors(t, k, sent, root, bad, e);
	if (rc == RC_OK) {
		rc = take_errors(t, k, sent, json_object_get(root, "errors"),
		    &refused);
		/* One that was wrong may have kept all from being done: those
		 * are sent again. */
		for (j = 0; j < sent->n; j++)
			if (!bad[j] && !(refused && a->status == 400))
				was_done(t, &slots[sent->idx[j]], sent->idx[j]);
		if (rc != RC_OK)
			rc = azure_answer_wait(a, rc, "The cloud", e);
	}
	json_decref(root);
	return rc;
}

enum rc azure_sync_dropped(struct connector_talk *t, size_t i,
    const struct connector_answer *a, struct err *e)
{
	struct azure_sync_slot *s =
	    (struct azure_sync_slot *)(void *)t->note.p + i;
	json_t *root = azure_answer_json(a);
	enum azure_answer_code code =
	    azure_answer_code(json_object_get(root, "errorCode"));

	json_decref(root);
	if (a->status == 200 || a->status == 204 ||
	    (a->status == 404 && code == AZURE_ANSWER_GONE))
		was_done(t, s, i);
	else if (a->status != 412)
		return azure_answer_fault(a, "The cloud", e);
	else if (!is_hopeless(t, i, "It changes faster than it is removed."))
		s->todo = AZURE_SYNC_GET;
	return RC_OK;
}

/* --- what is there, as text --- */

void azure_sync_value(const struct azure_sync_found *f,
    char out[CONNECTOR_VALUE_SIZE])
{
	const char *state = f->enabled ? "enabled" : "disabled";

	if (!f->by_thumbprint)
		(void)snprintf(out, CONNECTOR_VALUE_SIZE, "%s by %.100s", state,
		    f->way_in ? f->way_in : "unknown");
	else
		(void)snprintf(out, CONNECTOR_VALUE_SIZE, "%s%s%s%s%s", state,
		    f->thumbs_n > 0 ? " " : "", f->thumbs[0],
		    f->thumbs_n > 1 ? " " : "", f->thumbs[1]);
}

size_t azure_sync_expect(const struct connector_way *way,
    const struct connector_device *d, const struct azure_sync_kind *k,
    struct connector_item *out)
{
	struct azure_sync_found f = {.by_thumbprint = true};
	const struct connector_cert *pair[2];
	char name[CONNECTOR_NAME_SIZE];
	struct connector_device all;
	struct err e;
	size_t i, n;

	if (k->name(way, d, name, &e) != RC_OK)
		return 0;
	f.enabled = d->want != CONNECTOR_SUSPEND;
	n = azure_sync_certs(k, d, pair);
	if (d->want == CONNECTOR_REMOVE) {
		as_admitted(d, &all);
		n = k->certs(&all, pair);
	}
	if (n == 0)
		return 0;
	for (i = 0; i < n; i++)
		enc_hex_str(f.thumbs[f.thumbs_n++], span_of(pair[i]->fp, 32));
	(void)snprintf(out->key, sizeof(out->key), "%s/%s", k->thing, name);
	azure_sync_value(&f, out->value);
	return 1;
}

/* The words after the state. */
static struct span thumbs_of(const char *value)
{
	struct span s = span_str(value), state;

	return span_cut(&s, ' ', &state) ? s : SPAN_NONE;
}

bool azure_sync_clash(const struct connector_item *expect,
    const struct connector_item *found)
{
	struct span mine, theirs, rest, a, b;

	theirs = thumbs_of(found->value);
	if (theirs.n == 0 || span_starts(theirs, SPAN_LIT("by ")))
		return true;
	while (theirs.n > 0) {
		(void)span_cut(&theirs, ' ', &a);
		/* SHA-1 says nothing beside SHA-256. */
		if (a.n != 64)
			return false;
		mine = thumbs_of(expect->value);
		for (rest = mine; rest.n > 0;) {
			(void)span_cut(&rest, ' ', &b);
			if (span_eq(a, b))
				return false;
		}
	}
	return true;
}

#define CONTINUATION_MAX 8192

void azure_sync_page(struct connector_talk *t, struct connector_request *q,
    unsigned int size)
{
	buf_addf(&q->headers, "x-ms-max-item-count: %u\n", size);
	if (t->note.n > 0) {
		buf_add_str(&q->headers, "x-ms-continuation: ");
		buf_add_span(&q->headers, buf_span(&t->note));
		buf_add_str(&q->headers, "\n");
	}
}

enum rc azure_sync_next(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	struct span next = connector_header(a, "x-ms-continuation");
	size_t i;

	if (next.n > CONTINUATION_MAX)
		return azure_answer_garbage(e, "its continuation is too long");
	for (i = 0; i < next.n; i++)
		if (next.p[i] < 0x20 || next.p[i] > 0x7e)
			return azure_answer_garbage(e,
			    "its continuation is no text");
	if (next.n > 0 && span_eq(next, buf_span(&t->note)))
		return azure_answer_garbage(e, "its pages have no end");
	if (t->note.max < CONTINUATION_MAX)
		t->note.max = CONTINUATION_MAX;
	buf_reset(&t->note);
	buf_add_span(&t->note, next);
	t->over = next.n == 0;
	return buf_ok(&t->note)
	    ? RC_OK
	    : err_set(e, RC_ENV, "memory", "Out of memory.");
}

void azure_sync_check(struct connector_talk *t, const char *name,
    const char *detail)
{
	json_key(t->checks, name);
	json_obj(t->checks);
	json_put_bool(t->checks, "ok", true);
	json_put_str(t->checks, "detail", detail);
	json_end(t->checks);
}
