/* Command lines: a table of options, --help made from it, one clear error.
 * Long options as --name VALUE or --name=VALUE; `--` ends them. */
#ifndef BIRTHMARK_BASE_ARGS_H
#define BIRTHMARK_BASE_ARGS_H

#include "base/err.h"
#include "base/span.h"

enum args_kind { ARGS_FLAG, ARGS_STR, ARGS_U64, ARGS_LIST, ARGS_HELP };

/* Of an option that may be given several times. */
#define ARGS_LIST_MAX 32
struct args_list {
	const char *v[ARGS_LIST_MAX];
	size_t n;
};

struct args_opt {
	const char *name; /* without dashes */
	char letter;	  /* 0 for none */
	enum args_kind kind;
	void *out; /* bool *, const char **, uint64_t *, struct args_list * */
	const char *value; /* name of the value in the help */
	const char *help;  /* one line */
};

struct args_cmd {
	const char *usage;	     /* "birthmark bind [OPTION]... LABEL" */
	const char *about;	     /* a sentence or more */
	const struct args_opt *opts; /* ended by a NULL name */
	int pos_min, pos_max;	     /* positional arguments */
};

/* Parses argv[1..]; positional ones are moved to the front of argv (from
 * index 1) and counted in *npos.  *help is set, and nothing else judged, when
 * --help or -h was given (the caller then calls args_help). */
MUST_CHECK enum rc args_parse(const struct args_cmd *cmd, int argc, char **argv,
    int *npos, bool *help, struct err *e);
void args_help(const struct args_cmd *cmd);

#endif
