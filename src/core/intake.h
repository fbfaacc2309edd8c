/* The mill of publishing: one thread splits a manifest, several decode and
 * check its certificates, one stores them.  A ring of chunks between them
 * keeps the order and bounds the memory.
 * Decides nothing about reels or batches. */
#ifndef BIRTHMARK_CORE_INTAKE_H
#define BIRTHMARK_CORE_INTAKE_H

#include "core/core.h"
#include "core/device.h"
#include "pki/chain.h"
#include "pki/manifest.h"

struct intake {
	int fd; /* the manifest, read from its start */
	enum manifest_form form;
	const char *dir;
	const char *bid; /* what group_id must be */
	int64_t reel_id;
	int64_t now_s;
	unsigned threads;
	struct span *cas; /* DER, roots first */
	size_t cas_n;
	struct span *signers; /* DER; Microchip's log signers, trusted */
	size_t signers_n;
	/* Called with the template before the first row is written. */
	enum rc (*begin)(void *ctx, struct span template, struct err *e);
	/* From the storing thread's side, now and then; not RC_OK: stop. */
	enum rc (*progress)(void *ctx, uint64_t checked, uint64_t bytes,
	    struct err *e);
	void *ctx;
	const volatile bool *stop; /* may be NULL */
};

struct intake_result {
	uint64_t devices;
	uint64_t bytes;
	uint8_t sha256[DIGEST_SHA256]; /* of all that was read */
	char certificate[80];	       /* the chip at fault, or "" */
};

/* RC_OK when every certificate was checked and stored.  A fault of the
 * manifest names its line in e; the first one in the file is told. */
MUST_CHECK enum rc intake_run(const struct intake *in,
    struct intake_result *out, struct err *e);

#endif
