-- Vendors and what they publish; who bound it.

CREATE TABLE vendor (
	id TEXT PRIMARY KEY NOT NULL,
	name TEXT NOT NULL,
	slug TEXT NOT NULL UNIQUE,
	created_at INTEGER NOT NULL
) STRICT;

-- A CA belongs to one vendor only, for ever: a retired one stays taken.
CREATE TABLE vendor_ca (
	fp BLOB PRIMARY KEY NOT NULL,
	vendor_id TEXT NOT NULL REFERENCES vendor (id),
	role TEXT NOT NULL CHECK (role IN ('root', 'issuing')),
	der BLOB NOT NULL,
	subject TEXT NOT NULL,
	not_after INTEGER NOT NULL,
	added_at INTEGER NOT NULL,
	retired_at INTEGER
) STRICT;
CREATE INDEX vendor_ca_vendor ON vendor_ca (vendor_id, added_at);

-- Comes into being with its first published reel, so that nobody can take a
-- Batch ID without certificates for it.
CREATE TABLE batch (
	bid TEXT PRIMARY KEY NOT NULL,
	vendor_id TEXT NOT NULL REFERENCES vendor (id),
	open INTEGER NOT NULL,
	claim_hash BLOB,
	devices INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	published_at INTEGER NOT NULL,
	CHECK (open = 1 OR claim_hash IS NOT NULL)
) STRICT;
CREATE INDEX batch_vendor ON batch (vendor_id, bid);

-- The state alone decides whether its devices in dev.device count.
CREATE TABLE reel (
	id INTEGER PRIMARY KEY,
	vendor_id TEXT NOT NULL REFERENCES vendor (id),
	bid TEXT NOT NULL,
	name TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('staging', 'published')),
	form TEXT NOT NULL,
	upload_id TEXT NOT NULL,
	template BLOB,
	devices INTEGER NOT NULL,
	manifest_sha256 BLOB,
	signer_fp BLOB,
	published_at INTEGER,
	UNIQUE (vendor_id, name)
) STRICT;
CREATE INDEX reel_bid ON reel (bid, id);
CREATE INDEX reel_upload ON reel (upload_id);

CREATE TABLE upload (
	id TEXT PRIMARY KEY NOT NULL,
	vendor_id TEXT NOT NULL REFERENCES vendor (id),
	idem TEXT,
	bid TEXT NOT NULL,
	reel TEXT NOT NULL,
	form TEXT NOT NULL,
	size INTEGER NOT NULL,
	received INTEGER NOT NULL,
	sha256 BLOB,
	open INTEGER NOT NULL,
	claim_hash BLOB,
	signature BLOB,
	state TEXT NOT NULL CHECK (state IN ('receiving', 'queued',
		'verifying', 'published', 'rejected', 'cancelled')),
	checked INTEGER NOT NULL,
	bytes_done INTEGER NOT NULL,
	devices INTEGER NOT NULL,
	error_code TEXT,
	error_detail TEXT,
	error_line INTEGER,
	error_certificate TEXT,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	by_from TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	finished_at INTEGER,
	UNIQUE (vendor_id, idem)
) STRICT;
CREATE INDEX upload_state ON upload (state, updated_at);
CREATE INDEX upload_vendor ON upload (vendor_id, id);

CREATE TABLE product (
	id TEXT PRIMARY KEY NOT NULL,
	account_id TEXT NOT NULL REFERENCES account (id),
	name TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	UNIQUE (account_id, name)
) STRICT;

-- The primary key is the rule that the first bind wins.
CREATE TABLE binding (
	bid TEXT PRIMARY KEY NOT NULL REFERENCES batch (bid),
	account_id TEXT NOT NULL REFERENCES account (id),
	product_id TEXT REFERENCES product (id),
	cloud_id TEXT,
	bound_at INTEGER NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	by_from TEXT NOT NULL
) STRICT;
CREATE INDEX binding_account ON binding (account_id, bound_at, bid);
CREATE INDEX binding_product ON binding (product_id);

CREATE TABLE binding_past (
	n INTEGER PRIMARY KEY,
	bid TEXT NOT NULL,
	account_id TEXT NOT NULL,
	product_id TEXT,
	cloud_id TEXT,
	bound_at INTEGER NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	by_from TEXT NOT NULL,
	unbound_at INTEGER NOT NULL,
	unbound_by_id TEXT NOT NULL,
	unbound_by_name TEXT NOT NULL
) STRICT;
CREATE INDEX binding_past_bid ON binding_past (bid);
