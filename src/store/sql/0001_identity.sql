-- Who may do what: users, their roles, sessions and tokens; accounts; the
-- audit log; attempts and idempotency keys, which all workers share.

CREATE TABLE usr (
	id TEXT PRIMARY KEY,
	email TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	password TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
	id TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	default_cloud TEXT,
	default_product TEXT,
	auto_provision INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL
) STRICT;

-- scope_id is '' where scope is 'service'.
CREATE TABLE membership (
	user_id TEXT NOT NULL REFERENCES usr(id),
	scope TEXT NOT NULL,
	scope_id TEXT NOT NULL,
	role TEXT NOT NULL,
	since INTEGER NOT NULL,
	PRIMARY KEY (user_id, scope, scope_id)
) STRICT;
CREATE INDEX membership_scope ON membership(scope, scope_id, user_id);

CREATE TABLE session (
	id TEXT PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	user_id TEXT NOT NULL REFERENCES usr(id),
	created_at INTEGER NOT NULL,
	last_seen_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	from_addr TEXT NOT NULL
) STRICT;
CREATE INDEX session_user ON session(user_id);

CREATE TABLE api_token (
	id TEXT PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	scope TEXT NOT NULL,
	scope_id TEXT NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	created_by TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	last_used_at INTEGER NOT NULL DEFAULT 0,
	revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX api_token_scope ON api_token(scope, scope_id, id);

CREATE TABLE invitation (
	id TEXT PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	scope TEXT NOT NULL,
	scope_id TEXT NOT NULL,
	email TEXT NOT NULL,
	role TEXT NOT NULL,
	created_by TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX invitation_scope ON invitation(scope, scope_id, id);

-- No NULLs: each field is part of the hash.
CREATE TABLE audit (
	seq INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	actor TEXT NOT NULL,
	actor_name TEXT NOT NULL,
	scope_id TEXT NOT NULL,
	action TEXT NOT NULL,
	target TEXT NOT NULL,
	outcome TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	from_addr TEXT NOT NULL,
	prev BLOB NOT NULL,
	hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_scope ON audit(scope_id, seq);

CREATE TABLE attempt (
	key BLOB PRIMARY KEY,
	count INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	locked_until INTEGER NOT NULL,
	forget_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_forget ON attempt(forget_at);

CREATE TABLE idempotency (
	key BLOB PRIMARY KEY,
	request BLOB NOT NULL,
	status INTEGER NOT NULL,
	nonce BLOB NOT NULL,
	tag BLOB NOT NULL,
	answer BLOB NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_created ON idempotency(created_at);
