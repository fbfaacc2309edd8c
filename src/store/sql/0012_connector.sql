-- Connectors of any kind, jobs that also remove, change, plan and audit, and
-- what each cloud is to know.

CREATE TABLE cloud_next (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account_id TEXT NOT NULL REFERENCES account (id),
	name TEXT NOT NULL,
	type TEXT NOT NULL,
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
	deleted_at INTEGER,
	-- JSON objects: of strings, and of calls a minute.
	settings TEXT NOT NULL DEFAULT '{}',
	quotas TEXT NOT NULL DEFAULT '{}',
	-- The circuit breaker: after faults in a row nothing is sent until
	-- then, and after that one try.
	breaker TEXT NOT NULL DEFAULT 'closed'
		CHECK (breaker IN ('closed', 'open', 'trying')),
	breaker_why TEXT NOT NULL DEFAULT '',
	breaker_since INTEGER NOT NULL DEFAULT 0,
	breaker_until_ms INTEGER NOT NULL DEFAULT 0,
	faults INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO cloud_next (n, id, account_id, name, type, form, url, audience,
	username, sealed, ca_pem, chunk, feed_acked, feed_seen_at, created_at,
	deleted_at)
SELECT n, id, account_id, name, type, form, url, audience, username, sealed,
	ca_pem, chunk, feed_acked, feed_seen_at, created_at, deleted_at
FROM cloud;
DROP TABLE cloud;
ALTER TABLE cloud_next RENAME TO cloud;
CREATE UNIQUE INDEX cloud_name ON cloud (account_id, name)
	WHERE deleted_at IS NULL;
CREATE INDEX cloud_account ON cloud (account_id, n);

-- bid is NULL for 'test' and 'audit' of a whole cloud.  then_cloud: the cloud
-- that the batch leaves when this job has ended well.
CREATE TABLE job_next (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account_id TEXT NOT NULL REFERENCES account (id),
	bid TEXT REFERENCES batch (bid),
	cloud_id TEXT NOT NULL REFERENCES cloud (id),
	kind TEXT NOT NULL CHECK (kind IN ('provision', 'remove', 'sync',
		'plan', 'audit', 'test')),
	state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting',
		'paused', 'done', 'failed', 'cancelled')),
	only_failed INTEGER NOT NULL,
	only_seq INTEGER NOT NULL DEFAULT 0,
	cursor_seq INTEGER NOT NULL,
	total INTEGER NOT NULL,
	done INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	created INTEGER NOT NULL DEFAULT 0,
	same INTEGER NOT NULL DEFAULT 0,
	altered INTEGER NOT NULL DEFAULT 0,
	removed INTEGER NOT NULL DEFAULT 0,
	conflicts INTEGER NOT NULL DEFAULT 0,
	then_cloud TEXT NOT NULL DEFAULT '',
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
	created_by TEXT NOT NULL,
	changed INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO job_next (n, id, account_id, bid, cloud_id, kind, state,
	only_failed, only_seq, cursor_seq, total, done, failed, chunk, refused,
	tries, next_ms, served_ms, lease, lease_ms, rate_milli, feed_n,
	last_error, result, created_at, started_at, finished_at, created_by,
	changed)
SELECT n, id, account_id, bid, cloud_id, kind, state, only_failed, only_seq,
	cursor_seq, total, done, failed, chunk, refused, tries, next_ms,
	served_ms, lease, lease_ms, rate_milli, feed_n, last_error, result,
	created_at, started_at, finished_at, created_by, changed
FROM job;
DROP TABLE job;
ALTER TABLE job_next RENAME TO job;
CREATE INDEX job_due ON job (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX job_leased ON job (cloud_id) WHERE lease IS NOT NULL;
CREATE INDEX job_batch ON job (bid, n);
CREATE INDEX job_cloud ON job (cloud_id, n);
CREATE INDEX job_account ON job (account_id, n);
CREATE INDEX job_device ON job (bid, only_seq, n);
CREATE INDEX job_failed ON job (account_id, n) WHERE state = 'failed';
CREATE INDEX job_conflict ON job (account_id, n) WHERE conflicts > 0;
CREATE INDEX job_waiting ON job (account_id, n) WHERE state = 'waiting';
CREATE INDEX job_fed ON job (cloud_id, feed_n)
	WHERE state = 'running' AND feed_n > 0;
CREATE INDEX job_changed ON job (account_id, changed, n);
CREATE INDEX job_open ON job (account_id, n)
	WHERE state IN ('queued', 'running', 'waiting', 'paused');
CREATE TRIGGER job_added AFTER INSERT ON job BEGIN
	UPDATE change SET n = n + 1;
	UPDATE job SET changed = (SELECT c.n FROM change c) WHERE n = new.n;
END;
CREATE TRIGGER job_updated AFTER UPDATE OF state, total, done, failed, tries,
		next_ms, rate_milli, last_error, result, started_at,
		finished_at, conflicts ON job BEGIN
	UPDATE change SET n = n + 1;
	UPDATE job SET changed = (SELECT c.n FROM change c) WHERE n = new.n;
END;

-- What came of a device that did not go well, or, of a plan or an audit, what
-- would be done with it or what is wrong: 'conflict', 'refused'; 'create',
-- 'change', 'remove'; 'missing', 'different', 'stranger'.  A stranger is none
-- of ours: seq is from 2^62 on, chip_id its key in the cloud.
CREATE TABLE job_exception_next (
	job_n INTEGER NOT NULL REFERENCES job (n),
	seq INTEGER NOT NULL,
	fp BLOB NOT NULL,
	chip_id TEXT NOT NULL,
	what TEXT NOT NULL DEFAULT 'refused',
	message TEXT NOT NULL,
	PRIMARY KEY (job_n, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO job_exception_next (job_n, seq, fp, chip_id, what, message)
SELECT job_n, seq, fp, chip_id, 'refused', message FROM job_exception;
DROP TABLE job_exception;
ALTER TABLE job_exception_next RENAME TO job_exception;

-- What a cloud is to know: a batch (seq 0), or one device by itself.  Made
-- before anything of it is sent; with wanted 'remove' until all of it is gone
-- from the cloud, then deleted.
CREATE TABLE cloud_welcome (
	cloud_id TEXT NOT NULL REFERENCES cloud (id),
	bid TEXT NOT NULL REFERENCES batch (bid),
	seq INTEGER NOT NULL,
	account_id TEXT NOT NULL REFERENCES account (id),
	wanted TEXT NOT NULL CHECK (wanted IN ('admit', 'remove')),
	since INTEGER NOT NULL,
	PRIMARY KEY (cloud_id, bid, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX cloud_welcome_batch ON cloud_welcome (bid, seq);
INSERT OR IGNORE INTO cloud_welcome (cloud_id, bid, seq, account_id, wanted,
	since)
SELECT j.cloud_id, j.bid, j.only_seq, j.account_id, 'admit', j.created_at
FROM job j JOIN cloud c ON c.id = j.cloud_id AND c.deleted_at IS NULL
WHERE j.kind = 'provision' AND j.bid IS NOT NULL AND (j.started_at > 0
	OR j.state IN ('queued', 'running', 'waiting', 'paused'));

-- Devices that changed since their cloud heard of them; the job 'sync' of
-- their batch sends them.  A change while it is sent gets a new n.
CREATE TABLE cloud_change (
	n INTEGER PRIMARY KEY AUTOINCREMENT,
	cloud_id TEXT NOT NULL REFERENCES cloud (id),
	bid TEXT NOT NULL,
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX cloud_change_device ON cloud_change (cloud_id, bid, seq);

-- What a plan or an audit found in the cloud, until it is compared.
CREATE TABLE job_found (
	job_n INTEGER NOT NULL REFERENCES job (n),
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	ours INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (job_n, key)
) STRICT, WITHOUT ROWID;
