// Captures: forks the program, lets the copy write the image, and says how it went.
#ifndef RT_CAPTURE_H
#define RT_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "hlckpt/abi.h"

#pragma GCC visibility push(hidden)

enum capture_mode {
    CAPTURE_BESIDE,   // the program goes on while the image is written; capture_reap tells the end
    CAPTURE_AND_WAIT, // ... goes on afterwards
    CAPTURE_AND_EXIT, // ... ends, with HLCKPT_STATUS_CAPTURED, when the image is complete
};

enum capture_result {
    CAPTURE_CHILD,   // this is the capturing process: save the frames and call hlckpt_unwind
    CAPTURE_STARTED, // CAPTURE_BESIDE: in flight
    CAPTURE_DONE,    // the image is complete
    CAPTURE_PUT_OFF, // not at this instant
    CAPTURE_FAILED,
};

// Before the program starts: `main_function` is what the outermost frame must be; NULL when main has no map.
void capture_start(const struct hlckpt_function *main_function);
void capture_disable(void); // in a process that the program has forked

// One thread at a time may call capture_now: false when another does.
bool capture_claim(void);
void capture_release(void);

// By a thread of the program, which is at a migration point. `caller` is the return address into the code of that point.
enum capture_result capture_now(enum capture_mode mode, const void *caller);

// By the helper thread, after CAPTURE_STARTED: true when the capture has ended, with its result in *result.
bool capture_reap(enum capture_result *result);
bool capture_in_flight(void);

#pragma GCC visibility pop
#endif
