// Settings of the process that no variable of the program holds: working directory, umask, locale, signals, timers, and
// what the C library remembers for random numbers and getopt.
#ifndef RT_SETTINGS_H
#define RT_SETTINGS_H

#include "image.h"

#pragma GCC visibility push(hidden)

void settings_start(void);                                 // before the program runs
void settings_look(void);                                  // in the program, before the fork
bool settings_write(msgpack_packer *p, struct failure *f); // SECTION_PROCESS

bool settings_read(const msgpack_object *o, struct failure *f); // checks; no side effects
bool settings_prepare(struct failure *f);                       // working directory, locale: what can still be refused
void settings_run(void);                                        // the rest, when the program is about to go on

#pragma GCC visibility pop
#endif
