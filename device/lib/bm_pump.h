/* What the parts of the pump share: its steps and what the configuration
 * leaves to defaults.
 * Must not be included by who uses the library. */
#ifndef BIRTHMARK_BM_PUMP_H
#define BIRTHMARK_BM_PUMP_H

#include "device/lib/bm_mem.h"

enum bm_pump_step {
	BM_PUMP_PICK,
	BM_PUMP_START,
	BM_PUMP_OPEN,
	BM_PUMP_BUILD,
	BM_PUMP_SEND,
	BM_PUMP_RECEIVE,
	BM_PUMP_ANSWER,
	BM_PUMP_WAIT,
	BM_PUMP_DEAD
};

/* Where a connection goes. */
enum bm_pump_conn {
	BM_PUMP_NOWHERE,
	BM_PUMP_REGISTRAR,
	BM_PUMP_EST,
	BM_PUMP_RESPONDER
};

/* Nothing is in the work buffer. */
bool bm_pump_is_idle(const struct bm *b);
uint32_t bm_pump_refresh(const struct bm *b);
uint32_t bm_pump_proof_age(const struct bm *b);
/* Seconds to wait after so many faults in a row, or as the answer asks. */
uint32_t bm_pump_backoff(const struct bm *b, unsigned int faults);
/* Reads the operational certificate's times; false when it is not there. */
bool bm_pump_read_cert(struct bm *b);
/* Faults that trying again does not help. */
bool bm_pump_is_fatal(enum bm_why why);
bool bm_pump_is_expired(const struct bm *b);

#endif
