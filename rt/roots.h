// What capture and restore share of the calls in state.h: the runtime's own roots, and the hooks for handles.
#ifndef RT_ROOTS_H
#define RT_ROOTS_H

#include "state.h"

extern struct root *roots;
extern size_t root_count;
extern struct handle_hooks handle_hooks;

#endif
