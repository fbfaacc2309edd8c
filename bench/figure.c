/* Measures in turns, and prints.
 * Must not judge whether a goal was met: who collects the figures does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "bench/figure.h"

#define ROUNDS 15

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static int64_t now_us(bool cpu_time)
{
	struct timespec t;

	if (!cpu_time)
		return clock_mono_us();
	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		abort();
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double rate(figure_job *job, void *arg, size_t n, bool cpu_time)
{
	int64_t start = now_us(cpu_time), took;

	job(arg, n);
	took = now_us(cpu_time) - start;
	return (double)n * 1e6 / (double)(took > 0 ? took : 1);
}

void figure_compare(struct figure *f, figure_job *ours, figure_job *reference,
    void *arg, size_t n)
{
	double a[ROUNDS], b[ROUNDS], ratio[ROUNDS];
	size_t i;

	ours(arg, n / 10 + 1);
	reference(arg, n / 10 + 1);
	for (i = 0; i < ROUNDS; i++) {
		a[i] = rate(ours, arg, n, f->cpu_time);
		b[i] = rate(reference, arg, n, f->cpu_time);
		ratio[i] = a[i] / b[i];
	}
	f->ours = median(a, ROUNDS);
	f->reference = median(b, ROUNDS);
	f->ratio = median(ratio, ROUNDS);
}

void figure_print(const struct figure *f, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--json") != 0)
		(void)fprintf(stderr,
		    "%-28s ours %10.0f  reference %10.0f  ratio %.3f "
		    "(goal %s)\n",
		    f->name, f->ours, f->reference, f->ratio, f->goal);
	(void)printf("{\"name\":\"%s\",\"ours\":%.1f,\"reference\":%.1f,"
		     "\"ratio\":%.4f,\"goal\":\"%s\"}\n",
	    f->name, f->ours, f->reference, f->ratio, f->goal);
}
