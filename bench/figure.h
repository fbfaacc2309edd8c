/* Figures of the benches: ours beside a reference, measured in turns, because
 * the machine drifts and only ratios of one run count.
 * Must not know what is measured. */
#ifndef BIRTHMARK_BENCH_FIGURE_H
#define BIRTHMARK_BENCH_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

struct figure {
	const char *name;
	double ours, reference, ratio;
	const char *goal; /* ">= 0.80" or "<= 10", for the ratio */
	/* Judge by the time the process had the processor, not by the wall
	 * clock: figures per core, on a machine that is not ours alone. */
	bool cpu_time;
};

/* Runs n jobs; must end the process on failure. */
typedef void figure_job(void *arg, size_t n);

/* Rates per second of both, in rounds of n jobs each in turns; medians.
 * The ratio is the median of the rounds' ratios. */
void figure_compare(struct figure *f, figure_job *ours, figure_job *reference,
    void *arg, size_t n);
/* One line of JSON on standard output; text for people on standard error
 * unless `--json` was given. */
void figure_print(const struct figure *f, int argc, char **argv);

#endif
