-- Finding entries of the audit log, following what changes, and the states of
-- a vendor's batches.

-- Newest first, by what is asked for; audit_at finds where a time begins.
CREATE INDEX audit_at ON audit (at, seq);
CREATE INDEX audit_action ON audit (action, seq);
CREATE INDEX audit_scope_action ON audit (scope_id, action, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_actor_name ON audit (actor_name, seq);
CREATE INDEX audit_target ON audit (target, seq);
CREATE INDEX audit_refused ON audit (seq) WHERE outcome <> 'ok';
CREATE INDEX audit_scope_refused ON audit (scope_id, seq)
	WHERE outcome <> 'ok';

-- Each change of a job, a binding or an upload gets the next number, so that
-- who follows them asks for what is above the last number it saw.  A number
-- is never given twice, and becomes visible in order: there is one writer.
CREATE TABLE change (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	n INTEGER NOT NULL
) STRICT;
INSERT INTO change (one, n) VALUES (1, 0);

ALTER TABLE job ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE binding ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE upload ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_changed ON job (account_id, changed, n);
CREATE INDEX binding_changed ON binding (account_id, changed, bid);
CREATE INDEX upload_changed ON upload (vendor_id, changed, id);
CREATE INDEX job_open ON job (account_id, n)
	WHERE state IN ('queued', 'running', 'waiting');
CREATE INDEX upload_open ON upload (vendor_id, id)
	WHERE state IN ('receiving', 'queued', 'verifying');

CREATE TRIGGER job_added AFTER INSERT ON job BEGIN
	UPDATE change SET n = n + 1;
	UPDATE job SET changed = (SELECT c.n FROM change c) WHERE n = new.n;
END;
CREATE TRIGGER job_updated AFTER UPDATE OF state, total, done, failed, tries,
		next_ms, rate_milli, last_error, result, started_at,
		finished_at ON job BEGIN
	UPDATE change SET n = n + 1;
	UPDATE job SET changed = (SELECT c.n FROM change c) WHERE n = new.n;
END;
CREATE TRIGGER binding_added AFTER INSERT ON binding BEGIN
	UPDATE change SET n = n + 1;
	UPDATE binding SET changed = (SELECT c.n FROM change c)
		WHERE bid = new.bid;
	UPDATE batch SET bound = 1 WHERE bid = new.bid;
END;
CREATE TRIGGER binding_updated AFTER UPDATE OF product_id, cloud_id, devices,
		provisioned, failed, seen, state ON binding BEGIN
	UPDATE change SET n = n + 1;
	UPDATE binding SET changed = (SELECT c.n FROM change c)
		WHERE bid = new.bid;
END;
CREATE TRIGGER binding_removed AFTER DELETE ON binding BEGIN
	UPDATE batch SET bound = 0 WHERE bid = old.bid;
END;
CREATE TRIGGER upload_added AFTER INSERT ON upload BEGIN
	UPDATE change SET n = n + 1;
	UPDATE upload SET changed = (SELECT c.n FROM change c)
		WHERE id = new.id;
END;
CREATE TRIGGER upload_updated AFTER UPDATE OF received, signature, state,
		checked, bytes_done, devices, error_code ON upload BEGIN
	UPDATE change SET n = n + 1;
	UPDATE upload SET changed = (SELECT c.n FROM change c)
		WHERE id = new.id;
END;

-- Kept by the triggers above, for lists of one state.
ALTER TABLE batch ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
UPDATE batch SET bound = 1 WHERE bid IN (SELECT b.bid FROM binding b);
CREATE INDEX batch_bound ON batch (vendor_id, bound, bid);
CREATE INDEX batch_open ON batch (vendor_id, bid) WHERE open = 1;
