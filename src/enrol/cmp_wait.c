/* A table of messages, each device's last one.
 * Must not judge them: they were checked before. */
#include "enrol/cmp_wait.h"

static void empty(struct cmp_wait_slot *s)
{
	buf_clear(&s->der);
	s->seq = 0;
	s->until = 0;
}

void cmp_wait_clear(struct cmp_wait *w)
{
	size_t i;

	for (i = 0; i < CMP_WAIT_SLOTS; i++)
		empty(&w->slots[i]);
}

static struct cmp_wait_slot *find(struct cmp_wait *w, int64_t seq)
{
	size_t i;

	for (i = 0; i < CMP_WAIT_SLOTS; i++)
		if (w->slots[i].seq == seq)
			return &w->slots[i];
	return NULL;
}

static struct cmp_wait_slot *oldest(struct cmp_wait *w)
{
	struct cmp_wait_slot *s = &w->slots[0];
	size_t i;

	for (i = 1; i < CMP_WAIT_SLOTS; i++)
		if (w->slots[i].until < s->until)
			s = &w->slots[i];
	return s;
}

void cmp_wait_drop(struct cmp_wait *w, int64_t seq)
{
	struct cmp_wait_slot *s = find(w, seq);

	if (s)
		empty(s);
}

void cmp_wait_put(struct cmp_wait *w, int64_t seq, const struct cmp_message *m,
    int64_t now_s)
{
	struct cmp_wait_slot *s = find(w, seq);

	if (m->der.n > CMP_WAIT_BYTES)
		return;
	if (!s)
		s = oldest(w);
	empty(s);
	buf_init(&s->der, CMP_WAIT_BYTES);
	buf_add_span(&s->der, m->der);
	s->seq = seq;
	s->until = now_s + CMP_WAIT_S;
	if (!buf_ok(&s->der))
		empty(s);
}

bool cmp_wait_find(const struct cmp_wait *w, int64_t seq,
    const struct cmp_message *poll, int64_t now_s, struct cmp_message *out)
{
	size_t i;

	for (i = 0; i < CMP_WAIT_SLOTS; i++)
		if (w->slots[i].seq == seq && now_s < w->slots[i].until &&
		    cmp_message_parse(out, buf_span(&w->slots[i].der), NULL) ==
			RC_OK)
			return span_eq(out->transaction, poll->transaction) &&
			    span_eq(out->signer, poll->signer);
	return false;
}
