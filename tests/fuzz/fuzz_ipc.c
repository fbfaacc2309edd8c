/* The signer's messages: what is accepted is written back byte for byte, and
 * what passes the limits holds no character that JSON escapes.
 * Must not sign. */
#include <stdlib.h>
#include <string.h>

#include "signer/ipc.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void require_plain(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		require(s.p[i] > ' ' && s.p[i] < 0x7f && s.p[i] != '"' &&
		    s.p[i] != '\\');
}

static void require_line(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		require(s.p[i] >= ' ' && s.p[i] != 0x7f);
}

/* What becomes a path, a line or a name. */
static void require_ca(const struct ipc_ca *c)
{
	struct ipc_ca_single single;
	struct span rest = c->singles;

	require_plain(c->account);
	require_plain(c->ca);
	require_plain(c->subject);
	require_plain(c->product_id);
	require_plain(c->id);
	require_plain(c->crl_url);
	require_plain(c->aia_url);
	require_plain(c->ocsp_url);
	require_plain(c->est_domain);
	require_plain(c->configuration);
	require_line(c->hsm);
	require_line(c->common_name);
	require_line(c->org);
	require_line(c->product);
	require_line(c->account_name);
	require_line(c->serial);
	while (rest.n > 0)
		require(ipc_ca_single_take(&rest, &single));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct ipc_request q;
	struct ipc_reply r;
	struct buf out;

	buf_init(&out, 2 * (size_t)IPC_MAX);
	if (ipc_request_parse(&q, in)) {
		ipc_request_build(&out, &q);
		require(span_eq(buf_span(&out), in));
		if (ipc_request_check(&q, NULL) == RC_OK) {
			require_plain(q.account);
			require_plain(q.interop.account);
			require_plain(q.interop.issuer);
			require_plain(q.interop.audience);
			require_plain(q.feed.account);
			require_plain(q.feed.cloud);
			require_plain(q.feed.from);
			require_plain(q.feed.to);
			require_plain(q.event.account);
			require_plain(q.event.audience);
			require_plain(q.event.id);
			require_ca(&q.ca);
		}
	}
	buf_reset(&out);
	if (ipc_reply_parse(&r, in)) {
		ipc_reply_build(&out, &r);
		require(span_eq(buf_span(&out), in));
	}
	buf_clear(&out);
	return 0;
}
