/* Handlers of the routes about claim vouchers and talk rules. */
#ifndef BIRTHMARK_API_API_CLAIM_H
#define BIRTHMARK_API_API_CLAIM_H

#include "api/api.h"

MUST_CHECK enum rc api_claim_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_claim_create(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_claim_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_claim_revoke(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_claim_talk(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_claim_talk_set(struct api_call *call, struct err *e);
/* The certificate of ownership vouchers. */
MUST_CHECK enum rc api_claim_signer(struct api_call *call, struct err *e);

#endif
