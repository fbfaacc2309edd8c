/* Reads answers; the peer is not trusted.
 * Must not take anything for a success but a 200 that is well formed. */
#include "cloud/aws_answer.h"

#include <stdio.h>
#include <string.h>

#include "cloud/aws_xml.h"

#define SKEW_S 240 /* AWS allows five minutes */
#define RETRY_MAX_S 3600

enum fault {
	JUDGE, /* it is a kind for the conversation */
	THROTTLED,
	AWAY,
	CREDENTIALS,
	DENIED,
};

struct known {
	const char *name;
	enum fault fault;
	enum aws_answer_kind kind;
};

static const struct known errors[] = {
    {"ResourceAlreadyExistsException", JUDGE, AWS_ANSWER_EXISTS},
    {"ResourceNotFoundException", JUDGE, AWS_ANSWER_NOT_FOUND},
    {"InvalidRequestException", JUDGE, AWS_ANSWER_REFUSED},
    {"CertificateValidationException", JUDGE, AWS_ANSWER_REFUSED},
    {"CertificateConflictException", JUDGE, AWS_ANSWER_REFUSED},
    {"ValidationException", JUDGE, AWS_ANSWER_REFUSED},
    {"CertificateStateException", JUDGE, AWS_ANSWER_STATE},
    {"DeleteConflictException", JUDGE, AWS_ANSWER_STATE},
    {"VersionConflictException", JUDGE, AWS_ANSWER_STATE},
    {"ConflictingResourceUpdateException", JUDGE, AWS_ANSWER_STATE},
    {"ThrottlingException", THROTTLED, AWS_ANSWER_OK},
    {"Throttling", THROTTLED, AWS_ANSWER_OK},
    {"TooManyRequestsException", THROTTLED, AWS_ANSWER_OK},
    {"LimitExceededException", THROTTLED, AWS_ANSWER_OK},
    {"ServiceUnavailableException", AWAY, AWS_ANSWER_OK},
    {"ServiceUnavailable", AWAY, AWS_ANSWER_OK},
    {"InternalFailureException", AWAY, AWS_ANSWER_OK},
    {"InternalServerException", AWAY, AWS_ANSWER_OK},
    {"InternalFailure", AWAY, AWS_ANSWER_OK},
    {"IDPCommunicationError", AWAY, AWS_ANSWER_OK},
    {"UnauthorizedException", DENIED, AWS_ANSWER_OK},
    {"AccessDeniedException", DENIED, AWS_ANSWER_OK},
    {"AccessDenied", DENIED, AWS_ANSWER_OK},
    {"ForbiddenException", DENIED, AWS_ANSWER_OK},
    {"RegionDisabledException", DENIED, AWS_ANSWER_OK},
    {"UnrecognizedClientException", CREDENTIALS, AWS_ANSWER_OK},
    {"InvalidClientTokenId", CREDENTIALS, AWS_ANSWER_OK},
    {"ExpiredToken", CREDENTIALS, AWS_ANSWER_OK},
    {"ExpiredTokenException", CREDENTIALS, AWS_ANSWER_OK},
    {"InvalidSignatureException", CREDENTIALS, AWS_ANSWER_OK},
    {"SignatureDoesNotMatch", CREDENTIALS, AWS_ANSWER_OK},
    {"IncompleteSignature", CREDENTIALS, AWS_ANSWER_OK},
    {"IncompleteSignatureException", CREDENTIALS, AWS_ANSWER_OK},
    {"MissingAuthenticationToken", CREDENTIALS, AWS_ANSWER_OK},
    {"MissingAuthenticationTokenException", CREDENTIALS, AWS_ANSWER_OK},
    {"RequestExpired", CREDENTIALS, AWS_ANSWER_OK},
    {"InvalidIdentityToken", CREDENTIALS, AWS_ANSWER_OK},
    {"IDPRejectedClaim", CREDENTIALS, AWS_ANSWER_OK},
};

enum rc aws_answer_garbage(const char *call, const char *why, struct err *e)
{
	return err_set(e, RC_INVALID, "cloud-answer",
	    "The cloud's answer to %s makes no sense: %s.", call, why);
}

void aws_answer_clear(struct aws_answer *x)
{
	if (!x)
		return;
	json_decref(x->root);
	x->root = NULL;
}

static bool is_name(const char *s)
{
	return s[0] != '\0' &&
	    s[strspn(s,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_")] == '\0';
}

/* "Name:http://...", "com.amazonaws.iot#Name" and "Name" are all used. */
static void take_name(struct span s, char out[AWS_ANSWER_NAME_SIZE])
{
	struct span head;

	(void)span_cut(&s, ':', &head);
	s = head;
	if (span_cut(&s, '#', &head))
		head = s;
	if (!span_copy_str(span_trim(head), out, AWS_ANSWER_NAME_SIZE) ||
	    !is_name(out))
		out[0] = '\0';
}

static void take_text(json_t *root, const char *name, char *out, size_t cap)
{
	const char *s = connector_str(root, name);

	if (s && !span_copy_str(span_str(s), out, cap))
		out[0] = '\0';
}

/* The name and the words of an error, in either service's form. */
static void read_error(const struct connector_answer *a, json_t *root,
    struct aws_answer *out)
{
	const char *said = connector_str(root, "message");
	struct span words;

	take_name(connector_header(a, "x-amzn-errortype"), out->name);
	if (out->name[0] == '\0' && connector_str(root, "__type"))
		take_name(span_str(connector_str(root, "__type")), out->name);
	if (!said)
		said = connector_str(root, "Message");
	take_text(root, "resourceId", out->resource, sizeof(out->resource));
	words = span_str(said);
	if (!root && aws_xml_inner(a->body, "Error", &words)) {
		struct span code, error = words;

		if (aws_xml_inner(error, "Code", &code))
			take_name(code, out->name);
		if (!aws_xml_inner(error, "Message", &words))
			words = SPAN_NONE;
	}
	connector_clean(words, out->words);
}

static const struct known *find_known(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return &errors[i];
	return NULL;
}

/* For an error that has no name that we know: a proxy's, say. */
static enum fault fault_of_status(int status)
{
	if (status == 429)
		return THROTTLED;
	if (status == 401)
		return CREDENTIALS;
	if (status == 403)
		return DENIED;
	if (status >= 500 && status <= 599)
		return AWAY;
	return JUDGE;
}

static unsigned int retry_after(const struct connector_answer *a)
{
	uint64_t s = 0;

	if (!span_u64(connector_header(a, "retry-after"), RETRY_MAX_S, &s))
		return 0;
	return (unsigned int)s;
}

static enum rc say_credentials(const struct connector_talk *t,
    const struct connector_answer *a, const char *call,
    const struct aws_answer *x, struct err *e)
{
	int64_t skew = a->date_s > 0 ? t->now_s - a->date_s : 0;

	if (skew > SKEW_S || skew < -SKEW_S)
		return err_set(e, RC_UNAUTHENTICATED, "cloud-clock",
		    "AWS refuses the signature of %s, and this machine's clock "
		    "is %lld seconds %s AWS's: set it. %.200s",
		    call, (long long)(skew < 0 ? -skew : skew),
		    skew < 0 ? "behind" : "ahead of", x->words);
	return err_set(e, RC_UNAUTHENTICATED, "cloud-credentials-refused",
	    "credentials refused: AWS answered %s with %d %s. %.200s", call,
	    a->status, x->name, x->words);
}

static enum rc say(const struct connector_talk *t,
    const struct connector_answer *a, enum fault fault, const char *call,
    const struct aws_answer *x, struct err *e)
{
	unsigned int wait_s = retry_after(a);
	enum rc rc = RC_AGAIN;

	switch (fault) {
	case CREDENTIALS:
		return say_credentials(t, a, call, x, e);
	case DENIED:
		return err_set(e, RC_DENIED, "cloud-right-missing",
		    "AWS denies %s; the policy of the credentials lacks this "
		    "right. %.250s",
		    call, x->words);
	case JUDGE:
		return aws_answer_garbage(call,
		    "it has a status and an error that do not go together", e);
	case THROTTLED:
	case AWAY:
		break;
	}
	/* Who names a time asks to wait, and is not broken. */
	if (fault == THROTTLED || wait_s > 0)
		rc = err_set(e, RC_LIMIT, "cloud-throttles",
		    "AWS asks to wait: %s answered with %d %s. %.200s", call,
		    a->status, x->name, x->words);
	else
		rc = err_set(e, RC_AGAIN, "cloud-status",
		    "AWS answered %s with %d %s. %.200s", call, a->status,
		    x->name, x->words);
	if (e)
		e->retry_after_s = wait_s;
	return rc;
}

static enum rc read_good(const struct connector_answer *a, const char *call,
    json_t *root, struct aws_answer *out, struct err *e)
{
	struct span body = span_trim(a->body);

	if (body.n > 0 && !json_is_object(root)) {
		json_decref(root);
		return aws_answer_garbage(call, "it is not a JSON object", e);
	}
	out->root = root;
	return RC_OK;
}

enum rc aws_answer_read(const struct connector_talk *t,
    const struct connector_answer *a, const char *call, struct aws_answer *out,
    struct err *e)
{
	const struct known *known;
	enum fault fault;
	json_t *root = NULL;

	memset(out, 0, sizeof(*out));
	if (a->body.n > AWS_ANSWER_MAX)
		return aws_answer_garbage(call, "it is too large", e);
	if (a->body.n > 0)
		root = json_loadb((const char *)a->body.p, a->body.n,
		    JSON_REJECT_DUPLICATES, NULL);
	if (a->status == 200)
		return read_good(a, call, root, out, e);
	read_error(a, root, out);
	json_decref(root);
	known = find_known(out->name);
	/* A word of an error may not come along with a success, nor a missing
	 * thing with the server's own fault. */
	if (known &&
	    (a->status < 400 || a->status > 599 ||
		(known->fault == JUDGE && a->status >= 500)))
		known = NULL;
	if (known && known->fault == JUDGE) {
		out->kind = known->kind;
		return RC_OK;
	}
	fault = known ? known->fault : fault_of_status(a->status);
	return say(t, a, fault, call, out, e);
}
