/* The entry point of every fuzz target, for libFuzzer and for replay.c.
 * Must not hold code. */
#ifndef BIRTHMARK_TESTS_FUZZ_H
#define BIRTHMARK_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Optional. */
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

#endif
