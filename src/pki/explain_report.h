/* An explanation while it grows: facts, problems, notes and parts that are
 * explanations themselves.  For explain*.c only. */
#ifndef BIRTHMARK_PKI_EXPLAIN_REPORT_H
#define BIRTHMARK_PKI_EXPLAIN_REPORT_H

#include <jansson.h>

#include "pki/chain.h"
#include "pki/explain.h"

/* kind is for programs, title for people. */
json_t *explain_report_new(const char *kind, const char *title);
void explain_report_title(json_t *r, const char *kind, const char *title);
void explain_report_fact(json_t *r, const char *name, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* Bytes as text, odd ones escaped. */
void explain_report_span(json_t *r, const char *name, struct span s);
void explain_report_hex(json_t *r, const char *name, struct span s);
void explain_report_time(json_t *r, const char *name, int64_t t_s);
void explain_report_problem(json_t *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void explain_report_note(json_t *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A part of r, owned by r. */
json_t *explain_report_part(json_t *r, const char *kind, const char *title);
unsigned int explain_report_problems(const json_t *r);
MUST_CHECK enum rc explain_report_write(const json_t *r, bool json,
    struct buf *out, struct err *e);

/* Each explains into r, which has a title to be replaced. */
void explain_cert_into(json_t *r, struct span der, struct chain *trusted,
    int64_t now_s);
/* The CAs of a PEM text, as far as they can be used; NULL when there are
 * none. */
struct chain *explain_cert_chain(struct span pem, int64_t now_s);
void explain_cert_key(json_t *r, struct span spki);
void explain_manifest_into(json_t *r, const struct explain_input *in,
    unsigned int form);
/* A JWS in compact form; false when it is none. */
bool explain_token_jws(json_t *r, struct span text, int64_t now_s);
/* One of Birthmark's own tokens; false when it is none. */
bool explain_token_api(json_t *r, struct span text);
/* A CMS signature; path of its content, or NULL. */
void explain_cms_into(json_t *r, struct span cms, const char *path,
    struct chain *trusted, int64_t now_s);

#endif
