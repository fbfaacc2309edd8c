-- Claim vouchers, the devices that came by them, and what devices report.

-- The token is signed and not kept; its id is.
CREATE TABLE claim_voucher (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account_id TEXT NOT NULL REFERENCES account (id),
	product_id TEXT NOT NULL REFERENCES product (id),
	cloud_id TEXT,
	name TEXT NOT NULL,
	max_devices INTEGER NOT NULL,
	bound INTEGER NOT NULL DEFAULT 0,
	provisioned INTEGER NOT NULL DEFAULT 0,
	active INTEGER NOT NULL DEFAULT 0,
	expires_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	revoked_at INTEGER
) STRICT;
CREATE INDEX claim_voucher_account ON claim_voucher (account_id, n);

-- Only devices of these batches; none: of any that nobody has bound.
CREATE TABLE claim_voucher_batch (
	voucher_id TEXT NOT NULL REFERENCES claim_voucher (id),
	bid TEXT NOT NULL,
	PRIMARY KEY (voucher_id, bid)
) STRICT, WITHOUT ROWID;

-- A device that is an account's by itself, whoever has its batch: the primary
-- key is the rule that the first one wins.
CREATE TABLE device_claim (
	seq INTEGER PRIMARY KEY NOT NULL,
	account_id TEXT NOT NULL REFERENCES account (id),
	product_id TEXT NOT NULL REFERENCES product (id),
	cloud_id TEXT,
	voucher_id TEXT NOT NULL REFERENCES claim_voucher (id),
	bid TEXT NOT NULL,
	claimed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX device_claim_account ON device_claim (account_id, seq);
CREATE INDEX device_claim_voucher ON device_claim (voucher_id, seq);
CREATE INDEX device_claim_bid ON device_claim (bid, seq);

-- Requests for ownership vouchers that were answered: none twice.
CREATE TABLE voucher_issued (
	seq INTEGER NOT NULL,
	nonce BLOB NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (seq, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX voucher_issued_at ON voucher_issued (at);

-- What happened to a device in the field, for its timeline.
CREATE TABLE device_event (
	n INTEGER PRIMARY KEY,
	seq INTEGER NOT NULL,
	account_id TEXT NOT NULL,
	at INTEGER NOT NULL,
	event TEXT NOT NULL,
	detail TEXT NOT NULL
) STRICT;
CREATE INDEX device_event_seq ON device_event (seq, n);

-- Devices of these two products may talk to each other; a product <= b.
CREATE TABLE talk (
	account_id TEXT NOT NULL REFERENCES account (id),
	product_a TEXT NOT NULL REFERENCES product (id),
	product_b TEXT NOT NULL REFERENCES product (id),
	PRIMARY KEY (account_id, product_a, product_b)
) STRICT, WITHOUT ROWID;

-- The account's own registrar, "" where this service is it.
ALTER TABLE account ADD COLUMN registrar_url TEXT NOT NULL DEFAULT '';
