// A small image with a section of every size class, for tests to damage; and checks that name what failed.
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "image.h"

#define CHECK(condition, ...)                                                                                          \
    ((condition) ? (void)0                                                                                             \
                 : (fprintf(stderr, "%s:%d: ", __FILE__, __LINE__), fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), \
                    exit(1)))

struct bytes {
    unsigned char *data;
    size_t size;
};

// Writes the sample as the next image of `folder`; `filler` bytes go into its largest section. Returns its number;
// fails the test otherwise.
uint64_t sample_write(const char *folder, const char *compress, unsigned keep, size_t filler);
// Is the image the sample in whole? Names what is not.
void sample_verify(const struct image *image, size_t filler);

struct bytes file_read(const char *path);

// The path of a file, always the same, that holds these bytes.
const char *memory_file(const void *data, size_t size);

// Opens a file that must be refused, and returns why in a static buffer.
const char *refusal(const char *path);
const char *refusal_of(const void *data, size_t size);

char *join(const char *folder, const char *name); // a path; one of the last eight that were made
#endif
