// The C library's streams: how they are buffered and what their buffers hold. stream.c tells the idea.
#ifndef RT_STREAM_H
#define RT_STREAM_H

#include "descriptor.h"
#include "image.h"

#pragma GCC visibility push(hidden)

void streams_start(void); // before the program runs

// Capture. Looks in the program before the fork, which gives the streams their numbers (handle.h), starting from 0; the
// buffers are read when they are written, in the capturing process.
void streams_look(struct descriptor_table *t);
void streams_write(msgpack_packer *p);
bool stream_is_captured(uint64_t id); // false: the handle of this number must not be held by the state

// Restore, in this order.
bool streams_read(struct reader *r, struct failure *f);
uint64_t streams_count(void);         // of the image
bool streams_open(struct failure *f); // once their descriptors are in place; the streams get their numbers
void streams_fill(void);              // once their descriptors are positioned

#pragma GCC visibility pop
#endif
