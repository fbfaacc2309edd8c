/* Names of products, clouds and authorities to their ids, for the command line.
 * Must not guess: two of one name is an error. */
#include "cmd/cli.h"

#include <stdio.h>
#include <string.h>

static void scan(json_t *items, const char *name, char *id, size_t cap,
    size_t *found)
{
	json_t *row;
	size_t i;

	json_array_foreach(items, i, row)
	{
		const char *n = json_string_value(json_object_get(row, "name"));
		const char *v = json_string_value(json_object_get(row, "id"));
		if (n == NULL || v == NULL || strcmp(n, name) != 0)
			continue;
		/* Another may have the name of a retired authority. */
		if (strcmp(cli_text(row, "state"), "retired") == 0)
			continue;
		(*found)++;
		(void)span_copy_str(span_str(v), id, cap);
	}
}

enum rc cli_resolve(struct client *c, const char *kind, const char *name,
    char *id, size_t cap, struct err *e)
{
	char base[512], path[1024];
	size_t found = 0;
	json_t *page;
	bool more;
	enum rc rc;

	if (strncasecmp(name, "prd_", 4) == 0 ||
	    strncasecmp(name, "cld_", 4) == 0 ||
	    strncasecmp(name, "ca_", 3) == 0)
		return span_copy_str(span_str(name), id, cap)
		    ? RC_OK
		    : err_set(e, RC_INVALID, "bad-id", "The id is too long.");
	rc = client_need_scope(c, "account", e);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(base, sizeof(base), "/api/v1/accounts/%s/%s?limit=500",
	    c->account, kind);
	(void)snprintf(path, sizeof(path), "%s", base);
	do {
		rc = client_get(c, path, &page, e);
		if (rc != RC_OK)
			return rc;
		scan(json_object_get(page, "items"), name, id, cap, &found);
		more = cli_next_page(path, sizeof(path), base, page);
		json_decref(page);
	} while (more);
	if (found == 1)
		return RC_OK;
	if (strcmp(kind, "cas") == 0)
		kind = "certificate authorities";
	return err_set(e, found == 0 ? RC_NOT_FOUND : RC_CONFLICT, "name",
	    found == 0 ? "There is no \"%s\" among the %s."
		       : "\"%s\" is the name of more than one of the %s: give "
			 "the id.",
	    name, kind);
}
