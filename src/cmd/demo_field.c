/* The scenes of identity in the field.
 * Each uses the programs and the REST interface that users have. */
#include "cmd/demo_field.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/proc.h"
#include "cmd/stage_field.h"
#include "device/chip.h"

#define WITHIN_MS 5000

static const char *text(json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t == NULL ? "" : t;
}

void demo_field_broker(struct demo *d, char out[64])
{
	(void)snprintf(out, 64, "localhost:%s",
	    stage_get(&d->stage, "own-broker.port"));
}

enum rc demo_field_fingerprint(const struct demo_device *dev, char hex[65],
    struct err *e)
{
	const struct chip_place place = {dev->chip, NULL};
	uint8_t fp[DIGEST_SHA256];
	struct chip c;
	enum rc rc = chip_open(&c, &place, e);

	if (rc != RC_OK)
		return rc;
	cert_fingerprint(buf_span(&c.der), fp);
	enc_hex_str(hex, span_of(fp, sizeof(fp)));
	chip_close(&c);
	return RC_OK;
}

/* The owner's side */

static enum rc add_reel(struct demo *d, const char *reel, unsigned int count,
    const char *product, struct err *e)
{
	struct stage *s = &d->stage;
	char batch[64], label[512];
	enum rc rc;

	(void)snprintf(batch, sizeof(batch), "FIELD-%s", reel);
	rc = stage_api_reel(s, reel, batch, count, false, e);
	if (rc == RC_OK)
		rc = stage_api_publish(s, reel, e);
	if (rc != RC_OK || product == NULL)
		return rc;
	rc = demo_scene_label(d, reel, label, sizeof(label), e);
	return rc == RC_OK ? stage_field_bind(s, &d->admin, label, product, e)
			   : rc;
}

static enum rc found_authority(struct demo *d, struct err *e)
{
	struct stage *s = &d->stage;
	enum rc rc = stage_field_authority(s, &d->admin, "admin", e);

	if (rc == RC_OK)
		rc = stage_field_server(s, &d->admin, e);
	if (rc == RC_OK)
		rc = stage_field_product(s, &d->admin, "admin", NULL, "product",
		    e);
	if (rc == RC_OK)
		rc = stage_field_product(s, &d->admin, "admin",
		    "Temperature sensor", "sensor", e);
	if (rc == RC_OK)
		rc = stage_field_product(s, &d->admin, "admin", "Thermostat",
		    "thermostat", e);
	if (rc == RC_OK)
		rc = stage_field_talk(s, &d->admin, "sensor", "thermostat", e);
	return rc == RC_OK ? stage_start_own_broker(s, e) : rc;
}

/* First boot */

/* What the device has put away as its owner's domain is the owner's root. */
static enum rc check_domain(struct demo *d, const struct demo_device *dev,
    struct err *e)
{
	char path[STAGE_PATH];
	struct buf pem, root, domain;
	enum rc rc;

	buf_init(&pem, 64 * 1024);
	buf_init(&root, CERT_DER_MAX);
	buf_init(&domain, CERT_DER_MAX);
	rc = stage_path(&d->stage, "admin-root.pem", path, e);
	if (rc == RC_OK)
		rc = file_read(path, &pem, e);
	if (rc == RC_OK)
		rc = cert_read(&root, buf_span(&pem), e);
	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), dev->state, "domain.der", e);
	if (rc == RC_OK)
		rc = file_read(path, &domain, e);
	if (rc == RC_OK && !span_eq(buf_span(&root), buf_span(&domain)))
		rc = err_set(e, RC_INVALID, "domain",
		    "The device trusts another CA than its owner's.");
	buf_clear(&pem);
	buf_clear(&root);
	buf_clear(&domain);
	return rc;
}

/* The service has issued, to this chip, what the device reports. */
static enum rc check_issued(struct demo *d, const struct demo_device *dev,
    json_t *report, struct err *e)
{
	json_t *cert = json_object_get(report, "certificate");
	json_t *items = NULL, *one;
	bool found = false;
	char fp[65];
	size_t i;
	enum rc rc = demo_field_fingerprint(dev, fp, e);

	if (rc == RC_OK)
		rc = stage_field_certificates(&d->stage, &d->admin, fp, &items,
		    e);
	json_array_foreach(items, i, one) found |=
	    strcmp(text(one, "fingerprint"), text(cert, "fingerprint")) == 0;
	if (rc == RC_OK &&
	    (!found || strcmp(text(report, "state"), "enrolled") != 0 ||
		strstr(text(cert, "issuer"), "Issuing") == NULL))
		rc = err_set(e, RC_INVALID, "certificate",
		    "The device's certificate is none of its owner's CA.");
	json_decref(items);
	return rc;
}

static enum rc boot(struct demo *d, const char *reel, unsigned int index,
    const struct demo_device_boot *how, struct demo_device *dev, struct err *e)
{
	json_t *report = NULL;
	enum rc rc = demo_device_take(d, reel, index, dev, e);

	if (rc == RC_OK)
		rc = demo_device_boot(d, dev, how, &report, e);
	if (rc == RC_OK)
		rc = check_domain(d, dev, e);
	if (rc == RC_OK)
		rc = check_issued(d, dev, report, e);
	json_decref(report);
	return rc;
}

static enum rc first_boot(struct demo *d, struct err *e)
{
	const struct demo_device_boot how = {.settle = true};
	struct demo_device dev;

	return boot(d, "story", 0, &how, &dev, e);
}

static enum rc own_broker(struct demo *d, struct err *e)
{
	char broker[64];
	struct demo_device_boot how = {.broker = broker};
	struct demo_device dev;

	demo_field_broker(d, broker);
	return boot(d, "story", 0, &how, &dev, e);
}

static enum rc fingerprint_now(struct demo *d, const struct demo_device *dev,
    const char *renew_before, char out[65], int64_t *not_after, struct err *e)
{
	const struct demo_device_boot how = {.renew_before = renew_before};
	json_t *report = NULL, *cert;
	enum rc rc = demo_device_boot(d, dev, &how, &report, e);

	cert = json_object_get(report, "certificate");
	if (rc == RC_OK &&
	    (!span_copy_str(span_str(text(cert, "fingerprint")), out, 65) ||
		!clock_parse(span_str(text(cert, "not_after")), not_after)))
		rc = err_set(e, RC_INVALID, "report",
		    "The device reports no certificate.");
	json_decref(report);
	return rc;
}

/* As if its end were near. */
static enum rc renewal(struct demo *d, struct err *e)
{
	char before[24], old[65] = "", new[65] = "";
	struct demo_device dev;
	int64_t end = 0;
	enum rc rc = demo_device_take(d, "story", 0, &dev, e);

	if (rc == RC_OK)
		rc = fingerprint_now(d, &dev, NULL, old, &end, e);
	(void)snprintf(before, sizeof(before), "%lld",
	    (long long)(end - clock_now_s()));
	if (rc == RC_OK)
		rc = fingerprint_now(d, &dev, before, new, &end, e);
	if (rc == RC_OK && strcmp(old, new) == 0)
		rc = err_set(e, RC_INVALID, "not-renewed",
		    "The device has its old certificate still.");
	return rc;
}

static enum rc claim(struct demo *d, struct err *e)
{
	char token[STAGE_PATH];
	const struct demo_device_boot how = {.claim_voucher = token};
	struct demo_device dev;
	enum rc rc = add_reel(d, "free", 3, NULL, e);

	if (rc == RC_OK)
		rc = stage_field_claim(&d->stage, &d->admin, "spring",
		    "product", 1, e);
	if (rc == RC_OK)
		rc = stage_path(&d->stage, "spring.token", token, e);
	return rc == RC_OK ? boot(d, "free", 0, &how, &dev, e) : rc;
}

/* Device to device */

static enum rc talk_now(struct demo *d, struct err *e)
{
	struct demo_device sensor, thermostat;
	struct buf said;
	pid_t pid = 0;
	enum rc rc;

	buf_init(&said, 64 * 1024);
	rc = demo_device_take(d, "sensor", 0, &sensor, e);
	if (rc == RC_OK)
		rc = demo_device_take(d, "thermostat", 0, &thermostat, e);
	if (rc == RC_OK)
		rc = demo_device_listen(d, &thermostat, "thermostat.port", NULL,
		    &pid, e);
	if (rc == RC_OK)
		rc = demo_device_talk(d, &sensor, "thermostat.port", &said, e);
	if (rc == RC_OK && strcmp(buf_cstr(&said), "{\"heating\":true}") != 0)
		rc = err_set(e, RC_INVALID, "answer",
		    "The thermostat answered \"%s\".", buf_cstr(&said));
	proc_stop(pid, WITHIN_MS);
	buf_clear(&said);
	return rc;
}

static enum rc talk(struct demo *d, struct err *e)
{
	const struct demo_device_boot how = {.settle = true};
	struct demo_device dev;
	enum rc rc = add_reel(d, "sensor", 1, "sensor", e);

	if (rc == RC_OK)
		rc = add_reel(d, "thermostat", 1, "thermostat", e);
	if (rc == RC_OK)
		rc = boot(d, "thermostat", 0, &how, &dev, e);
	if (rc == RC_OK)
		rc = boot(d, "sensor", 0, &how, &dev, e);
	return rc == RC_OK ? talk_now(d, e) : rc;
}

static enum rc talk_alone(struct demo *d, struct err *e)
{
	enum rc rc, again;

	stage_stop(&d->stage, STAGE_SERVICE);
	rc = talk_now(d, e);
	again = stage_start_service(&d->stage, rc == RC_OK ? e : NULL);
	return rc == RC_OK ? again : rc;
}

/* Ends */

static enum rc cut_off(struct demo *d, struct err *e)
{
	const struct demo_device_boot how = {.settle = true};
	char broker[64], fp[65];
	struct demo_device dev;
	pid_t pid = 0;
	enum rc rc = boot(d, "story", 1, &how, &dev, e);

	demo_field_broker(d, broker);
	if (rc == RC_OK)
		rc = demo_device_stay(d, &dev, broker, &pid, e);
	if (rc == RC_OK)
		rc = demo_device_await(d, &dev, "broker: connected", 10000, e);
	if (rc == RC_OK)
		rc = demo_field_fingerprint(&dev, fp, e);
	if (rc == RC_OK)
		rc = stage_field_revoke(&d->stage, &d->admin, fp, e);
	if (rc == RC_OK)
		rc = demo_device_await(d, &dev, "broker: not connected",
		    WITHIN_MS, e);
	proc_stop(pid, WITHIN_MS);
	return rc;
}

/* Must end in a refusal for this reason. */
static enum rc refuses(struct demo *d, const struct demo_device *dev,
    const struct demo_device_boot *how, const char *reason, struct err *e)
{
	struct err why = {0};

	if (demo_device_boot(d, dev, how, NULL, &why) == RC_OK)
		return err_set(e, RC_INVALID, "lured",
		    "The device went to the impostor.");
	if (strstr(why.text, reason) == NULL)
		return err_set(e, RC_INVALID, "lured",
		    "The device refused for another reason: %s", why.text);
	return RC_OK;
}

/* Receiver and first broker are servers of another CA: what an impostor can
 * show.  Neither has a certificate that this device was told of. */
static enum rc impostors(struct demo *d, struct err *e)
{
	char url[64], broker[64];
	const struct demo_device_boot cloud = {.registrar = url};
	const struct demo_device_boot false_broker = {.broker = broker,
	    .timeout = "1"};
	struct demo_device new, old;
	enum rc rc = demo_device_take(d, "story", 2, &new, e);

	(void)snprintf(url, sizeof(url), "https://localhost:%s",
	    stage_get(&d->stage, "receiver.port"));
	(void)snprintf(broker, sizeof(broker), "localhost:%s",
	    stage_get(&d->stage, "broker.port"));
	if (rc == RC_OK)
		rc = demo_device_take(d, "story", 0, &old, e);
	if (rc == RC_OK)
		rc = refuses(d, &new, &cloud,
		    "certificate of localhost is not trusted", e);
	if (rc == RC_OK)
		rc = refuses(d, &old, &false_broker,
		    "The broker is not trusted", e);
	return rc;
}

const struct demo_scene demo_field_all[] = {
    {"the owner founds its CA; its broker's certificate is of it",
	found_authority},
    {"first boot: a voucher names the owner, whose CA certifies the device",
	first_boot},
    {"it connects to its owner's broker with its own certificate", own_broker},
    {"its certificate is renewed before it ends", renewal},
    {"a chip that nobody bound claims itself with a claim voucher", claim},
    {"a sensor talks to a thermostat, each sure of the other", talk},
    {"they talk with the service stopped", talk_alone},
    {"revocation cuts off a device that is connected", cut_off},
    {"a device refuses an impostor cloud and an impostor broker", impostors},
    {NULL, NULL},
};
