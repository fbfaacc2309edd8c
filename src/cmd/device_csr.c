/* `birthmark device csr`: makes a TPM's birth key when it has none, and writes
 * its public key or a request.  Must not issue anything: the fab does. */
#include <stdio.h>

#include "base/enc.h"
#include "cmd/cli.h"
#include "cmd/device_csr.h"
#include "device/chip.h"
#include "pki/csr.h"

static enum rc put(const char *path, struct buf *pem, struct err *e)
{
	if (!buf_ok(pem))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	return cli_write(path, buf_span(pem), e);
}

static enum rc write_request(struct key *k, const char *name, const char *path,
    struct err *e)
{
	struct buf der, pem;
	enum rc rc;

	buf_init(&der, CSR_MAX);
	buf_init(&pem, 2 * (size_t)CSR_MAX);
	rc = csr_build(k, name, NULL, NULL, &der, e);
	enc_pem(&pem, "CERTIFICATE REQUEST", buf_span(&der));
	if (rc == RC_OK)
		rc = put(path, &pem, e);
	buf_clear(&der);
	buf_clear(&pem);
	return rc;
}

static enum rc write_public(const struct key *k, const char *path,
    struct err *e)
{
	struct buf pem;
	enum rc rc;

	buf_init(&pem, 8192);
	enc_pem(&pem, "PUBLIC KEY", key_spki(k));
	rc = put(path, &pem, e);
	buf_clear(&pem);
	return rc;
}

struct flags {
	const char *chip, *name, *out, *public_key;
};

static enum rc run(const struct flags *f, struct err *e)
{
	struct chip c;
	enum rc rc = chip_open_key(&c, f->chip, true, e);

	if (rc != RC_OK)
		return rc;
	if (f->public_key)
		rc = write_public(c.key, f->public_key, e);
	if (rc == RC_OK && (f->out || !f->public_key))
		rc = write_request(c.key, f->name, f->out, e);
	chip_close(&c);
	return rc;
}

int device_csr_main(int argc, char **argv)
{
	struct flags f = {.name = "Birthmark device"};
	const struct args_opt opts[] = {
	    {"chip", 0, ARGS_STR, &f.chip, "CHIP",
		"tpm2:HANDLE[,tcti=...] (made when it is not there), "
		"pkcs11:..., or a key file (PEM)"},
	    {"out", 0, ARGS_STR, &f.out, "FILE",
		"where to write the request (standard output)"},
	    {"public-key", 0, ARGS_STR, &f.public_key, "FILE",
		"write the public key, for fab personalize --public-keys"},
	    {"name", 0, ARGS_STR, &f.name, "NAME",
		"common name of the request"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {
	    "birthmark device csr --chip CHIP [OPTION]...",
	    "Writes a certificate request or the public key of a chip's birth "
	    "key, which a TPM makes when it has none.",
	    opts, 0, 0};
	struct err e = {0};
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	if (!f.chip) {
		(void)err_set(&e, RC_INVALID, "usage", "Give --chip.");
		(void)cli_fail(&e);
		return 2;
	}
	return run(&f, &e) == RC_OK ? 0 : cli_fail(&e);
}
