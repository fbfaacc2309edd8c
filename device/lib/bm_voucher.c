/* Vouchers: asked for and judged.
 * Must not trust a certificate inside one: only preloaded keys sign. */
#include "device/lib/bm_voucher.h"
#include "device/lib/bm_b64.h"
#include "device/lib/bm_json.h"
#include "device/lib/bm_time.h"
#include "device/lib/bm_url.h"

#define EST_PATH "/.well-known/est"
#define FUTURE_S 86400 /* the registrar's clock may be ahead of ours */

static void put_time(struct bm_mem_out *o, int64_t now_s)
{
	static const char between[] = "--T::Z";
	static const uint8_t end[] = {4, 6, 8, 10, 12, 14};
	char digits[14];
	size_t i, at = 0;

	if (!bm_time_digits(now_s, digits)) {
		o->full = true;
		return;
	}
	for (i = 0; i < sizeof(end); i++) {
		bm_mem_add(o, bm_mem_span(digits + at, end[i] - at));
		bm_mem_add(o, bm_mem_span(&between[i], 1));
		at = end[i];
	}
}

enum bm_why bm_voucher_request(const struct bm_voucher_ask *ask,
    struct bm_mem_out *o, struct bm_der_out *out)
{
	char chip[BM_SERIAL_MAX + 1];

	if (!bm_cert_chip(ask->birth, chip))
		return BM_WHY_CONFIG;
	bm_mem_add_str(o, "{\"ietf-voucher-request:voucher\":{");
	if (ask->now_s > 0) {
		bm_mem_add_str(o, "\"created-on\":\"");
		put_time(o, ask->now_s);
		bm_mem_add_str(o, "\",");
	}
	bm_mem_add_str(o, "\"nonce\":\"");
	bm_b64_encode(o, bm_mem_span(ask->nonce, BM_NONCE));
	bm_mem_add_str(o, "\",\"serial-number\":");
	bm_json_put(o, bm_mem_str(chip));
	bm_mem_add_str(o, "}}");
	if (o->full)
		return BM_WHY_SPACE;
	return bm_cms_sign(ask->platform, ask->birth, bm_mem_span(o->p, o->n),
	    ask->now_s, out);
}

static bool is_signed(const struct bm_voucher_ask *ask,
    const struct bm_cms *cms, uint8_t *body)
{
	struct bm_cert anchor;
	size_t i;

	for (i = 0; i < ask->config->voucher_anchors_n; i++)
		if (bm_cert_parse(&anchor, ask->config->voucher_anchors[i]) &&
		    bm_cms_verify(ask->platform, cms, body, &anchor))
			return true;
	return false;
}

/* Members are found before any is decoded, which changes the text. */
enum member { NONCE, SERIAL, PINNED, CREATED, EST, CONFIG, ISSUER, EXPIRES, N };
static const char *const names[N] = {"nonce", "serial-number",
    "pinned-domain-cert", "created-on", "est-domain",
    "additional-configuration-url", "idevid-issuer", "expires-on"};

static bool find_members(struct bm_span json, uint8_t *body,
    struct bm_span m[N])
{
	struct bm_span voucher;
	size_t i;

	if (!bm_json_check(&json) ||
	    bm_json_member(json, "ietf-voucher:voucher", &voucher) !=
		BM_JSON_ONE)
		return false;
	for (i = 0; i < N; i++) {
		m[i] = bm_mem_span(NULL, 0);
		if (bm_json_member(voucher, names[i], &m[i]) == BM_JSON_TWICE)
			return false;
	}
	for (i = 0; i < N; i++)
		if (m[i].n > 0 && !bm_json_string(body, m[i], &m[i]))
			return false;
	return m[SERIAL].n > 0 && m[PINNED].n > 0 && m[CREATED].n > 0;
}

static bool decode(uint8_t *body, struct bm_span *s)
{
	uint8_t *p = s->n > 0 ? body + (s->p - body) : body;

	return bm_b64_decode(p, s->n, &s->n);
}

static enum bm_why check_device(const struct bm_voucher_ask *ask, uint8_t *body,
    struct bm_span m[N])
{
	char chip[BM_SERIAL_MAX + 1];
	const struct bm_cert *c = ask->birth;

	if (!decode(body, &m[NONCE]) ||
	    !bm_mem_eq(m[NONCE], bm_mem_span(ask->nonce, BM_NONCE)))
		return BM_WHY_VOUCHER_NONCE;
	if (!bm_cert_chip(c, chip) || !bm_mem_eq(m[SERIAL], bm_mem_str(chip)))
		return BM_WHY_VOUCHER_SERIAL;
	if (m[ISSUER].n == 0)
		return BM_OK;
	/* RFC 8366 says OCTET STRING, and both readings of it are met. */
	if (!decode(body, &m[ISSUER]) ||
	    (!bm_mem_eq(m[ISSUER], c->aki) && !bm_mem_eq(m[ISSUER], c->key_id)))
		return BM_WHY_VOUCHER_ISSUER;
	return BM_OK;
}

static enum bm_why check_time(const struct bm_voucher_ask *ask,
    const struct bm_span m[N], struct bm_voucher *v)
{
	int64_t expires;

	if (!bm_time_rfc3339(m[CREATED], &v->created_on))
		return BM_WHY_VOUCHER_TIME;
	if (ask->now_s > 0 && v->created_on > ask->now_s + FUTURE_S)
		return BM_WHY_VOUCHER_TIME;
	if (m[EXPIRES].n > 0 &&
	    (!bm_time_rfc3339(m[EXPIRES], &expires) ||
		expires < v->created_on || expires < ask->now_s))
		return BM_WHY_VOUCHER_TIME;
	return BM_OK;
}

static bool starts(const char *text, const char *with)
{
	while (*with != '\0' && *text == *with) {
		text++;
		with++;
	}
	return *with == '\0' && (*text == '\0' || *text == '/');
}

static enum bm_why read_est(struct bm_span url, struct bm_voucher *v)
{
	memset(&v->est, 0, sizeof(v->est));
	if (url.n == 0)
		return BM_OK;
	if (!bm_url_parse(&v->est, url) || !v->est.tls)
		return BM_WHY_VOUCHER_EST;
	if (v->est.path[0] == '\0')
		(void)bm_mem_text(v->est.path, sizeof(v->est.path),
		    BM_MEM_LIT(EST_PATH));
	return starts(v->est.path, EST_PATH) ? BM_OK : BM_WHY_VOUCHER_EST;
}

enum bm_why bm_voucher_check(const struct bm_voucher_ask *ask, uint8_t *body,
    size_t n, struct bm_voucher *v)
{
	struct bm_span m[N];
	struct bm_cms cms;
	struct bm_cert domain;
	enum bm_why why;

	if (!bm_cms_parse(&cms, bm_mem_span(body, n)))
		return BM_WHY_VOUCHER_FORM;
	if (!is_signed(ask, &cms, body))
		return BM_WHY_VOUCHER_SIGNATURE;
	if (!find_members(cms.content, body, m))
		return BM_WHY_VOUCHER_CONTENT;
	why = check_device(ask, body, m);
	if (why == BM_OK)
		why = check_time(ask, m, v);
	if (why == BM_OK)
		why = read_est(m[EST], v);
	if (why != BM_OK)
		return why;
	if (!decode(body, &m[PINNED]) || m[PINNED].n > BM_CERT_MAX ||
	    !bm_cert_parse(&domain, m[PINNED]) ||
	    !bm_cert_is_valid(&domain,
		ask->now_s > v->created_on ? ask->now_s : v->created_on,
		ask->now_s > 0))
		return BM_WHY_VOUCHER_DOMAIN;
	v->domain = m[PINNED];
	v->configuration = m[CONFIG];
	return BM_OK;
}
