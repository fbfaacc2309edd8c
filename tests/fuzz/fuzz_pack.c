/* Stored certificates: a length and a template, then one stored form.
 * What can be rebuilt and is a certificate can be stored again.
 * Must not trust a database. */
#include <stdlib.h>

#include "pki/pack.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sample.h"

static void again(const struct pack *p, struct span der)
{
	struct buf stored, back;
	struct cert c;

	if (cert_parse(&c, der, NULL) != RC_OK)
		return;
	buf_init(&stored, PACK_TEMPLATE_MAX);
	buf_init(&back, PACK_TEMPLATE_MAX);
	if (pack_put(p, &c, &stored, NULL) != RC_OK ||
	    !pack_is(p, buf_span(&stored), &c) ||
	    pack_get(p, buf_span(&stored), &back, NULL) != RC_OK ||
	    !span_eq(buf_span(&back), der))
		abort();
	buf_clear(&stored);
	buf_clear(&back);
}

static void rebuild(struct span tmpl, struct span stored)
{
	struct pack *p;
	struct buf der;

	if (pack_load(&p, tmpl, NULL) != RC_OK)
		return;
	buf_init(&der, PACK_TEMPLATE_MAX);
	if (pack_get(p, stored, &der, NULL) == RC_OK)
		again(p, buf_span(&der));
	again(p, span_sub(tmpl, 1, tmpl.n));
	buf_clear(&der);
	pack_free(p);
}

/* A template of the sample, and what it stores of the sample with the input
 * laid over its first bytes: the form is right, its values are not. */
static void rebuild_sample(struct span in)
{
	struct buf stored;
	struct pack *p;
	struct cert c;
	size_t i;

	buf_init(&stored, PACK_TEMPLATE_MAX);
	if (cert_parse(&c, sample_cert(), NULL) != RC_OK ||
	    pack_new(&p, &c, NULL) != RC_OK ||
	    pack_put(p, &c, &stored, NULL) != RC_OK)
		abort();
	for (i = 0; i < in.n && i < stored.n; i++)
		stored.p[i] = in.p[i];
	rebuild(pack_stored(p), buf_span(&stored));
	rebuild(pack_stored(p), in);
	buf_clear(&stored);
	pack_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), tmpl;
	uint16_t n;

	rebuild_sample(in);
	if (span_take_u16(&in, &n) && span_take(&in, n, &tmpl))
		rebuild(tmpl, in);
	return 0;
}
