/* Sender and receiver of a revocation list's entries.
 * Must not take one that is none. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "signer/crl_file.h"
#include "signer/sealed.h"

#define BLOCK ((size_t)2048) /* records written at once */

static void put(struct buf *out, const struct crl_entry *x)
{
	buf_add_u8(out, x->serial_n);
	buf_add(out, x->serial, sizeof(x->serial));
	buf_add_u8(out, x->reason);
	buf_add_u64(out, (uint64_t)x->at);
}

static bool take(struct span *in, struct crl_entry *x)
{
	struct span serial;
	uint64_t at;

	if (!span_take_u8(in, &x->serial_n) ||
	    !span_take(in, sizeof(x->serial), &serial) ||
	    !span_take_u8(in, &x->reason) || !span_take_u64(in, &at))
		return false;
	memcpy(x->serial, serial.p, sizeof(x->serial));
	x->at = (int64_t)at;
	return x->serial_n >= 1 && x->serial_n <= sizeof(x->serial);
}

static enum rc fill(int fd, const struct crl_entry *entries, size_t n,
    struct err *e)
{
	struct buf block;
	enum rc rc = RC_OK;
	size_t i;

	buf_init(&block, BLOCK * CRL_FILE_RECORD);
	for (i = 0; i < n && rc == RC_OK; i++) {
		put(&block, &entries[i]);
		if (i + 1 < n && (i + 1) % BLOCK != 0)
			continue;
		rc = buf_ok(&block)
		    ? file_write_all(fd, buf_span(&block), e)
		    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
		buf_reset(&block);
	}
	buf_clear(&block);
	return rc;
}

enum rc crl_file_make(const struct crl_entry *entries, size_t n, int *fd,
    struct err *e)
{
	enum rc rc = sealed_new(fd, e);

	if (rc != RC_OK)
		return rc;
	rc = fill(*fd, entries, n, e);
	if (rc == RC_OK)
		return sealed_end(fd, e);
	(void)close(*fd);
	*fd = -1;
	return rc;
}

static enum rc decode(struct span in, size_t n, struct crl_entry **out,
    struct err *e)
{
	size_t i;

	*out = calloc(n, sizeof(**out));
	if (*out == NULL)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	for (i = 0; i < n; i++) {
		if (take(&in, &(*out)[i]))
			continue;
		free(*out);
		*out = NULL;
		return err_set(e, RC_INVALID, "signer-refused",
		    "The signer does not sign this: an entry of the list is "
		    "none.");
	}
	return RC_OK;
}

enum rc crl_file_read(int fd, size_t n, struct crl_entry **out, struct err *e)
{
	struct span map;
	enum rc rc;

	*out = NULL;
	if (n > CRL_MAX / CRL_FILE_RECORD)
		return err_set(e, RC_INVALID, "signer-refused",
		    "The signer does not sign this: the list has too many "
		    "entries.");
	rc = sealed_map(fd, n * CRL_FILE_RECORD, &map, e);
	if (rc != RC_OK || n == 0)
		return rc;
	rc = decode(map, n, out, e);
	sealed_unmap(map);
	return rc;
}
