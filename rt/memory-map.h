// What may be done with memory, as the kernel sees it: pointers that come out of an image are asked about before use.
#ifndef RT_MEMORY_MAP_H
#define RT_MEMORY_MAP_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

enum permission { MAY_READ, MAY_WRITE, MAY_EXECUTE };
bool memory_allows(const void *address, enum permission permission); // slow: reads /proc/self/maps

#pragma GCC visibility pop
#endif
