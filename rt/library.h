// Functions of the C library that the runtime defines itself, since what they remember is state of the program.
#ifndef RT_LIBRARY_H
#define RT_LIBRARY_H

#pragma GCC visibility push(hidden)

void library_start(void); // roots; before the program runs

#pragma GCC visibility pop
#endif
