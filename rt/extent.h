// The memory of one object as a sequence of typed elements: `count` values of a type, or one value of a struct and
// `count` elements of its flexible array, and then `tail` bytes that are too few for another element.
#ifndef RT_EXTENT_H
#define RT_EXTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type.h"

struct segment {
    const struct type *type;
    uint64_t count;
    uint64_t offset;     // bytes, from the start of the object
    uint64_t first_leaf; // leaves of the object before this segment
};

struct extent {
    struct segment segments[3];
    uint32_t segment_count;
    uint64_t size; // bytes here
    uint64_t leaves, wire, references;
};

// False when the numbers are too large for this machine.
bool extent_make(struct extent *e, const struct type *type, uint64_t count, uint64_t tail, const struct type *byte);

// One value, with nothing in its flexible array.
bool extent_of_one(struct extent *e, const struct type *type);

// How many elements, and bytes after them, a block of `size` bytes has room for.
void extent_divide(const struct type *type, uint64_t size, uint64_t *count, uint64_t *tail);

// The leaf at or before `offset` < size, its offset counted from the start of the object.
struct leaf extent_leaf_at(const struct extent *e, uint64_t offset);
struct leaf extent_leaf(const struct extent *e, uint64_t index); // index < leaves

// Does a `part` begin (end) at `offset`?
bool extent_begins(const struct extent *e, uint64_t offset, const struct type *part);
bool extent_ends(const struct extent *e, uint64_t offset, const struct type *part);

// Visits the references of an object in the order of their leaves; `offset` is where one lies in the object.
typedef void reference_visitor(void *context, const struct run *run, uint64_t offset);
void extent_each_reference(const struct extent *e, reference_visitor *visit, void *context);

// "[3].next": how the source would call the leaf, after the name of the object.
const char *extent_path(const struct extent *e, uint64_t leaf, char *buffer, size_t size);

#endif
