/* Finds out what a file is and has it explained.
 * Must not repeat secrets. */
#include <string.h>

#include "base/enc.h"
#include "pki/der.h"
#include "pki/explain_report.h"
#include "pki/jose.h"
#include "pki/label.h"
#include "pki/manifest.h"

#define BLOCKS_MAX 32
#define BLOCK_MAX (64 * 1024)

/* The label of the next PEM block, without moving on. */
static bool next_label(struct span s, char *out, size_t cap)
{
	const struct span begin = SPAN_LIT("-----BEGIN ");
	struct span line;
	size_t n;

	while (s.n > 0) {
		(void)span_cut(&s, '\n', &line);
		line = span_trim(line);
		if (!span_starts(line, begin))
			continue;
		for (n = begin.n; n < line.n && line.p[n] != '-';)
			n++;
		return span_copy_str(span_sub(line, begin.n, n - begin.n), out,
		    cap);
	}
	return false;
}

/* What a PEM file holds, while it is gone through. */
struct bundle {
	json_t *r;
	struct key *key;
	struct chain *given; /* the user's CAs */
	struct buf first;    /* first certificate */
	struct buf others;   /* all further ones, as PEM */
	unsigned int certs, keys;
	int64_t now_s;
};

static void take_certificate(struct bundle *b, struct span der)
{
	explain_cert_into(explain_report_part(b->r, "certificate", ""), der,
	    b->certs == 0 ? b->given : NULL, b->now_s);
	if (b->certs++ == 0)
		buf_add_span(&b->first, der);
	else
		enc_pem(&b->others, "CERTIFICATE", der);
}

static void take_key(struct bundle *b, struct span block)
{
	json_t *r = explain_report_part(b->r, "private-key", "Private key");
	struct err why = {.text = ""};

	if (b->keys++ > 0)
		return;
	if (key_from_pem(&b->key, block, &why) != RC_OK)
		explain_report_problem(r, "%s", why.text);
	else
		explain_cert_key(r, key_spki(b->key));
	explain_report_note(r, "It is a secret: keep this file to yourself.");
}

static void take_block(struct bundle *b, const char *label, struct span der,
    struct span block)
{
	if (strcmp(label, "CERTIFICATE") == 0) {
		take_certificate(b, der);
	} else if (strcmp(label, "PRIVATE KEY") == 0 ||
	    strcmp(label, "EC PRIVATE KEY") == 0 ||
	    strcmp(label, "RSA PRIVATE KEY") == 0) {
		take_key(b, block);
	} else if (strcmp(label, "PUBLIC KEY") == 0) {
		explain_cert_key(explain_report_part(b->r, "public-key",
				     "Public key"),
		    der);
	} else if (strcmp(label, "CMS") == 0 || strcmp(label, "PKCS7") == 0) {
		explain_cms_into(explain_report_part(b->r, "cms", ""), der,
		    NULL, b->given, b->now_s);
	} else {
		explain_report_note(b->r,
		    "A block \"%.60s\" is not explained here.", label);
	}
}

/* The parts of a chip file must belong together. */
static void judge_bundle(struct bundle *b)
{
	struct err why = {.text = ""};
	struct chain *own;
	struct cert c;

	if (b->certs == 0 || cert_parse(&c, buf_span(&b->first), NULL) != RC_OK)
		return;
	if (b->key && !span_eq(key_spki(b->key), c.spki))
		explain_report_problem(b->r,
		    "The private key is not that of the first certificate.");
	if (b->key && !c.is_ca)
		explain_report_title(b->r, "chip",
		    "Chip file: private key, birth certificate and its chain");
	if (b->certs < 2 || c.is_ca)
		return;
	own = explain_cert_chain(buf_span(&b->others), b->now_s);
	if (!own || chain_check(own, &c, b->now_s, &why) != RC_OK)
		explain_report_problem(b->r,
		    "The first certificate is not issued by the next one. "
		    "%.300s",
		    why.text);
	chain_free(own);
}

/* A file with one block is that block. */
static void hoist(json_t *r)
{
	json_t *parts = json_object_get(r, "parts"), *only;

	if (json_array_size(parts) != 1 ||
	    json_array_size(json_object_get(r, "problems")) > 0)
		return;
	only = json_incref(json_array_get(parts, 0));
	(void)json_object_update(r, only);
	json_decref(only);
}

static void explain_pem(json_t *r, const struct explain_input *in)
{
	struct span rest = in->file, block;
	struct bundle b = {.r = r, .now_s = in->now_s};
	char label[64];
	struct buf der;
	unsigned int n;

	explain_report_title(r, "pem", "PEM file");
	b.given = explain_cert_chain(in->cas, in->now_s);
	buf_init(&b.first, CERT_DER_MAX);
	buf_init(&b.others, 16 * (size_t)BLOCK_MAX);
	buf_init(&der, BLOCK_MAX);
	for (n = 0; n < BLOCKS_MAX; n++) {
		if (!next_label(rest, label, sizeof(label)))
			break;
		block = rest;
		buf_reset(&der);
		if (!enc_unpem(&der, NULL, &rest)) {
			explain_report_problem(r,
			    "A block \"%.60s\" is broken: it is cut off or "
			    "not base64.",
			    label);
			break;
		}
		block.n = (size_t)(rest.p ? rest.p - block.p
					  : in->file.p + in->file.n - block.p);
		take_block(&b, label, buf_span(&der), block);
	}
	judge_bundle(&b);
	hoist(r);
	key_free(b.key);
	chain_free(b.given);
	buf_clear(&b.first);
	buf_clear(&b.others);
	buf_clear_secret(&der);
}

static void explain_label(json_t *r, const struct label *l)
{
	uint8_t hash[DIGEST_SHA256];

	explain_report_title(r, "label", "Label of a batch");
	explain_report_fact(r, "Batch ID", "%s", l->bid);
	if (!l->has_code) {
		explain_report_fact(r, "Claim code", "none");
		explain_report_note(r,
		    "Only a batch that was published as open can be bound "
		    "without a claim code.");
		return;
	}
	label_code_hash(l->code, hash);
	explain_report_fact(r, "Claim code", "present (not shown)");
	explain_report_hex(r, "Its SHA-256", span_of(hash, sizeof(hash)));
	explain_report_note(r,
	    "It is a secret: whoever has it can bind the batch.");
}

/* A label's text, or the label.txt of a reel, which has its URL in it. */
static bool try_label(json_t *r, struct span text)
{
	const struct span https = SPAN_LIT("https://");
	struct err why = {.text = ""};
	bool url = false;
	struct label l;
	struct span s;
	size_t i;

	for (i = 0; i + https.n < text.n && !url; i++)
		url = span_starts(span_sub(text, i, text.n), https);
	s = url ? span_sub(text, i - 1, text.n) : text;
	if (text.n > 16 * LABEL_TEXT_MAX)
		return false;
	if (url)
		for (i = 0; i < s.n; i++)
			if (s.p[i] <= ' ')
				s.n = i;
	if (label_parse(&l, s, &why) == RC_OK) {
		explain_label(r, &l);
		explicit_bzero(&l, sizeof(l));
		return true;
	}
	if (!url)
		return false;
	explain_report_title(r, "label", "Address, but not of a label");
	explain_report_problem(r, "%s", why.text);
	return true;
}

static bool try_der(json_t *r, const struct explain_input *in)
{
	struct span s = in->file, content;
	struct chain *given;

	if (!der_take(&s, DER_SEQUENCE, &content) || s.n > 0)
		return false;
	given = explain_cert_chain(in->cas, in->now_s);
	if (content.n > 0 && content.p[0] == DER_OID)
		explain_cms_into(r, in->file, NULL, given, in->now_s);
	else
		explain_cert_into(r, in->file, given, in->now_s);
	chain_free(given);
	return true;
}

static void json_member(json_t *r, const char *key, const json_t *v)
{
	if (strcmp(key, "claim_code") == 0)
		explain_report_fact(r, key, "present (not shown)");
	else if (json_is_string(v))
		explain_report_span(r, key, span_str(json_string_value(v)));
	else if (json_is_integer(v))
		explain_report_fact(r, key, "%lld",
		    (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		explain_report_fact(r, key, "%s",
		    json_is_true(v) ? "yes" : "no");
}

/* JSON that is neither manifest nor token: a public key, or a reel. */
static bool try_json(json_t *r, struct span text)
{
	json_t *o = json_loadb((const char *)text.p, text.n, 0, NULL);
	const char *key;
	struct buf spki;
	json_t *v;

	if (!json_is_object(o) || json_object_get(o, "certificate")) {
		json_decref(o);
		return false;
	}
	if (json_object_get(o, "kty")) {
		explain_report_title(r, "jwk", "Public key (JWK)");
		buf_init(&spki, BLOCK_MAX);
		if (json_object_get(o, "d"))
			explain_report_problem(r,
			    "It holds the private key (d): keep it secret.");
		if (jose_jwk_spki(text, &spki, NULL) == RC_OK)
			explain_cert_key(r, buf_span(&spki));
		else
			explain_report_problem(r,
			    "It is not an EC P-256, P-384 or RSA key.");
		buf_clear(&spki);
	} else {
		explain_report_title(r, "json",
		    json_object_get(o, "reel") ? "Description of a reel"
					       : "JSON object");
		json_object_foreach(o, key, v) json_member(r, key, v);
	}
	json_decref(o);
	return true;
}

static void explain_any(json_t *r, const struct explain_input *in)
{
	struct span text = span_trim(in->file);
	enum manifest_form form = manifest_sniff(in->file);
	char label[64];

	if (text.n == 0) {
		explain_report_title(r, "empty", "Empty file");
		explain_report_problem(r, "There is nothing in it.");
	} else if (form == MANIFEST_CSV || form == MANIFEST_MICROCHIP) {
		explain_manifest_into(r, in, form);
	} else if (form == MANIFEST_JSONL) {
		if (!try_json(r, text))
			explain_manifest_into(r, in, form);
	} else if (next_label(text, label, sizeof(label))) {
		explain_pem(r, in);
	} else if (!try_der(r, in) && !explain_token_api(r, text) &&
	    !explain_token_jws(r, text, in->now_s) && !try_label(r, text)) {
		explain_report_title(r, "unknown", "Unknown file");
		explain_report_problem(r,
		    "This is no certificate, manifest, label, token, key or "
		    "chip file that Birthmark knows.");
	}
}

enum rc explain_file(const struct explain_input *in, struct buf *out,
    unsigned int *problems, struct err *e)
{
	json_t *r = explain_report_new("unknown", "Unknown file");
	enum rc rc;

	*problems = 0;
	if (!r)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	explain_any(r, in);
	*problems = explain_report_problems(r);
	rc = explain_report_write(r, in->json, out, e);
	json_decref(r);
	return rc;
}
