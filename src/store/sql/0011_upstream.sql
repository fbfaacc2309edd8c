-- Requests to other CAs, for which this service is the registration authority.

-- How a CA of kind 'upstream' is reached.  sealed is for the courier alone:
-- "user:password", a client certificate and its key in PEM, or CMP's secret,
-- whose reference is in username.  tls_ca: PEM, '' for the CA's own.
CREATE TABLE upstream (
	ca_id TEXT PRIMARY KEY NOT NULL REFERENCES ca (id),
	protocol TEXT NOT NULL CHECK (protocol IN ('est', 'cmp')),
	url TEXT NOT NULL,
	username TEXT NOT NULL,
	tls_ca TEXT NOT NULL,
	sealed BLOB NOT NULL
) STRICT;

-- One for each key of a device: asked again it is the same row.  next_ms says
-- when the courier takes it up (again).  der: what the CA has issued, checked.
CREATE TABLE upstream_request (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account_id TEXT NOT NULL REFERENCES account (id),
	ca_id TEXT NOT NULL REFERENCES ca (id),
	seq INTEGER NOT NULL,
	spki_sha256 BLOB NOT NULL,
	csr BLOB NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('waiting', 'issued', 'refused')),
	tries INTEGER NOT NULL DEFAULT 0,
	next_ms INTEGER,
	error TEXT NOT NULL DEFAULT '',
	der BLOB,
	created_at INTEGER NOT NULL,
	state_at INTEGER NOT NULL,
	UNIQUE (ca_id, seq, spki_sha256)
) STRICT;
CREATE INDEX upstream_request_due ON upstream_request (next_ms)
	WHERE next_ms IS NOT NULL;
CREATE INDEX upstream_request_ca ON upstream_request (ca_id, n);
