/* Names that EST judges, and the name of an account's domain.
 * Must not look anything up. */
#include "enrol/est_name.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "pki/csr.h"
#include "pki/der.h"

#define PREFIX "acc-"
#define OID_SAN "\x55\x1d\x11"

/* The content of the extension's value in a list of extensions, or empty. */
static struct span find_san(struct span extensions)
{
	struct span ext, oid, value, flag, names;
	bool critical;

	while (der_take(&extensions, DER_SEQUENCE, &ext)) {
		if (!der_take(&ext, DER_OID, &oid) ||
		    !der_take_optional(&ext, DER_BOOLEAN, &flag, &critical) ||
		    !der_take(&ext, DER_OCTET_STRING, &value))
			break;
		if (span_eq(oid, SPAN_LIT(OID_SAN)) &&
		    der_take(&value, DER_SEQUENCE, &names))
			return names;
	}
	return SPAN_NONE;
}

static bool is_empty_name(struct span name)
{
	return name.n == 2;
}

static bool is_text(uint8_t tag)
{
	return tag == DER_UTF8 || tag == DER_PRINTABLE;
}

/* One name may be written in two types of string (RFC 5280 7.1). */
static bool same_value(struct span a, struct span b)
{
	struct span va, vb;
	uint8_t ta, tb;

	return der_next(&a, &ta, &va, NULL) && der_next(&b, &tb, &vb, NULL) &&
	    a.n == 0 && b.n == 0 &&
	    (ta == tb || (is_text(ta) && is_text(tb))) && span_eq(va, vb);
}

/* Attribute by attribute; each SET holds one, else they are the same bytes. */
static bool same_name(struct span a, struct span b)
{
	struct span ra, rb, x, y, oa, ob;

	if (!der_take(&a, DER_SEQUENCE, &ra) ||
	    !der_take(&b, DER_SEQUENCE, &rb))
		return false;
	while (ra.n > 0 && rb.n > 0) {
		if (!der_take(&ra, DER_SET, &x) || !der_take(&rb, DER_SET, &y))
			return false;
		if (span_eq(x, y))
			continue;
		if (!der_take(&x, DER_SEQUENCE, &a) ||
		    !der_take(&y, DER_SEQUENCE, &b) || x.n > 0 || y.n > 0 ||
		    !der_take(&a, DER_OID, &oa) ||
		    !der_take(&b, DER_OID, &ob) || !span_eq(oa, ob) ||
		    !same_value(a, b))
			return false;
	}
	return ra.n == 0 && rb.n == 0;
}

enum rc est_name_check(struct span csr, struct span cert, struct err *e)
{
	struct span san;
	struct csr want;
	struct cert has;
	enum rc rc = csr_parse(&want, csr, e);

	if (rc == RC_OK)
		rc = cert_parse(&has, cert, e);
	if (rc != RC_OK)
		return rc;
	san = find_san(want.extensions);
	if ((is_empty_name(want.subject) ||
		same_name(want.subject, has.subject)) &&
	    (san.n == 0 || span_eq(san, has.san)))
		return RC_OK;
	return err_set(e, RC_INVALID, "names-differ",
	    "Subject and alternative name of the request have to be those of "
	    "the certificate that is renewed (RFC 7030 4.2.2).");
}

bool est_name_account(struct span server_name, char account[RAND_ID_SIZE])
{
	char text[RAND_ID_SIZE];
	struct span head;
	size_t i;

	(void)span_cut(&server_name, '.', &head);
	if (!span_copy_str(head, text, sizeof(text)))
		return false;
	for (i = 0; text[i]; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	if (!span_starts(span_str(text), SPAN_LIT(PREFIX)))
		return false;
	text[sizeof(PREFIX) - 2] = '_';
	if (!rand_is_id(span_str(text), "acc"))
		return false;
	memcpy(account, text, sizeof(text));
	return true;
}

/* Addresses have no names below them: RFC 6761 6.3 leads to loopback. */
static bool is_address(struct span host)
{
	uint8_t out[16];
	char text[256];

	if (host.n > 0 && host.p[0] == '[')
		return true;
	return span_copy_str(host, text, sizeof(text)) &&
	    inet_pton(AF_INET, text, out) == 1;
}

void est_name_url(const struct core *c, const char *account,
    char url[EST_NAME_URL_SIZE], char host[EST_NAME_URL_SIZE])
{
	struct span rest = span_str(c->device_url ? c->device_url : "");
	const uint8_t *colon;
	struct span name, port = SPAN_LIT("443");

	url[0] = host[0] = '\0';
	if (!span_starts(rest, SPAN_LIT("https://")))
		return;
	rest = span_sub(rest, sizeof("https://") - 1, rest.n);
	colon = memrchr(rest.p, ':', rest.n);
	name = rest;
	if (colon && !memchr(colon, ']', rest.n - (size_t)(colon - rest.p))) {
		name = span_sub(rest, 0, (size_t)(colon - rest.p));
		port = span_sub(rest, name.n + 1, rest.n);
	}
	if (is_address(name))
		name = SPAN_LIT("localhost");
	(void)snprintf(host, EST_NAME_URL_SIZE, "%s%s.%.*s", PREFIX,
	    account + sizeof(PREFIX) - 1, (int)name.n, (const char *)name.p);
	(void)snprintf(url, EST_NAME_URL_SIZE, "https://%s:%.*s", host,
	    (int)port.n, (const char *)port.p);
}
