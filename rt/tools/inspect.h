// The parts of hlckpt-inspect.
#ifndef TOOLS_INSPECT_H
#define TOOLS_INSPECT_H

#include <stdbool.h>

#include "failure.h"
#include "image.h"

// map-text.c: the maps in an executable file; `neutral` leaves out what belongs to its target.
bool print_maps(const char *program, bool json, bool neutral, struct failure *f);

// state-text.c: the frames of an image with their variables, and with `objects` the objects.
bool print_state(const struct image *image, bool objects, struct failure *f);

#endif
