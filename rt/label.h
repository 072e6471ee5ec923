// Labels as values in resumed frames.
#ifndef RT_LABEL_H
#define RT_LABEL_H

#include <stdbool.h>

#include "failure.h"

#pragma GCC visibility push(hidden)

// Before the first twin runs: makes hlckpt_resume_label ready. False when there is no memory.
bool label_load(struct failure *f);

#pragma GCC visibility pop
#endif
