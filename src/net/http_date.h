/* Dates of HTTP (RFC 9110 5.6.7).
 * Must not read any. */
#ifndef BIRTHMARK_NET_HTTP_DATE_H
#define BIRTHMARK_NET_HTTP_DATE_H

#include <stdint.h>

#define HTTP_DATE_SIZE 32 /* "Sun, 06 Nov 1994 08:49:37 GMT" and NUL */

/* "" for a time before 1970 or after 9999. */
void http_date(int64_t t_s, char out[HTTP_DATE_SIZE]);

#endif
