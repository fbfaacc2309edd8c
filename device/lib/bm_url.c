/* A URL taken apart.
 * Must not resolve or normalise: what is odd is refused. */
#include "device/lib/bm_url.h"

static bool cut(struct bm_span *s, struct bm_span prefix)
{
	if (s->n < prefix.n || memcmp(s->p, prefix.p, prefix.n) != 0)
		return false;
	*s = bm_mem_span(s->p + prefix.n, s->n - prefix.n);
	return true;
}

static bool is_host(uint8_t c, bool bracket)
{
	if (bracket && c == ':')
		return true;
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* A name, an IPv4 address, or an IPv6 address in brackets, which stay off. */
static bool host(struct bm_span *s, struct bm_url *u)
{
	bool bracket = s->n > 0 && s->p[0] == '[';
	size_t from = bracket ? 1 : 0, n = from;

	while (n < s->n && is_host(s->p[n], bracket))
		n++;
	if (n == from ||
	    !bm_mem_text(u->host, sizeof(u->host),
		bm_mem_span(s->p + from, n - from)))
		return false;
	*s = bm_mem_span(s->p + n, s->n - n);
	return !bracket || cut(s, BM_MEM_LIT("]"));
}

static bool port(struct bm_span *s, struct bm_url *u)
{
	uint32_t v = 0;
	size_t n = 0;

	u->port = u->tls ? 443 : 80;
	if (!cut(s, BM_MEM_LIT(":")))
		return true;
	while (n < s->n && n < 5 && s->p[n] >= '0' && s->p[n] <= '9')
		v = v * 10 + (uint32_t)(s->p[n++] - '0');
	*s = bm_mem_span(s->p + n, s->n - n);
	u->port = (uint16_t)v;
	return v >= 1 && v <= 0xffff;
}

bool bm_url_parse(struct bm_url *u, struct bm_span s)
{
	size_t i;

	u->tls = cut(&s, BM_MEM_LIT("https://"));
	if (!u->tls && !cut(&s, BM_MEM_LIT("http://")))
		return false;
	if (!host(&s, u) || !port(&s, u))
		return false;
	if (s.n > 0 && s.p[0] != '/')
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '#')
			return false;
	if (s.n == 1)
		s.n = 0;
	return bm_mem_text(u->path, sizeof(u->path), s);
}

void bm_url_put_host(struct bm_mem_out *o, const struct bm_url *u)
{
	struct bm_span h = bm_mem_str(u->host);
	bool colon = false;
	size_t i;

	for (i = 0; i < h.n; i++)
		colon |= h.p[i] == ':';
	if (colon)
		bm_mem_add_str(o, "[");
	bm_mem_add(o, h);
	if (colon)
		bm_mem_add_str(o, "]");
	if (u->port != (u->tls ? 443 : 80)) {
		bm_mem_add_str(o, ":");
		bm_mem_add_u32(o, u->port);
	}
}
