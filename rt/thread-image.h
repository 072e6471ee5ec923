// The threads in an image: what they were doing, beside their frames, which are the state's.
#ifndef RT_THREAD_IMAGE_H
#define RT_THREAD_IMAGE_H

#include <stdbool.h>

#include "image.h"

#pragma GCC visibility push(hidden)

#define SECTION_THREADS "threads"

struct state;

// In the capturing process: pointers that the threads hold outside of their frames become roots of the state; then the
// section is written.
bool threads_add_roots(struct failure *f);
bool threads_write(struct image_writer *w, struct failure *f);

// Resume, before the state is read: makes the list of threads, with roots for their pointers, and the keys. No thread
// is created.
bool threads_read(const struct image *image, struct failure *f);

// When the state has been read: does each thread that goes on have frames?
bool threads_check(const struct state *state, struct failure *f);

// When all threads exist and are about to go on: calls that wait for one know its handle, and those with a timeout their
// deadline.
void threads_name_handles(void);

#pragma GCC visibility pop
#endif
