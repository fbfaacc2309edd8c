/* Manifests: the first byte chooses the form; however a manifest is cut, the
 * same entries come out.  Must not touch files. */
#include <stdlib.h>

#include "pki/manifest.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* What one reading gave: how it ended, and the sum of all raw entries. */
struct result {
	enum rc end;
	uint64_t entries, sum;
};

static void count_raw(struct result *r, struct span raw)
{
	size_t i;

	require(raw.n <= MANIFEST_ENTRY_MAX);
	for (i = 0; i < raw.n; i++)
		r->sum = r->sum * 31 + raw.p[i];
	r->entries++;
}

static enum rc take_all(struct manifest_split *s, struct manifest_decoder *d,
    struct result *r)
{
	struct manifest_entry entry;
	unsigned long line;
	struct span raw;
	enum rc rc;

	while ((rc = manifest_split_next(s, &raw, &line, NULL)) == RC_OK) {
		require(line > 0);
		count_raw(r, raw);
		if (manifest_decode(d, raw, line, &entry, NULL) == RC_OK)
			require(entry.cert.n > 0);
	}
	return rc;
}

static struct result read_all(enum manifest_form f, struct span in,
    size_t piece)
{
	struct manifest_split *s = manifest_split_new(f);
	struct manifest_decoder *d = manifest_decoder_new(f);
	struct result r = {RC_AGAIN, 0, 0};
	size_t at;

	require(s && d);
	for (at = 0; at < in.n && r.end == RC_AGAIN; at += piece) {
		require(manifest_split_feed(s, span_sub(in, at, piece), NULL) ==
		    RC_OK);
		r.end = take_all(s, d, &r);
	}
	manifest_split_finish(s);
	if (r.end == RC_AGAIN)
		r.end = take_all(s, d, &r);
	require(r.end == RC_NOT_FOUND || r.end == RC_INVALID);
	manifest_split_free(s);
	manifest_decoder_free(d);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, pieces;
	enum manifest_form f;
	struct span in;

	if (size == 0)
		return 0;
	f = (enum manifest_form)(data[0] % MANIFEST_UNKNOWN);
	in = span_of(data + 1, size - 1);
	(void)manifest_sniff(in);
	whole = read_all(f, in, size);
	pieces = read_all(f, in, 1 + data[0] / MANIFEST_UNKNOWN % 16);
	require(whole.end == pieces.end);
	require(whole.entries == pieces.entries && whole.sum == pieces.sum);
	return 0;
}
