/* Tells of one device what happened to it, from what is known of its reel, its
 * batch and its jobs.
 * Must not keep anything for it: a device has no history of its own. */
#include "core/device_story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_cloud.h"
#include "store/store_timeline.h"
#include "store/store_vendor.h"

#define CAS_MAX 64

struct cas {
	struct buf *der;
	size_t ends[CAS_MAX];
	size_t n;
};

static void take_ca(void *arg, struct span der)
{
	struct cas *cas = arg;

	if (cas->n == CAS_MAX)
		return;
	buf_add_span(cas->der, der);
	cas->ends[cas->n++] = cas->der->n;
}

/* False when there is none, or it is the same one again: a root. */
static bool find_issuer(const struct cas *cas, const struct cert *below,
    struct cert *out)
{
	size_t i, at = 0;

	if (span_eq(below->issuer, below->subject))
		return false;
	for (i = 0; i < cas->n; at = cas->ends[i++]) {
		struct span der =
		    span_sub(buf_span(cas->der), at, cas->ends[i] - at);

		if (cert_parse(out, der, NULL) == RC_OK &&
		    cert_may_issue(out, below))
			return true;
	}
	return false;
}

enum rc device_story_cas(struct core *c, const struct device *d,
    struct device_story_chain *out, struct err *e)
{
	struct cas cas = {.der = &out->der};
	struct cert below, above;
	enum rc rc;

	out->n = 0;
	rc = store_vendor_ca_each(c->store, d->vendor_id, CAS_MAX, take_ca,
	    &cas, e);
	if (rc == RC_OK && !buf_ok(&out->der))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = cert_parse(&below, buf_span(&d->der), e);
	while (rc == RC_OK && out->n < DEVICE_STORY_CHAIN_MAX &&
	    find_issuer(&cas, &below, &above)) {
		out->ca[out->n++] = above.der;
		below = above;
	}
	return rc;
}

static void tell(struct device_story *s, int64_t at, const char *event,
    const char *name, const char *detail)
{
	struct device_story_event *x = &s->events[s->n++];

	x->at = at;
	(void)snprintf(x->event, sizeof(x->event), "%s", event);
	(void)snprintf(x->name, sizeof(x->name), "%s", name);
	(void)snprintf(x->detail, sizeof(x->detail), "%s", detail);
}

/* NULL: none that has happened. */
static const char *event_of(const char *status)
{
	if (strcmp(status, "provisioned") == 0 ||
	    strcmp(status, "suspended") == 0)
		return "provisioned";
	if (strcmp(status, "failed") == 0 || strcmp(status, "conflict") == 0)
		return "failed";
	return NULL;
}

static enum rc tell_clouds(struct core *c, const struct device *d,
    const struct job_device_cloud *clouds, size_t n, struct device_story *s,
    struct err *e)
{
	struct store_cloud cloud;
	enum rc rc = RC_OK;
	const char *event;
	size_t i;

	/* The last job comes first in the list. */
	for (i = n; rc == RC_OK && i-- > 0;) {
		event = event_of(clouds[i].status);
		if (!event)
			continue;
		rc = store_cloud_get(c->store, d->account_id, clouds[i].cloud,
		    &cloud, NULL);
		if (rc == RC_OK || rc == RC_NOT_FOUND)
			tell(s, clouds[i].at, event,
			    rc == RC_OK ? cloud.name : "", clouds[i].why);
		if (rc == RC_NOT_FOUND)
			rc = RC_OK; /* deleted since */
		else if (rc != RC_OK)
			rc = err_set(e, rc, "store-io",
			    "The clouds of the device cannot be read.");
	}
	return rc;
}

/* What it did in the field, and what was decided about it. */
static enum rc tell_field(struct core *c, const struct device *d,
    struct device_story *s, struct err *e)
{
	struct store_timeline_event *list =
	    calloc(TIMELINE_KEEP, sizeof(*list));
	size_t i, n = TIMELINE_KEEP;
	enum rc rc;

	if (!list)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = store_timeline_list(c->store, d->seq, d->account_id, list, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		tell(s, list[i].at, list[i].event, "", list[i].detail);
	free(list);
	return rc;
}

/* What has no time stays behind what was told before it. */
static void sort(struct device_story *s)
{
	struct device_story_event x;
	int64_t last = 0;
	size_t i, k;

	for (i = 0; i < s->n; i++) {
		int64_t key = s->events[i].at ? s->events[i].at : last;

		x = s->events[i];
		for (k = i; k > 0 && s->events[k - 1].at > key; k--)
			s->events[k] = s->events[k - 1];
		s->events[k] = x;
		last = key;
	}
}

enum rc device_story_events(struct core *c, const struct device *d,
    const struct job_device_cloud *clouds, size_t clouds_n,
    struct device_story *out, struct err *e)
{
	struct store_vendor vendor = {.name = ""};
	struct cert cert;
	enum rc rc = cert_parse(&cert, buf_span(&d->der), e);

	out->n = 0;
	if (rc == RC_OK)
		rc = store_vendor_find(c->store, d->vendor_id, &vendor, e);
	if (rc != RC_OK)
		return rc;
	tell(out, cert.not_before, "issued", vendor.name, "");
	tell(out, d->published_at, "published", vendor.name, d->reel);
	if (d->bound_at > 0)
		tell(out, d->bound_at, d->claimed ? "claimed" : "bound",
		    d->bound_by, d->product);
	rc = tell_clouds(c, d, clouds, clouds_n, out, e);
	if (rc == RC_OK)
		rc = tell_field(c, d, out, e);
	if (d->first_seen_at > 0)
		tell(out, d->first_seen_at, "first-seen", "", "");
	if (d->last_seen_at > d->first_seen_at)
		tell(out, d->last_seen_at, "last-seen", "", "");
	sort(out);
	return rc;
}
