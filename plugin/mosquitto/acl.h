/* Topic rules: templates such as "devices/{device}/#", filled for one device.
 * Values are percent-encoded, so that a name never becomes a level or a
 * wildcard.  Must not know the broker. */
#ifndef BIRTHMARK_PLUGIN_ACL_H
#define BIRTHMARK_PLUGIN_ACL_H

#include "base/buf.h"

#define ACL_RULES_MAX 32
#define ACL_TOPIC_MAX 1024 /* bytes of a filled pattern */

enum acl_right { ACL_PUBLISH = 1, ACL_SUBSCRIBE = 2 };

struct acl_rule {
	unsigned int rights;
	char *pattern;
};

struct acl {
	struct acl_rule rule[ACL_RULES_MAX];
	size_t n;
};

/* "publish|subscribe|all PATTERN".  {device}, {product} and {batch} may stand
 * for whole levels only. */
MUST_CHECK enum rc acl_add(struct acl *a, const char *line, struct err *e);
/* devices/{device}/# for all, products/{product}/# to subscribe. */
MUST_CHECK enum rc acl_add_defaults(struct acl *a, struct err *e);
void acl_clear(struct acl *a);

/* The rules of one device: patterns filled.  A rule whose value is empty (a
 * device without product) is left out. */
MUST_CHECK enum rc acl_fill(const struct acl *templates, struct acl *out,
    const char *device, const char *product, const char *batch, struct err *e);
/* May a message be published to, or delivered from, this topic? */
bool acl_may(const struct acl *a, enum acl_right right, const char *topic);
/* May this filter be subscribed to: is all that it matches allowed? */
bool acl_may_filter(const struct acl *a, const char *filter);

#endif
