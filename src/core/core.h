/* What every rule of the service works with: the store, the signer, who asks
 * and when.  No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_CORE_H
#define BIRTHMARK_CORE_CORE_H

#include "base/rand.h"
#include "signer/signer.h"
#include "store/store.h"

struct cloud_rules;
struct sso_conf;

/* One per thread of a worker or courier. */
struct core {
	struct store *store;
	struct signer *signer;	/* NULL where there is none */
	const char *dir;	/* data directory */
	const char *public_url; /* "https://host:8443", no slash at the end */
	/* "http://host:8080", of OCSP and CRLs, and "https://host:8444", of
	 * devices; "" where there is none. */
	const char *status_url, *device_url;
	struct span seal_spki;	    /* courier's public key, for seal_close */
	const struct sso_conf *sso; /* NULL: no single sign-on */
	/* The kinds of product clouds; NULL where they are not asked for. */
	const struct cloud_rules *(*cloud_rules)(size_t i);
};

/* Roles as bits, so that a route or an operation names all that may. */
enum core_role {
	CORE_ROLE_NONE = 0,
	/* in an account */
	CORE_ADMINISTRATOR = 1 << 0,
	CORE_OPERATOR = 1 << 1,
	CORE_DEVELOPER = 1 << 2,
	CORE_AUDITOR = 1 << 3,
	CORE_GATE = 1 << 4, /* API tokens of gates only */
	/* in a vendor */
	CORE_VENDOR_ADMINISTRATOR = 1 << 5,
	CORE_VENDOR_PUBLISHER = 1 << 6,
	/* of the service itself */
	CORE_SERVICE = 1 << 7
};
const char *core_role_name(enum core_role r); /* "operator", ... */
enum core_role core_role_of(struct span name);

/* What of a list is asked for: at most limit rows after cursor ("" from the
 * start).  A cursor is the id of the last row seen, unless said. */
struct core_page {
	const char *cursor;
	uint64_t limit;
};

enum core_scope {
	CORE_SCOPE_NONE,
	CORE_SCOPE_ACCOUNT,
	CORE_SCOPE_VENDOR,
	CORE_SCOPE_SERVICE
};

const char *core_scope_name(enum core_scope s);	  /* "account", ... */
unsigned int core_scope_roles(enum core_scope s); /* the roles there are */

/* Who asks, authenticated; and, once authorised for a request, in what scope
 * and role. */
struct core_actor {
	char id[RAND_ID_SIZE]; /* user "usr_..." or token "tok_...", "" none */
	char name[256];	       /* e-mail or token's name, for the audit */
	bool is_token;
	bool watches; /* only looks on, which keeps no session from ending */
	char session[RAND_ID_SIZE]; /* "ses_..." for users */
	enum core_scope scope;
	char scope_id[RAND_ID_SIZE]; /* "acc_..." or "ven_..." */
	enum core_role role;
	char from[64];	 /* peer address */
	char agent[201]; /* what its program calls itself, or "" */
	int64_t now_s;
};

#endif
