/* Compares the names that a request asks for with those it may have.
 * Must not change the request: it is signed. */
#include "pki/csr_match.h"

#include "pki/der.h"
#include "pki/profile_name.h"

#define NAMES_MAX 4096
static const uint8_t san_oid[] = {0x55, 0x1d, 0x11};

static bool is_among(struct span whole, struct span list)
{
	struct span content, one;
	uint8_t tag;

	while (list.n > 0 && der_next(&list, &tag, &content, &one))
		if (span_eq(whole, one))
			return true;
	return false;
}

/* Each of the GeneralNames in value (an OCTET STRING's content) is in list. */
static bool are_among(struct span value, struct span list)
{
	struct span names, content, one;
	uint8_t tag;

	if (!der_take(&value, DER_SEQUENCE, &names) || value.n != 0)
		return false;
	while (names.n > 0)
		if (!der_next(&names, &tag, &content, &one) ||
		    !is_among(one, list))
			return false;
	return true;
}

static bool san_ok(const struct csr *csr, struct span list)
{
	struct span exts = csr->extensions, ext, oid, critical, value;
	bool found;

	while (exts.n > 0) {
		if (!der_take(&exts, DER_SEQUENCE, &ext) ||
		    !der_take(&ext, DER_OID, &oid) ||
		    !der_take_optional(&ext, DER_BOOLEAN, &critical, &found) ||
		    !der_take(&ext, DER_OCTET_STRING, &value))
			return false;
		if (span_eq(oid, span_of(san_oid, sizeof(san_oid))) &&
		    !are_among(value, list))
			return false;
	}
	return true;
}

static enum rc check_subject(const struct csr *csr, const struct csr_match *m,
    struct err *e)
{
	char want[PROFILE_TEMPLATE_MAX];
	struct buf name;
	enum rc rc;

	buf_init(&name, NAMES_MAX);
	rc = profile_name_subject(m->profile->subject, m->device, &name, e);
	if (rc == RC_OK && !span_eq(csr->subject, buf_span(&name)) &&
	    !span_eq(csr->subject, m->birth_subject)) {
		rc = profile_fill(m->profile->subject, m->device, want, e);
		if (rc == RC_OK)
			rc = err_set(e, RC_INVALID, "csr-subject",
			    "The certificate request has to ask for the "
			    "subject %s, most specific name last, as UTF-8.",
			    want);
	}
	buf_clear(&name);
	return rc;
}

enum rc csr_match_check(const struct csr *csr, const struct csr_match *m,
    struct err *e)
{
	struct buf names;
	size_t i;
	enum rc rc = check_subject(csr, m, e);

	buf_init(&names, NAMES_MAX);
	for (i = 0; rc == RC_OK && i < m->profile->san_n; i++)
		rc = profile_name_san(m->profile->san[i], m->device, &names, e);
	if (rc == RC_OK && !buf_ok(&names))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK && !san_ok(csr, buf_span(&names)))
		rc = err_set(e, RC_INVALID, "csr-subject",
		    "The certificate request asks for alternative names that "
		    "the product's profile does not give.");
	buf_clear(&names);
	return rc;
}
