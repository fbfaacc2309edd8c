/* What the device port and the status port answer, and to whom.
 * One line for each; must not hold anything else. */
#include "enrol/crl_http.h"
#include "enrol/enrol.h"
#include "enrol/enrol_device.h"
#include "enrol/ocsp_http.h"

/* clang-format off */
const struct enrol_route enrol_routes[] = {
	{"GET", "/.well-known/birthmark/device", ENROL_DEVICE, ENROL_EITHER, 0, enrol_device_get},

	{"POST", "/ocsp", ENROL_STATUS, ENROL_ANYBODY, OCSP_REQUEST_MAX, ocsp_http_post},
	{"GET", "/ocsp/{rest}", ENROL_STATUS, ENROL_ANYBODY, 0, ocsp_http_get},
	{"GET", "/crl/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_list},
	{"GET", "/crl/vendor/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_vendor_list},
	{"GET", "/ca/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_ca},
	{"GET", "/ca/vendor/{file}", ENROL_STATUS, ENROL_ANYBODY, 0, crl_http_vendor_ca},

	{NULL, NULL, 0, ENROL_ANYBODY, 0, NULL},
};
/* clang-format on */
