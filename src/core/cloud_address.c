/* Addresses of product clouds: judged, and made of their parts.
 * Must not resolve or call them. */
#include "core/cloud_address.h"

#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

/* 1 to max characters, all of this set. */
static bool is_of(const char *s, const char *set, size_t max)
{
	size_t n = s ? strlen(s) : 0;

	return n >= 1 && n <= max && strspn(s, set) == n;
}

static enum rc bad_url(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-url",
	    "The address of the cloud %s; it has to look like "
	    "https://cloud.example.com/path.",
	    why);
}

static bool is_port(struct span s)
{
	uint64_t port;

	return span_u64(s, 65535, &port) && port > 0;
}

/* HOST, HOST:PORT, [IPV6] or [IPV6]:PORT. */
static bool is_authority(struct span s)
{
	char text[256];
	size_t n, host;

	if (!span_copy_str(s, text, sizeof(text)))
		return false;
	if (text[0] == '[') {
		n = strspn(text + 1, DIGIT "abcdefABCDEF:.");
		host = n + 2;
		if (n < 2 || text[n + 1] != ']')
			return false;
	} else {
		host = strspn(text, LOWER UPPER DIGIT ".-");
		if (host == 0 || text[0] == '.' || text[0] == '-')
			return false;
	}
	if (text[host] == '\0')
		return true;
	return text[host] == ':' && is_port(span_str(text + host + 1));
}

enum rc cloud_address_check(const char *url, char *out, size_t cap,
    struct err *e)
{
	static const char scheme[] = "https://";
	struct span rest, authority;
	size_t i, n = url ? strlen(url) : 0;

	if (n == 0)
		return bad_url(e, "is missing");
	for (i = 0; i < n; i++)
		if (url[i] <= 0x20 || url[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}", url[i]))
			return bad_url(e,
			    "holds a character that may not be "
			    "in one");
	if (!span_starts(span_str(url), SPAN_LIT(scheme)))
		return bad_url(e, "does not start with https://");
	if (strpbrk(url, "?#"))
		return bad_url(e, "has a query or a fragment");
	rest = span_str(url + sizeof(scheme) - 1);
	(void)span_cut(&rest, '/', &authority);
	if (memchr(authority.p, '@', authority.n))
		return bad_url(e, "holds a user name or password");
	if (!is_authority(authority))
		return bad_url(e, "has no host");
	while (url[n - 1] == '/')
		n--;
	if (!span_copy_str(span_of(url, n), out, cap))
		return bad_url(e, "is too long");
	return RC_OK;
}

static enum rc part(bool ok, const char *what, const char *form, struct err *e)
{
	return ok ? RC_OK
		  : err_set(e, RC_INVALID, "cloud-address",
			"The field \"%s\" has to be %s.", what, form);
}

static enum rc make_aws(const struct cloud_spec *s, struct store_cloud *row,
    struct err *e)
{
	enum rc rc =
	    part(is_of(s->audience, DIGIT, 12) && strlen(s->audience) == 12,
		"aws.account_id", "an AWS account id of 12 digits", e);

	if (rc != RC_OK || s->url)
		return rc;
	rc = part(is_of(s->gateway_id, LOWER DIGIT, 32), "aws.gateway_id",
	    "the id of an API gateway in lower-case letters and digits", e);
	if (rc == RC_OK)
		rc = part(is_of(s->region, LOWER DIGIT "-", 32), "aws.region",
		    "a region such as eu-central-1", e);
	if (rc == RC_OK)
		rc = part(is_of(s->stage, LOWER UPPER DIGIT "_-", 128),
		    "aws.stage", "a stage's name of letters, digits, _ and -",
		    e);
	if (rc == RC_OK)
		(void)snprintf(row->url, sizeof(row->url),
		    "https://%s.execute-api.%s.amazonaws.com/%s", s->gateway_id,
		    s->region, s->stage);
	return rc;
}

static enum rc make_url(const char *url, struct store_cloud *row, struct err *e)
{
	static const char action[] = "/interop";
	enum rc rc = cloud_address_check(url, row->url, sizeof(row->url), e);
	size_t n;

	if (rc != RC_OK)
		return rc;
	/* What is called is URL/interop and URL/auth: take either form. */
	n = strlen(row->url);
	if (n > sizeof(action) &&
	    strcmp(row->url + n - (sizeof(action) - 1), action) == 0)
		row->url[n - (sizeof(action) - 1)] = '\0';
	return RC_OK;
}

enum rc cloud_address_make(const struct cloud_spec *s, struct store_cloud *row,
    struct err *e)
{
	const char *form = s->form ? s->form : "";
	enum rc rc = RC_OK;

	if (strcmp(form, "aws") == 0)
		rc = make_aws(s, row, e);
	else if (strcmp(form, "azure") == 0)
		rc = part(is_of(s->audience, LOWER UPPER DIGIT "-", 64),
		    "azure.subscription_id", "an Azure subscription id", e);
	else if (strcmp(form, "other") != 0)
		rc = err_set(e, RC_INVALID, "cloud-form",
		    "The field \"form\" has to be \"aws\", \"azure\" or "
		    "\"other\".");
	if (rc == RC_OK && row->url[0] == '\0')
		rc = make_url(s->url, row, e);
	if (rc != RC_OK)
		return rc;
	(void)span_copy_str(span_str(form), row->form, sizeof(row->form));
	(void)span_copy_str(span_str(s->audience), row->audience,
	    sizeof(row->audience));
	return RC_OK;
}
