// The state in an image as C structures: types, points, frames, objects; see rt/state.c for the sections. It is read
// without the program it belongs to, and nothing in it is believed.
#ifndef TOOLS_STATE_READ_H
#define TOOLS_STATE_READ_H

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#include "hlckpt/map.h"
#include "image.h"
#include "place.h"

#define TYPE_NONE UINT32_MAX

struct image_field {
    char *name;
    uint32_t type, width; // index; of a bit-field, else 0
};

// A type and what one value of it takes on the wire. Parts come before the whole, so types do not contain themselves.
struct image_type {
    enum hlckpt_kind kind;
    bool is_signed;
    uint32_t bits;    // of HLCKPT_SYNC: which
    uint32_t element; // array
    uint64_t count;
    char *name; // struct, union
    uint32_t field_count;
    struct image_field *fields;
    char *cells; // union: a letter for each leaf
    uint64_t leaves, wire, references;
    uint32_t flexible; // type of the elements of a flexible array at the end, or TYPE_NONE
    uint32_t depth;    // of parts in parts
};

struct image_variable {
    char *name;
    enum hlckpt_storage storage;
    uint32_t type;
};

struct image_point {
    char *function, *file;
    uint32_t number, line, column, count;
    struct image_variable *variables;
};

struct image_frame {
    const struct image_point *point;
    const msgpack_object *values; // point->count of them
};

struct image_thread {
    uint32_t count;
    struct image_frame *frames; // innermost first
};

struct image_object {
    enum object_kind kind;
    char *name, *file;                // symbols; function of a label
    uint32_t thread, frame, variable; // variables; thread of a thread-local
    uint32_t type;                    // TYPE_NONE: literals, functions, labels
    uint64_t count, tail, ordinal;
    const msgpack_object *data, *references; // literals: data alone
};

struct image_root {
    char *name;
    const msgpack_object *pointer;
};

struct image_state {
    uint32_t type_count, point_count, thread_count, object_count, root_count;
    struct image_type *types;
    struct image_point *points;
    struct image_thread *threads;
    struct image_object *objects;
    struct image_root *roots;
};

// NULL on failure. Lives as long as the image, whose bytes it points into, and is never freed.
struct image_state *read_image_state(const struct image *image, struct failure *f);

// An object's memory as up to three runs of values: see rt/extent.h.
struct image_extent {
    struct {
        uint32_t type;
        uint64_t count;
    } segments[3]; // the third are bytes, of TYPE_NONE
    uint64_t leaves, wire, references;
};
bool image_extent(const struct image_state *s, uint32_t type, uint64_t count, uint64_t tail, struct image_extent *out);
uint64_t image_union_cell(const char **cells, bool *is_reference); // bytes on the wire of the next cell; moves on

#endif
