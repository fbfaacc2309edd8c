/* `birthmark kit`: a whole small world in a local folder, to try things on.
 * Goes on where it left off; must not be reachable from other hosts. */
#include "cmd/kit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/file.h"
#include "cmd/cli.h"
#include "cmd/stage_field.h"

#define KIT_DIR "birthmark-kit"
#define KIT_VENDOR "Virtual Chips"
#define KIT_PRODUCT "Dishwasher DW-9"

/* The reels of Cloud ID's evaluation kit. */
static const struct {
	const char *bid;
	unsigned int count;
} reels[] = {{"D001", 2}, {"D002", 2}, {"D003", 2}, {"D004", 2}, {"D005", 2},
    {"D006", 5}, {"D007", 5}, {"D008", 5}, {"D009", 10}, {"D010", 10}};
#define REELS_N (sizeof(reels) / sizeof(reels[0]))

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static enum rc say(const char *what)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r\033[K%s ...", what);
	return stopped ? RC_AGAIN : RC_OK;
}

static enum rc set_reels(struct stage *s, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < REELS_N; i++)
		rc = stage_api_reel(s, reels[i].bid, reels[i].bid,
		    reels[i].count, true, e);
	for (i = 0; rc == RC_OK && i < REELS_N; i++)
		rc = stage_api_publish(s, reels[i].bid, e);
	return rc;
}

/* With it, devices boot as they do at their owner's. */
static enum rc set_authority(struct stage *s, struct err *e)
{
	struct client c = {0};
	enum rc rc = stage_api_login(s, "admin", &c, e);

	if (rc == RC_OK)
		rc = stage_field_authority(s, &c, "admin", e);
	if (rc == RC_OK)
		rc = stage_field_server(s, &c, e);
	/* Only once: it may have been changed since. */
	if (rc == RC_OK && stage_get(s, "profile") == NULL) {
		rc = stage_field_product(s, &c, "admin", NULL, "product", e);
		if (rc == RC_OK)
			rc = stage_put(s, "profile", "yes", e);
	}
	client_close(&c);
	return rc;
}

static enum rc start_servers(struct stage *s, struct err *e)
{
	enum rc rc = stage_api_interop_key(s, e);

	if (rc == RC_OK)
		rc = stage_start_receiver(s, e);
	if (rc == RC_OK)
		rc = stage_start_gate(s, e);
	if (rc == RC_OK)
		rc = stage_start_broker(s, e);
	return rc == RC_OK ? stage_start_own_broker(s, e) : rc;
}

static enum rc set_up(struct stage *s, struct err *e)
{
	enum rc rc = say("Making the fab");

	if (rc == RC_OK)
		rc = stage_api_fab(s, KIT_VENDOR, e);
	if (rc == RC_OK)
		rc = stage_start_pki(s, e);
	(void)say("Starting the service");
	if (rc == RC_OK)
		rc = stage_start_service(s, e);
	(void)say("Setting up the chip maker and the account");
	if (rc == RC_OK)
		rc = stage_api_vendor(s, KIT_VENDOR, e);
	if (rc == RC_OK)
		rc = stage_api_account(s, "admin", "Kit account", e);
	if (rc == RC_OK)
		rc = stage_api_clouds(s, KIT_PRODUCT, e);
	if (rc == RC_OK)
		rc = set_authority(s, e);
	(void)say("Publishing ten virtual reels");
	if (rc == RC_OK)
		rc = set_reels(s, e);
	(void)say("Starting receiver, gate and brokers");
	if (rc == RC_OK)
		rc = start_servers(s, e);
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
	return rc;
}

static json_t *labels(const struct stage *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < REELS_N; i++)
		(void)json_array_append_new(list,
		    json_pack("{s:s,s:i,s:o}", "batch", reels[i].bid, "devices",
			(int)reels[i].count, "label",
			json_sprintf("%s/b/%s", stage_get(s, "url"),
			    reels[i].bid)));
	return list;
}

static void print_json(const struct stage *s)
{
	json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}",
	    "address", stage_get(s, "url"), "email",
	    stage_get(s, "admin.email"), "password",
	    stage_get(s, "admin.password"), "account",
	    stage_get(s, "admin.account"), "broker_port",
	    stage_get(s, "broker.port"), "own_broker_port",
	    stage_get(s, "own-broker.port"), "device_port",
	    stage_get(s, "device.port"), "folder", s->dir, "labels", labels(s));

	if (o != NULL)
		(void)json_dumpf(o, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(o);
}

static void print_text(const struct stage *s)
{
	size_t i;

	(void)printf("Birthmark's virtual developer kit is running.\n\n"
		     "  Console   %s (service, API and console)\n"
		     "  Login     %s\n"
		     "  Password  %s\n"
		     "  Broker    localhost:%s (MQTT, mutual TLS)\n"
		     "  Folder    %s\n\n"
		     "Labels (each binds by its Batch ID alone):\n",
	    stage_get(s, "url"), stage_get(s, "admin.email"),
	    stage_get(s, "admin.password"), stage_get(s, "broker.port"),
	    s->dir);
	for (i = 0; i < REELS_N; i++)
		(void)printf("  %s/b/%-5s %2u devices\n", stage_get(s, "url"),
		    reels[i].bid, reels[i].count);
	(void)printf("\nTry, in another terminal (`birthmark` is "
		     "build/release/src/cmd/birthmark):\n"
		     "  birthmark login --url %s --ca %s/service/tls/cert.pem "
		     "--email %s\n"
		     "  birthmark bind D001 --product \"" KIT_PRODUCT
		     "\" --cloud \"Own cloud\"\n"
		     "  birthmark provision D001 --wait\n"
		     "  birthmark device run --chip $(ls "
		     "%s/reels/D001/chips/*.pem | head -1) "
		     "--broker localhost:%s --ca %s/broker/ca.pem\n\n"
		     "The same device, as it finds its owner by itself, gets "
		     "a certificate of its\nown and connects with that:\n"
		     "  birthmark device power-on --chip $(ls "
		     "%s/reels/D001/chips/*.pem | head -1) --state device-1 "
		     "--registrar https://localhost:%s "
		     "--anchors %s/service/tls/cert.pem "
		     "--voucher-anchor %s/service/signer/voucher-cert.pem "
		     "--broker localhost:%s\n\n"
		     "Ctrl-C stops it; started again, it goes on from here.\n",
	    stage_get(s, "url"), s->dir, stage_get(s, "admin.email"), s->dir,
	    stage_get(s, "broker.port"), s->dir, s->dir,
	    stage_get(s, "device.port"), s->dir, s->dir,
	    stage_get(s, "own-broker.port"));
}

static enum rc watch(struct stage *s, struct err *e)
{
	enum stage_part p;
	int status = 0;

	while (!stopped) {
		p = stage_fallen(s, &status);
		if (p != STAGE_PARTS)
			return err_set(e, RC_ENV, "part-ended",
			    "The %s ended with status %d: see %s/%s.log.",
			    stage_part_name(p), status, s->dir,
			    stage_part_name(p));
		(void)poll(NULL, 0, 200);
	}
	return RC_OK;
}

static enum rc run(const char *dir, bool as_json, struct err *e)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct stage s = {0};
	enum rc rc;

	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	(void)sigaction(SIGHUP, &act, NULL);
	rc = stage_open(&s, dir, e);
	if (rc == RC_OK)
		rc = set_up(&s, e);
	if (rc == RC_OK) {
		if (as_json)
			print_json(&s);
		else
			print_text(&s);
		(void)fflush(stdout);
		rc = watch(&s, e);
	}
	stage_close(&s);
	return stopped ? RC_OK : rc;
}

int kit_main(int argc, char **argv)
{
	const char *dir = KIT_DIR;
	bool as_json = false;
	const struct args_opt opts[] = {
	    {"dir", 0, ARGS_STR, &dir, "DIR",
		"where everything is kept (" KIT_DIR ")"},
	    {"json", 0, ARGS_FLAG, &as_json, NULL,
		"print address, login and labels as JSON"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark kit [OPTION]...",
	    "Runs a virtual developer kit until it is stopped: a chip maker "
	    "with ten virtual reels, the service with an account, an interop "
	    "receiver, a gate, and mosquitto with the plugin, all on "
	    "loopback.",
	    opts, 0, 0};
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = run(dir, as_json, &e);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
