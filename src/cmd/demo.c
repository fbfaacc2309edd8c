/* `birthmark demo`: the whole story without questions, then the attacks.
 * Works in a temporary folder; leaves nothing behind. */
#include "cmd/demo.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "cmd/cli.h"
#include "cmd/demo_attack.h"
#include "cmd/demo_field.h"

static void note(const struct demo *d, const char *what)
{
	if (isatty(STDERR_FILENO) && !d->as_json)
		(void)fprintf(stderr, "\r\033[K%s ...", what);
}

static void clear_note(const struct demo *d)
{
	if (isatty(STDERR_FILENO) && !d->as_json)
		(void)fputs("\r\033[K", stderr);
}

static enum rc play(struct demo *d, const struct demo_scene *scene,
    struct err *e)
{
	int64_t start = clock_mono_ms(), ms;
	enum rc rc;

	note(d, scene->name);
	rc = scene->run(d, e);
	ms = clock_mono_ms() - start;
	clear_note(d);
	(void)json_array_append_new(d->scenes,
	    json_pack("{s:s,s:b,s:I}", "name", scene->name, "ok", rc == RC_OK,
		"ms", (json_int_t)ms));
	if (!d->as_json)
		(void)printf("%-4s %6lld ms  %s\n", rc == RC_OK ? "ok" : "FAIL",
		    (long long)ms, scene->name);
	if (rc != RC_OK) {
		d->wrong = true;
		(void)fprintf(stderr, "birthmark: %s\n", e->text);
	}
	return rc;
}

static void attack(struct demo *d, const struct demo_attack *a)
{
	struct err e = {0};
	bool refused;
	enum rc rc;

	note(d, a->name);
	rc = a->run(d, &e);
	clear_note(d);
	/* Failing for another reason than its own would prove nothing. */
	refused = rc != RC_OK && strstr(e.text, a->reason) != NULL;
	(void)json_array_append_new(d->attacks,
	    json_pack("{s:s,s:b,s:s}", "name", a->name, "refused", refused,
		"reason", rc == RC_OK ? "it succeeded" : e.text));
	if (!d->as_json)
		(void)printf("%-8s %s\n         %s\n",
		    refused ? "refused" : "WRONG", a->name,
		    rc == RC_OK ? "it succeeded" : e.text);
	d->wrong |= !refused;
}

static void attack_all(struct demo *d, const struct demo_attack *table)
{
	for (; table->name != NULL; table++)
		attack(d, table);
}

static enum rc play_all(struct demo *d, const char *title,
    const struct demo_scene *scene, struct err *e)
{
	enum rc rc = RC_OK;

	if (!d->as_json)
		(void)puts(title);
	for (; rc == RC_OK && scene->name != NULL; scene++)
		rc = play(d, scene, e);
	return rc;
}

static enum rc perform(struct demo *d, struct err *e)
{
	enum rc rc = play_all(d, "From the fab to the first connect:\n",
	    demo_scene_all, e);

	if (rc == RC_OK)
		rc = play_all(d, "\nIdentity in the field:\n", demo_field_all,
		    e);
	if (rc != RC_OK)
		return rc;
	note(d, "Preparing the attacks");
	rc = demo_attack_prepare(d, e);
	clear_note(d);
	if (rc != RC_OK)
		return rc;
	if (!d->as_json)
		(void)puts("\nAttacks, each with the reason of its refusal:\n");
	attack_all(d, demo_attack_device);
	attack_all(d, demo_attack_manifest);
	attack_all(d, demo_attack_api);
	attack_all(d, demo_attack_field);
	return RC_OK;
}

static int remove_one(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void print_result(const struct demo *d, int64_t ms)
{
	json_t *o;

	if (d->as_json) {
		o = json_pack("{s:O,s:O}", "scenes", d->scenes, "attacks",
		    d->attacks);
		(void)json_dumpf(o, stdout, JSON_INDENT(2));
		(void)putchar('\n');
		json_decref(o);
	} else
		(void)printf("\n%s in %.1f s.\n",
		    d->wrong ? "Not everything went as it should"
			     : "Everything went as it should",
		    (double)ms / 1000);
}

static enum rc run(struct demo *d, struct err *e)
{
	char dir[] = "/tmp/birthmark-demo-XXXXXX";
	int64_t start = clock_mono_ms();
	enum rc rc;

	if (mkdtemp(dir) == NULL)
		return err_sys(e, "temp", "No folder could be made in /tmp");
	d->scenes = json_array();
	d->attacks = json_array();
	rc = stage_open(&d->stage, dir, e);
	if (rc == RC_OK)
		rc = perform(d, e);
	d->wrong |= rc != RC_OK;
	client_close(&d->admin);
	client_close(&d->operator_);
	client_close(&d->rival);
	client_close(&d->vendor);
	stage_close(&d->stage);
	print_result(d, clock_mono_ms() - start);
	json_decref(d->scenes);
	json_decref(d->attacks);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return rc;
}

int demo_main(int argc, char **argv)
{
	struct demo d = {0};
	const struct args_opt opts[] = {
	    {"json", 0, ARGS_FLAG, &d.as_json, NULL,
		"print one JSON object: scenes and attacks"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark demo [OPTION]...",
	    "Plays the whole story in a temporary folder: chips are "
	    "personalised, published, bound and provisioned, devices connect, "
	    "and every attack is refused with its reason. Exit status 1 if "
	    "anything went otherwise.",
	    opts, 0, 0};
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = run(&d, &e);
	if (rc != RC_OK)
		(void)cli_fail(&e);
	return rc != RC_OK || d.wrong ? 1 : 0;
}
