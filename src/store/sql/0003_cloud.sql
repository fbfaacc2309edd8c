-- Product clouds, the jobs that provision them, and the feeds of gates.

-- A deleted one stays, without its credentials, for the jobs that name it.
CREATE TABLE cloud (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account_id TEXT NOT NULL REFERENCES account (id),
	name TEXT NOT NULL,
	type TEXT NOT NULL CHECK (type IN ('interop', 'gate')),
	form TEXT NOT NULL,
	url TEXT NOT NULL,
	audience TEXT NOT NULL,
	username TEXT NOT NULL,
	sealed BLOB,
	ca_pem BLOB,
	chunk INTEGER NOT NULL,
	feed_acked INTEGER NOT NULL DEFAULT 0,
	feed_seen_at INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX cloud_name ON cloud (account_id, name)
	WHERE deleted_at IS NULL;
CREATE INDEX cloud_account ON cloud (account_id, n);

CREATE TABLE job (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account_id TEXT NOT NULL REFERENCES account (id),
	bid TEXT REFERENCES batch (bid),
	cloud_id TEXT NOT NULL REFERENCES cloud (id),
	kind TEXT NOT NULL CHECK (kind IN ('provision', 'test')),
	state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting',
		'done', 'failed', 'cancelled')),
	only_failed INTEGER NOT NULL,
	cursor_seq INTEGER NOT NULL,
	total INTEGER NOT NULL,
	done INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	chunk INTEGER NOT NULL,
	refused INTEGER NOT NULL,
	tries INTEGER NOT NULL,
	next_ms INTEGER,
	served_ms INTEGER NOT NULL DEFAULT 0,
	lease TEXT,
	lease_ms INTEGER,
	rate_milli INTEGER NOT NULL,
	feed_n INTEGER NOT NULL,
	last_error TEXT NOT NULL,
	result TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	started_at INTEGER NOT NULL,
	finished_at INTEGER NOT NULL,
	created_by TEXT NOT NULL
) STRICT;
CREATE INDEX job_due ON job (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX job_leased ON job (cloud_id) WHERE lease IS NOT NULL;
CREATE INDEX job_batch ON job (bid, n);
CREATE INDEX job_cloud ON job (cloud_id, n);
CREATE INDEX job_account ON job (account_id, n);

CREATE TABLE job_exception (
	job_n INTEGER NOT NULL REFERENCES job (n),
	seq INTEGER NOT NULL,
	fp BLOB NOT NULL,
	chip_id TEXT NOT NULL,
	message TEXT NOT NULL,
	PRIMARY KEY (job_n, seq)
) STRICT, WITHOUT ROWID;

-- One row says something of a whole batch.
CREATE TABLE feed_event (
	cloud_id TEXT NOT NULL REFERENCES cloud (id),
	n INTEGER NOT NULL,
	op TEXT NOT NULL CHECK (op IN ('admit', 'remove')),
	bid TEXT NOT NULL,
	product TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (cloud_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_event_bid ON feed_event (bid, cloud_id, n);
