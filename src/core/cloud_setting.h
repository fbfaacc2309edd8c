/* Settings, credentials and quotas of a product cloud, judged by what its kind
 * says of them (cloud_rules.h).
 * Must not know any kind, nor store. */
#ifndef BIRTHMARK_CORE_CLOUD_SETTING_H
#define BIRTHMARK_CORE_CLOUD_SETTING_H

#include "core/cloud.h"
#include "core/cloud_rules.h"

#define CLOUD_SETTING_SECRET_MAX 8192

/* The settings of row and the credentials as a JSON object, of which secret
 * stays empty when none are given.  made: row has been stored before, so that
 * s changes what it has; RC_CONFLICT "cloud-setting-fixed" for what cannot be
 * changed, "cloud-credentials-needed" for what the stored ones are not for. */
MUST_CHECK enum rc cloud_setting_take(const struct cloud_rules *r,
    const struct cloud_spec *s, bool made, struct store_cloud *row,
    struct buf *secret, struct err *e);
/* The quotas that s gives, beside those that row has. */
MUST_CHECK enum rc cloud_setting_quotas(const struct cloud_rules *r,
    const struct cloud_spec *s, struct store_cloud *row, struct err *e);
/* Calls a minute that hold for this operation. */
uint32_t cloud_setting_quota(const struct cloud_op *op, json_t *quotas);

#endif
