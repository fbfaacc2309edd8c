/* Cookies of browsers (RFC 6265): the session's, and the token that a page
 * sends beside it, so that no other site can use the cookie. */
#ifndef BIRTHMARK_API_API_COOKIE_H
#define BIRTHMARK_API_API_COOKIE_H

#include "api/api.h"

#define API_COOKIE_SESSION "__Host-birthmark"
#define API_COOKIE_CSRF_HEADER "birthmark-csrf"
#define API_COOKIE_CSRF_SIZE 44 /* base64url of SHA-256, and NUL */

/* The value of a cookie; empty when there is none. */
struct span api_cookie_find(const struct http_request *req, const char *name);
/* Sets the session's cookie for as long as the browser runs. */
void api_cookie_put(struct http_response *resp, const char *token);
void api_cookie_drop(struct http_response *resp);
/* Follows from the session's token, which it does not tell. */
void api_cookie_csrf(struct span token, char out[API_COOKIE_CSRF_SIZE]);
/* Whether the request carries the token's CSRF token. */
bool api_cookie_is_own(const struct http_request *req, struct span token);

#endif
