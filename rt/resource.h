// Declared handles (hlckpt/resource.h): the constructor calls that are still open, and the calls made through libffi.
#ifndef RT_RESOURCE_H
#define RT_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hlckpt/resource.h"
#include "image.h"

#pragma GCC visibility push(hidden)

#define RESOURCE_PARAMETERS 16 // at most

// A result or an argument, by the letter of the signature.
union argument {
    int i;
    long l;
    size_t z;
    double d;
    void *p; // s, p, o, h
};

struct signature {
    char result;
    uint32_t count;
    char letters[RESOURCE_PARAMETERS];
};
bool signature_parse(const char *text, struct signature *s);

// Calls a constructor through libffi. The arguments are those of its signature.
union argument resource_call(const struct hlckpt_resource *resource, union argument *arguments);

// The two constructors that every restore calls, from the runtime's own table (resource-table.c).
int resource_open(const char *path, int flags);          // a descriptor or -1
void *resource_fdopen(int descriptor, const char *mode); // a stream or NULL

// ---- the calls that are open, in a running program
void resources_start(void); // before the program runs
void resources_look(void);  // in the program, before the fork: gives the handles their numbers
bool resources_write(msgpack_packer *p, struct failure *f);
bool resource_owns(const void *address, size_t size); // does a constructor's memory lie there?

// ---- restore, in this order
bool resources_read(struct reader *r, uint64_t first, struct failure *f); // `first`: the number of handles before these
bool resources_remake(struct failure *f);                                 // those that return their handle
bool resources_remake_in_memory(struct failure *f); // those that fill memory of the program, once that is in place

#pragma GCC visibility pop
#endif
