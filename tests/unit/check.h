/* What every unit test includes: cmocka in its order, and short forms.
 * Must not hold state. */
#ifndef BIRTHMARK_TESTS_CHECK_H
#define BIRTHMARK_TESTS_CHECK_H

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
