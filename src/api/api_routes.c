/* The route table: every path, who may, how large a body, who handles it.
 * Must not hold anything but the table: scripts and tests read its lines. */
#include "api/api_routes.h"
#include "api/api_public.h"

/* clang-format off */
const struct api_route api_routes[] = {
	/* public */
	{"GET", "/healthz", API_PUBLIC, 0, 0, api_public_health, NULL},
	{"GET", "/metrics", API_PUBLIC, 0, 0, api_public_metrics, NULL},
	{"GET", "/.well-known/jwks.json", API_PUBLIC, 0, 0, api_public_jwks, NULL},
	{"GET", "/.well-known/birthmark/interop-key.pem", API_PUBLIC, 0, 0, api_public_pem, NULL},
	{"GET", "/api/v1/openapi.yaml", API_PUBLIC, 0, 0, api_public_openapi, NULL},
	{"GET", "/b/{bid}", API_PUBLIC, 0, 0, api_public_label, NULL},

	/* identity: sessions, users, accounts, members, tokens, audit */

	/* vendors, uploads, batches, bindings, devices, products */

	/* clouds, jobs, feed */

	{NULL, NULL, API_PUBLIC, 0, 0, NULL, NULL},
};
/* clang-format on */
