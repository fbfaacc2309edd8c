/* `birthmark fab`: chooses between its commands.
 * Must do nothing itself. */
#include <stdio.h>
#include <string.h>

#include "cmd/fab.h"
#include "cmd/fab_init.h"
#include "cmd/fab_personalize.h"
#include "cmd/fab_status.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
    {"init", fab_init_main, "make the vendor's CAs and manifest signer"},
    {"personalize", fab_personalize_main, "make the chips of a reel"},
    {"ocsp-responder", fab_status_responder_main,
	"let a service answer OCSP for them"},
    {"crl", fab_status_crl_main, "sign the list of revoked ones"},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int usage(FILE *to, int status)
{
	size_t i;

	(void)fputs("usage: birthmark fab COMMAND [OPTION]...\n\n"
		    "Makes chips and their reels on the vendor's own host; "
		    "no service is needed.\n\ncommands:\n",
	    to);
	for (i = 0; i < COMMANDS; i++)
		(void)fprintf(to, "  %-14s  %s\n", commands[i].name,
		    commands[i].summary);
	return status;
}

int fab_fail(const struct err *e, int is_usage)
{
	(void)fprintf(stderr, "birthmark: %s\n", e->text);
	return is_usage ? 2 : err_class(e->rc)->exit_code;
}

int fab_main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		return usage(stderr, 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, 0);
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			return commands[i].run(argc - 1, argv + 1);
	(void)fprintf(stderr, "birthmark: fab has no command \"%s\".\n\n",
	    argv[1]);
	return usage(stderr, 2);
}
