/* Jobs, their leases, progress and exceptions as stored.
 * Must not decide when a job is tried again: that is the courier's work. */
#ifndef BIRTHMARK_STORE_STORE_JOB_H
#define BIRTHMARK_STORE_STORE_JOB_H

#include "base/rand.h"
#include "store/store_change.h"

#define STORE_JOB_TEXT_SIZE 301 /* of errors and messages */
#define STORE_JOB_RESULT_SIZE 2049
#define STORE_JOB_BID_SIZE 65
#define STORE_JOB_STRANGER ((uint64_t)1 << 62)

struct store_job {
	uint64_t n; /* order of creation */
	char id[RAND_ID_SIZE];
	char account[RAND_ID_SIZE];
	char bid[STORE_JOB_BID_SIZE]; /* "" for tests and audits */
	char cloud[RAND_ID_SIZE];
	char kind[12];	   /* "provision", "remove", "sync", "plan", "audit",
			    * "test" */
	char state[12];	   /* "queued", "running", "waiting", "paused", "done",
			    * "failed", "cancelled" */
	bool only_failed;  /* this pass is over the exceptions */
	uint64_t only_seq; /* the one device it is for; 0: the whole batch */
	uint64_t cursor_seq;
	uint64_t total, done, failed;
	/* Of done; conflicts are of failed.  Of a plan what would become. */
	uint64_t created, same, altered, removed, conflicts;
	char then_cloud[RAND_ID_SIZE]; /* that the batch leaves after it */
	uint32_t chunk;		       /* size that suits now */
	uint32_t refused;    /* single devices refused as malformed in a row */
	uint32_t tries;	     /* in vain since the last success */
	int64_t next_ms;     /* when it is due; 0: it is not */
	uint64_t rate_milli; /* devices in 1000 seconds */
	uint64_t feed_n;     /* event of a gate's feed, 0 none */
	char last_error[STORE_JOB_TEXT_SIZE];
	char result[STORE_JOB_RESULT_SIZE]; /* JSON, or "" */
	int64_t created_at, started_at, finished_at;
	char created_by[RAND_ID_SIZE];
};

/* Sets row->n. */
MUST_CHECK enum rc store_job_add(struct store *s, struct store_job *row,
    struct err *e);
/* account NULL: any. */
MUST_CHECK enum rc store_job_get(struct store *s, const char *account,
    const char *id, struct store_job *out, struct err *e);

struct store_job_filter {
	const char *account;
	const char *bid, *state;  /* NULL: any; here and below */
	const char *cloud, *kind; /* only in store_job_list */
	uint64_t before;	  /* n, newest first; 0: from the newest */
};
MUST_CHECK enum rc store_job_list(struct store *s,
    const struct store_job_filter *f, struct store_job *out, size_t cap,
    size_t *n, struct err *e);
/* The unfinished ones of an account (of bid, unless that is NULL or ""), in
 * the order of n, after that one.  *n: the room in out, then how many. */
MUST_CHECK enum rc store_job_open(struct store *s,
    const struct store_job_filter *f, uint64_t after, struct store_job *out,
    size_t *n, struct err *e);
/* Those that changed after *at, in the order of their changes; moves it to the
 * last one given.  *n as above. */
MUST_CHECK enum rc store_job_changed(struct store *s,
    const struct store_job_filter *f, struct store_change *at,
    struct store_job *out, size_t *n, struct err *e);
/* The unfinished job for the same as like: its kind, cloud, batch ("" for jobs
 * of a whole cloud) and device.  RC_NOT_FOUND leaves e alone, here and below.
 */
MUST_CHECK enum rc store_job_find_open(struct store *s,
    const struct store_job *like, struct store_job *out, struct err *e);
/* Of each cloud of its owner the last provisioning or removal of the device at
 * seq, by itself or with its batch, newest first.  *n: the room in out, then
 * how many. */
MUST_CHECK enum rc store_job_last(struct store *s, const char *bid,
    uint64_t seq, struct store_job *out, size_t *n, struct err *e);
/* The last job of the whole batch in this cloud, of this kind or (NULL) any. */
MUST_CHECK enum rc store_job_newest(struct store *s, const char *cloud,
    const char *bid, const char *kind, struct store_job *out, struct err *e);
/* A job that tells the cloud of this batch was taken up once. */
MUST_CHECK enum rc store_job_started(struct store *s, const char *cloud,
    const char *bid, bool *started, struct err *e);
/* The unfinished ones of the account for the batch, but those that remove it.
 */
MUST_CHECK enum rc store_job_cancel_batch(struct store *s, const char *account,
    const char *bid, int64_t now_s, struct err *e);
/* Those that wait for this cloud are due now. */
MUST_CHECK enum rc store_job_wake(struct store *s, const char *cloud,
    int64_t now_ms, struct err *e);

/* Leases the job that is due and was served longest ago, of the account that
 * has the fewest leases.  Not one whose batch another lease works on in the
 * same cloud, nor one of a cloud that has two, nor of one whose breaker is
 * open.  untried: only of clouds that were well last time, no plans or audits.
 * RC_NOT_FOUND when there is none. */
struct store_job_claim {
	const char *lease; /* name of the holder */
	int64_t now_ms, until_ms;
	bool untried;
};
MUST_CHECK enum rc store_job_claim(struct store *s,
    const struct store_job_claim *c, struct store_job *out, struct err *e);
/* Whether another job has been due since then that could be in this one's
 * place. */
MUST_CHECK enum rc store_job_waits(struct store *s,
    const struct store_job *mine, int64_t since_ms, bool *waits, struct err *e);
/* Forgets all leases; only for the sole courier, when it starts. */
MUST_CHECK enum rc store_job_unlease(struct store *s, struct err *e);
/* Writes state and progress and ends the lease; RC_CONFLICT "lease-lost" when
 * the job is not leased by this holder (any more).  A pause or a cancellation
 * that came meanwhile stays.  lease NULL: for the account; whoever holds the
 * job sees what changed with the next step. */
MUST_CHECK enum rc store_job_save(struct store *s, const struct store_job *row,
    const char *lease, struct err *e);
/* The same in the middle: the lease goes on until then, and row->state and
 * row->then_cloud become what they are now. */
MUST_CHECK enum rc store_job_step(struct store *s, struct store_job *row,
    const char *lease, int64_t until_ms, struct err *e);
/* The lease goes on until then; RC_CONFLICT as with a save. */
MUST_CHECK enum rc store_job_renew(struct store *s, const struct store_job *row,
    const char *lease, int64_t until_ms, struct err *e);

/* The jobs that wait for events of this cloud's feed before n to reach a gate.
 * *n_rows: the room in out, then how many. */
MUST_CHECK enum rc store_job_fed(struct store *s, const char *cloud, uint64_t n,
    struct store_job *out, size_t *n_rows, struct err *e);

struct store_job_exception {
	uint64_t seq; /* from STORE_JOB_STRANGER on: none of ours */
	uint8_t fp[32];
	char chip_id[161]; /* of a stranger its key in the cloud */
	char what[12]; /* "refused", "conflict"; of a plan "create", "change",
			* "remove"; of an audit "missing", "different",
			* "stranger" */
	char message[STORE_JOB_TEXT_SIZE];
};
MUST_CHECK enum rc store_job_exception_put(struct store *s, uint64_t job_n,
    const struct store_job_exception *x, struct err *e);
MUST_CHECK enum rc store_job_exception_clear(struct store *s, uint64_t job_n,
    struct err *e);
MUST_CHECK enum rc store_job_exception_remove(struct store *s, uint64_t job_n,
    uint64_t seq, struct err *e);
/* In the order of seq, after the one given.  *n is the room in out, then how
 * many there are. */
MUST_CHECK enum rc store_job_exception_list(struct store *s, uint64_t job_n,
    uint64_t after, struct store_job_exception *out, size_t *n, struct err *e);
struct store_job_exception_filter {
	uint64_t job_n, after;
	const char *what; /* NULL or "": any */
};
MUST_CHECK enum rc store_job_exception_some(struct store *s,
    const struct store_job_exception_filter *f, struct store_job_exception *out,
    size_t *n, struct err *e);
/* RC_NOT_FOUND leaves e untouched. */
MUST_CHECK enum rc store_job_exception_find(struct store *s, uint64_t job_n,
    uint64_t seq, struct store_job_exception *out, struct err *e);

/* What a binding says that a job needs to know.  RC_NOT_FOUND when the batch
 * is not bound. */
struct store_job_binding {
	char account[RAND_ID_SIZE];
	char cloud[RAND_ID_SIZE]; /* "" none, or deleted since */
	char product[257];	  /* its name; "" none */
	bool automatic;		  /* the account provisions automatically */
	uint64_t devices;	  /* but for those that others have claimed */
};
MUST_CHECK enum rc store_job_binding(struct store *s, const char *bid,
    struct store_job_binding *out, struct err *e);

#endif
