// What the parts of the restorer share: an image's state while it is read, checked and filled in.
#ifndef RT_RESTORE_PARTS_H
#define RT_RESTORE_PARTS_H

#include "adapt.h"
#include "decode.h"
#include "names.h"
#include "object.h"
#include "roots.h"
#include "state.h"

#define POSITION_NONE     UINT32_MAX
#define RESTORE_NO_MEMORY "out of memory for the state of an image"

// A variable at a point, as the image has it.
struct image_variable {
    char *name;
    enum hlckpt_storage storage;
    uint32_t type;
};

struct image_point {
    char *function, *file;
    uint32_t number;
    const struct hlckpt_function *native;
    const struct module *module;
    const struct map_function *map;
    const struct map_point *point;
    uint32_t count;
    struct image_variable *variables;
    uint32_t *positions; // of each local variable among the image's; POSITION_NONE for a place without content
};

struct image_frame {
    uint32_t point;
    const msgpack_object *values;
};

struct image_thread {
    struct image_frame *image_frames;
    struct frame *frames;
    size_t count;
};

struct image_object {
    enum object_kind kind;
    bool is_adapted;           // its type is declared differently here
    bool is_missing, is_typed; // missing: this program has no such thing; an error only if a pointer leads there
    uint32_t a, b, c;          // thread, frame, variable; or module and index of a symbol, thread of a thread-local
    uint32_t image_type;
    const struct type *type;
    uint64_t count, tail, leaves;
    uint64_t alignment; // of a heap block; 0 if any will do
    struct content content;
    const msgpack_object *bytes; // of a literal
    char *address;
};

struct image_root {
    char *name;
    const msgpack_object *pointer;
};

struct state {
    const struct program *program;
    struct names names;
    struct image_type *types;
    uint32_t type_count;
    struct image_point *points;
    uint32_t point_count;
    struct image_thread *threads;
    uint32_t thread_count;
    struct image_object *objects;
    uint32_t object_count;
    struct image_root *roots;
    uint32_t root_count;
    struct resolver resolver;
    char *nowhere;
    const struct type *last_union; // the last one that was asked about
    bool is_last_same;
    uint32_t foreign_count; // places that only another kind of machine can restore
};

// The steps of state_read, in their order (restore-types.c, restore-frames.c, restore-objects.c, restore-check.c).
bool restore_types(struct state *s, const struct image *image, struct failure *f);
bool restore_frames(struct state *s, const struct image *image, struct failure *f);
bool restore_objects(struct state *s, const struct image *image, struct failure *f);
bool restore_check(struct state *s, struct failure *f);

// Resolver functions of the check.
bool restore_check_pointer(void *context, const struct pointer *p, const struct type *pointee, const char *where,
                           struct failure *f);
bool restore_is_same_union(void *context, const struct type *u);
void restore_note_foreign(void *context, const char *place, const char *why);

void *restore_allocate(struct reader *r, uint32_t count, size_t size); // zeroed; NULL is noted as a failure
uint32_t restore_index(struct reader *r, uint32_t count);              // an index into an array of `count` elements
const char *restore_describe_type(const struct state *s, uint32_t index, char *buffer, size_t size);

// Variable i of this program at a point, and its value in a frame: nil for a place without content.
const struct map_variable *restore_variable(const struct image_point *p, uint32_t i);
const msgpack_object *restore_value(const struct image_frame *frame, const struct image_point *p, uint32_t i);

const struct map_symbol *restore_symbol(const struct state *s,
                                        const struct image_object *o); // of a global or thread-local
bool restore_extent(const struct state *s, const struct image_object *o, struct extent *x);
struct adaptation restore_adaptation(const struct state *s, const struct image_object *o);

#endif
