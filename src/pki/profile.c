/* Profiles in their text form, judged when they are read: what is stored can
 * be issued.  Must not leave a way to an authority's certificate. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "pki/cert.h"
#include "pki/der.h"
#include "pki/issue_ext.h"
#include "pki/profile.h"
#include "pki/profile_name.h"

#define DAY_S 86400
#define OID_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"

static enum rc refuse(struct err *e, const char *slug, const char *what)
{
	return err_set(e, RC_INVALID, slug, "The profile %s.", what);
}

void profile_default(struct profile *p)
{
	*p = (struct profile){
	    .subject = "CN={device},OU={product},O={account}",
	    .san = {"uri:urn:birthmark:product:{product_id}"},
	    .san_n = 1,
	    .key_types = 1U << KEY_P256 | 1U << KEY_P384,
	    .lifetime_s = 398 * DAY_S,
	    .renew_before_s = 30 * DAY_S,
	    .eku = {OID_CLIENT_AUTH, OID_SERVER_AUTH},
	    .eku_n = 2,
	};
}

/* Purposes by which a certificate speaks for a CA or a clock, or for all. */
static bool is_authority(const char *oid)
{
	static const char *const list[] = {
	    "1.3.6.1.5.5.7.3.9",  /* OCSPSigning */
	    "1.3.6.1.5.5.7.3.27", /* cmcCA */
	    "1.3.6.1.5.5.7.3.28", /* cmcRA */
	    "1.3.6.1.5.5.7.3.32", /* cmKGA */
	    "1.3.6.1.5.5.7.3.8",  /* timeStamping */
	    "2.5.29.37.0",	  /* anyExtendedKeyUsage */
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (span_eq_str(span_str(oid), list[i]))
			return true;
	return false;
}

static bool copy(const json_t *v, char *out, size_t cap)
{
	return json_is_string(v) &&
	    span_copy_str(span_of(json_string_value(v), json_string_length(v)),
		out, cap);
}

static enum rc read_subject(struct profile *p, const json_t *v, struct err *e)
{
	return copy(v, p->subject, sizeof(p->subject))
	    ? RC_OK
	    : refuse(e, "profile-subject",
		  "has a subject that is no text of up to 255 bytes");
}

static enum rc read_san(struct profile *p, const json_t *v, struct err *e)
{
	size_t i;

	p->san_n = json_array_size(v);
	if (!json_is_array(v) || p->san_n > PROFILE_SANS_MAX)
		return refuse(e, "profile-san",
		    "has a san that is no list of up to 8 names");
	for (i = 0; i < p->san_n; i++)
		if (!copy(json_array_get(v, i), p->san[i], sizeof(p->san[i])))
			return refuse(e, "profile-san",
			    "has a name in san that is no text of up to 255 "
			    "bytes");
	return RC_OK;
}

static enum rc read_key_types(struct profile *p, const json_t *v, struct err *e)
{
	enum key_type t;
	char name[16];
	size_t i;

	p->key_types = 0;
	for (i = 0; i < json_array_size(v); i++) {
		t = copy(json_array_get(v, i), name, sizeof(name))
		    ? key_type_of(span_str(name))
		    : KEY_UNKNOWN;
		if (t == KEY_UNKNOWN || (p->key_types >> t & 1)) {
			p->key_types = 0;
			break;
		}
		p->key_types |= 1U << t;
	}
	if (!json_is_array(v) || p->key_types == 0)
		return refuse(e, "profile-key-types",
		    "has key_types that are no list of p256, p384, rsa2048, "
		    "rsa3072 and rsa4096");
	return RC_OK;
}

static enum rc read_seconds(const json_t *v, int64_t *out, struct err *e)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    json_integer_value(v) > PROFILE_LIFETIME_MAX_S)
		return refuse(e, "profile-lifetime",
		    "has a time that is no number of seconds, at most ten "
		    "years");
	*out = json_integer_value(v);
	return RC_OK;
}

static enum rc read_lifetime(struct profile *p, const json_t *v, struct err *e)
{
	return read_seconds(v, &p->lifetime_s, e);
}

static enum rc read_renew(struct profile *p, const json_t *v, struct err *e)
{
	return read_seconds(v, &p->renew_before_s, e);
}

/* In the one form that there is for it, as it is compared as text. */
static bool is_oid(const char *text)
{
	char again[PROFILE_OID_MAX];
	uint8_t der[PROFILE_OID_MAX];
	size_t n;

	return der_oid_encode(text, der, sizeof(der), &n) &&
	    der_oid_text(span_of(der, n), again, sizeof(again)) &&
	    span_eq_str(span_str(text), again);
}

static enum rc read_oids(char list[][PROFILE_OID_MAX], size_t *n,
    const json_t *v, struct err *e)
{
	size_t i, k;

	*n = json_array_size(v);
	if (!json_is_array(v) || *n > PROFILE_OIDS_MAX)
		return refuse(e, "profile-oid",
		    "has an eku or policies that are no list of up to 8 OIDs");
	for (i = 0; i < *n; i++) {
		if (!copy(json_array_get(v, i), list[i], PROFILE_OID_MAX) ||
		    !is_oid(list[i]))
			return refuse(e, "profile-oid",
			    "has something that is no OID in dotted form, "
			    "such as 1.3.6.1.5.5.7.3.2");
		for (k = 0; k < i; k++)
			if (span_eq_str(span_str(list[i]), list[k]))
				return refuse(e, "profile-oid",
				    "has an OID twice");
	}
	return RC_OK;
}

static enum rc read_eku(struct profile *p, const json_t *v, struct err *e)
{
	return read_oids(p->eku, &p->eku_n, v, e);
}

static enum rc read_policies(struct profile *p, const json_t *v, struct err *e)
{
	return read_oids(p->policies, &p->policies_n, v, e);
}

static enum rc read_keygen(struct profile *p, const json_t *v, struct err *e)
{
	p->server_keygen = json_is_true(v);
	return json_is_boolean(v)
	    ? RC_OK
	    : refuse(e, "profile-server-keygen",
		  "has a server_keygen that is neither true nor false");
}

static const struct {
	const char *name;
	enum rc (*read)(struct profile *p, const json_t *v, struct err *e);
} members[] = {
    {"subject", read_subject},
    {"san", read_san},
    {"key_types", read_key_types},
    {"lifetime_s", read_lifetime},
    {"renew_before_s", read_renew},
    {"eku", read_eku},
    {"policies", read_policies},
    {"server_keygen", read_keygen},
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

static enum rc read_members(struct profile *p, json_t *o, struct err *e)
{
	const char *name;
	json_t *v;
	size_t i;
	enum rc rc;

	json_object_foreach(o, name, v)
	{
		for (i = 0; i < MEMBERS; i++)
			if (span_eq_str(span_str(name), members[i].name))
				break;
		if (i == MEMBERS)
			return refuse(e, "profile-member",
			    "has an unknown member; subject, san, key_types, "
			    "lifetime_s, renew_before_s, eku, policies and "
			    "server_keygen are known");
		rc = members[i].read(p, v, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* With a device of the usual form: what fails here fails for all. */
static enum rc check_templates(const struct profile *p, struct err *e)
{
	static const struct profile_device sample = {
	    .device = "0123456789abcdef",
	    .serial = "0123456789abcdef",
	    .product = "Product",
	    .product_id = "prd_0123456789abcdef",
	    .account = "Account",
	    .account_id = "acc_0123456789abcdef",
	};
	struct buf out;
	enum rc rc;
	size_t i;

	buf_init(&out, ISSUE_EXT_MAX);
	rc = profile_name_subject(p->subject, &sample, &out, e);
	for (i = 0; i < p->san_n && rc == RC_OK; i++)
		rc = profile_name_san(p->san[i], &sample, &out, e);
	buf_clear(&out);
	return rc;
}

static enum rc check(const struct profile *p, struct err *e)
{
	size_t i;

	if (p->lifetime_s < PROFILE_LIFETIME_MIN_S)
		return refuse(e, "profile-lifetime",
		    "has a lifetime under five minutes");
	if (p->renew_before_s >= p->lifetime_s)
		return refuse(e, "profile-lifetime",
		    "renews certificates before they are valid: "
		    "renew_before_s has to be less than lifetime_s");
	/* RFC 5280 4.2.1.12: without it, any purpose would be allowed. */
	if (p->eku_n == 0)
		return refuse(e, "profile-eku",
		    "has no extended key usage, which would allow all");
	for (i = 0; i < p->eku_n; i++)
		if (is_authority(p->eku[i]))
			return refuse(e, "profile-eku",
			    "has the extended key usage of an authority, "
			    "which no device may have");
	return check_templates(p, e);
}

enum rc profile_parse(struct profile *p, struct span json, struct err *e)
{
	json_error_t fault;
	json_t *o;
	enum rc rc;

	profile_default(p);
	if (json.n > PROFILE_TEXT_MAX)
		return err_set(e, RC_TOO_LARGE, "profile-too-large",
		    "The profile is larger than %d bytes.", PROFILE_TEXT_MAX);
	o = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES,
	    &fault);
	if (!json_is_object(o)) {
		json_decref(o);
		return refuse(e, "profile-json", "is no JSON object");
	}
	rc = read_members(p, o, e);
	json_decref(o);
	return rc == RC_OK ? check(p, e) : rc;
}

static void put_oids(struct json *w, const char *key,
    const char list[][PROFILE_OID_MAX], size_t n)
{
	size_t i;

	json_key(w, key);
	json_arr(w);
	for (i = 0; i < n; i++)
		json_str(w, list[i]);
	json_end(w);
}

void profile_build(const struct profile *p, struct buf *json)
{
	unsigned int t;
	struct json w;
	size_t i;

	json_init(&w, json);
	json_obj(&w);
	json_put_str(&w, "subject", p->subject);
	json_key(&w, "san");
	json_arr(&w);
	for (i = 0; i < p->san_n; i++)
		json_str(&w, p->san[i]);
	json_end(&w);
	json_key(&w, "key_types");
	json_arr(&w);
	for (t = 0; t < KEY_UNKNOWN; t++)
		if (p->key_types >> t & 1)
			json_str(&w, key_type_name((enum key_type)t));
	json_end(&w);
	json_put_u64(&w, "lifetime_s", (uint64_t)p->lifetime_s);
	json_put_u64(&w, "renew_before_s", (uint64_t)p->renew_before_s);
	put_oids(&w, "eku", p->eku, p->eku_n);
	put_oids(&w, "policies", p->policies, p->policies_n);
	json_put_bool(&w, "server_keygen", p->server_keygen);
	json_end(&w);
}

enum rc profile_fill(const char *template_, const struct profile_device *d,
    char out[PROFILE_TEMPLATE_MAX], struct err *e)
{
	struct buf text;
	enum rc rc;

	buf_init(&text, PROFILE_TEMPLATE_MAX);
	rc = profile_name_fill(template_, d, &text, e);
	(void)span_copy_str(rc == RC_OK ? buf_span(&text) : SPAN_NONE, out,
	    PROFILE_TEMPLATE_MAX);
	buf_clear(&text);
	return rc;
}

/* CsrAttrs */

/* Attribute { type, SET { value } } */
static void put_attr(struct buf *out, const char *type, struct span value)
{
	struct buf attr;

	buf_init(&attr, ISSUE_EXT_MAX);
	der_put_oid(&attr, type);
	der_put(&attr, DER_SET, value);
	if (!buf_ok(&attr))
		out->bad = true;
	der_put(out, DER_SEQUENCE, buf_span(&attr));
	buf_clear(&attr);
}

/* One kind of key is asked for, the first that the profile takes: a client
 * cannot tell whether two were a choice (RFC 9908 3.2). */
static void put_key_type(struct buf *out, unsigned int key_types)
{
	static const struct {
		const char *curve, *sig;
		uint16_t bits;
	} kinds[] = {
	    [KEY_P256] = {"1.2.840.10045.3.1.7", "1.2.840.10045.4.3.2", 0},
	    [KEY_P384] = {"1.3.132.0.34", "1.2.840.10045.4.3.3", 0},
	    [KEY_RSA2048] = {NULL, "1.2.840.113549.1.1.11", 2048},
	    [KEY_RSA3072] = {NULL, "1.2.840.113549.1.1.11", 3072},
	    [KEY_RSA4096] = {NULL, "1.2.840.113549.1.1.11", 4096},
	};
	uint8_t bits[2];
	struct buf value;
	size_t t;

	for (t = 0; t + 1 < KEY_UNKNOWN && !(key_types >> t & 1); t++)
		;
	buf_init(&value, 64);
	if (kinds[t].curve != NULL) {
		der_put_oid(&value, kinds[t].curve);
		put_attr(out, "1.2.840.10045.2.1", buf_span(&value));
	} else {
		bits[0] = (uint8_t)(kinds[t].bits >> 8);
		bits[1] = (uint8_t)kinds[t].bits;
		der_put_uint(&value, span_of(bits, sizeof(bits)));
		put_attr(out, "1.2.840.113549.1.1.1", buf_span(&value));
	}
	buf_clear(&value);
	der_put_oid(out, kinds[t].sig);
}

enum rc profile_csrattrs(const struct profile *p,
    const struct profile_device *d, struct buf *der, struct err *e)
{
	const char *eku[PROFILE_OIDS_MAX + 1];
	struct buf names, ext, list, body;
	enum rc rc = RC_OK;
	size_t i;

	buf_init(&names, ISSUE_EXT_MAX);
	buf_init(&ext, ISSUE_EXT_MAX);
	buf_init(&list, ISSUE_EXT_MAX);
	buf_init(&body, ISSUE_EXT_MAX);
	for (i = 0; i < p->san_n && rc == RC_OK; i++)
		rc = profile_name_san(p->san[i], d, &names, e);
	for (i = 0; i < p->eku_n; i++)
		eku[i] = p->eku[i];
	eku[i] = NULL;
	put_key_type(&body, p->key_types);
	issue_ext_key_usage(&ext, CERT_KU_DIGITAL_SIGNATURE);
	issue_ext_eku(&ext, eku);
	issue_ext_san(&ext, buf_span(&names));
	der_put(&list, DER_SEQUENCE, buf_span(&ext));
	put_attr(&body, "1.2.840.113549.1.9.14", buf_span(&list));
	der_put(der, DER_SEQUENCE, buf_span(&body));
	if (rc == RC_OK &&
	    (!buf_ok(&names) || !buf_ok(&ext) || !buf_ok(&list) ||
		!buf_ok(&body) || !buf_ok(der)))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	buf_clear(&names);
	buf_clear(&ext);
	buf_clear(&list);
	buf_clear(&body);
	return rc;
}
