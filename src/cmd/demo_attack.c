/* What the attacks of the demonstration need beside its story.
 * Must leave the story's own batch alone. */
#include "cmd/demo_attack.h"

#include <stdio.h>
#include <string.h>

#include "cmd/demo_scene.h"
#include "cmd/stage_field.h"

static enum rc foreign_fab(struct demo *d, struct err *e)
{
	char dir[STAGE_PATH], out[STAGE_PATH];
	const char *init[] = {"fab", "init", "--vendor", "Foreign Chips",
	    "--dir", dir, NULL};
	const char *make[] = {"fab", "personalize", "--dir", dir, "--out", out,
	    "--reel", "foreign", "--batch", "FOREIGN", "--count", "2", NULL};
	enum rc rc = stage_path(&d->stage, "foreign-fab", dir, e);

	if (rc == RC_OK)
		rc = stage_path(&d->stage, "reels/foreign", out, e);
	if (rc == RC_OK)
		rc = stage_run(&d->stage, init, NULL, e);
	return rc == RC_OK ? stage_run(&d->stage, make, NULL, e) : rc;
}

static enum rc rival_binds(struct demo *d, struct err *e)
{
	char path[256], label[512];
	enum rc rc = stage_field_authority(&d->stage, &d->rival, "rival", e);

	/* It has all that the first owner has. */
	if (rc == RC_OK)
		rc = stage_field_product(&d->stage, &d->rival, "rival",
		    "Thermostat", "rival.product", e);
	if (rc == RC_OK)
		rc = demo_scene_label(d, "rival", label, sizeof(label), e);

	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/bindings",
	    stage_get(&d->stage, "rival.account"));
	if (rc == RC_OK)
		rc = stage_api_call(&d->rival, "POST", path,
		    json_pack("{s:s,s:s}", "label", label, "product",
			stage_get(&d->stage, "rival.product")),
		    NULL, e);
	return rc;
}

enum rc demo_attack_prepare(struct demo *d, struct err *e)
{
	struct stage *s = &d->stage;
	enum rc rc = stage_api_reel(s, "unbound", "DEMO-UNBOUND", 2, false, e);

	if (rc == RC_OK)
		rc = stage_api_reel(s, "rival", "DEMO-RIVAL", 2, false, e);
	if (rc == RC_OK)
		rc =
		    stage_api_reel(s, "unlisted", "DEMO-UNLISTED", 3, false, e);
	if (rc == RC_OK)
		rc = stage_api_publish(s, "unbound", e);
	if (rc == RC_OK)
		rc = stage_api_publish(s, "rival", e);
	if (rc == RC_OK)
		rc = rival_binds(d, e);
	return rc == RC_OK ? foreign_fab(d, e) : rc;
}
