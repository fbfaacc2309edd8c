/* What the device port and the status port answer, and to whom.
 * One line for each; must not hold anything else. */
#include "enrol/brski.h"
#include "enrol/cmp_http.h"
#include "enrol/crl_http.h"
#include "enrol/enrol.h"
#include "enrol/enrol_device.h"
#include "enrol/est.h"
#include "enrol/ocsp_http.h"
#include "pki/cmp_message.h"

/* clang-format off */
const struct enrol_route enrol_routes[] = {
	{"GET", "/.well-known/birthmark/device", ENROL_DEVICE, ENROL_EITHER, 0, enrol_device_get},
	{"GET", "/.well-known/birthmark/peers", ENROL_DEVICE, ENROL_OPERATIONAL, 0, brski_peers},
	{"POST", "/.well-known/birthmark/claim", ENROL_DEVICE, ENROL_BIRTH, BRSKI_CLAIM_MAX, brski_claim},

	{"POST", "/.well-known/brski/requestvoucher", ENROL_DEVICE, ENROL_BIRTH, BRSKI_REQUEST_MAX, brski_requestvoucher},
	{"POST", "/.well-known/brski/voucher_status", ENROL_DEVICE, ENROL_BIRTH, BRSKI_STATUS_MAX, brski_voucher_status},
	{"POST", "/.well-known/brski/enrollstatus", ENROL_DEVICE, ENROL_EITHER, BRSKI_STATUS_MAX, brski_enrollstatus},

	{"GET", "/.well-known/est/cacerts", ENROL_DEVICE, ENROL_ANYBODY, 0, est_cacerts},
	{"POST", "/.well-known/est/simpleenroll", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_simpleenroll},
	{"POST", "/.well-known/est/simplereenroll", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_simplereenroll},
	{"GET", "/.well-known/est/csrattrs", ENROL_DEVICE, ENROL_EITHER, 0, est_csrattrs},
	{"POST", "/.well-known/est/serverkeygen", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_serverkeygen},
	{"GET", "/.well-known/est/{label}/cacerts", ENROL_DEVICE, ENROL_ANYBODY, 0, est_cacerts},
	{"POST", "/.well-known/est/{label}/simpleenroll", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_simpleenroll},
	{"POST", "/.well-known/est/{label}/simplereenroll", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_simplereenroll},
	{"GET", "/.well-known/est/{label}/csrattrs", ENROL_DEVICE, ENROL_EITHER, 0, est_csrattrs},
	{"POST", "/.well-known/est/{label}/serverkeygen", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_serverkeygen},

	{"POST", "/.well-known/cmp/p/{name}", ENROL_STATUS, ENROL_ANYBODY, CMP_MESSAGE_MAX, cmp_http_post},

	{"POST", "/ocsp", ENROL_STATUS, ENROL_ANYBODY, OCSP_REQUEST_MAX, ocsp_http_post},
	{"GET", "/ocsp/{rest}", ENROL_STATUS, ENROL_ANYBODY, 0, ocsp_http_get},
	{"GET", "/crl/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_list},
	{"GET", "/crl/vendor/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_vendor_list},
	{"GET", "/ca/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_ca},
	{"GET", "/ca/vendor/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_vendor_ca},

	{NULL, NULL, 0, ENROL_ANYBODY, 0, NULL},
};
/* clang-format on */
