/* libbirthmark's reasons as sentences for people. */
#ifndef BIRTHMARK_DEVICE_AGENT_WHY_H
#define BIRTHMARK_DEVICE_AGENT_WHY_H

#include "device/lib/birthmark.h"

const char *agent_why(enum bm_why why);

#endif
