/* Turns libcrypto's error queue into one error of ours.
 * Must not decide who is to blame: the caller knows. */
#include <openssl/err.h>

#include "pki/ossl.h"

enum rc ossl_fault(struct err *e, enum rc rc, const char *slug,
    const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	if (reason != NULL)
		(void)err_set(e, rc, slug, "%s (%s).", what, reason);
	else
		(void)err_set(e, rc, slug, "%s.", what);
	ERR_clear_error();
	return rc;
}
