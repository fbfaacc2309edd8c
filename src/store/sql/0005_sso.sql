-- Signing in at a provider of OpenID Connect.

-- What the courier has read of the provider that is configured.
CREATE TABLE sso_provider (
	issuer TEXT PRIMARY KEY,
	authorization_endpoint TEXT NOT NULL,
	read_at INTEGER NOT NULL
) STRICT;

-- One way of a browser to the provider and back, found by the hash of its
-- cookie.  step: 0 sent to the provider, 1 the code is here, 2 the courier
-- asks, 3 the provider has told who it is, 4 it has not (fault says why).
CREATE TABLE sso_login (
	cookie BLOB PRIMARY KEY,
	step INTEGER NOT NULL DEFAULT 0,
	nonce TEXT NOT NULL,
	verifier TEXT NOT NULL,
	next TEXT NOT NULL,
	peer TEXT NOT NULL,
	code TEXT NOT NULL DEFAULT '',
	issuer TEXT NOT NULL DEFAULT '',
	sub TEXT NOT NULL DEFAULT '',
	email TEXT NOT NULL DEFAULT '',
	name TEXT NOT NULL DEFAULT '',
	fault TEXT NOT NULL DEFAULT '',
	expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sso_login_step ON sso_login(step);
CREATE INDEX sso_login_expires ON sso_login(expires_at);

-- Who is whom there: never another user, and one for each user.
CREATE TABLE sso_identity (
	issuer TEXT NOT NULL,
	sub TEXT NOT NULL,
	user_id TEXT NOT NULL REFERENCES usr(id),
	since INTEGER NOT NULL,
	PRIMARY KEY (issuer, sub),
	UNIQUE (user_id, issuer)
) STRICT;
