/* Feeds seeds to a fuzz target without libFuzzer: each file of the given
 * directories, and of small ones every truncation and changed bytes.
 * Must not write, and must not depend on the order of a directory. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

#define SEED_MAX ((size_t)4 << 20)
#define SMALL_MAX 4096

/* An own block of the exact size, so that a sanitizer sees each byte read
 * behind its end. */
static void run(struct span s)
{
	uint8_t *copy = malloc(s.n > 0 ? s.n : 1);

	if (!copy)
		abort();
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	(void)LLVMFuzzerTestOneInput(copy, s.n);
	free(copy);
}

/* Large seeds are sampled, so that a run takes moments. */
static void run_variants(struct buf *seed)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	size_t step = 1 + seed->n / 1024, i, m;

	for (i = 0; i < seed->n; i += step)
		run(span_of(seed->p, i));
	for (i = 0; i < seed->n; i += step) {
		for (m = 0; m < sizeof(masks); m++) {
			seed->p[i] ^= masks[m];
			run(buf_span(seed));
			seed->p[i] ^= masks[m];
		}
	}
}

static int run_file(const char *path)
{
	struct buf seed;
	struct err e;

	buf_init(&seed, SEED_MAX);
	if (file_read(path, &seed, &e) != RC_OK) {
		(void)fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	run(buf_span(&seed));
	if (seed.n <= SMALL_MAX)
		run_variants(&seed);
	buf_clear(&seed);
	return 1;
}

static int run_dir(const char *path)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, alphasort), i, count = 0;

	if (n < 0) {
		perror(path);
		return -1;
	}
	for (i = 0; i < n; i++) {
		char file[4096];
		int done = 0;

		if (names[i]->d_name[0] != '.' && count >= 0)
			done = file_join(file, sizeof(file), path,
				   names[i]->d_name, NULL) == RC_OK
			    ? run_file(file)
			    : -1;
		count = done < 0 || count < 0 ? -1 : count + done;
		free(names[i]);
	}
	free(names);
	return count;
}

int main(int argc, char **argv)
{
	int i, count = 0;

	if (LLVMFuzzerInitialize)
		(void)LLVMFuzzerInitialize(&argc, &argv);
	run(SPAN_NONE);
	for (i = 1; i < argc; i++) {
		int n = run_dir(argv[i]);

		if (n < 0)
			return 1;
		count += n;
	}
	if (count == 0) {
		(void)fprintf(stderr, "no seeds\n");
		return 1;
	}
	(void)printf("%d seeds replayed\n", count);
	return 0;
}
