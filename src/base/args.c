/* Command lines from one table of options.
 * Must not exit: the caller decides what an error means. */
#include <stdio.h>
#include <string.h>

#include "base/args.h"

static const struct args_opt *find_long(const struct args_cmd *cmd,
    struct span name)
{
	const struct args_opt *o;

	for (o = cmd->opts; o && o->name; o++)
		if (span_eq_str(name, o->name))
			return o;
	return NULL;
}

static const struct args_opt *find_letter(const struct args_cmd *cmd, char c)
{
	const struct args_opt *o;

	for (o = cmd->opts; o && o->name; o++)
		if (o->letter != 0 && o->letter == c)
			return o;
	return NULL;
}

static bool takes_value(const struct args_opt *o)
{
	return o->kind == ARGS_STR || o->kind == ARGS_U64 ||
	    o->kind == ARGS_LIST;
}

static enum rc store_value(const struct args_opt *o, const char *value,
    struct err *e)
{
	struct args_list *list = o->out;

	if (o->kind == ARGS_STR) {
		*(const char **)o->out = value;
		return RC_OK;
	}
	if (o->kind == ARGS_LIST) {
		if (list->n == ARGS_LIST_MAX)
			return err_set(e, RC_INVALID, "usage",
			    "The option --%s is given too often.", o->name);
		list->v[list->n++] = value;
		return RC_OK;
	}
	if (!span_u64(span_str(value), UINT64_MAX, o->out))
		return err_set(e, RC_INVALID, "bad-number",
		    "The option --%s needs a whole number, not \"%s\".",
		    o->name, value);
	return RC_OK;
}

/* Where the reading stands. */
struct cursor {
	const struct args_cmd *cmd;
	int argc, at;
	char **argv;
	bool help;
};

static enum rc apply(struct cursor *c, const struct args_opt *o,
    const char *value, struct err *e)
{
	if (!takes_value(o)) {
		if (value)
			return err_set(e, RC_INVALID, "unexpected-value",
			    "The option --%s takes no value.", o->name);
		if (o->kind == ARGS_HELP)
			c->help = true;
		else
			*(bool *)o->out = true;
		return RC_OK;
	}
	if (!value) {
		if (c->at + 1 >= c->argc)
			return err_set(e, RC_INVALID, "missing-value",
			    "The option --%s needs a value (%s).", o->name,
			    o->value ? o->value : "VALUE");
		value = c->argv[++c->at];
	}
	return store_value(o, value, e);
}

static enum rc parse_long(struct cursor *c, const char *arg, struct err *e)
{
	const char *eq = strchr(arg, '=');
	struct span name =
	    eq ? span_of(arg, (size_t)(eq - arg)) : span_str(arg);
	const struct args_opt *o = find_long(c->cmd, name);

	if (!o && span_eq_str(name, "help")) {
		c->help = true;
		return RC_OK;
	}
	if (!o)
		return err_set(e, RC_INVALID, "unknown-option",
		    "There is no option --%.*s; --help lists them.",
		    (int)name.n, arg);
	return apply(c, o, eq ? eq + 1 : NULL, e);
}

static enum rc parse_letters(struct cursor *c, const char *arg, struct err *e)
{
	enum rc rc = RC_OK;

	for (; rc == RC_OK && *arg; arg++) {
		const struct args_opt *o = find_letter(c->cmd, *arg);

		if (!o && *arg == 'h') {
			c->help = true;
			continue;
		}
		if (!o)
			return err_set(e, RC_INVALID, "unknown-option",
			    "There is no option -%c; --help lists them.", *arg);
		if (takes_value(o))
			return apply(c, o, arg[1] ? arg + 1 : NULL, e);
		rc = apply(c, o, NULL, e);
	}
	return rc;
}

static enum rc check_count(const struct args_cmd *cmd, int n, struct err *e)
{
	if (n < cmd->pos_min)
		return err_set(e, RC_INVALID, "missing-argument",
		    "An argument is missing: %s.", cmd->usage);
	if (n > cmd->pos_max)
		return err_set(e, RC_INVALID, "extra-argument",
		    "There are too many arguments: %s.", cmd->usage);
	return RC_OK;
}

/* Help wins over every other judgement, wherever it stands before "--" and
 * unless it is the value of another option. */
static enum rc parse_all(struct cursor *c, int *npos, struct err *e)
{
	enum rc rc = RC_OK, first = RC_OK;
	bool ended = false;
	int n = 0;

	for (; c->at < c->argc; c->at++) {
		char *arg = c->argv[c->at];
		struct err *to = first == RC_OK ? e : NULL;

		if (ended || arg[0] != '-' || arg[1] == '\0')
			c->argv[1 + n++] = arg;
		else if (strcmp(arg, "--") == 0)
			ended = true;
		else if (arg[1] == '-')
			rc = parse_long(c, arg + 2, to);
		else
			rc = parse_letters(c, arg + 1, to);
		if (first == RC_OK)
			first = rc;
	}
	*npos = n;
	return first;
}

enum rc args_parse(const struct args_cmd *cmd, int argc, char **argv, int *npos,
    bool *help, struct err *e)
{
	struct cursor c = {cmd, argc, 1, argv, false};
	enum rc rc = parse_all(&c, npos, e);

	*help = c.help;
	if (c.help)
		return RC_OK;
	return rc != RC_OK ? rc : check_count(cmd, *npos, e);
}

static void help_line(const struct args_opt *o)
{
	char left[64];
	char letter[8] = "    ";

	if (o->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	(void)snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name,
	    takes_value(o) ? " " : "",
	    !takes_value(o) ? ""
		: o->value  ? o->value
			    : "VALUE");
	if (strlen(left) > 28)
		(void)printf("  %s\n  %-28s  %s\n", left, "",
		    o->help ? o->help : "");
	else
		(void)printf("  %-28s  %s\n", left, o->help ? o->help : "");
}

void args_help(const struct args_cmd *cmd)
{
	static const struct args_opt help = {"help", 'h', ARGS_HELP, NULL, NULL,
	    "show this help"};
	const struct args_opt *o;

	(void)printf("usage: %s\n\n%s\n\noptions:\n", cmd->usage, cmd->about);
	for (o = cmd->opts; o && o->name; o++)
		help_line(o);
	if (!find_long(cmd, SPAN_LIT("help")))
		help_line(&help);
}
