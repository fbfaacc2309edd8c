/* The end of several threads: they wait on it instead of sleeping.
 * Must not end a thread by force. */
#ifndef BIRTHMARK_COURIER_STOPPER_H
#define BIRTHMARK_COURIER_STOPPER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct stopper {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool stop;
};

void stopper_init(struct stopper *s);
void stopper_clear(struct stopper *s); /* no thread uses it any more */
/* Waits up to ms; true when it is time to end. */
bool stopper_wait(struct stopper *s, int64_t ms);
void stopper_stop(struct stopper *s);

#endif
