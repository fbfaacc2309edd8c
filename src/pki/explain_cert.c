/* Explains certificates and keys.
 * Must not judge trust but by the CAs it is given. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "pki/explain_report.h"

#define SOON_S (30 * 86400)

static void explain_key_type(json_t *r, enum key_type t)
{
	static const char *const words[] = {
	    [KEY_P256] = "EC, P-256",
	    [KEY_P384] = "EC, P-384",
	    [KEY_RSA2048] = "RSA, 2048 bits",
	    [KEY_RSA3072] = "RSA, 3072 bits",
	    [KEY_RSA4096] = "RSA, 4096 bits",
	    [KEY_UNKNOWN] = "unknown",
	};

	explain_report_fact(r, "Public key", "%s", words[t]);
}

void explain_cert_key(json_t *r, struct span spki)
{
	struct err why = {.text = ""};
	enum key_type type;

	if (key_check_spki(spki, &type, &why) != RC_OK)
		explain_report_problem(r, "%s", why.text);
	else
		explain_key_type(r, type);
}

static void name_fact(json_t *r, const char *what, struct span name)
{
	struct buf text;

	buf_init(&text, 64 * 1024);
	cert_name_text(name, &text);
	explain_report_fact(r, what, "%.900s", buf_cstr(&text));
	buf_clear(&text);
}

static void validity(json_t *r, const struct cert *c, int64_t now_s)
{
	explain_report_time(r, "Valid from", c->not_before);
	explain_report_time(r, "Expires", c->not_after);
	if (now_s < c->not_before)
		explain_report_problem(r, "It is not valid yet.");
	if (c->not_after == CERT_NEVER)
		return;
	if (now_s > c->not_after)
		explain_report_problem(r, "It has expired.");
	else if (c->not_after - now_s < SOON_S)
		explain_report_note(r, "It expires within 30 days.");
}

static void usage(json_t *r, const struct cert *c)
{
	explain_report_fact(r, "Key usage", "%s%s%s%s",
	    c->key_usage & CERT_KU_DIGITAL_SIGNATURE ? "sign " : "",
	    c->key_usage & CERT_KU_KEY_CERT_SIGN ? "issue-certificates " : "",
	    c->key_usage & CERT_KU_CRL_SIGN ? "issue-CRLs" : "",
	    c->has_key_usage ? "" : "not restricted");
	if (c->is_ca && c->has_key_usage &&
	    !(c->key_usage & CERT_KU_KEY_CERT_SIGN))
		explain_report_problem(r,
		    "It is a CA's, but its key may not sign certificates.");
	if (!c->is_ca && c->has_key_usage &&
	    !(c->key_usage & CERT_KU_DIGITAL_SIGNATURE))
		explain_report_problem(r,
		    "Its key may not sign, so a device cannot prove itself "
		    "with it.");
	if (c->unknown_critical)
		explain_report_problem(r,
		    "It has a critical extension that is not known; RFC 5280 "
		    "4.2 demands to refuse it.");
}

static bool has_word(struct span s, struct span word)
{
	size_t i;

	for (i = 0; i + word.n <= s.n; i++)
		if (span_starts(span_sub(s, i, s.n), word))
			return true;
	return false;
}

/* No expiry or a hardware serial, as IEEE 802.1AR has them; OPTIGA chips have
 * neither, but a CA of their own. */
static bool is_birth(const struct cert *c)
{
	return !c->is_ca &&
	    (c->not_after == CERT_NEVER || cert_hw_serial(c).n > 0 ||
		has_word(c->issuer, SPAN_LIT("OPTIGA")));
}

static bool is_readable(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] >= 0x80)
			return true;
	return s.n == 0;
}

/* What identifies the chip, and where that comes from. */
static void identity(json_t *r, const struct cert *c)
{
	char serial[2 * 20 + 1], chip[CERT_ID_MAX + 1];
	struct span hw = cert_hw_serial(c);

	cert_serial_text(c, serial);
	explain_report_fact(r, "Serial number", "%s", serial);
	if (!is_birth(c))
		return;
	cert_chip_id(c, chip);
	explain_report_fact(r, "Chip id", "%s", chip);
	if (hw.n > 0)
		explain_report_hex(r, "Hardware serial", hw);
	if (!is_readable(cert_subject_attr(c, "2.5.4.3")))
		explain_report_note(r,
		    "Its common name has no letter or digit: it names "
		    "nothing.");
	if (cert_subject_attr(c, "2.5.4.5").n > 0)
		return;
	if (hw.n > 0)
		explain_report_note(r,
		    "The subject has no serialNumber: the chip id is the "
		    "hardware module's serial.");
	else
		explain_report_note(r,
		    "The subject has no serialNumber: the chip id is the "
		    "certificate's serial number, as for OPTIGA Trust M.");
	if (c->serial.n < 8)
		explain_report_note(r,
		    "The serial number has only %d bytes; it is unique only "
		    "under its own issuer.",
		    (int)c->serial.n);
}

static void title(json_t *r, const struct cert *c)
{
	bool self = span_eq(c->issuer, c->subject);

	if (c->is_ca && self)
		explain_report_title(r, "root-ca", "Certificate of a root CA");
	else if (c->is_ca)
		explain_report_title(r, "issuing-ca",
		    "Certificate of an issuing CA");
	else if (is_birth(c))
		explain_report_title(r, "birth-certificate",
		    "Birth certificate of a chip (IDevID)");
	else
		explain_report_title(r, "certificate",
		    "Certificate of a device, server or person");
	if (!c->is_ca && self)
		explain_report_problem(r,
		    "It is self-signed: anyone can make one, so it proves "
		    "nothing.");
}

void explain_cert_into(json_t *r, struct span der, struct chain *trusted,
    int64_t now_s)
{
	struct err why = {.text = ""};
	uint8_t print[DIGEST_SHA256];
	struct cert c;

	if (cert_parse(&c, der, &why) != RC_OK) {
		explain_report_title(r, "certificate", "A broken certificate");
		explain_report_problem(r, "%s", why.text);
		return;
	}
	title(r, &c);
	name_fact(r, "Subject", c.subject);
	name_fact(r, "Issuer", c.issuer);
	identity(r, &c);
	validity(r, &c, now_s);
	explain_cert_key(r, c.spki);
	explain_report_fact(r, "Signed with", "%s", key_sig_name(c.sig));
	if (c.sig == KEY_SIG_UNKNOWN)
		explain_report_problem(r,
		    "Its signature algorithm is not taken (ECDSA or RSA with "
		    "SHA-2 is).");
	usage(r, &c);
	if (c.path_len >= 0)
		explain_report_fact(r, "CAs below it", "%d", c.path_len);
	cert_fingerprint(der, print);
	explain_report_hex(r, "SHA-256", span_of(print, sizeof(print)));
	if (!trusted || c.is_ca)
		return;
	if (chain_check(trusted, &c, now_s, &why) != RC_OK)
		explain_report_problem(r, "%s", why.text);
	else
		explain_report_fact(r, "Issued by",
		    "a CA given: signature "
		    "verified");
}

struct chain *explain_cert_chain(struct span pem, int64_t now_s)
{
	struct chain *ch = pem.n > 0 ? chain_new() : NULL;
	struct buf der;
	bool any = false;

	buf_init(&der, CERT_DER_MAX);
	while (ch && enc_unpem(&der, "CERTIFICATE", &pem)) {
		if (chain_add(ch, buf_span(&der), true, now_s, NULL) == RC_OK)
			any = true;
		buf_reset(&der);
	}
	buf_clear(&der);
	if (any)
		return ch;
	chain_free(ch);
	return NULL;
}
