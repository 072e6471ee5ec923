// Integers as wide as a pointer that hold an address of this process. They mean nothing in another one; as a rule they
// are what memory that was never set has kept of a pointer. On the wire they become 0, since on a narrower machine they
// would not fit, and since an image should hold nothing that changes with the layout of memory.
//
// What a program loses by it was lost before: a pointer kept in an integer is not translated.
#ifndef RT_STALE_H
#define RT_STALE_H

#include <stddef.h>

void stale_load(void);                              // looks up what memory the process has; once a capture
void stale_clear(unsigned char *wire, size_t size); // of little-endian integers of 8 bytes

#endif
