// The helper thread: asks for captures at intervals, asks again for those that were put off, and reaps those in flight.
#ifndef RT_HELPER_H
#define RT_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

bool helper_start(uint64_t interval); // nanoseconds; 0: never by itself. False when there can be no thread.
bool helper_runs(void);

// By the main thread at a poll; neither blocks nor allocates.
void helper_capture_started(void); // a capture is in flight
void helper_capture_put_off(void); // ask again after a while that doubles each time

#pragma GCC visibility pop
#endif
