/* Explains CMS signatures.
 * Must not trust a signer that no given CA vouches for. */
#include "pki/cms.h"
#include "pki/explain_report.h"

void explain_cms_into(json_t *r, struct span cms, const char *path,
    struct chain *trusted, int64_t now_s)
{
	struct err why = {.text = ""};
	struct buf der;
	enum rc rc;

	explain_report_title(r, "cms", "Detached signature (CMS)");
	buf_init(&der, CERT_DER_MAX);
	rc = cms_check(path ? path : "", cms, &der, &why);
	if (rc != RC_OK)
		explain_report_problem(r, "%s", why.text);
	else if (path)
		explain_report_fact(r, "Fits", "the file beside it");
	else
		explain_report_note(r,
		    "What it signs is not beside it, so only its form was "
		    "checked.");
	if (der.n > 0)
		explain_cert_into(explain_report_part(r, "certificate",
				      "Signer"),
		    buf_span(&der), trusted, now_s);
	if (rc == RC_OK && !trusted)
		explain_report_note(r,
		    "Whether the signer may be trusted was not checked: give "
		    "the vendor's CAs with --ca.");
	buf_clear(&der);
}
