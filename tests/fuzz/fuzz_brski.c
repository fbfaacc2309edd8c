/* Fuzzes what a device sends on its first boot, from HTTP to the answer:
 * voucher requests, raw or signed by the chip, claim vouchers and status
 * reports. Must not be answered by a fault of the service. */
#include <stdlib.h>
#include <string.h>

#include "enrol/enrol.h"
#include "pki/cms_wrap.h"
#include "store/db.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/api_case.h"
#include "tests/unit/field_case.h"

static struct field_case f;
static struct enrol *enrol;
static struct api_case_answer answer;

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void fuzz_clean(void)
{
	api_case_clear(&answer);
	enrol_free(enrol);
	field_case_close(&f);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	/* Memory, where there is such a place: each write is synced. */
	if (access("/dev/shm", W_OK) == 0)
		require(
		    setenv("BIRTHMARK_TEST_STORE", "sqlite:/dev/shm", 0) == 0);
	field_case_open(&f);
	field_case_bind(&f, &f.pub.oem, f.product.id);
	field_case_domain(&f);
	require(enrol_new(&enrol, &f.pub.core, &f.pub.e) == RC_OK);
	api_case_init(&answer);
	return atexit(fuzz_clean);
}

/* With the chip's id in place of each @. */
static void sign(struct span in, struct buf *cms)
{
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .cert = buf_span(&f.device[0].der)};
	struct buf json;
	size_t i;

	buf_init(&json, CMS_WRAP_MAX);
	for (i = 0; i < in.n; i++)
		if (in.p[i] == '@')
			buf_add_str(&json, f.device[0].chip_id);
		else
			buf_add_u8(&json, in.p[i]);
	w.content = buf_span(&json);
	if (!buf_ok(&json) ||
	    cms_wrap_sign(&w, f.pub.ca.chip_key, f.pub.now_s, cms, NULL) !=
		RC_OK)
		buf_reset(cms);
	buf_clear(&json);
}

static const struct form {
	uint8_t letter;
	const char *path, *type;
} forms[] = {
    {'v', "/.well-known/brski/requestvoucher", "application/voucher-cms+json"},
    {'s', "/.well-known/brski/requestvoucher", "application/voucher-cms+json"},
    {'r', "/.well-known/brski/voucher_status", "application/json"},
    {'e', "/.well-known/brski/enrollstatus", "application/json"},
    {'c', "/.well-known/birthmark/claim", "application/json"},
};

static void send_as(const struct form *form, struct span body)
{
	static struct http_request req; /* large */
	const struct http_app app = enrol_app(enrol, ENROL_DEVICE);

	memset(&req, 0, sizeof(req));
	req.method = HTTP_POST;
	req.path = span_str(form->path);
	req.tls = true;
	req.has_length = true;
	req.length = body.n;
	req.client_cert = buf_span(&f.device[0].der);
	api_case_header(&req, "Content-Type", form->type);
	(void)snprintf(req.peer, sizeof(req.peer), "127.0.0.1");
	(void)api_case_run(&app, &req, body, &answer);
	require(answer.status >= 200 && answer.status < 500);
	require(!store_in_tx(f.pub.core.store));
}

/* A letter says what it is; the rest is the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span body = span_of(data, size);
	struct buf cms;
	uint8_t letter;
	size_t i;

	if (!span_take_u8(&body, &letter) || body.n > 8192)
		return 0;
	buf_init(&cms, CMS_WRAP_MAX);
	if (letter == 's') {
		sign(body, &cms);
		body = buf_span(&cms);
	}
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].letter == letter)
			send_as(&forms[i], body);
	buf_clear(&cms);
	/* What is counted must not end the run. */
	require(db_script(store_db(f.pub.core.store),
		    "DELETE FROM attempt; DELETE FROM voucher_issued;"
		    "DELETE FROM device_event;",
		    NULL) == RC_OK);
	return 0;
}
