/* The first bytes of the SHA-256 of common passwords in lower case, sorted;
 * made when the program is built.  Must not be used to hash a password. */
#ifndef BIRTHMARK_CORE_PASSWORD_COMMON_H
#define BIRTHMARK_CORE_PASSWORD_COMMON_H

#include <stddef.h>
#include <stdint.h>

#define PASSWORD_COMMON_SIZE 5

extern const uint8_t password_common[][PASSWORD_COMMON_SIZE];
extern const size_t password_common_count;

#endif
