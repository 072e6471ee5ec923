// What capture and restore share of the calls in state.h: the runtime's own roots, and the hooks for handles.
#ifndef RT_ROOTS_H
#define RT_ROOTS_H

#include "state.h"

#define ROOTS_MOST 64

extern struct root roots[ROOTS_MOST];
extern size_t root_count;
extern struct handle_hooks handle_hooks;

#endif
