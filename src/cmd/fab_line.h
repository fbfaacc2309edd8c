/* The production line: threads that make chips in chunks, whose manifest lines
 * come out in the order the chunks went in.  Must not write the manifest. */
#ifndef BIRTHMARK_CMD_FAB_LINE_H
#define BIRTHMARK_CMD_FAB_LINE_H

#include "pki/issue.h"

/* What all threads share; borrowed until fab_line_free. */
struct fab_line_job {
	const char *issuing_key;  /* opened by each thread */
	struct issue_birth birth; /* issuer_key is set by each thread */
	const char *bid;
	int chips_fd;	   /* folder for chip files; -1: given public keys */
	struct span chain; /* PEM behind each chip's certificate */
	unsigned int jobs;
};

struct fab_line;
MUST_CHECK enum rc fab_line_new(struct fab_line **out,
    const struct fab_line_job *job, struct err *e);
/* Stops the threads after what they are doing. */
void fab_line_free(struct fab_line *l);

/* Room for another chunk?  If not, take one first. */
bool fab_line_has_room(const struct fab_line *l);
/* Chunks that went in and did not come out. */
bool fab_line_is_empty(const struct fab_line *l);
/* The chunk being filled: keys (base64) and the line each stands at, or just
 * a number of chips. */
void fab_line_add_key(struct fab_line *l, struct span base64,
    unsigned long line);
void fab_line_add_chips(struct fab_line *l, unsigned int n);
unsigned int fab_line_filled(const struct fab_line *l); /* chips in it */
void fab_line_start(struct fab_line *l);
/* Waits for the oldest chunk: appends its manifest lines (CSV) to out. */
MUST_CHECK enum rc fab_line_take(struct fab_line *l, struct buf *out,
    unsigned int *chips, struct err *e);

#endif
