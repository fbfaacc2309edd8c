/* What the device port and the status port answer, and to whom.
 * One line for each; must not hold anything else. */
#include "enrol/crl_http.h"
#include "enrol/enrol.h"
#include "enrol/enrol_device.h"
#include "enrol/est.h"
#include "enrol/ocsp_http.h"

/* clang-format off */
const struct enrol_route enrol_routes[] = {
	{"GET", "/.well-known/birthmark/device", ENROL_DEVICE, ENROL_EITHER, 0, enrol_device_get},

	{"GET", "/.well-known/est/cacerts", ENROL_DEVICE, ENROL_ANYBODY, 0, est_cacerts},
	{"POST", "/.well-known/est/simpleenroll", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_simpleenroll},
	{"POST", "/.well-known/est/simplereenroll", ENROL_DEVICE, ENROL_OPERATIONAL, EST_BODY_MAX, est_simplereenroll},
	{"GET", "/.well-known/est/csrattrs", ENROL_DEVICE, ENROL_EITHER, 0, est_csrattrs},
	{"POST", "/.well-known/est/serverkeygen", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_serverkeygen},
	{"GET", "/.well-known/est/{label}/cacerts", ENROL_DEVICE, ENROL_ANYBODY, 0, est_cacerts},
	{"POST", "/.well-known/est/{label}/simpleenroll", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_simpleenroll},
	{"POST", "/.well-known/est/{label}/simplereenroll", ENROL_DEVICE, ENROL_OPERATIONAL, EST_BODY_MAX, est_simplereenroll},
	{"GET", "/.well-known/est/{label}/csrattrs", ENROL_DEVICE, ENROL_EITHER, 0, est_csrattrs},
	{"POST", "/.well-known/est/{label}/serverkeygen", ENROL_DEVICE, ENROL_EITHER, EST_BODY_MAX, est_serverkeygen},

	{"POST", "/ocsp", ENROL_STATUS, ENROL_ANYBODY, OCSP_REQUEST_MAX, ocsp_http_post},
	{"GET", "/ocsp/{rest}", ENROL_STATUS, ENROL_ANYBODY, 0, ocsp_http_get},
	{"GET", "/crl/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_list},
	{"GET", "/crl/vendor/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_vendor_list},
	{"GET", "/ca/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_ca},
	{"GET", "/ca/vendor/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_vendor_ca},

	{NULL, NULL, 0, ENROL_ANYBODY, 0, NULL},
};
/* clang-format on */
