#ifndef STATE_STUBS_H
#define STATE_STUBS_H

#include <stddef.h>

#define SECTIONS 3

struct bytes {
    char *data;
    size_t size;
};

void *block_new(size_t size); // a block of the program's heap
struct image_writer *memory_writer(void);
struct bytes memory_section(struct image_writer *w, size_t index); // types, frames, objects
struct image *memory_image(const struct bytes sections[SECTIONS]); // NULL if they are not MessagePack
void memory_image_free(struct image *image);

#endif
