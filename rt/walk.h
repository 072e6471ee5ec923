// Walks the main thread's stack: to see whether it can be captured now, to keep its memory, and to let its frames save
// their variables. Also where the program is called from, which is the stack's base.
#ifndef RT_WALK_H
#define RT_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "state.h"

#pragma GCC visibility push(hidden)

// Call the program, or the resume twin of its main, at the base of the stack.
int walk_call_main(int (*program_main)(int, char **, char **), int argc, char **argv, char **envp);
int walk_call_twin(int (*twin)(void));

#define WALK_REASON_SIZE 256

// Can the stack be captured now: does it have migration points only, from the caller of the runtime to the base? False:
// `reason` names what is in the way.
bool walk_possible(char reason[WALK_REASON_SIZE]);

// In the capturing process, before it returns from the poll: keeps a copy of the stack from the caller's frame up to
// the base. False when there is no memory for it. hlckpt_unwind calls `done` at the base with the stack (in the arena),
// and with NULL or what was wrong with it; `done` does not return.
bool walk_prepare(void (*done)(const struct stack *stack, const char *fault));

#pragma GCC visibility pop
#endif
