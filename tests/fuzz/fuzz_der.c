/* The DER walk and the certificate reader: no byte read outside, and every
 * span of an accepted certificate inside it.  Must not need a valid input. */
#include <stdlib.h>
#include <string.h>

#include "pki/cert.h"
#include "pki/der.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sample.h"

#define DEPTH_MAX 12

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void walk(struct span in, unsigned int depth)
{
	struct span content, whole, before;
	char text[64];
	int64_t t;
	uint8_t tag;

	while (depth > 0 && in.n > 0) {
		before = in;
		if (der_take_time(&before, &t))
			require(before.n < in.n);
		if (!der_next(&in, &tag, &content, &whole))
			return;
		require(whole.n >= content.n + 2);
		if (tag == DER_OID)
			require(der_oid_text(content, text, sizeof(text)) ==
			    (text[0] != '\0'));
		walk(content, depth - 1);
	}
}

static void inside(struct span whole, struct span part)
{
	if (part.n > 0)
		require(
		    part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void judge(struct span in)
{
	char id[CERT_ID_MAX + 1], serial[41];
	struct buf text;
	struct cert c;

	if (cert_parse(&c, in, NULL) != RC_OK)
		return;
	inside(in, c.tbs);
	inside(in, c.serial);
	inside(in, c.san);
	inside(in, c.ski);
	inside(in, c.aki);
	inside(in, c.signature);
	inside(in, cert_hw_serial(&c));
	require(c.serial.n >= 1 && c.serial.n <= 20);
	cert_chip_id(&c, id);
	require(id[0] != '\0');
	cert_serial_text(&c, serial);
	buf_init(&text, 1 << 20);
	cert_name_text(c.subject, &text);
	buf_clear(&text);
}

/* The input as edits of a real certificate: offset, new byte. */
static void judge_edited(struct span edits)
{
	struct span sample = sample_cert();
	uint8_t *der = malloc(sample.n);
	uint16_t at;
	uint8_t v;

	require(der != NULL);
	memcpy(der, sample.p, sample.n);
	while (span_take_u16(&edits, &at) && span_take_u8(&edits, &v))
		der[at % sample.n] = v;
	judge(span_of(der, sample.n));
	free(der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct buf text, der;
	enum key_type type;

	walk(in, DEPTH_MAX);
	(void)(key_check_spki(in, &type, NULL) == RC_OK);
	buf_init(&text, 1 << 20);
	buf_init(&der, 1 << 16);
	cert_name_text(in, &text);
	(void)(cert_read(&der, in, NULL) == RC_OK);
	judge(in);
	judge_edited(in);
	buf_clear(&text);
	buf_clear(&der);
	return 0;
}
