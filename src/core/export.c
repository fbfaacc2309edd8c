/* The manifest of a bound batch, piece by piece.
 * Must not hold it in memory, nor a private key. */
#include "core/export.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/audit.h"
#include "core/batch.h"
#include "core/device.h"
#include "core/vendor.h"

#define PIECE (48 * 1024)
#define OUT_MAX (8u << 20)

enum phase { BEGIN, ENTRIES, DONE };

struct export
{
	struct core *c;
	char bid[65];
	char vendor[129];
	enum manifest_form form;
	enum phase phase;
	bool any;
	struct device_walk *walk;
	struct manifest_writer *writer; /* NULL for microchip: the signer */
	struct vendor_cas cas;		/* for microchip: issuers */
	struct chain *chain;
	struct archive *zip; /* NULL when plain */
	struct buf text;     /* of the manifest, on its way into the zip */
	struct buf *sink;    /* where the zip writes, during a read */
};

/* The archive */

static la_ssize_t zip_write(struct archive *a, void *arg, const void *p,
    size_t n)
{
	struct export *x = arg;

	if (!x->sink)
		return (la_ssize_t)n; /* closing after a break */
	buf_add(x->sink, p, n);
	if (buf_ok(x->sink))
		return (la_ssize_t)n;
	archive_set_error(a, ARCHIVE_FATAL, "out of memory");
	return -1;
}

static enum rc zip_fault(struct export *x, struct err *e)
{
	return err_set(e, RC_ENV, "archive",
	    "The archive could not be written: %s.",
	    archive_error_string(x->zip));
}

/* size -1: not known yet. */
static enum rc zip_file(struct export *x, const char *name, int64_t size,
    struct err *e)
{
	struct archive_entry *f = archive_entry_new();
	int r;

	if (!f)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	archive_entry_set_pathname(f, name);
	archive_entry_set_filetype(f, AE_IFREG);
	archive_entry_set_perm(f, 0644);
	archive_entry_set_mtime(f, clock_now_s(), 0);
	if (size >= 0)
		archive_entry_set_size(f, size);
	r = archive_write_header(x->zip, f);
	archive_entry_free(f);
	return r == ARCHIVE_OK ? RC_OK : zip_fault(x, e);
}

static enum rc zip_data(struct export *x, struct span s, struct err *e)
{
	while (s.n > 0) {
		la_ssize_t n = archive_write_data(x->zip, s.p, s.n);

		if (n <= 0)
			return zip_fault(x, e);
		s = span_sub(s, (size_t)n, s.n);
	}
	return RC_OK;
}

static enum rc zip_begin(struct export *x, struct err *e)
{
	char name[128], readme[512];
	enum rc rc;
	int n;

	export_name(x->bid, x->form, false, name, sizeof(name));
	n = snprintf(readme, sizeof(readme),
	    "%s holds the birth certificates of batch %s by %s,\n"
	    "as the vendor published them, in the form %s.\n"
	    "Exported by Birthmark. See `birthmark inspect`.\n",
	    name, x->bid, x->vendor, manifest_form_name(x->form));
	if (archive_write_open(x->zip, x, NULL, zip_write, NULL) != ARCHIVE_OK)
		return zip_fault(x, e);
	rc = zip_file(x, "README.txt", n, e);
	if (rc == RC_OK)
		rc = zip_data(x, span_of(readme, (size_t)n), e);
	return rc == RC_OK ? zip_file(x, name, -1, e) : rc;
}

static enum rc zip_new(struct export *x, struct err *e)
{
	x->zip = archive_write_new();
	if (!x->zip)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	/* Its padding to blocks is for tapes. */
	if (archive_write_set_format_zip(x->zip) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(x->zip, 0) != ARCHIVE_OK)
		return zip_fault(x, e);
	return RC_OK;
}

/* The entries */

static enum rc open_microchip(struct export *x, const char *vendor_id,
    struct err *e)
{
	int64_t now = clock_now_s();
	enum rc rc;

	if (!x->c->signer)
		return err_set(e, RC_AGAIN, "signer-away",
		    "The signer does not answer; try again in a moment.");
	rc = vendor_cas_load(x->c, vendor_id, now, &x->cas, e);
	return rc == RC_OK ? vendor_cas_chain(&x->cas, now, &x->chain, e) : rc;
}

static enum rc open_form(struct export *x, const char *vendor_id, struct err *e)
{
	if (x->form == MANIFEST_MICROCHIP)
		return open_microchip(x, vendor_id, e);
	return manifest_writer_new(&x->writer, x->form, NULL, e);
}

static enum rc add_signed(struct export *x, const struct cert *cert,
    struct buf *out, struct err *e)
{
	struct signer_entry q = {.group_id = x->bid,
	    .vendor = x->vendor,
	    .cert = cert->der,
	    .issuer = chain_issuer(x->chain, cert)};

	buf_add_str(out, x->any ? ",\n" : "\n");
	return signer_entry(x->c->signer, &q, out, e);
}

static enum rc add_one(struct export *x, struct span der, struct buf *out,
    struct err *e)
{
	char chip_id[CERT_ID_MAX + 1];
	struct manifest_entry entry = {.cert = der};
	struct cert cert;
	enum rc rc = cert_parse(&cert, der, e);

	if (rc != RC_OK)
		return rc;
	cert_chip_id(&cert, chip_id);
	entry.device_id = span_str(chip_id);
	entry.group_id = span_str(x->bid);
	rc = x->writer ? manifest_add(x->writer, &entry, out, e)
		       : add_signed(x, &cert, out, e);
	x->any = true;
	return rc;
}

static enum rc begin(struct export *x, struct buf *out, struct err *e)
{
	if (x->writer)
		return manifest_begin(x->writer, out, e);
	buf_add_str(out, "[");
	return RC_OK;
}

static enum rc end(struct export *x, struct buf *out, struct err *e)
{
	if (x->writer)
		return manifest_end(x->writer, out, e);
	buf_add_str(out, "\n]\n");
	return RC_OK;
}

/* A piece of the manifest's text; DONE with the last one. */
static enum rc produce(struct export *x, struct buf *out, struct err *e)
{
	size_t start = out->n;
	struct device_cert d;
	enum rc rc = RC_OK;

	if (x->phase == BEGIN) {
		rc = begin(x, out, e);
		x->phase = ENTRIES;
	}
	while (rc == RC_OK && out->n - start < PIECE) {
		rc = device_walk_next(x->walk, &d, e);
		if (rc == RC_OK)
			rc = add_one(x, d.der, out, e);
		else if (rc == RC_NOT_FOUND)
			x->phase = DONE;
	}
	if (x->phase == DONE)
		rc = end(x, out, e);
	if (rc == RC_OK && !buf_ok(out))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

static enum rc read_zip(struct export *x, struct buf *out, struct err *e)
{
	bool first = x->phase == BEGIN;
	enum rc rc = RC_OK;

	x->sink = out;
	buf_reset(&x->text);
	if (first)
		rc = zip_begin(x, e);
	if (rc == RC_OK)
		rc = produce(x, &x->text, e);
	if (rc == RC_OK)
		rc = zip_data(x, buf_span(&x->text), e);
	if (rc == RC_OK && x->phase == DONE &&
	    archive_write_close(x->zip) != ARCHIVE_OK)
		rc = zip_fault(x, e);
	x->sink = NULL;
	return rc;
}

enum rc export_read(struct export *x, struct buf *out, struct err *e)
{
	enum rc rc = x->zip ? read_zip(x, out, e) : produce(x, out, e);

	return rc == RC_OK && x->phase == DONE ? RC_NOT_FOUND : rc;
}

static enum rc tell(struct core *c, const struct core_actor *a, const char *bid,
    enum manifest_form form, struct err *e)
{
	struct audit_entry entry = {.action = "manifest-export",
	    .scope_id = a->scope_id,
	    .target = bid,
	    .detail = manifest_form_name(form)};

	return audit_add(c, a, &entry, e);
}

enum rc export_new(struct export **out, struct core *c,
    const struct core_actor *a, const struct export_request *r, struct err *e)
{
	struct batch_row *row = calloc(1, sizeof(*row));
	struct export *x = calloc(1, sizeof(*x));
	struct store_batch batch;
	enum rc rc;

	*out = NULL;
	if (!row || !x) {
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
		goto out;
	}
	x->c = c;
	x->form = r->form;
	buf_init(&x->text, OUT_MAX);
	rc = batch_of_account(c, a, r->bid, row, e);
	if (rc == RC_OK)
		rc = store_batch_find(c->store, r->bid, &batch, e);
	if (rc != RC_OK)
		goto out;
	(void)snprintf(x->bid, sizeof(x->bid), "%s", r->bid);
	(void)snprintf(x->vendor, sizeof(x->vendor), "%s",
	    row->row.vendor_name);
	rc = device_walk_new(&x->walk, c, r->bid, 0, e);
	if (rc == RC_OK)
		rc = open_form(x, batch.vendor_id, e);
	if (rc == RC_OK && r->zip)
		rc = zip_new(x, e);
	if (rc == RC_OK)
		rc = tell(c, a, r->bid, r->form, e);
out:
	if (rc == RC_OK)
		*out = x;
	else
		export_free(x);
	free(row);
	return rc;
}

void export_free(struct export *x)
{
	if (!x)
		return;
	if (x->zip)
		(void)archive_write_free(x->zip);
	device_walk_free(x->walk);
	manifest_writer_free(x->writer);
	chain_free(x->chain);
	vendor_cas_clear(&x->cas);
	buf_clear(&x->text);
	free(x);
}

void export_name(const char *bid, enum manifest_form form, bool zip, char *out,
    size_t cap)
{
	(void)snprintf(out, cap, "%s%s", bid,
	    zip ? ".zip" : manifest_form_suffix(form));
}
