/* Explains manifests: every entry is read, the faults are named by line.
 * Must not keep the entries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "pki/explain_report.h"
#include "pki/manifest.h"

#define FAULTS_SHOWN 10
#define FEED (1024UL * 1024)
#define PRINTS_MAX (1024UL * 1024 * 1024)

struct tally {
	json_t *r;
	enum manifest_form form;
	struct manifest_split *split;
	struct manifest_decoder *decoder;
	struct chain *trusted;
	int64_t now_s;
	uint64_t entries, faults;
	struct buf prints; /* of the certificates, to find one twice */
	struct buf group, issuer;
	bool groups_differ, issuers_differ;
};

static void fault(struct tally *t, unsigned long line, const char *text)
{
	if (t->faults++ < FAULTS_SHOWN)
		explain_report_problem(t->r, "Line %lu: %s", line, text);
}

static void note_same(struct buf *first, struct span now, bool *differs)
{
	if (first->n == 0)
		buf_add_span(first, now);
	else if (!span_eq(buf_span(first), now))
		*differs = true;
}

static void judge(struct tally *t, const struct manifest_entry *entry)
{
	struct err why = {.text = ""};
	char id[CERT_ID_MAX + 1];
	uint8_t print[DIGEST_SHA256];
	struct cert c;

	if (cert_parse(&c, entry->cert, &why) != RC_OK) {
		fault(t, entry->line, why.text);
		return;
	}
	cert_fingerprint(entry->cert, print);
	buf_add(&t->prints, print, sizeof(print));
	note_same(&t->group, entry->group_id, &t->groups_differ);
	note_same(&t->issuer, c.issuer, &t->issuers_differ);
	cert_chip_id(&c, id);
	if (t->entries == 0) {
		explain_report_span(t->r, "First chip", entry->device_id);
		explain_cert_key(t->r, c.spki);
	}
	/* Microchip's uniqueId is compared when an entry is decoded. */
	if (t->form != MANIFEST_MICROCHIP && entry->device_id.n > 0 &&
	    !span_eq_str(entry->device_id, id))
		fault(t, entry->line,
		    "the device_id is not the chip id of its certificate.");
	if (c.is_ca)
		fault(t, entry->line, "this is a CA's certificate.");
	else if (t->trusted &&
	    chain_check(t->trusted, &c, t->now_s, &why) != RC_OK)
		fault(t, entry->line, why.text);
}

/* RC_OK: feed more. */
static enum rc take_entries(struct tally *t)
{
	struct manifest_entry entry;
	struct err why = {.text = ""};
	unsigned long line;
	struct span raw;
	enum rc rc;

	while (
	    (rc = manifest_split_next(t->split, &raw, &line, &why)) == RC_OK) {
		if (manifest_decode(t->decoder, raw, line, &entry, &why) ==
		    RC_OK)
			judge(t, &entry);
		else
			fault(t, line, why.text);
		t->entries++;
	}
	if (rc == RC_AGAIN)
		return RC_OK;
	if (rc != RC_NOT_FOUND)
		fault(t, why.line, why.text);
	return rc;
}

static int compare_prints(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_SHA256);
}

static void find_twins(struct tally *t)
{
	size_t n = t->prints.n / DIGEST_SHA256, i, twins = 0;

	if (n < 2 || !buf_ok(&t->prints))
		return;
	qsort(t->prints.p, n, DIGEST_SHA256, compare_prints);
	for (i = 1; i < n; i++)
		twins += compare_prints(t->prints.p + i * DIGEST_SHA256,
			     t->prints.p + (i - 1) * DIGEST_SHA256) == 0;
	if (twins > 0)
		explain_report_problem(t->r,
		    "%zu certificates stand in it more than once.", twins);
}

static void add_signers(struct tally *t, struct span pem)
{
	struct err why;
	struct buf der;
	int n = 0;

	buf_init(&der, CERT_DER_MAX);
	while (enc_unpem(&der, "CERTIFICATE", &pem)) {
		if (manifest_decoder_add_signer(t->decoder, buf_span(&der),
			&why) == RC_OK)
			n++;
		buf_reset(&der);
	}
	buf_clear(&der);
	if (n == 0)
		explain_report_note(t->r,
		    "No log signer's certificate was given, without which no "
		    "entry can be checked.");
}

static void summary(struct tally *t)
{
	explain_report_fact(t->r, "Entries", "%llu",
	    (unsigned long long)t->entries);
	if (t->faults > FAULTS_SHOWN)
		explain_report_problem(t->r, "%llu more faults of this kind.",
		    (unsigned long long)(t->faults - FAULTS_SHOWN));
	if (t->entries == 0)
		explain_report_problem(t->r, "It has no entries.");
	if (t->group.n > 0 && !t->groups_differ)
		explain_report_span(t->r, "Batch (group_id)",
		    buf_span(&t->group));
	if (t->groups_differ)
		explain_report_note(t->r, "Its entries name several batches.");
	if (t->issuers_differ)
		explain_report_note(t->r,
		    "Its certificates are of several issuers.");
	if (!t->trusted)
		explain_report_note(t->r,
		    "Whose certificates these are was not checked: give the "
		    "vendor's CAs with --ca.");
	find_twins(t);
}

static void walk(struct tally *t, struct span file)
{
	struct err why = {.text = ""};
	enum rc rc = RC_OK;
	struct span piece;
	size_t at;

	for (at = 0; rc == RC_OK && at < file.n; at += piece.n) {
		piece = span_sub(file, at, FEED);
		rc = manifest_split_feed(t->split, piece, &why);
		if (rc == RC_OK)
			rc = take_entries(t);
	}
	manifest_split_finish(t->split);
	if (rc == RC_OK)
		(void)take_entries(t);
}

void explain_manifest_into(json_t *r, const struct explain_input *in,
    unsigned int form)
{
	static const char *const titles[] = {
	    [MANIFEST_CSV] = "Manifest in Cloud ID's form (CSV)",
	    [MANIFEST_JSONL] = "Manifest in JSON lines",
	    [MANIFEST_MICROCHIP] = "Manifest in Microchip's form (array of "
				   "signed entries)",
	};
	enum manifest_form f = (enum manifest_form)form;
	struct tally t = {.r = r,
	    .form = f,
	    .now_s = in->now_s,
	    .split = manifest_split_new(f),
	    .decoder = manifest_decoder_new(f),
	    .trusted = explain_cert_chain(in->cas, in->now_s)};

	explain_report_title(r, "manifest", titles[f]);
	buf_init(&t.prints, PRINTS_MAX);
	buf_init(&t.group, MANIFEST_ENTRY_MAX);
	buf_init(&t.issuer, CERT_DER_MAX);
	if (t.split && t.decoder) {
		if (f == MANIFEST_MICROCHIP)
			add_signers(&t, in->signers);
		walk(&t, in->file);
		summary(&t);
	}
	if (in->signature.n > 0)
		explain_cms_into(explain_report_part(r, "cms",
				     "Detached signature"),
		    in->signature, in->path, t.trusted, in->now_s);
	else if (f != MANIFEST_MICROCHIP)
		explain_report_note(r,
		    "There is no signature (.p7s) beside it.");
	manifest_split_free(t.split);
	manifest_decoder_free(t.decoder);
	chain_free(t.trusted);
	buf_clear(&t.prints);
	buf_clear(&t.group);
	buf_clear(&t.issuer);
}
