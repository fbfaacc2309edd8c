/* The decision itself: may this certificate in, and what is it?
 * Must not admit on any error. */
#include <string.h>

#include "base/enc.h"
#include "gate/decide.h"
#include "pki/cert.h"

static const char *verdict_reason(struct table *t, const uint8_t fp[TABLE_FP],
    struct table_entry *entry)
{
	if (table_find(t, fp, entry, NULL) != RC_OK)
		return "the gate's table cannot be read";
	switch (entry->verdict) {
	case TABLE_ADMIT:
		return NULL;
	case TABLE_REMOVED:
		return "removed";
	case TABLE_UNKNOWN:
		break;
	}
	return "unknown certificate";
}

static void decide_slot(struct table *t, struct decide *out)
{
	struct table_entry entry;

	out->reason = verdict_reason(t, out->fp, &entry);
	if (out->reason)
		return;
	if (!span_copy_str(entry.device, out->device, sizeof(out->device)) ||
	    !span_copy_str(entry.product, out->product, sizeof(out->product)) ||
	    !span_copy_str(entry.batch, out->batch, sizeof(out->batch)) ||
	    out->device[0] == '\0') {
		out->reason = "the gate's table is damaged";
		return;
	}
	out->admit = true;
}

void decide_fingerprint(struct table *t, const uint8_t fp[TABLE_FP],
    struct decide *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->fp, fp, TABLE_FP);
	decide_slot(t, out);
}

static const char *validity_reason(int64_t not_before, int64_t not_after,
    int64_t now_s)
{
	if (now_s < not_before)
		return "certificate not yet valid";
	if (now_s > not_after)
		return "certificate expired";
	return NULL;
}

void decide_cert(struct table *t, struct span der, int64_t now_s,
    struct decide *out)
{
	struct cert c;

	memset(out, 0, sizeof(*out));
	if (cert_parse(&c, der, NULL) != RC_OK) {
		out->reason = "not a certificate";
		return;
	}
	cert_fingerprint(der, out->fp);
	out->not_before = c.not_before;
	out->not_after = c.not_after;
	if (c.is_ca)
		out->reason = "certificate of a CA";
	else
		out->reason = validity_reason(c.not_before, c.not_after, now_s);
	if (!out->reason)
		decide_slot(t, out);
}

const char *decide_again(struct table *t, const struct decide *d, int64_t now_s)
{
	struct table_entry entry;
	const char *reason = NULL;

	if (!d->admit)
		return d->reason ? d->reason : "never admitted";
	if (d->not_after != 0)
		reason = validity_reason(d->not_before, d->not_after, now_s);
	return reason ? reason : verdict_reason(t, d->fp, &entry);
}

bool decide_client_id(const struct decide *d, struct span id)
{
	struct buf b;
	bool ok;

	buf_init(&b, 4 * TABLE_DEVICE_MAX);
	enc_percent(&b, span_str(d->device));
	ok = buf_ok(&b) && b.n > 0 && span_starts(id, buf_span(&b)) &&
	    (id.n == b.n || id.p[b.n] == ':');
	buf_clear(&b);
	return ok;
}
