/* Answers with the console's embedded files, each with the policy that says
 * what its document may load and run.
 * Must not repeat anything of the request. */
#include <string.h>

#include "api/api_console.h"
#include "api/api_files.h"

#define CSP_WITH(script)                                                \
	"default-src 'none'; script-src 'self'" script                  \
	"; style-src 'self'; img-src 'self' blob: data:; "              \
	"font-src 'self'; connect-src 'self'; media-src 'self' blob:; " \
	"worker-src 'self'; manifest-src 'self'; base-uri 'none'; "     \
	"form-action 'self'; frame-ancestors 'none'"
#define CSP CSP_WITH("")
#define CSP_WASM CSP_WITH(" 'wasm-unsafe-eval'")
#define FOREVER "public, max-age=31536000, immutable"
#define ASSETS "assets/"
#define WORKER ASSETS "scan-worker"
#define PATH_MAX_LEN 160

static const struct api_file *file_find(const char *path)
{
	const struct api_file *f;

	for (f = api_files; f->path; f++)
		if (!strcmp(f->path, path))
			return f;
	return NULL;
}

/* "gzip" among the codings, unless with a weight of 0 (RFC 9110, 12.5.3). */
static bool takes_gzip(const struct http_request *req)
{
	const struct span *h = http_find(req, "accept-encoding");
	struct span all = h ? *h : SPAN_NONE, one, name;

	while (all.n > 0) {
		(void)span_cut(&all, ',', &one);
		(void)span_cut(&one, ';', &name);
		if (!span_eq_str(span_trim(name), "gzip"))
			continue;
		one = span_trim(one);
		return !span_eq_str(one, "q=0") && !span_eq_str(one, "q=0.0") &&
		    !span_eq_str(one, "q=0.00") && !span_eq_str(one, "q=0.000");
	}
	return false;
}

static enum rc send(struct api_call *call, const char *path, struct err *e)
{
	const struct api_file *f = file_find(path);
	struct http_response *r = call->resp;

	if (!f)
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is nothing here that you may see.");
	r->status = 200;
	r->content_type = f->type;
	http_add_header(r, "Vary", "Accept-Encoding");
	if (f->gzip && takes_gzip(call->req)) {
		http_add_header(r, "Content-Encoding", "gzip");
		buf_add(&r->body, f->gzip, (size_t)(f->gzip_end - f->gzip));
	} else {
		buf_add(&r->body, f->plain, (size_t)(f->plain_end - f->plain));
	}
	return RC_OK;
}

static enum rc document(struct api_call *call, const char *csp,
    const char *camera, struct err *e)
{
	call->csp = csp;
	call->cache = "no-cache";
	http_add_header(call->resp, "Cross-Origin-Opener-Policy",
	    "same-origin");
	http_add_header(call->resp, "Permissions-Policy",
	    "camera=%s, microphone=(), geolocation=(), payment=(), usb=()",
	    camera);
	return send(call, "index.html", e);
}

enum rc api_console_page(struct api_call *call, struct err *e)
{
	return document(call, CSP, "()", e);
}

enum rc api_console_scan(struct api_call *call, struct err *e)
{
	return document(call, CSP_WASM, "(self)", e);
}

enum rc api_console_icon(struct api_call *call, struct err *e)
{
	call->cache = "public, max-age=86400";
	return send(call, "favicon.svg", e);
}

enum rc api_console_asset(struct api_call *call, struct err *e)
{
	char path[PATH_MAX_LEN] = ASSETS;
	const size_t n = strlen(path);

	if (!api_param(call, 0, path + n, sizeof(path) - n))
		path[n] = '\0';
	call->cache = FOREVER;
	/* A worker is under the policy of its own script. */
	call->csp =
	    span_starts(span_str(path), SPAN_LIT(WORKER)) ? CSP_WASM : CSP;
	return send(call, path, e);
}
