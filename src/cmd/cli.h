/* Subcommands that are one REST call each: a table says what they send and
 * what they print; cli.c runs it.  Must not know any rule of the service. */
#ifndef BIRTHMARK_CMD_CLI_H
#define BIRTHMARK_CMD_CLI_H

#include "base/args.h"
#include "cmd/client.h"

#define CLI_ARGS_MAX 10

/* Where an argument's value goes. */
enum cli_in {
	CLI_END,
	CLI_PATH,  /* {field} of the path */
	CLI_QUERY, /* ?field= */
	CLI_STR,   /* field of the body; dots for nested objects */
	CLI_NUM,
	CLI_ON_OFF,   /* on, off */
	CLI_TRUE,     /* a flag */
	CLI_FILE,     /* the file's content as a string */
	CLI_PASSWORD, /* --name-file FILE, or asked for on the terminal */
	CLI_PRODUCT,  /* an id or a name, "none" for null */
	CLI_CLOUD,
	CLI_CA,	     /* an id or a name */
	CLI_SECONDS, /* 90d, 12h, 30m or a number of seconds */
	CLI_WORDS,   /* texts with commas between, "none" for no text */
	CLI_PRODUCTS /* the same of ids or names of products */
};

struct cli_arg {
	enum cli_in in;
	const char *name; /* option without dashes, or "=WHAT": positional */
	const char *field;
	const char *help;
	bool needed; /* options only; positional ones always are */
};

struct cli_verb {
	const char *cmd, *verb;
	const char *method, *path;
	const char *columns; /* "id,name,product.name"; NULL prints nothing */
	const char *about;
	struct cli_arg args[CLI_ARGS_MAX];
	const char *fixed; /* "type=interop,form=aws", or NULL */
	/* More than one call; gets the arguments behind the verb. */
	int (*run)(int argc, char **argv);
};

extern const struct cli_verb cli_verbs[]; /* ended by a NULL cmd */

/* Runs `birthmark CMD VERB ...`; argv[0] is CMD. */
int cli_main(int argc, char **argv);

/* Reads the options.  False when there is nothing more to do, with the exit
 * status: after --help, or when the command line is wrong (which is told). */
bool cli_args(const struct args_cmd *cmd, int argc, char **argv, int *status);
/* Prints e on standard error and returns its exit status. */
int cli_fail(const struct err *e);
/* A member that is a string; "" when there is none. */
const char *cli_text(json_t *o, const char *key);
/* Prints an answer: as JSON, or as a table or list of columns. */
void cli_print(json_t *answer, const char *columns, bool as_json);
/* Writes text to a file, or for NULL and "-" to standard output. */
MUST_CHECK enum rc cli_write(const char *path, struct span text, struct err *e);
/* Prints a report and the end of its line, at once; b is cleared. */
void cli_print_line(struct buf *b);
/* Adds a member "link" where the answer has the token of an invitation or a
 * reset: the address that its receiver opens. */
void cli_link(const struct client *c, json_t *answer);
/* Only the rows of a list, for further pages. */
void cli_print_rows(json_t *items, const char *columns, bool heading);
/* A secret from a file ("-": standard input, its first line) or from the
 * terminal without echo. */
MUST_CHECK enum rc cli_password(const char *prompt, const char *file, char *out,
    size_t cap, struct err *e);
/* The id of a product, cloud or authority ("products", "clouds", "cas") given
 * by id or name. */
MUST_CHECK enum rc cli_resolve(struct client *c, const char *kind,
    const char *name, char *id, size_t cap, struct err *e);
/* The path of the page after this one of a list; base has a query already.
 * False at the end. */
bool cli_next_page(char *path, size_t cap, const char *base, json_t *page);

#endif
