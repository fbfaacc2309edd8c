/* `birthmark demo`: the whole story, and the attacks that must fail. */
#ifndef BIRTHMARK_CMD_DEMO_H
#define BIRTHMARK_CMD_DEMO_H

#include "cmd/stage_api.h"

#define DEMO_PRODUCT "Dishwasher DW-9"
#define DEMO_BATCH "DW9-2026"
#define DEMO_COUNT 1000

struct demo {
	struct stage stage;
	struct client admin, operator_, rival, vendor;
	json_t *scenes, *attacks; /* arrays of results */
	bool as_json, wrong;
	char label[512]; /* text of the genuine label */
};

int demo_main(int argc, char **argv);

#endif
