-- Devices at the end of their life: kept out for good, by every owner.
ALTER TABLE quarantine ADD COLUMN scrapped INTEGER NOT NULL DEFAULT 0
	CHECK (scrapped IN (0, 1));
