// The parts of hlckpt-inspect.
#ifndef TOOLS_INSPECT_H
#define TOOLS_INSPECT_H

#include <stdbool.h>

#include "failure.h"
#include "image.h"

// map-text.c: the maps in an executable file; `neutral` leaves out what belongs to its target.
bool print_maps(const char *program, bool json, bool neutral, struct failure *f);

// state-text.c: the frames of an image with their variables, and with `objects` the objects; of arrays, `limit`
// elements.
bool print_state(const struct image *image, bool objects, uint64_t limit, struct failure *f);
// The same as keys "threads", "objects" and "roots" of a JSON object that is open.
bool emit_state(const struct image *image, uint64_t limit, struct failure *f);

#endif
