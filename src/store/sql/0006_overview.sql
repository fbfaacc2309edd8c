-- Counters of batches and hours, kept by whoever changes what they count, and
-- which devices were seen.

ALTER TABLE binding ADD COLUMN devices INTEGER NOT NULL DEFAULT 0;
ALTER TABLE binding ADD COLUMN provisioned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE binding ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE binding ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE binding ADD COLUMN state TEXT NOT NULL DEFAULT 'bound';

UPDATE binding SET devices =
	(SELECT t.devices FROM batch t WHERE t.bid = binding.bid);
UPDATE binding SET provisioned = l.done, failed = l.failed,
	state = CASE WHEN l.unfinished > 0 THEN 'provisioning'
		WHEN l.bad > 0 THEN 'failed' ELSE 'provisioned' END
FROM (SELECT j.bid AS bid, sum(j.done) AS done, sum(j.failed) AS failed,
	sum(CASE WHEN j.state IN ('queued', 'running', 'waiting')
		THEN 1 ELSE 0 END) AS unfinished,
	sum(CASE WHEN j.state = 'failed' OR j.failed > 0
		THEN 1 ELSE 0 END) AS bad
	FROM job j WHERE j.n IN (SELECT max(k.n) FROM job k
		WHERE k.kind = 'provision'
		AND (k.state <> 'cancelled' OR k.done + k.failed > 0)
		GROUP BY k.bid, k.cloud_id)
	GROUP BY j.bid) AS l
WHERE binding.bid = l.bid;

-- The list of an account's batches in each of its orders.  What is filtered
-- by stands in the index too: a row is read only when it is shown.
DROP INDEX binding_account;
CREATE INDEX binding_by_time ON binding
	(account_id, bound_at, bid, product_id, cloud_id, state);
CREATE INDEX binding_by_bid ON binding
	(account_id, bid, product_id, cloud_id, state);
CREATE INDEX binding_by_devices ON binding
	(account_id, devices, bid, product_id, cloud_id, state);
CREATE INDEX binding_by_provisioned ON binding
	(account_id, provisioned, bid, product_id, cloud_id, state);
CREATE INDEX binding_by_seen ON binding
	(account_id, seen, bid, product_id, cloud_id, state);
CREATE INDEX binding_by_binder ON binding (account_id, by_id, bound_at, bid);
CREATE INDEX binding_by_product ON binding
	(account_id, product_id, bound_at, bid, cloud_id, state);
CREATE INDEX binding_by_cloud ON binding
	(account_id, cloud_id, bound_at, bid, product_id, state);
CREATE INDEX binding_by_state ON binding
	(account_id, state, bound_at, bid, product_id, cloud_id);

-- What needs attention.
CREATE INDEX binding_not_sent ON binding
	(account_id, cloud_id, state, bound_at) WHERE state = 'bound';
CREATE INDEX binding_failed ON binding (account_id, failed) WHERE failed > 0;
CREATE INDEX job_failed ON job (account_id, n) WHERE state = 'failed';
CREATE INDEX job_waiting ON job (account_id, n) WHERE state = 'waiting';
CREATE INDEX job_fed ON job (cloud_id, feed_n)
	WHERE state = 'running' AND feed_n > 0;
CREATE INDEX audit_alarm ON audit (scope_id, at)
	WHERE action = 'claim-alarm';

-- The sums over the bindings of an account.
CREATE TABLE account_sum (
	account_id TEXT PRIMARY KEY NOT NULL REFERENCES account (id),
	batches INTEGER NOT NULL,
	devices INTEGER NOT NULL,
	provisioned INTEGER NOT NULL,
	seen INTEGER NOT NULL
) STRICT;
INSERT INTO account_sum (account_id, batches, devices, provisioned, seen)
	SELECT account_id, count(*), sum(devices), sum(provisioned), 0
	FROM binding GROUP BY account_id;

-- What happened in an hour (of 3600 s since 1970).
CREATE TABLE tally (
	account_id TEXT NOT NULL REFERENCES account (id),
	hour INTEGER NOT NULL,
	batches_bound INTEGER NOT NULL,
	devices_bound INTEGER NOT NULL,
	devices_provisioned INTEGER NOT NULL,
	devices_failed INTEGER NOT NULL,
	devices_first_seen INTEGER NOT NULL,
	PRIMARY KEY (account_id, hour)
) STRICT, WITHOUT ROWID;
INSERT INTO tally (account_id, hour, batches_bound, devices_bound,
	devices_provisioned, devices_failed, devices_first_seen)
	SELECT account_id, hour, sum(batches), sum(devices), sum(done),
		sum(failed), 0
	FROM (SELECT account_id, bound_at / 3600 AS hour, 1 AS batches,
			devices, 0 AS done, 0 AS failed FROM binding
		UNION ALL
		SELECT account_id, (CASE WHEN finished_at > 0
			THEN finished_at ELSE created_at END) / 3600, 0, 0,
			done, failed FROM job WHERE kind = 'provision') AS x
	GROUP BY account_id, hour;

-- seq is that of dev.device.  One from before its batch was bound says
-- nothing: it is another account's.
CREATE TABLE seen (
	seq INTEGER PRIMARY KEY,
	first_at INTEGER NOT NULL,
	last_at INTEGER NOT NULL
) STRICT;
