/* What the service has to know of a kind of product cloud without speaking to
 * it: its settings, its credentials, what it can do.  Each connector brings
 * its own (cloud/connector.h); the worker is given the table. */
#ifndef BIRTHMARK_CORE_CLOUD_RULES_H
#define BIRTHMARK_CORE_CLOUD_RULES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define CLOUD_RULES_OPS_MAX 12

/* A string that a user gives, in "settings" or in "credentials". */
struct cloud_field {
	const char *name;
	const char *what; /* one line for forms and documents */
	bool secret;	  /* in "credentials": goes in and never out */
	bool required;
	bool fixed;	  /* a setting that cannot be changed, nor set later */
	bool destination; /* a setting that says who is sent the credentials:
			   * changed with them only */
	size_t max;	  /* bytes */
	const char *example; /* "" for none */
};

/* A call of the cloud that has a quota of its own. */
struct cloud_op {
	const char *name;    /* "register", as in "quotas" */
	uint32_t per_minute; /* by default */
	const char *what;
};

struct cloud_rules {
	const char *type;  /* "aws", "azure-hub", "azure-dps", "webhook", ... */
	const char *title; /* "AWS IoT Core" */
	size_t group;	   /* devices in one request, at most */
	size_t at_once;	   /* requests in flight for one job; 0: no limit of
			    * its own */
	bool can_remove, can_suspend, can_list;
	const struct cloud_field *fields; /* ends with name NULL */
	const struct cloud_op *ops;	  /* ends with name NULL */
	/* After the fields were checked one by one: what must fit together.
	 * credentials is NULL in an update that leaves them. */
	enum rc (*check)(json_t *settings, json_t *credentials, struct err *e);
};

/* The i-th kind; NULL after the last. */
typedef const struct cloud_rules *cloud_rules_at(size_t i);

#endif
