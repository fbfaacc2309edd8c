/* Counters in shared memory, one row per process.
 * Must not lock: a killed process would never unlock. */
#include <inttypes.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "base/metric.h"

struct row {
	/* Own cache lines, as each row has one writer. */
	_Alignas(64) _Atomic int64_t v[METRIC_N];
};

static struct row own[1];
static struct row *rows = own;
static unsigned int rows_n = 1, mine;

static const struct {
	const char *name;
	const char *label; /* or NULL */
	const char *help;
	bool gauge;
} table[METRIC_N] = {
    [METRIC_CONNECTIONS] = {"birthmark_connections_total", NULL,
	"Connections accepted.", false},
    [METRIC_CONNECTIONS_OPEN] = {"birthmark_connections_open", NULL,
	"Connections open now.", true},
    [METRIC_CONNECTIONS_REFUSED] = {"birthmark_connections_refused_total", NULL,
	"Connections closed at once, over a limit.", false},
    [METRIC_TLS_FAILURES] = {"birthmark_tls_failures_total", NULL,
	"TLS handshakes that failed.", false},
    [METRIC_TIMEOUTS] = {"birthmark_timeouts_total", NULL,
	"Connections closed at a deadline.", false},
    [METRIC_REQUESTS_1XX] = {"birthmark_requests_total", "class=\"1xx\"",
	"Requests answered, by class of status.", false},
    [METRIC_REQUESTS_2XX] = {"birthmark_requests_total", "class=\"2xx\"", NULL,
	false},
    [METRIC_REQUESTS_3XX] = {"birthmark_requests_total", "class=\"3xx\"", NULL,
	false},
    [METRIC_REQUESTS_4XX] = {"birthmark_requests_total", "class=\"4xx\"", NULL,
	false},
    [METRIC_REQUESTS_5XX] = {"birthmark_requests_total", "class=\"5xx\"", NULL,
	false},
    [METRIC_REQUEST_US] = {"birthmark_request_microseconds_total", NULL,
	"Time from the head of a request to its whole answer.", false},
    [METRIC_BYTES_IN] = {"birthmark_body_bytes_in_total", NULL,
	"Bytes of request bodies.", false},
    [METRIC_BYTES_OUT] = {"birthmark_body_bytes_out_total", NULL,
	"Bytes of answer bodies.", false},
    [METRIC_BINDS] = {"birthmark_binds_total", NULL, "Batches bound.", false},
    [METRIC_BINDS_REFUSED] = {"birthmark_binds_refused_total", NULL,
	"Bindings refused.", false},
    [METRIC_LOGINS] = {"birthmark_logins_total", NULL, "Sessions opened.",
	false},
    [METRIC_LOGINS_REFUSED] = {"birthmark_logins_refused_total", NULL,
	"Logins refused.", false},
    [METRIC_DEVICES_PUBLISHED] = {"birthmark_devices_published_total", NULL,
	"Birth certificates published.", false},
    [METRIC_DEVICES_PROVISIONED] = {"birthmark_devices_provisioned_total", NULL,
	"Devices taken by a product cloud.", false},
    [METRIC_UPLOADS_REJECTED] = {"birthmark_uploads_rejected_total", NULL,
	"Manifests rejected.", false},
    [METRIC_SIGNATURES] = {"birthmark_signatures_total", NULL,
	"Signatures made by the signer.", false},
    [METRIC_RESTARTS] = {"birthmark_restarts_total", NULL,
	"Child processes started again.", false},
};

enum rc metric_share(struct err *e)
{
	void *p;

	p = mmap(NULL, METRIC_SLOTS * sizeof(struct row),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return err_sys(e, "no-shared-memory",
		    "The table of counters could not be made");
	rows = p;
	rows_n = METRIC_SLOTS;
	return RC_OK;
}

void metric_slot(unsigned int slot)
{
	mine = slot < rows_n ? slot : 0;
}

void metric_slot_died(unsigned int slot)
{
	enum metric m;

	if (slot >= rows_n)
		return;
	for (m = 0; m < METRIC_N; m++)
		if (table[m].gauge)
			atomic_store_explicit(&rows[slot].v[m], 0,
			    memory_order_relaxed);
}

void metric_add(enum metric m, int64_t n)
{
	if (m < METRIC_N)
		atomic_fetch_add_explicit(&rows[mine].v[m], n,
		    memory_order_relaxed);
}

static uint64_t sum_of(enum metric m)
{
	int64_t sum = 0;
	unsigned int i;

	for (i = 0; i < rows_n; i++)
		sum +=
		    atomic_load_explicit(&rows[i].v[m], memory_order_relaxed);
	return sum > 0 ? (uint64_t)sum : 0;
}

void metric_text(struct buf *out)
{
	enum metric m;

	for (m = 0; m < METRIC_N; m++) {
		if (table[m].help)
			buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n",
			    table[m].name, table[m].help, table[m].name,
			    table[m].gauge ? "gauge" : "counter");
		buf_add_str(out, table[m].name);
		if (table[m].label)
			buf_addf(out, "{%s}", table[m].label);
		buf_addf(out, " %" PRIu64 "\n", sum_of(m));
	}
}
