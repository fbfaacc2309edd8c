/* URLs of http and https, as far as a device calls them.
 * Must not take user names, fragments, or what would break a request line. */
#ifndef BIRTHMARK_BM_URL_H
#define BIRTHMARK_BM_URL_H

#include "device/lib/bm_mem.h"

/* path is "" when the URL has none, or only "/". */
bool bm_url_parse(struct bm_url *u, struct bm_span text);
/* host, or host:port where it is not the scheme's own: for Host. */
void bm_url_put_host(struct bm_mem_out *o, const struct bm_url *u);

#endif
