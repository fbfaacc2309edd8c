-- Certificates in bulk.  seq is the reel's id << 28 | index in its manifest.

CREATE TABLE device (
	seq INTEGER PRIMARY KEY NOT NULL,
	cert BLOB NOT NULL
) STRICT;

-- First 16 bytes of the SHA-256 of the certificate; the primary key is the
-- rule that no certificate is taken twice.
CREATE TABLE device_fp (
	fp BLOB PRIMARY KEY NOT NULL,
	seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- 64-bit hash of the chip id, and of the serial number where it differs.
CREATE TABLE device_id (
	key INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;
