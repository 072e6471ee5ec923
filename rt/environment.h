// argv and the environment as ordinary objects of the program's heap, so that they are captured like everything else.
#ifndef RT_ENVIRONMENT_H
#define RT_ENVIRONMENT_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

// The roots "argv" and "environ"; before anything is captured or resumed.
void environment_add_roots(void);

// Copies both to the heap; `environ` is the copy from then on. Returns the new argv, NULL when there is no memory.
char **environment_adopt(int argc, char **argv);

// Control variables belong to the operator of this process, not to the state of the program.
void environment_hide_controls(void);                 // in the capturing process: makes them empty
void environment_restore_controls(char *const *envp); // after a resume: puts those of `envp` in

#pragma GCC visibility pop
#endif
