// Walks the threads' stacks: to see whether they can be captured now, to keep their memory, and to let their frames save
// their variables. Also where the program is called from, which is each stack's base.
#ifndef RT_WALK_H
#define RT_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "state.h"
#include "thread.h"

#pragma GCC visibility push(hidden)

// Call the program, a thread's start routine, or the resume twin of either, at the base of the stack.
int walk_call_main(int (*program_main)(int, char **, char **), int argc, char **argv, char **envp);
int walk_call_twin(int (*twin)(void));
void *walk_call_start(struct thread *t);
void *walk_call_thread_twin(struct thread *t, void (*twin)(void));

#define WALK_REASON_SIZE 256

// Can the calling thread's stack be captured now: does it have migration points only, from the caller of the runtime to
// the base? False: `reason` names what is in the way.
bool walk_possible(char reason[WALK_REASON_SIZE]);

// ---- in the capturing process, where the caller is the copy of the thread `self`, or of none of the program's (NULL)

// What to do at the base of the last stack, or when a stack cannot be captured: with the stacks by number (in the
// arena), and NULL or what was wrong with them. Does not return.
typedef void walk_done(const struct stack *stacks, size_t count, const char *fault, bool put_off);

// Keeps a copy of all stacks, and lets the frames of all threads but `self` report themselves. False when there is no
// memory for it. hlckpt_unwind, or walk_finish when there is no `self`, calls `done`.
bool walk_others(const struct thread *self, walk_done *done);
_Noreturn void walk_finish(void);

// By a thread that stood still in a call that waits.
_Noreturn void walk_unwind_from_call(void);

#pragma GCC visibility pop
#endif
