/* Sender and receiver of a sealed file in memory.
 * Must not map a file that somebody else could shorten. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer/sealed.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

enum rc sealed_new(int *fd, struct err *e)
{
	*fd = memfd_create("to-signer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*fd < 0)
		return err_sys(e, "sealed-file",
		    "A file in memory cannot be made");
	return RC_OK;
}

enum rc sealed_end(int *fd, struct err *e)
{
	enum rc rc;

	if (fcntl(*fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) == 0)
		return RC_OK;
	rc = err_sys(e, "sealed-file", "A file in memory cannot be sealed");
	(void)close(*fd);
	*fd = -1;
	return rc;
}

enum rc sealed_map(int fd, size_t n, struct span *out, struct err *e)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;
	void *map;

	*out = SPAN_NONE;
	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 ||
	    st.st_size < 0 || (uint64_t)st.st_size != (uint64_t)n)
		return err_set(e, RC_INVALID, "signer-refused",
		    "The signer does not sign this: it is not in a sealed file "
		    "of its size.");
	if (n == 0)
		return RC_OK;
	map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return err_sys(e, "sealed-file",
		    "A file in memory cannot be mapped");
	*out = span_of(map, n);
	return RC_OK;
}

void sealed_unmap(struct span map)
{
	if (map.n > 0)
		(void)munmap((void *)(uintptr_t)map.p, map.n);
}
