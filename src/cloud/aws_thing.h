/* A device as a thing: its name, its attributes, and whose it is.
 * Must not speak to a cloud. */
#ifndef BIRTHMARK_CLOUD_AWS_THING_H
#define BIRTHMARK_CLOUD_AWS_THING_H

#include "cloud/connector.h"

#define AWS_THING_MARK "birthmark" /* attribute: the birth certificate's fp */
#define AWS_THING_ATTRIBUTES_MAX 8 /* besides the mark */
#define AWS_THING_GROUPS_MAX 5

/* Things are wanted in this cloud. */
bool aws_thing_wanted(const struct connector_way *way);
MUST_CHECK enum rc aws_thing_name(const struct connector_way *way,
    const struct connector_device *d, char out[CONNECTOR_NAME_SIZE],
    struct err *e);
/* Judge the settings; what is wrong becomes the error. */
MUST_CHECK enum rc aws_thing_check(json_t *settings, struct err *e);
/* {"mark": ..., own attributes}; NULL without memory.  merge: with "" for those
 * that it is not to have. */
json_t *aws_thing_attributes(const struct connector_way *way,
    const struct connector_device *d, bool merge);
/* The i-th group; false after the last. */
bool aws_thing_group(const struct connector_way *way, size_t i,
    char out[CONNECTOR_NAME_SIZE]);
/* The value of an item: what of a thing matters.  attributes and type may be
 * NULL. */
void aws_thing_value(const struct connector_way *way, json_t *attributes,
    const char *type, char out[CONNECTOR_VALUE_SIZE]);
/* The mark in such a value; empty when it has none. */
struct span aws_thing_value_mark(const char *value);

#endif
