/* The files of the console as built, embedded by tools/embed-console. */
#ifndef BIRTHMARK_API_API_FILES_H
#define BIRTHMARK_API_API_FILES_H

#include "base/span.h"

struct api_file {
	const char *path; /* "assets/index-HASH.js" */
	const char *type; /* media type */
	const uint8_t *plain, *plain_end;
	const uint8_t *gzip, *gzip_end; /* NULL where it is not smaller */
};
extern const struct api_file api_files[]; /* ended by a NULL path */

#endif
