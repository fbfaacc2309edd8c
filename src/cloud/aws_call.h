/* A call of AWS IoT Core or STS as a request: its address, its query, its
 * signature.  Must not know which conversation it is part of. */
#ifndef BIRTHMARK_CLOUD_AWS_CALL_H
#define BIRTHMARK_CLOUD_AWS_CALL_H

#include "cloud/connector.h"

/* In the order of the rules' ops. */
enum aws_call_op {
	AWS_CALL_REGISTER,  /* RegisterCertificateWithoutCA */
	AWS_CALL_UPDATE,    /* UpdateCertificate */
	AWS_CALL_DELETE,    /* DeleteCertificate */
	AWS_CALL_DESCRIBE,  /* DescribeCertificate */
	AWS_CALL_POLICY,    /* AttachPolicy */
	AWS_CALL_THING,	    /* things and their groups */
	AWS_CALL_PRINCIPAL, /* Attach and DetachThingPrincipal */
	AWS_CALL_LIST,
	AWS_CALL_STS,
};

#define AWS_CALL_QUERY_MAX 4
#define AWS_CALL_ID_SIZE 65   /* of a certificate: its fingerprint in hex */
#define AWS_CALL_ARN_SIZE 161 /* of a certificate */

struct aws_call {
	const char *method;
	enum aws_call_op op;
	const char *path; /* '*' stands for name, encoded */
	const char *name;
	/* By name, in order of names; value NULL: left out. */
	struct {
		const char *name, *value;
	} query[AWS_CALL_QUERY_MAX];
	const char *principal; /* NULL for none */
	const char *content_type;
	bool is_sts, is_unsigned;
};

/* Fills q, whose body is there already. */
MUST_CHECK enum rc aws_call_build(const struct connector_talk *t,
    const struct aws_call *c, struct connector_request *q, struct err *e);

/* A setting, "" when absent. */
const char *aws_call_setting(const struct connector_way *way, const char *name);
void aws_call_id(const struct connector_cert *cert, char id[AWS_CALL_ID_SIZE]);
void aws_call_arn(const struct connector_way *way, const char *id,
    char arn[AWS_CALL_ARN_SIZE]);
/* The id of a certificate's ARN of this account; empty for other ARNs. */
struct span aws_call_arn_id(const struct connector_way *way, const char *arn);

#endif
