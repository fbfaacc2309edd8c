-- Words to gates and jobs for one device instead of a whole batch.

-- 0: the whole batch.  Of one device there is at most one event in each feed,
-- the last.
ALTER TABLE feed_event ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
DROP INDEX feed_event_bid;
CREATE INDEX feed_event_device ON feed_event (bid, seq, cloud_id, n);

-- Claims by others than the owner of a batch.
CREATE INDEX device_claim_owner ON device_claim (bid, account_id, seq);

-- 0: all devices of the batch.
ALTER TABLE job ADD COLUMN only_seq INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_device ON job (bid, only_seq, n);
