/* Answers of HTTP/1.1 read byte by byte into memory of fixed size (RFC 9112).
 * Must not take what two readers could read in two ways. */
#ifndef BIRTHMARK_BM_HTTP_H
#define BIRTHMARK_BM_HTTP_H

#include "device/lib/bm_mem.h"

#define BM_HTTP_LINE 256     /* of a header that we look at */
#define BM_HTTP_LOCATION 256 /* kept behind the line */
#define BM_HTTP_HEAD_MAX 8192
#define BM_HTTP_MEMORY_MIN (BM_HTTP_LINE + BM_HTTP_LOCATION)

enum bm_http_type {
	BM_HTTP_OTHER,
	BM_HTTP_VOUCHER, /* application/voucher-cms+json */
	BM_HTTP_PKCS7,	 /* application/pkcs7-mime */
	BM_HTTP_JSON,
	BM_HTTP_OCSP /* application/ocsp-response */
};

enum bm_http_state { BM_HTTP_MORE, BM_HTTP_DONE, BM_HTTP_BAD, BM_HTTP_LARGE };

/* memory, of at least BM_HTTP_MEMORY_MIN bytes: line, Location, and the body
 * of at most n - BM_HTTP_MEMORY_MIN bytes. */
void bm_http_begin(struct bm_http *h, uint8_t *memory, size_t n);
/* Bytes behind the end make the connection unfit for another request. */
enum bm_http_state bm_http_feed(struct bm_http *h, const uint8_t *p, size_t n);
/* The peer has closed. */
enum bm_http_state bm_http_end(struct bm_http *h);
/* Whether anything came. */
bool bm_http_began(const struct bm_http *h);
struct bm_span bm_http_body(const struct bm_http *h);
struct bm_span bm_http_location(const struct bm_http *h); /* n == 0: none */

#endif
