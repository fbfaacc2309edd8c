/* Cookies of browsers: found, set and dropped; the CSRF token.
 * Must not decide who somebody is. */
#include <string.h>

#include "api/api_cookie.h"
#include "base/enc.h"
#include "pki/digest.h"

#define FLAGS "; Path=/; Secure; HttpOnly; SameSite=Strict"

struct span api_cookie_find(const struct http_request *req, const char *name)
{
	const struct span *h = http_find(req, "cookie");
	struct span all = h ? *h : SPAN_NONE, one, key;

	while (all.n > 0) {
		(void)span_cut(&all, ';', &one);
		one = span_trim(one);
		if (span_cut(&one, '=', &key) && span_eq_str(key, name))
			return one;
	}
	return SPAN_NONE;
}

void api_cookie_put(struct http_response *resp, const char *token)
{
	http_add_header(resp, "Set-Cookie", API_COOKIE_SESSION "=%s" FLAGS,
	    token);
}

void api_cookie_drop(struct http_response *resp)
{
	http_add_header(resp, "Set-Cookie",
	    API_COOKIE_SESSION "=" FLAGS "; Max-Age=0");
}

void api_cookie_csrf(struct span token, char out[API_COOKIE_CSRF_SIZE])
{
	uint8_t hash[DIGEST_SHA256];
	struct buf text;

	digest_hmac_sha256(token, SPAN_LIT("birthmark csrf"), hash);
	buf_init(&text, API_COOKIE_CSRF_SIZE);
	enc_base64url(&text, span_of(hash, sizeof(hash)));
	if (!span_copy_str(buf_span(&text), out, API_COOKIE_CSRF_SIZE))
		out[0] = '\0';
	buf_clear_secret(&text);
}

bool api_cookie_is_own(const struct http_request *req, struct span token)
{
	const struct span *h = http_find(req, API_COOKIE_CSRF_HEADER);
	char want[API_COOKIE_CSRF_SIZE];

	api_cookie_csrf(token, want);
	return h && want[0] && span_eq_secret(*h, span_str(want));
}
