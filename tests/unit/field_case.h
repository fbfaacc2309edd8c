/* Devices on their first boot: a published reel, an account with a product, a
 * claim voucher and an authority, and signers for several workers.
 * Must not hold a test. */
#ifndef BIRTHMARK_TESTS_FIELD_CASE_H
#define BIRTHMARK_TESTS_FIELD_CASE_H

#include <sys/socket.h>
#include <sys/wait.h>

#include "core/ca.h"
#include "core/claim.h"
#include "core/product.h"
#include "tests/unit/publish_case.h"

#define FIELD_SIGNERS 8
#define FIELD_BID "FIELD-1"
#define FIELD_DEVICES 6

struct field_case {
	struct publish_case pub;
	struct signer *signer[FIELD_SIGNERS];
	char keys[64];
	pid_t pid;
	struct store_product product;
	struct device device[FIELD_DEVICES]; /* of FIELD_BID */
	struct buf root;		     /* the account's domain, DER */
};

static inline void field_case_signers(struct field_case *f)
{
	struct signer_client clients[FIELD_SIGNERS];
	int fds[FIELD_SIGNERS][2];
	unsigned int i;

	(void)snprintf(f->keys, sizeof(f->keys),
	    "/tmp/birthmark-signer-XXXXXX");
	assert_non_null(mkdtemp(f->keys));
	assert_int_equal(signer_init(f->keys, NULL), RC_OK);
	for (i = 0; i < FIELD_SIGNERS; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds[i]),
		    0);
		clients[i] =
		    (struct signer_client){fds[i][1], SIGNER_MAY_WORKER};
	}
	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0) {
		for (i = 0; i < FIELD_SIGNERS; i++)
			(void)close(fds[i][0]);
		_exit(signer_run(f->keys, clients, FIELD_SIGNERS));
	}
	for (i = 0; i < FIELD_SIGNERS; i++) {
		(void)close(fds[i][1]);
		f->signer[i] = signer_new(fds[i][0]);
		assert_non_null(f->signer[i]);
	}
}

/* Anew from the store: whose they are may have changed. */
static inline void field_case_look(struct field_case *f)
{
	struct publish_case *pc = &f->pub;
	struct device_walk *w = NULL;
	struct device_cert one;
	size_t i;

	for (i = 0; i < FIELD_DEVICES; i++)
		device_clear(&f->device[i]);
	PUBLISH_OK(device_walk_new(&w, &pc->core, FIELD_BID, 0, &pc->e));
	for (i = 0; i < FIELD_DEVICES; i++) {
		int64_t seq = f->device[i].seq;

		if (seq == 0) {
			PUBLISH_OK(device_walk_next(w, &one, &pc->e));
			seq = one.seq;
		}
		device_init(&f->device[i]);
		PUBLISH_OK(device_get(&pc->core, seq, &f->device[i], &pc->e));
	}
	device_walk_free(w);
}

static inline void field_case_open(struct field_case *f)
{
	struct publish_case *pc = &f->pub;

	memset(f, 0, sizeof(*f));
	field_case_signers(f);
	publish_case_open(pc);
	pc->core.signer = f->signer[0];
	pc->core.status_url = "http://status.test:8080";
	pc->core.device_url = "https://device.test:8444";
	publish_case_reel(pc, FIELD_BID, "R1", false, FIELD_DEVICES);
	PUBLISH_OK(
	    product_add(&pc->core, &pc->oem, "Oven", &f->product, &pc->e));
	field_case_look(f);
}

static inline void field_case_close(struct field_case *f)
{
	size_t i;

	for (i = 0; i < FIELD_DEVICES; i++)
		device_clear(&f->device[i]);
	for (i = 0; i < FIELD_SIGNERS; i++)
		signer_free(f->signer[i]);
	(void)waitpid(f->pid, NULL, 0);
	buf_clear(&f->root);
	publish_case_close(&f->pub);
	dir_case_remove(f->keys);
}

/* A claim voucher of a's; its token is appended. */
struct field_claim {
	const char *product;
	uint64_t max;
	const char *bid; /* NULL: of any batch */
	struct store_claim row;
	struct buf token;
};
static inline void field_case_claim(struct field_case *f,
    const struct core_actor *a, struct field_claim *v)
{
	struct publish_case *pc = &f->pub;
	const struct claim_wish w = {.name = "Spring firmware",
	    .product = v->product,
	    .max_devices = v->max,
	    .days = 30,
	    .batches = &v->bid,
	    .batches_n = v->bid ? 1 : 0};

	buf_init(&v->token, CLAIM_TOKEN_MAX);
	PUBLISH_OK(claim_create(&pc->core, a, &w, &v->row, &v->token, &pc->e));
}

/* A device shows a token. */
static inline enum rc field_case_show(struct field_case *f, size_t device,
    const struct buf *token, int64_t now_s, struct claim_result *out)
{
	const struct claim_request r = {.device = &f->device[device],
	    .token = buf_span(token),
	    .from = "192.0.2.7",
	    .now_s = now_s};

	memset(&f->pub.e, 0, sizeof(f->pub.e));
	return claim_device(&f->pub.core, &r, out, &f->pub.e);
}

static inline void field_case_bind(struct field_case *f,
    const struct core_actor *a, const char *product)
{
	struct publish_case *pc = &f->pub;
	char code[LABEL_CODE_SIZE];
	struct bind_request r = {.bid = span_str(FIELD_BID),
	    .product_id = product};
	struct store_bind b;
	bool already;

	label_code_text(pc->code, code);
	r.code = span_str(code);
	PUBLISH_OK(bind_batch(&pc->core, a, &r, &b, &already, &pc->e));
}

/* The product gets an authority, of two levels. */
static inline void field_case_domain(struct field_case *f)
{
	struct publish_case *pc = &f->pub;
	struct ca_request r = {.name = "Root",
	    .kind = "root",
	    .key_type = KEY_P256};
	struct store_ca_profile p = {.ca_id = ""};
	struct store_ca root, ca;

	store_ca_init(&root);
	store_ca_init(&ca);
	PUBLISH_OK(ca_create(&pc->core, &pc->oem, &r, &root, &pc->e));
	r.name = "Issuing";
	r.kind = "issuing";
	r.parent_id = root.id;
	PUBLISH_OK(ca_create(&pc->core, &pc->oem, &r, &ca, &pc->e));
	buf_init(&f->root, CERT_DER_MAX);
	buf_add_span(&f->root, buf_span(&root.der));
	buf_init(&p.text, PROFILE_TEXT_MAX);
	buf_add_str(&p.text, "{}");
	memcpy(p.product_id, f->product.id, sizeof(p.product_id));
	memcpy(p.account_id, pc->oem.scope_id, sizeof(p.account_id));
	memcpy(p.ca_id, ca.id, sizeof(p.ca_id));
	p.changed_at = pc->now_s;
	PUBLISH_OK(ca_profile_put(&pc->core, &pc->oem, &p, &pc->e));
	buf_clear(&p.text);
	store_ca_clear(&ca);
	store_ca_clear(&root);
}

#endif
