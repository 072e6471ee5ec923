// Calls that wait (hlckpt/thread_calls.h): made by the program through the runtime, and made again after a resume.
#ifndef RT_BLOCKING_H
#define RT_BLOCKING_H

#include <stdbool.h>
#include <stdint.h>

#include "thread.h"

#pragma GCC visibility push(hidden)

struct blocking_function {
    const char *name, *result, *parameters; // see thread_calls.h
};

const char *blocking_name(const struct blocking_function *function);
const struct blocking_function *blocking_find(const char *name); // NULL: there is none

// Is this the name of a function of the runtime by which an innermost frame can have been entered?
bool blocking_is_call(const char *callee);

// Does the thread, which is BLOCKED, hold the mutex already that its call is to lock? As if it did not.
bool blocking_holds(const struct thread *t);
void blocking_let_go(struct thread *t);

// What remains of a relative timeout, in nanoseconds; UINT64_MAX when there is none.
uint64_t blocking_remaining(const struct blocking_call *call);

// Resume: the call that the calling thread `t` was in is made again, or completed when it `has_returned`; its result.
int64_t blocking_call_again(struct thread *t, bool has_returned);

#pragma GCC visibility pop
#endif
