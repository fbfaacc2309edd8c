/* Result codes and error messages: one class per kind of blame.
 * Must not print, log or exit. */
#ifndef BIRTHMARK_BASE_ERR_H
#define BIRTHMARK_BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Who is to blame, and so what to do about it.  err_class() maps each to an
 * HTTP status, an exit code and the word the audit log uses. */
enum rc {
	RC_OK = 0,
	RC_INVALID,	    /* the peer sent something wrong */
	RC_UNAUTHENTICATED, /* no valid credential */
	RC_DENIED,	    /* a valid credential that may not do this */
	RC_NOT_FOUND,
	RC_CONFLICT,  /* contradicts what is stored */
	RC_TOO_LARGE, /* over a limit of size */
	RC_LIMIT,     /* over a limit of rate: later it may work */
	RC_AGAIN,     /* not now: overload, a peer that is away */
	RC_ENV,	      /* the environment failed: disk, file, memory */
	RC_BUG	      /* cannot happen */
};

struct err_class {
	enum rc rc;
	int http_status;
	int exit_code;	   /* 0 ok, 1 refused, 2 usage, 3 environment, 4 bug */
	const char *audit; /* "ok", "invalid", "denied", ... */
	const char *title; /* RFC 9457 title */
};

/* One fault, told once, where it was seen.  slug is a static string in
 * kebab-case that names the kind of fault for programs ("claim-code-wrong");
 * text is a whole sentence for people that says what to do. */
struct err {
	enum rc rc;
	const char *slug;
	const char *ref;    /* RFC section or NULL; static */
	unsigned long line; /* 1-based line of an input file, 0 if none */
	unsigned int retry_after_s; /* 0 if not known */
	char text[512];
};

/* Fills e (which may be NULL) and returns rc, so that a caller can write
 * `return err_set(e, RC_INVALID, "bad-label", "...")`. */
enum rc err_set(struct err *e, enum rc rc, const char *slug, const char *fmt,
    ...) PRINTF_LIKE(4, 5);
/* The same with errno's text appended, for RC_ENV. */
enum rc err_sys(struct err *e, const char *slug, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
const struct err_class *err_class(enum rc rc);

#ifdef __clang_analyzer__
/* Lets the analyzer see across files that these do not return RC_OK. */
#define err_set(e, c, ...) ((void)err_set((e), (c), __VA_ARGS__), (c))
#define err_sys(e, ...) ((void)err_sys((e), __VA_ARGS__), RC_ENV)
#endif

#endif
