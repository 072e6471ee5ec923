// Objects whose type is declared differently here than where they were captured: structs of the C library, say, whose
// fields differ from target to target. They are taken over field by field, by name. What this program's type lacks is
// dropped, what the image's lacks is zero, arrays are cut to the shorter; unions whose members differ stay zero.
#ifndef RT_ADAPT_H
#define RT_ADAPT_H

#include "decode.h"

// A type as an image describes it.
struct image_field {
    char *name;
    uint32_t type, width;
};

struct image_type {
    enum hlckpt_kind kind;
    const char *name; // struct, union
    uint32_t bits;
    bool is_signed;
    uint32_t shape;
    uint64_t signature; // of a union with opaque parts
    const char *cells;  // of a union
    uint32_t element;   // of an array
    uint64_t count;
    struct image_field *fields;
    uint32_t field_count;
    uint64_t leaves, wire, references; // of one value
};

// Computes the last line of the above, parts first. False when the numbers are too large.
bool image_type_measure(const struct image_type *types, struct image_type *type);

// Can values of type `from` of the image be values of type `to` of this program?
bool adapt_possible(const struct image_type *types, uint32_t from, const struct type *to);

// `count` values of it, with the content of one object.
struct adaptation {
    const struct image_type *types;
    uint32_t from;
    const struct type *to;
    uint64_t count;
};
bool adapt_check(const struct adaptation *a, const struct content *c, const char *name, const struct resolver *r,
                 struct failure *f);
void adapt_fill(const struct adaptation *a, const struct content *c, unsigned char *memory, const struct resolver *r);

// Where a leaf of the image's object lies in this program's; false when it has no such leaf.
bool adapt_leaf(const struct adaptation *a, uint64_t leaf, uint64_t *offset, uint64_t *size);

#endif
