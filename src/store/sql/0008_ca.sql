-- Certificate authorities of accounts, what they issued, what is revoked.

-- kind 'upstream': another CA issues and this is the registration authority.
-- der is NULL until a certificate signed elsewhere was brought in; chain holds
-- those above it that are no row here, DER after DER.  key_hash is the SHA-1,
-- key_hash2 the SHA-256 of the key's bits, name_hash likewise of the subject:
-- what an OCSP request names an issuer by.  changes counts what its lists say.
CREATE TABLE ca (
	id TEXT PRIMARY KEY NOT NULL,
	account_id TEXT NOT NULL REFERENCES account (id),
	name TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('root', 'issuing', 'upstream')),
	parent_id TEXT REFERENCES ca (id),
	hsm_name TEXT NOT NULL,
	key_type TEXT NOT NULL,
	spki BLOB NOT NULL,
	common_name TEXT NOT NULL,
	org TEXT NOT NULL,
	der BLOB,
	chain BLOB NOT NULL,
	key_hash BLOB,
	key_hash2 BLOB,
	not_after INTEGER NOT NULL DEFAULT 0,
	changes INTEGER NOT NULL DEFAULT 0,
	crl_number INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	retired_at INTEGER
) STRICT;
CREATE UNIQUE INDEX ca_name ON ca (account_id, name) WHERE retired_at IS NULL;
CREATE INDEX ca_account ON ca (account_id, id);
CREATE INDEX ca_key_hash ON ca (key_hash);
CREATE INDEX ca_key_hash2 ON ca (key_hash2);

-- What devices of a product get: text is the profile as JSON.
CREATE TABLE profile (
	product_id TEXT PRIMARY KEY NOT NULL REFERENCES product (id),
	account_id TEXT NOT NULL REFERENCES account (id),
	ca_id TEXT NOT NULL REFERENCES ca (id),
	text TEXT NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX profile_ca ON profile (ca_id);

-- Operational and server certificates.  seq is that of dev.device, 0 for a
-- server's.  state 'held' can come back; barred: it was put on hold because its
-- device is kept out, and comes back with it.
CREATE TABLE certificate (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account_id TEXT NOT NULL REFERENCES account (id),
	ca_id TEXT NOT NULL REFERENCES ca (id),
	kind TEXT NOT NULL CHECK (kind IN ('device', 'server', 'role')),
	seq INTEGER NOT NULL,
	fp BLOB NOT NULL UNIQUE,
	serial BLOB NOT NULL,
	spki_sha256 BLOB NOT NULL,
	der BLOB NOT NULL,
	not_before INTEGER NOT NULL,
	not_after INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('valid', 'held', 'revoked')),
	reason INTEGER NOT NULL DEFAULT 0,
	barred INTEGER NOT NULL DEFAULT 0,
	state_at INTEGER NOT NULL DEFAULT 0,
	issued_at INTEGER NOT NULL,
	UNIQUE (ca_id, serial)
) STRICT;
CREATE INDEX certificate_account ON certificate (account_id, n);
CREATE INDEX certificate_seq ON certificate (seq, n) WHERE seq > 0;
CREATE INDEX certificate_valid ON certificate (ca_id, not_after)
	WHERE state = 'valid' AND kind <> 'role';
CREATE INDEX certificate_revoked ON certificate (ca_id, state_at)
	WHERE state <> 'valid';

-- What a CA took off hold since: deltas tell it (removeFromCRL).
CREATE TABLE certificate_unheld (
	ca_id TEXT NOT NULL REFERENCES ca (id),
	serial BLOB NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (ca_id, serial)
) STRICT, WITHOUT ROWID;

-- The lists as they were last signed.  A delta counts from the full list
-- `base`; `next_base` is the one to follow it, when all before have run out.
CREATE TABLE crl (
	ca_id TEXT NOT NULL REFERENCES ca (id),
	kind TEXT NOT NULL CHECK (kind IN ('full', 'delta')),
	number INTEGER NOT NULL,
	changes INTEGER NOT NULL,
	this_update INTEGER NOT NULL,
	next_update INTEGER NOT NULL,
	base INTEGER NOT NULL,
	base_at INTEGER NOT NULL,
	next_base INTEGER NOT NULL,
	next_base_at INTEGER NOT NULL,
	der BLOB NOT NULL,
	PRIMARY KEY (ca_id, kind)
) STRICT;

-- Birth certificates that their vendor has revoked, or holds.
CREATE TABLE birth_revocation (
	seq INTEGER PRIMARY KEY NOT NULL,
	vendor_id TEXT NOT NULL REFERENCES vendor (id),
	fp BLOB NOT NULL,
	chip_id TEXT NOT NULL,
	serial BLOB NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('held', 'revoked')),
	reason INTEGER NOT NULL,
	at INTEGER NOT NULL,
	by_name TEXT NOT NULL
) STRICT;
CREATE INDEX birth_revocation_vendor ON birth_revocation (vendor_id, seq);

-- Devices that their account keeps out, for as long as it wants.
CREATE TABLE quarantine (
	seq INTEGER PRIMARY KEY NOT NULL,
	account_id TEXT NOT NULL REFERENCES account (id),
	note TEXT NOT NULL,
	at INTEGER NOT NULL,
	by_name TEXT NOT NULL
) STRICT;
CREATE INDEX quarantine_account ON quarantine (account_id, seq);

-- What a vendor lets the service say of one of its CAs: the responder's
-- certificate by that CA, and the list it has signed.
CREATE TABLE vendor_status (
	ca_fp BLOB PRIMARY KEY NOT NULL REFERENCES vendor_ca (fp),
	vendor_id TEXT NOT NULL REFERENCES vendor (id),
	responder BLOB,
	responder_not_after INTEGER NOT NULL DEFAULT 0,
	crl BLOB,
	crl_number INTEGER NOT NULL DEFAULT 0,
	crl_next_update INTEGER NOT NULL DEFAULT 0
) STRICT;
