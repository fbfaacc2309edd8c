-- Second factors, passkeys, one-time links of resets.

ALTER TABLE session ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- The secret of one-time codes follows from nonce and the signer's key.  A
-- code of last_step or before it was used.
CREATE TABLE totp (
	user_id TEXT PRIMARY KEY REFERENCES usr(id),
	nonce BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	confirmed_at INTEGER NOT NULL DEFAULT 0,
	last_step INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_code (
	hash BLOB PRIMARY KEY,
	user_id TEXT NOT NULL REFERENCES usr(id)
) STRICT;
CREATE INDEX recovery_code_user ON recovery_code(user_id);

-- What an authenticator knows a user by; says nothing about him.
CREATE TABLE passkey_user (
	user_id TEXT PRIMARY KEY REFERENCES usr(id),
	handle BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE passkey (
	id TEXT PRIMARY KEY,
	user_id TEXT NOT NULL REFERENCES usr(id),
	credential BLOB NOT NULL UNIQUE,
	alg INTEGER NOT NULL,
	public_key BLOB NOT NULL,
	sign_count INTEGER NOT NULL,
	name TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	last_used_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX passkey_of ON passkey(user_id, id);

-- user_id is '' where nobody is known yet.
CREATE TABLE challenge (
	hash BLOB PRIMARY KEY,
	user_id TEXT NOT NULL,
	peer TEXT NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX challenge_peer ON challenge(peer);
CREATE INDEX challenge_expires ON challenge(expires_at);

CREATE TABLE reset (
	hash BLOB PRIMARY KEY,
	user_id TEXT NOT NULL REFERENCES usr(id),
	remove_factors INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX reset_user ON reset(user_id);
