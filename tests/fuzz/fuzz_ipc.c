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
