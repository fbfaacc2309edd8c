/* The way to one product cloud: its connection, its CA, its credentials.
 * Must not log or keep a credential. */
#include "courier/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "pki/digest.h"

#define LINKS 8
#define CA_MAX (128 * 1024)
#define SEALED_MAX 4096

struct link {
	char cloud[RAND_ID_SIZE];
	uint8_t ca[DIGEST_SHA256];
	int ca_fd; /* -1: the system's CAs */
	char ca_path[32];
	struct fetch *fetch;
	struct fetch_many *many; /* NULL until it is asked for */
	uint64_t used;
};

struct link_set {
	bool allow_private;
	uint64_t clock;
	struct link links[LINKS];
};

enum rc link_set_new(struct link_set **out, bool allow_private, struct err *e)
{
	struct link_set *s = calloc(1, sizeof(*s));
	size_t i;

	*out = s;
	if (!s)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	s->allow_private = allow_private;
	for (i = 0; i < LINKS; i++)
		s->links[i].ca_fd = -1;
	return RC_OK;
}

static void close_link(struct link *l)
{
	fetch_free(l->fetch);
	fetch_many_free(l->many);
	if (l->ca_fd >= 0)
		(void)close(l->ca_fd);
	memset(l, 0, sizeof(*l));
	l->ca_fd = -1;
}

void link_set_free(struct link_set *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < LINKS; i++)
		close_link(&s->links[i]);
	free(s);
}

/* A file that nobody else can see or change. */
static enum rc keep_ca(struct link *l, struct span pem, struct err *e)
{
	l->ca_fd = memfd_create("cloud-ca", MFD_CLOEXEC);
	if (l->ca_fd < 0)
		return err_sys(e, "memfd", "Cannot keep the cloud's CA");
	return file_write_all(l->ca_fd, pem, e);
}

/* The path lives as long as what is made with it. */
static struct fetch_options options(const struct link_set *s, struct link *l)
{
	struct fetch_options o = {.allow_private = s->allow_private,
	    .connect_ms = LINK_CONNECT_MS,
	    .total_ms = LINK_TOTAL_MS,
	    .answer_max = LINK_ANSWER_MAX,
	    .keep_headers = true};

	if (l->ca_fd >= 0) {
		(void)snprintf(l->ca_path, sizeof(l->ca_path),
		    "/proc/self/fd/%d", l->ca_fd);
		o.ca_file = l->ca_path;
	}
	return o;
}

static enum rc open_link(struct link_set *s, struct link *l, struct span pem,
    struct err *e)
{
	struct fetch_options o;
	enum rc rc = RC_OK;

	if (pem.n > 0)
		rc = keep_ca(l, pem, e);
	o = options(s, l);
	if (rc == RC_OK)
		rc = fetch_new(&l->fetch, &o, e);
	if (rc != RC_OK)
		close_link(l);
	return rc;
}

static struct link *choose(struct link_set *s, const char *cloud)
{
	struct link *oldest = &s->links[0];
	size_t i;

	for (i = 0; i < LINKS; i++) {
		if (strcmp(s->links[i].cloud, cloud) == 0)
			return &s->links[i];
		if (s->links[i].used < oldest->used)
			oldest = &s->links[i];
	}
	return oldest;
}

enum rc link_fetch(struct link_set *s, struct core *c,
    const struct store_cloud *cloud, struct fetch **out, struct err *e)
{
	struct link *l = choose(s, cloud->id);
	uint8_t ca[DIGEST_SHA256];
	struct buf pem;
	enum rc rc = RC_OK;

	buf_init(&pem, CA_MAX);
	if (cloud->has_ca)
		rc = store_cloud_ca(c->store, cloud->id, &pem, e);
	if (rc != RC_OK)
		goto out;
	digest_sha256(buf_span(&pem), ca);
	if (!l->fetch || strcmp(l->cloud, cloud->id) != 0 ||
	    memcmp(l->ca, ca, sizeof(ca)) != 0) {
		close_link(l);
		rc = open_link(s, l, buf_span(&pem), e);
		if (rc != RC_OK)
			goto out;
		memcpy(l->cloud, cloud->id, sizeof(l->cloud));
		memcpy(l->ca, ca, sizeof(ca));
	}
	l->used = ++s->clock;
	*out = l->fetch;
out:
	buf_clear(&pem);
	return rc;
}

enum rc link_many(struct link_set *s, const struct store_cloud *cloud,
    struct fetch_many **out, struct err *e)
{
	struct link *l = choose(s, cloud->id);
	struct fetch_options o;
	enum rc rc = RC_OK;

	o = options(s, l);
	/* Many at once must not fill the memory. */
	o.answer_max = LINK_MANY_ANSWER_MAX;
	if (!l->many)
		rc = fetch_many_new(&l->many, &o, LINK_AT_ONCE, e);
	*out = l->many;
	return rc;
}

enum rc link_credentials(struct core *c, struct keyring *keys,
    const struct store_cloud *cloud, struct buf *out, struct err *e)
{
	struct buf sealed;
	enum rc rc = RC_OK;

	if (!cloud->has_secret)
		return RC_OK;
	buf_init(&sealed, SEALED_MAX);
	rc = store_cloud_sealed(c->store, cloud->id, &sealed, e);
	if (rc == RC_OK)
		rc = keyring_unseal(keys, span_str(cloud->id),
		    buf_span(&sealed), out, e);
	if (rc == RC_INVALID)
		rc = err_set(e, RC_UNAUTHENTICATED, "cloud-credentials-lost",
		    "credentials refused: what is stored cannot be opened; "
		    "set the cloud's password again.");
	buf_clear(&sealed);
	return rc;
}
