/* Answers of interop receivers: nothing in them may crash the courier, and
 * success is only what says so.  Must not use a network. */
#include <stdlib.h>
#include <string.h>

#include "cloud/interop_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct connector_device devices[] = {
	    {.seq = 1, .ref = "aa"},
	    {.seq = 2, .ref = "bb"},
	    {.seq = 3, .ref = "cc"},
	};
	struct connector_outcome out[3];
	struct span body = span_of(data, size);
	struct err e;
	char text[CONNECTOR_TEXT_SIZE];
	size_t n, i;

	for (n = 0; n <= 3; n++) {
		memset(out, 0, sizeof(out));
		if (interop_answer_provision(body, devices, n, out, &e) !=
		    RC_OK)
			continue;
		for (i = 0; i < n; i++)
			if (out[i].result == CONNECTOR_CREATED &&
			    !memmem(data, size, "SUCC", 4) &&
			    !memmem(data, size, "\\u", 2))
				abort();
	}
	if (interop_answer_info(body, &e) == RC_OK && size < 20)
		abort();
	interop_answer_error(body, text);
	if (strlen(text) >= sizeof(text))
		abort();
	return 0;
}
