// A consistent cut: an instant at which every thread of the program stands at a migration point. One thread coordinates
// it, forks while the others stand still, and lets them go.
#ifndef RT_CUT_H
#define RT_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "thread.h"

#pragma GCC visibility push(hidden)

#define CUT_REASON_SIZE 256

// By the coordinator, with all signals blocked: true when all other threads stand still, until cut_end. False: they go
// on, and `reason` says which thread did not arrive within `patience` nanoseconds, or what it is.
bool cut_begin(uint64_t patience, char reason[CUT_REASON_SIZE]);
void cut_end(void);
bool cut_under_way(void);
void cut_disable(void); // in a process that the program has forked

// By a thread at a poll: stands still if a cut is under way and its stack can be captured. Returns true in the capturing
// process alone, for the frames to be saved.
bool cut_park(void);

// By a thread that is going to wait in `call`, and when the call has given `result`.
void cut_enter_call(struct thread *t, const struct blocking_call *call);
void cut_leave_call(struct thread *t, int64_t result);

// By a thread that waits by spinning: stands still until a cut that is under way is over.
void cut_stand_still(void);

// A thread has come to an end, or to a standstill.
void cut_changed(void);

// Threads of the process that are not the program's.
void cut_start(void);                  // those that there are when the program starts
void cut_tolerate_thread(pid_t tid);   // one of the runtime's, or of a library that makes its threads anew
void cut_forget_thread(pid_t tid);

// In the capturing process: the calls that threads wait in have not begun, as far as memory tells.
void cut_undo_calls(void);

#pragma GCC visibility pop
#endif
