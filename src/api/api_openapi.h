/* docs/openapi.yaml, embedded when built.
 * Is served as it is. */
#ifndef BIRTHMARK_API_API_OPENAPI_H
#define BIRTHMARK_API_API_OPENAPI_H

extern const char api_openapi[];

#endif
