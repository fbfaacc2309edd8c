/* The header of an event and the look at its first bytes.
 * Must not sign a body that does not say whose it is. */
#include "signer/run_event.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/metric.h"
#include "pki/jose.h"
#include "signer/sealed.h"

#define HEADER_MAX 2048

/* RFC 7797 5.2: '{' stands in no base64url text, so that this can be no token
 * of a reader that overlooks b64 and crit. */
static enum rc check_body(const struct ipc_event *r, struct span body,
    struct err *e)
{
	struct buf head;
	enum rc rc = RC_OK;

	buf_init(&head, HEADER_MAX);
	buf_add_str(&head, "{\"id\":\"");
	buf_add_span(&head, r->id);
	buf_add_str(&head, "\",\"account\":\"");
	buf_add_span(&head, r->account);
	buf_add_str(&head, "\",");
	if (!buf_ok(&head) || !span_starts(body, buf_span(&head)))
		rc = err_set(e, RC_INVALID, "signer-refused",
		    "The signer does not sign this: the event does not begin "
		    "with its id and its account.");
	buf_clear(&head);
	return rc;
}

static enum rc build_header(const struct key *k, const struct ipc_event *r,
    struct buf *out, struct err *e)
{
	char kid[JOSE_KID_SIZE];
	struct json w;
	enum rc rc = jose_kid(key_spki(k), kid, e);

	json_init(&w, out);
	json_obj(&w);
	json_put_str(&w, "alg", jose_alg(key_type(k)));
	json_put_str(&w, "kid", kid);
	json_put_str(&w, "typ", RUN_EVENT_TYP);
	json_put_bool(&w, "b64", false);
	json_key(&w, "crit");
	json_arr(&w);
	json_str(&w, "b64");
	json_end(&w);
	json_put_u64(&w, "iat", (uint64_t)clock_now_s());
	json_put_span(&w, "aud", r->audience);
	json_put_span(&w, "jti", r->id);
	json_end(&w);
	if (rc == RC_OK && !buf_ok(out))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	return rc;
}

enum rc run_event(struct key *k, const struct ipc_event *r, int fd,
    struct buf *out, struct err *e)
{
	struct span body = SPAN_NONE;
	struct buf header;
	enum rc rc;

	buf_init(&header, HEADER_MAX);
	rc = sealed_map(fd, r->size, &body, e);
	if (rc == RC_OK)
		rc = check_body(r, body, e);
	if (rc == RC_OK)
		rc = build_header(k, r, &header, e);
	if (rc == RC_OK) {
		metric_add(METRIC_SIGNATURES, 1);
		rc = jose_sign_detached(k, buf_span(&header), body, out, e);
	}
	sealed_unmap(body);
	buf_clear(&header);
	return rc;
}
