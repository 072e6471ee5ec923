// Polls: when a capture is asked for, and what is done about it.
#ifndef RT_POLL_H
#define RT_POLL_H

#include <stdbool.h>

#include "failure.h"

#pragma GCC visibility push(hidden)

// From here on polls are answered as the options say; when the program starts, or goes on after a resume.
bool poll_start(struct failure *f);

#pragma GCC visibility pop
#endif
