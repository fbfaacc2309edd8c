/* The birthmark program: a table of subcommands.
 * Must do nothing itself. */
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/cli_bind.h"
#include "cmd/cli_manifest.h"
#include "cmd/cli_publish.h"
#include "cmd/courier_key.h"
#include "cmd/demo.h"
#include "cmd/device_cmd.h"
#include "cmd/fab.h"
#include "cmd/gate_cmd.h"
#include "cmd/init.h"
#include "cmd/inspect.h"
#include "cmd/kit.h"
#include "cmd/login.h"
#include "cmd/receiver.h"
#include "cmd/serve.h"

struct cmd_entry {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct cmd_entry entries[] = {
    {"init", init_main, "make the service's directory, keys and first user"},
    {"serve", serve_main, "run the service"},
    {"courier-key", courier_key_main, "change the key of stored credentials"},
    {"fab", fab_main, "make chips and their reels (the chip maker)"},
    {"inspect", inspect_main, "explain a file and what is wrong with it"},
    {"kit", kit_main, "run the virtual developer kit"},
    {"demo", demo_main, "play the whole story and its attacks"},
    {"login", login_main, "log in to a service"},
    {"logout", login_out_main, "end the session"},
    {"vendor", cli_main, "chip makers, their CAs and their uploads"},
    {"publish", cli_publish_main, "publish a reel's manifest"},
    {"account", cli_main, "accounts and their settings"},
    {"user", cli_main, "users, roles, invitations, sessions"},
    {"token", cli_main, "API tokens"},
    {"product", cli_main, "product lines"},
    {"claim-voucher", cli_main, "tokens by which devices bind themselves"},
    {"ca", cli_main, "certificate authorities of an account"},
    {"profile", cli_main, "what certificates a product's devices get"},
    {"certificate", cli_main, "certificates that authorities issued"},
    {"cloud", cli_main, "product clouds"},
    {"bind", cli_bind_main, "bind a batch by its label"},
    {"batch", cli_main, "bound batches"},
    {"device", device_cmd_main, "devices; run one that owns a chip"},
    {"manifest", cli_manifest_main, "download a batch's certificates"},
    {"provision", cli_bind_provision_main, "tell a cloud what to expect"},
    {"job", cli_main, "provisioning jobs"},
    {"audit", cli_main, "the audit log"},
    {"gate", gate_cmd_main, "admit devices to an account's own cloud"},
    {"receiver", receiver_main, "a reference receiver of devices"},
    {NULL, NULL, NULL},
};

static int usage(FILE *to, int status)
{
	const struct cmd_entry *c;

	(void)fputs("Usage: birthmark COMMAND [ARGUMENT]...\n"
		    "An identity for every connected product, from the "
		    "chip maker's reel to the product's cloud.\n\n",
	    to);
	for (c = entries; c->name != NULL; c++)
		(void)fprintf(to, "  %-12s %s\n", c->name, c->summary);
	(void)fputs("\n`birthmark COMMAND --help` tells more.\n", to);
	return status;
}

int main(int argc, char **argv)
{
	const struct cmd_entry *c;

	if (argc < 2)
		return usage(stderr, 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return usage(stdout, 0);
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("birthmark " BIRTHMARK_VERSION);
		return 0;
	}
	for (c = entries; c->name != NULL; c++)
		if (strcmp(c->name, argv[1]) == 0)
			return c->run(argc - 1, argv + 1);
	(void)fprintf(stderr, "birthmark: there is no command \"%s\".\n\n",
	    argv[1]);
	return usage(stderr, 2);
}
