-- Words to gates and jobs for one device instead of a whole batch.

-- seq 0: the whole batch.  fp: of an operational certificate of that device;
-- NULL: its birth certificate.
ALTER TABLE feed_event ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_event ADD COLUMN fp BLOB;
-- 0: all devices of the batch.
ALTER TABLE job ADD COLUMN only_seq INTEGER NOT NULL DEFAULT 0;
