/* Reads a file, and what lies beside it, for explain.h.
 * Must not change anything. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/cli.h"
#include "cmd/inspect.h"
#include "pki/cms.h"
#include "pki/explain.h"

#define STDIN_MAX (256UL * 1024 * 1024)
#define SIDE_MAX (256UL * 1024)
#define OUT_MAX (16UL * 1024 * 1024)
#define PATH_SIZE 4096

struct inspect {
	const char *name, *ca, *signers;
	bool json;
	void *map;
	size_t map_n;
	struct buf text; /* standard input */
	struct buf signature, signer_pem, ca_pem;
};

/* A manifest can be larger than memory: it is mapped, not read. */
static enum rc map_file(struct inspect *x, struct span *out, struct err *e)
{
	struct stat st;
	enum rc rc = RC_OK;
	int fd;

	fd = open(x->name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "inspect-read", "Cannot read \"%s\"",
		    x->name);
	if (fstat(fd, &st) != 0) {
		rc = err_sys(e, "inspect-read", "Cannot read \"%s\"", x->name);
	} else if (!S_ISREG(st.st_mode)) {
		rc = err_set(e, RC_INVALID, "inspect-kind",
		    "\"%s\" is not a file.", x->name);
	} else if (st.st_size > 0) {
		x->map_n = (size_t)st.st_size;
		x->map = mmap(NULL, x->map_n, PROT_READ, MAP_PRIVATE, fd, 0);
		if (x->map == MAP_FAILED)
			rc = err_sys(e, "inspect-read", "Cannot read \"%s\"",
			    x->name);
		else
			*out = span_of(x->map, x->map_n);
	}
	(void)close(fd);
	return rc;
}

/* NAME.p7s, or in the same folder another name; none is fine. */
static enum rc read_beside(const struct inspect *x, const char *other,
    struct buf *out, struct err *e)
{
	const char *slash = strrchr(x->name, '/');
	char path[PATH_SIZE];
	int n;

	if (other[0] == '.')
		n = snprintf(path, sizeof(path), "%s%s", x->name, other);
	else
		n = snprintf(path, sizeof(path), "%.*s%s",
		    slash ? (int)(slash - x->name) + 1 : 0, x->name, other);
	if (n < 0 || (size_t)n >= sizeof(path) || !file_exists(path))
		return RC_OK;
	return file_read(path, out, e);
}

static enum rc read_all(struct inspect *x, struct explain_input *in,
    struct err *e)
{
	bool from_stdin = strcmp(x->name, "-") == 0;
	enum rc rc;

	if (from_stdin) {
		rc = file_read("-", &x->text, e);
		in->file = buf_span(&x->text);
	} else {
		rc = map_file(x, &in->file, e);
		in->path = x->name;
	}
	if (rc == RC_OK && !from_stdin)
		rc = read_beside(x, ".p7s", &x->signature, e);
	if (rc == RC_OK && x->signers)
		rc = file_read(x->signers, &x->signer_pem, e);
	else if (rc == RC_OK && !from_stdin)
		rc = read_beside(x, "manifest-signer.pem", &x->signer_pem, e);
	if (rc == RC_OK && x->ca)
		rc = file_read(x->ca, &x->ca_pem, e);
	in->signature = buf_span(&x->signature);
	in->signers = buf_span(&x->signer_pem);
	in->cas = buf_span(&x->ca_pem);
	return rc;
}

/* 1 when something is wrong with the file, as a test in scripts. */
static int inspect(struct inspect *x)
{
	struct explain_input in = {.name = x->name,
	    .now_s = clock_now_s(),
	    .json = x->json};
	struct err e = {.text = ""};
	unsigned int problems = 0;
	struct buf out;
	int status;
	enum rc rc;

	buf_init(&out, OUT_MAX);
	rc = read_all(x, &in, &e);
	if (rc == RC_OK)
		rc = explain_file(&in, &out, &problems, &e);
	if (rc == RC_OK) {
		(void)fwrite(out.p, 1, out.n, stdout);
		status = problems > 0 ? 1 : 0;
	} else {
		(void)fprintf(stderr, "birthmark: %s\n", e.text);
		status = err_class(rc)->exit_code;
	}
	buf_clear(&out);
	return status;
}

int inspect_main(int argc, char **argv)
{
	struct inspect x = {.name = NULL};
	const struct args_opt opts[] = {
	    {"json", 0, ARGS_FLAG, &x.json, NULL, "one JSON object"},
	    {"ca", 0, ARGS_STR, &x.ca, "FILE",
		"trusted CA certificates (PEM) to check against"},
	    {"signers", 0, ARGS_STR, &x.signers, "FILE",
		"log signers of a Microchip manifest (PEM; default: "
		"manifest-signer.pem beside it)"},
	    {NULL, 0, ARGS_FLAG, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {"birthmark inspect [OPTION]... FILE",
	    "Explains a certificate, manifest, label, token, key, signature "
	    "or chip file\nin plain words, and what is wrong with it. \"-\" "
	    "is standard input.",
	    opts, 1, 1};
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	x.name = argv[1];
	buf_init(&x.text, STDIN_MAX);
	buf_init(&x.signature, CMS_MAX);
	buf_init(&x.signer_pem, SIDE_MAX);
	buf_init(&x.ca_pem, SIDE_MAX);
	status = inspect(&x);
	if (x.map && x.map != MAP_FAILED)
		(void)munmap(x.map, x.map_n);
	buf_clear_secret(&x.text);
	buf_clear(&x.signature);
	buf_clear(&x.signer_pem);
	buf_clear(&x.ca_pem);
	return status;
}
