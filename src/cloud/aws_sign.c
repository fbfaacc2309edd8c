/* AWS Signature Version 4.  libcurl's own disagrees with AWS about paths that
 * need encoding.  Must not see a key longer than it signs with it. */
#include "cloud/aws_sign.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "pki/digest.h"

#define TEXT_MAX (32u << 10)
#define SECRET_MAX 512

static const char algorithm[] = "AWS4-HMAC-SHA256";

struct stamp {
	char day[9];	  /* 20261122 */
	char instant[17]; /* 20261122T214900Z */
};

static void stamp_at(int64_t now_s, struct stamp *out)
{
	char text[CLOCK_TEXT_SIZE];
	size_t i, n = 0;

	clock_text(now_s, text);
	for (i = 0; text[i] && n < sizeof(out->instant) - 1; i++)
		if (text[i] != '-' && text[i] != ':')
			out->instant[n++] = text[i];
	out->instant[n] = '\0';
	(void)snprintf(out->day, sizeof(out->day), "%.8s", out->instant);
}

/* Each segment is encoded a second time; what is a slash stays one. */
static void add_path(struct buf *out, const char *path)
{
	struct span rest = span_str(path), segment;
	bool more = true;

	while (more) {
		more = span_cut(&rest, '/', &segment);
		enc_percent(out, segment);
		if (more)
			buf_add_u8(out, '/');
	}
}

static void add_header(struct buf *out, const char *name, const char *value)
{
	if (value[0] != '\0')
		buf_addf(out, "%s:%s\n", name, value);
}

static void add_signed_names(struct buf *out, const struct aws_sign_request *r,
    const struct aws_sign_keys *keys)
{
	buf_addf(out, "%shost;x-amz-date%s%s",
	    r->content_type[0] ? "content-type;" : "",
	    keys->token[0] ? ";x-amz-security-token" : "",
	    r->principal[0] ? ";x-amzn-principal" : "");
}

static void add_hash(struct buf *out, struct span text)
{
	uint8_t hash[DIGEST_SHA256];

	digest_sha256(text, hash);
	enc_hex(out, span_of(hash, sizeof(hash)));
}

static void add_canonical(struct buf *out, const struct aws_sign_request *r,
    const struct aws_sign_keys *keys, const struct stamp *at)
{
	buf_addf(out, "%s\n", r->method);
	add_path(out, r->path);
	buf_addf(out, "\n%s\n", r->query);
	add_header(out, "content-type", r->content_type);
	add_header(out, "host", r->host);
	add_header(out, "x-amz-date", at->instant);
	add_header(out, "x-amz-security-token", keys->token);
	add_header(out, "x-amzn-principal", r->principal);
	buf_add_u8(out, '\n');
	add_signed_names(out, r, keys);
	buf_add_u8(out, '\n');
	add_hash(out, r->body);
}

/* The key is derived anew each time: keeping it would be keeping a secret. */
static void sign(const struct aws_sign_request *r, const char *secret,
    const struct stamp *at, struct span text, uint8_t out[DIGEST_SHA256])
{
	const char *chain[] = {at->day, r->region, r->service, "aws4_request"};
	struct span key;
	struct buf first;
	size_t i;

	buf_init(&first, SECRET_MAX);
	buf_addf(&first, "AWS4%s", secret);
	key = buf_span(&first);
	for (i = 0; i < sizeof(chain) / sizeof(chain[0]); i++) {
		digest_hmac_sha256(key, span_str(chain[i]), out);
		key = span_of(out, DIGEST_SHA256);
	}
	digest_hmac_sha256(key, text, out);
	buf_clear_secret(&first);
}

void aws_sign_request(const struct aws_sign_request *r,
    const struct aws_sign_keys *keys, struct buf *headers)
{
	uint8_t signature[DIGEST_SHA256];
	struct buf canonical, text;
	struct stamp at;

	stamp_at(r->now_s, &at);
	buf_init(&canonical, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	add_canonical(&canonical, r, keys, &at);
	buf_addf(&text, "%s\n%s\n%s/%s/%s/aws4_request\n", algorithm,
	    at.instant, at.day, r->region, r->service);
	add_hash(&text, buf_span(&canonical));
	sign(r, keys->secret, &at, buf_span(&text), signature);
	buf_addf(headers,
	    "Authorization: %s Credential=%s/%s/%s/%s/aws4_request, "
	    "SignedHeaders=",
	    algorithm, keys->id, at.day, r->region, r->service);
	add_signed_names(headers, r, keys);
	buf_add_str(headers, ", Signature=");
	enc_hex(headers, span_of(signature, sizeof(signature)));
	buf_addf(headers, "\nX-Amz-Date: %s\n", at.instant);
	if (keys->token[0] != '\0')
		buf_addf(headers, "X-Amz-Security-Token: %s\n", keys->token);
	if (r->principal[0] != '\0')
		buf_addf(headers, "x-amzn-principal: %s\n", r->principal);
	headers->bad = headers->bad || !buf_ok(&canonical) || !buf_ok(&text);
	buf_clear_secret(&canonical);
	buf_clear(&text);
}
