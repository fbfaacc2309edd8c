/* Runs subcommands that are one REST call each, from their table.
 * Must not know any rule of the service. */
#include "cmd/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/enc.h"
#include "base/file.h"

/* One run: the parsed arguments and the request they make. */
struct run {
	const struct cli_verb *v;
	const char *val[CLI_ARGS_MAX];
	bool flag[CLI_ARGS_MAX];
	bool json;
	uint64_t limit;
	struct client client;
	struct buf path;
	json_t *body;
	char (*secrets)[CLIENT_TEXT]; /* [CLI_ARGS_MAX] */
};

/* What args_parse and the table say of a wrong command line. */
static bool is_usage(const char *slug)
{
	static const char *const slugs[] = {"usage", "bad-number",
	    "unexpected-value", "missing-value", "unknown-option",
	    "missing-argument", "extra-argument"};
	size_t i;

	for (i = 0; slug != NULL && i < sizeof(slugs) / sizeof(slugs[0]); i++)
		if (strcmp(slug, slugs[i]) == 0)
			return true;
	return false;
}

int cli_fail(const struct err *e)
{
	(void)fprintf(stderr, "birthmark: %s", e->text);
	if (e->line != 0)
		(void)fprintf(stderr, " (line %lu)", e->line);
	if (e->ref != NULL)
		(void)fprintf(stderr, " (%s)", e->ref);
	if (e->retry_after_s != 0)
		(void)fprintf(stderr, " Try again in %u s.", e->retry_after_s);
	(void)fputc('\n', stderr);
	return is_usage(e->slug) ? 2 : err_class(e->rc)->exit_code;
}

enum rc cli_write(const char *path, struct span text, struct err *e)
{
	if (path && strcmp(path, "-") != 0)
		return file_write(path, text, 0644, e);
	(void)fwrite(text.p, 1, text.n, stdout);
	return RC_OK;
}

static bool is_positional(const struct cli_arg *a)
{
	return a->name != NULL && a->name[0] == '=';
}

static enum rc set_body(json_t *body, const char *field, json_t *value)
{
	struct span rest = span_str(field), part;
	char key[64];

	while (span_cut(&rest, '.', &part)) {
		json_t *inner;

		if (!span_copy_str(part, key, sizeof(key)))
			goto out;
		inner = json_object_get(body, key);
		if (inner == NULL) {
			inner = json_object();
			(void)json_object_set_new(body, key, inner);
		}
		body = inner;
	}
	if (span_copy_str(part, key, sizeof(key)) &&
	    json_object_set(body, key, value) == 0) {
		json_decref(value);
		return RC_OK;
	}
out:
	json_decref(value);
	return RC_BUG;
}

static enum rc file_value(const char *path, json_t **out, struct err *e)
{
	struct buf text;
	enum rc rc;

	buf_init(&text, 256 * 1024);
	rc = file_read(path, &text, e);
	if (rc == RC_OK) {
		*out = json_stringn((const char *)text.p, text.n);
		if (*out == NULL)
			rc = err_set(e, RC_INVALID, "not-text",
			    "%s is not a text file (PEM is expected).", path);
	}
	buf_clear(&text);
	return rc;
}

static enum rc named_value(struct run *r, const char *kind, const char *name,
    json_t **out, struct err *e)
{
	char id[64];
	enum rc rc;

	if (strcmp(name, "none") == 0) {
		*out = json_null();
		return RC_OK;
	}
	rc = cli_resolve(&r->client, kind, name, id, sizeof(id), e);
	if (rc == RC_OK)
		*out = json_string(id);
	return rc;
}

static enum rc on_off(const char *v, json_t **out, struct err *e)
{
	if (strcmp(v, "on") != 0 && strcmp(v, "off") != 0)
		return err_set(e, RC_INVALID, "usage",
		    "\"%s\" must be \"on\" or \"off\".", v);
	*out = json_boolean(strcmp(v, "on") == 0);
	return RC_OK;
}

static enum rc seconds_value(const char *v, json_t **out, struct err *e)
{
	static const struct {
		char unit;
		json_int_t s;
	} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
	struct span number = span_str(v);
	json_int_t times = 1;
	uint64_t n;
	size_t i;

	for (i = 0; number.n > 1 && i < sizeof(units) / sizeof(units[0]); i++)
		if (v[number.n - 1] == units[i].unit) {
			times = units[i].s;
			number.n--;
			break;
		}
	if (!span_u64(number, INT32_MAX, &n))
		return err_set(e, RC_INVALID, "usage",
		    "\"%s\" is no time as in 90d, 12h, 30m or 600s.", v);
	*out = json_integer((json_int_t)n * times);
	return RC_OK;
}

static enum rc list_value(struct run *r, const char *v, bool products,
    json_t **out, struct err *e)
{
	struct span rest = span_str(strcmp(v, "none") == 0 ? "" : v), part;
	json_t *list = json_array(), *one = NULL;
	bool more = rest.n > 0;
	char word[128];
	enum rc rc = RC_OK;

	while (rc == RC_OK && more) {
		more = span_cut(&rest, ',', &part);
		if (!span_copy_str(part, word, sizeof(word)) ||
		    word[0] == '\0' || strcmp(word, "none") == 0)
			rc = err_set(e, RC_INVALID, "usage",
			    "\"%s\" is no list with commas between.", v);
		else if (products)
			rc = named_value(r, "products", word, &one, e);
		else
			one = json_string(word);
		if (rc == RC_OK && json_array_append_new(list, one) != 0)
			rc = err_set(e, RC_INVALID, "not-text",
			    "\"%s\" is not UTF-8 text.", word);
	}
	if (rc == RC_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}

static enum rc body_value(struct run *r, size_t i, json_t **out, struct err *e)
{
	const struct cli_arg *a = &r->v->args[i];
	const char *v = r->val[i];
	uint64_t n;

	switch (a->in) {
	case CLI_NUM:
		if (!span_u64(span_str(v), INT64_MAX, &n))
			return err_set(e, RC_INVALID, "usage",
			    "\"%s\" is not a number.", v);
		*out = json_integer((json_int_t)n);
		break;
	case CLI_ON_OFF:
		return on_off(v, out, e);
	case CLI_TRUE:
		*out = json_true();
		break;
	case CLI_FILE:
		return file_value(v, out, e);
	case CLI_PRODUCT:
		return named_value(r, "products", v, out, e);
	case CLI_CLOUD:
		return named_value(r, "clouds", v, out, e);
	case CLI_CA:
		return named_value(r, "cas", v, out, e);
	case CLI_SECONDS:
		return seconds_value(v, out, e);
	case CLI_WORDS:
	case CLI_PRODUCTS:
		return list_value(r, v, a->in == CLI_PRODUCTS, out, e);
	default:
		*out = json_string(v);
	}
	if (*out == NULL)
		return err_set(e, RC_INVALID, "not-text",
		    "\"%s\" is not UTF-8 text.", v);
	return RC_OK;
}

static enum rc ask_password(struct run *r, size_t i, struct err *e)
{
	enum rc rc = cli_password(r->v->args[i].help, r->val[i], r->secrets[i],
	    CLIENT_TEXT, e);

	r->val[i] = r->secrets[i];
	return rc;
}

/* What of this kind has a name beside its id; NULL for others. */
static const char *kind_of(const char *field)
{
	static const char *const kinds[][2] = {{"product", "products"},
	    {"cloud", "clouds"}, {"ca", "cas"}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i][0], field) == 0)
			return kinds[i][1];
	return NULL;
}

static enum rc add_query(struct run *r, const char *field, const char *value,
    struct err *e)
{
	struct span path = buf_span(&r->path);
	char id[64];
	enum rc rc = RC_OK;

	if (kind_of(field)) {
		rc = cli_resolve(&r->client, kind_of(field), value, id,
		    sizeof(id), e);
		value = id;
	}
	if (rc != RC_OK)
		return rc;
	buf_add_u8(&r->path, memchr(path.p, '?', path.n) == NULL ? '?' : '&');
	buf_add_str(&r->path, field);
	buf_add_u8(&r->path, '=');
	enc_percent(&r->path, span_str(value));
	return RC_OK;
}

static const char *path_value(struct run *r, const char *name)
{
	size_t i;

	if (strcmp(name, "account") == 0)
		return r->client.account;
	for (i = 0; i < CLI_ARGS_MAX && r->v->args[i].in != CLI_END; i++)
		if (r->v->args[i].in == CLI_PATH &&
		    strcmp(r->v->args[i].field, name) == 0)
			return r->val[i];
	return strcmp(name, "vendor") == 0 ? r->client.vendor : NULL;
}

static bool asks_scope(const struct cli_verb *v, const char *scope)
{
	char hole[16];
	size_t i;

	(void)snprintf(hole, sizeof(hole), "{%s}", scope);
	if (strstr(v->path, hole) == NULL)
		return false;
	for (i = 0; i < CLI_ARGS_MAX && v->args[i].in != CLI_END; i++)
		if (v->args[i].in == CLI_PATH &&
		    strcmp(v->args[i].field, scope) == 0)
			return false;
	return true;
}

static enum rc fill_hole(struct run *r, struct span hole, struct err *e)
{
	const char *v = NULL;
	char name[32], id[64];
	enum rc rc = RC_OK;

	if (span_copy_str(hole, name, sizeof(name)))
		v = path_value(r, name);
	if (v == NULL)
		return err_set(e, RC_BUG, "cli-table",
		    "The command's table has no value for {%s}.", name);
	if (kind_of(name)) {
		rc = cli_resolve(&r->client, kind_of(name), v, id, sizeof(id),
		    e);
		v = id;
	}
	if (rc == RC_OK)
		enc_percent(&r->path, span_str(v));
	return rc;
}

static enum rc build_path(struct run *r, struct err *e)
{
	struct span rest = span_str(r->v->path), part;
	enum rc rc = RC_OK;

	if (asks_scope(r->v, "account"))
		rc = client_need_scope(&r->client, "account", e);
	if (rc == RC_OK && asks_scope(r->v, "vendor"))
		rc = client_need_scope(&r->client, "vendor", e);
	while (rc == RC_OK && rest.n > 0) {
		if (!span_cut(&rest, '{', &part)) {
			buf_add_span(&r->path, part);
			break;
		}
		buf_add_span(&r->path, part);
		(void)span_cut(&rest, '}', &part);
		rc = fill_hole(r, part, e);
	}
	return rc;
}

static enum rc add_fixed(struct run *r)
{
	struct span rest = span_str(r->v->fixed), pair, key;
	enum rc rc = RC_OK;
	char name[64];

	while (rc == RC_OK && rest.n > 0) {
		(void)span_cut(&rest, ',', &pair);
		(void)span_cut(&pair, '=', &key);
		if (!span_copy_str(key, name, sizeof(name)))
			return RC_BUG;
		rc = set_body(r->body, name,
		    json_stringn((const char *)pair.p, pair.n));
	}
	return rc;
}

static enum rc build_request(struct run *r, struct err *e)
{
	enum rc rc = build_path(r, e);
	json_t *value;
	size_t i;

	r->body = json_object();
	if (rc == RC_OK && r->v->fixed != NULL)
		rc = add_fixed(r);
	for (i = 0; rc == RC_OK && i < CLI_ARGS_MAX; i++) {
		const struct cli_arg *a = &r->v->args[i];

		if (a->in == CLI_PASSWORD && (a->needed || r->val[i] != NULL))
			rc = ask_password(r, i, e);
		if (a->in == CLI_TRUE ? !r->flag[i] : r->val[i] == NULL)
			continue;
		if (a->in == CLI_QUERY)
			rc = add_query(r, a->field, r->val[i], e);
		else if (a->in > CLI_QUERY && rc == RC_OK) {
			rc = body_value(r, i, &value, e);
			if (rc == RC_OK)
				rc = set_body(r->body, a->field, value);
		}
	}
	return rc;
}

/* In text all pages are printed, in JSON the one that was asked for. */
static enum rc more_pages(struct run *r, json_t *first, struct err *e)
{
	json_t *page = json_incref(first);
	struct buf path;
	enum rc rc = RC_OK;

	buf_init(&path, 4096);
	while (rc == RC_OK && r->limit == 0) {
		const char *next =
		    json_string_value(json_object_get(page, "next"));
		if (next == NULL)
			break;
		buf_reset(&path);
		buf_add_span(&path, buf_span(&r->path));
		buf_add_str(&path,
		    strchr(buf_cstr(&r->path), '?') == NULL ? "?" : "&");
		buf_add_str(&path, "cursor=");
		enc_percent(&path, span_str(next));
		json_decref(page);
		page = NULL;
		rc = client_get(&r->client, buf_cstr(&path), &page, e);
		if (rc == RC_OK)
			cli_print_rows(json_object_get(page, "items"),
			    r->v->columns, false);
	}
	json_decref(page);
	buf_clear(&path);
	return rc;
}

bool cli_next_page(char *path, size_t cap, const char *base, json_t *page)
{
	const char *next = json_string_value(json_object_get(page, "next"));

	return next &&
	    snprintf(path, cap, "%s&cursor=%s", base, next) < (int)cap;
}

static enum rc send_request(struct run *r, struct err *e)
{
	struct client_call call = {.method = r->v->method};
	json_t *answer = NULL;
	char limit[24];
	enum rc rc = RC_OK;

	if (r->limit != 0) {
		(void)snprintf(limit, sizeof(limit), "%llu",
		    (unsigned long long)r->limit);
		rc = add_query(r, "limit", limit, e);
	}
	if (rc != RC_OK)
		return rc;
	call.path = buf_cstr(&r->path);
	if (json_object_size(r->body) > 0 ||
	    (strcmp(r->v->method, "GET") != 0 &&
		strcmp(r->v->method, "DELETE") != 0))
		call.body = r->body;
	rc = client_do(&r->client, &call, &answer, NULL, e);
	if (rc == RC_OK) {
		cli_link(&r->client, answer);
		cli_print(answer, r->v->columns, r->json);
		if (!r->json && json_object_get(answer, "items") != NULL)
			rc = more_pages(r, answer, e);
	}
	json_decref(answer);
	return rc;
}

const char *cli_text(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

void cli_link(const struct client *c, json_t *answer)
{
	const char *token = cli_text(answer, "token");
	const char *page = NULL;

	if (span_starts(span_str(token), SPAN_LIT("bmi_")))
		page = "invite";
	else if (span_starts(span_str(token), SPAN_LIT("bmr_")))
		page = "reset";
	if (page != NULL)
		(void)json_object_set_new(answer, "link",
		    json_sprintf("%s/console/%s#%s", c->url, page, token));
}

bool cli_args(const struct args_cmd *cmd, int argc, char **argv, int *status)
{
	struct err e = {0};
	bool help = false;
	int npos = 0;

	*status = 0;
	if (args_parse(cmd, argc, argv, &npos, &help, &e) != RC_OK)
		*status = cli_fail(&e);
	else if (help)
		args_help(cmd);
	else
		return true;
	return false;
}

/* The table's arguments as options for args_parse. */
static void make_options(struct run *r, struct args_opt *o, struct buf *usage)
{
	const char *account = NULL;
	size_t i, n = 0;

	(void)account;
	buf_addf(usage, "birthmark %s %s", r->v->cmd, r->v->verb);
	for (i = 0; i < CLI_ARGS_MAX && r->v->args[i].in != CLI_END; i++) {
		const struct cli_arg *a = &r->v->args[i];

		if (is_positional(a)) {
			buf_addf(usage, " %s", a->name + 1);
			continue;
		}
		o[n].name = a->name;
		o[n].kind = a->in == CLI_TRUE ? ARGS_FLAG : ARGS_STR;
		o[n].out = a->in == CLI_TRUE ? (void *)&r->flag[i]
					     : (void *)&r->val[i];
		o[n].value = a->in == CLI_PASSWORD || a->in == CLI_FILE
		    ? "FILE"
		    : (a->in == CLI_ON_OFF ? "on|off" : "VALUE");
		o[n++].help = a->help;
	}
	o[n++] = (struct args_opt){"json", 0, ARGS_FLAG, &r->json, NULL,
	    "print the service's answer as JSON"};
	if (strcmp(r->v->method, "GET") == 0)
		o[n++] = (struct args_opt){"limit", 0, ARGS_U64, &r->limit, "N",
		    "at most N entries"};
	buf_add_str(usage, " [OPTION]...");
}

static enum rc take_arguments(struct run *r, int argc, char **argv, bool *help,
    struct err *e)
{
	struct args_opt o[CLI_ARGS_MAX + 6] = {0};
	const char *account = NULL, *vendor = NULL;
	struct args_cmd cmd = {.about = r->v->about, .opts = o};
	struct buf usage;
	int npos = 0, used = 0;
	enum rc rc;
	size_t i, n;

	buf_init(&usage, 1024);
	make_options(r, o, &usage);
	for (n = 0; o[n].name != NULL;)
		n++;
	o[n++] = (struct args_opt){"account", 0, ARGS_STR, &account, "ID",
	    "account to work in"};
	o[n++] = (struct args_opt){"vendor", 0, ARGS_STR, &vendor, "ID",
	    "vendor to work for"};
	cmd.usage = buf_cstr(&usage);
	for (i = 0; i < CLI_ARGS_MAX; i++)
		cmd.pos_min += is_positional(&r->v->args[i]);
	cmd.pos_max = cmd.pos_min;
	rc = args_parse(&cmd, argc, argv, &npos, help, e);
	if (rc == RC_OK && *help)
		args_help(&cmd);
	for (i = 0; rc == RC_OK && !*help && i < CLI_ARGS_MAX; i++) {
		const struct cli_arg *a = &r->v->args[i];

		if (is_positional(a))
			r->val[i] = argv[1 + used++];
		else if (a->needed && a->in != CLI_PASSWORD &&
		    r->val[i] == NULL)
			rc = err_set(e, RC_INVALID, "usage",
			    "--%s is needed: %s.", a->name, a->help);
	}
	if (rc == RC_OK)
		rc = client_use(r->client.account, account, e);
	if (rc == RC_OK)
		rc = client_use(r->client.vendor, vendor, e);
	buf_clear(&usage);
	return rc;
}

static int run_verb(const struct cli_verb *v, int argc, char **argv)
{
	char secrets[CLI_ARGS_MAX][CLIENT_TEXT];
	struct run r = {.v = v, .secrets = secrets};
	struct err e = {0};
	bool help = false;
	enum rc rc;

	if (v->run != NULL)
		return v->run(argc, argv);
	buf_init(&r.path, 4096);
	rc = client_open(&r.client, &e);
	if (rc == RC_OK)
		rc = take_arguments(&r, argc, argv, &help, &e);
	if (rc == RC_OK && !help)
		rc = build_request(&r, &e);
	if (rc == RC_OK && !help)
		rc = send_request(&r, &e);
	explicit_bzero(secrets, sizeof(secrets));
	json_decref(r.body);
	buf_clear(&r.path);
	client_close(&r.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

static int list_verbs(const char *cmd, FILE *to, int status)
{
	const struct cli_verb *v;

	(void)fprintf(to, "Usage: birthmark %s VERB [ARGUMENT]...\n\n", cmd);
	for (v = cli_verbs; v->cmd != NULL; v++)
		if (strcmp(v->cmd, cmd) == 0)
			(void)fprintf(to, "  %-14s %s\n", v->verb, v->about);
	(void)fprintf(to, "\n`birthmark %s VERB --help` tells more.\n", cmd);
	return status;
}

int cli_main(int argc, char **argv)
{
	const struct cli_verb *v;

	if (argc < 2)
		return list_verbs(argv[0], stderr, 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return list_verbs(argv[0], stdout, 0);
	for (v = cli_verbs; v->cmd != NULL; v++)
		if (strcmp(v->cmd, argv[0]) == 0 &&
		    strcmp(v->verb, argv[1]) == 0)
			return run_verb(v, argc - 1, argv + 1);
	(void)fprintf(stderr, "birthmark: %s has no verb \"%s\".\n\n", argv[0],
	    argv[1]);
	return list_verbs(argv[0], stderr, 2);
}
