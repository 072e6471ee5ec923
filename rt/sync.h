// Values of the types of hlckpt/sync.h: from memory to the wire and back.
#ifndef RT_SYNC_H
#define RT_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "hlckpt/sync.h"

size_t sync_size(enum hlckpt_sync which); // bytes here

// Capture, of the copy of an object that need not lie at its own address. Returns NULL, or why the object cannot be
// captured now. Memory that holds no such object, not initialised or destroyed, is all zero on the wire.
const char *sync_store(enum hlckpt_sync which, const unsigned char *memory, unsigned char wire[HLCKPT_SYNC_WIRE]);

// Is this something that sync_store writes, in a program of so many threads? `name` and `path` are for the message.
bool sync_check(enum hlckpt_sync which, const unsigned char wire[HLCKPT_SYNC_WIRE], uint32_t threads, const char *name,
                const char *path, struct failure *f);

// Restore, of what was checked: makes an object as good as new at its own address. Who holds it takes it later.
void sync_load(enum hlckpt_sync which, const unsigned char wire[HLCKPT_SYNC_WIRE], unsigned char *memory);

// All objects are loaded: tells the threads which of them to take (thread_hold).
void sync_settle(void);

#endif
