/* The stored state, written as a whole.
 * Must not hold a secret. */
#include "device/lib/bm_state.h"

#define VERSION 1
#define HEAD                                                            \
	15 /* version, state, flags, current, floor, port, path's place \
	    */

enum flag { CLAIMED = 1, KEY_MADE = 2, TELL_VOUCHER = 4, TELL_ENROL = 8 };

static void init(struct bm_saved *s)
{
	memset(s, 0, sizeof(*s));
	s->state = BM_NEW;
	s->current = 1; /* so that the first key is A */
	s->est.tls = true;
}

static bool decode(struct bm_saved *s, const uint8_t *p, size_t n)
{
	size_t i, host_n;

	if (n < HEAD || p[0] != VERSION || p[1] > BM_ENROLLED || p[3] > 1)
		return false;
	s->state = (enum bm_state)p[1];
	s->claimed = p[2] & CLAIMED;
	s->key_made = p[2] & KEY_MADE;
	s->tell_voucher = p[2] & TELL_VOUCHER;
	s->tell_enrol = p[2] & TELL_ENROL;
	s->current = p[3];
	for (i = 0; i < 8; i++)
		s->floor_s = (int64_t)((uint64_t)s->floor_s << 8 | p[4 + i]);
	s->est.port = (uint16_t)(p[12] << 8 | p[13]);
	host_n = p[14];
	return s->floor_s >= 0 && host_n <= n - HEAD &&
	    bm_mem_text(s->est.host, sizeof(s->est.host),
		bm_mem_span(p + HEAD, host_n)) &&
	    bm_mem_text(s->est.path, sizeof(s->est.path),
		bm_mem_span(p + HEAD + host_n, n - HEAD - host_n));
}

bool bm_state_load(struct bm_saved *s, const struct bm_platform *p)
{
	uint8_t bytes[BM_STATE_MAX];
	size_t n = 0;

	init(s);
	if (!p->load(p->ctx, BM_SLOT_STATE, bytes, sizeof(bytes), &n))
		return false;
	if (!decode(s, bytes, n))
		init(s);
	return true;
}

bool bm_state_store(const struct bm_saved *s, const struct bm_platform *p)
{
	uint8_t bytes[BM_STATE_MAX];
	struct bm_mem_out o = {bytes, sizeof(bytes), HEAD, false};
	size_t i;

	bytes[0] = VERSION;
	bytes[1] = (uint8_t)s->state;
	bytes[2] = (uint8_t)((s->claimed ? CLAIMED : 0) |
	    (s->key_made ? KEY_MADE : 0) |
	    (s->tell_voucher ? TELL_VOUCHER : 0) |
	    (s->tell_enrol ? TELL_ENROL : 0));
	bytes[3] = s->current;
	for (i = 0; i < 8; i++)
		bytes[4 + i] = (uint8_t)((uint64_t)s->floor_s >> (56 - 8 * i));
	bytes[12] = (uint8_t)(s->est.port >> 8);
	bytes[13] = (uint8_t)s->est.port;
	bm_mem_add_str(&o, s->est.host);
	bytes[14] = (uint8_t)(o.n - HEAD);
	bm_mem_add_str(&o, s->est.path);
	return !o.full && p->store(p->ctx, BM_SLOT_STATE, bytes, o.n);
}
