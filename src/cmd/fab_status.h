/* `birthmark fab ocsp-responder` and `birthmark fab crl`: what a vendor lets a
 * service say of its birth certificates.
 * Must not talk to the service. */
#ifndef BIRTHMARK_CMD_FAB_STATUS_H
#define BIRTHMARK_CMD_FAB_STATUS_H

#include "base/buf.h"
#include "pki/crl.h"

#define FAB_STATUS_LIST_MAX (64u << 20) /* bytes of a file of revocations */

struct fab_status_list {
	struct crl_entry *entries;
	size_t n;
};
/* A line for each certificate: serial number in hex, then if wanted a reason
 * (RFC 5280 5.3.1) and a time (RFC 3339; else now_s), with commas or blanks
 * between; '#' begins a comment.  In the order of serial numbers, none twice.
 * Cleared by fab_status_list_clear in any case. */
MUST_CHECK enum rc fab_status_list_parse(struct fab_status_list *l,
    struct span text, int64_t now_s, struct err *e);
void fab_status_list_clear(struct fab_status_list *l);

int fab_status_responder_main(int argc, char **argv);
int fab_status_crl_main(int argc, char **argv);

#endif
