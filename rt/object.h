// The objects of a capture: found by following pointers from the roots, numbered in the order in which they are found,
// and typed by the pointers that reach them.
//
// O1  Numbers depend on the program's state alone, never on addresses: roots come in a fixed order (frames from the
//     outermost, thread by thread, globals by file and position, thread-locals, the runtime's own roots), and objects
//     are looked into in the order in which they were found.
// O2  All globals and variables are found, heap blocks and constants only if a pointer leads to them.
// O3  What an object is looked at as when its pointers are followed is what it is written as.
//
// The type of a heap block is not recorded anywhere: it is what the pointers to it say. The best suggestion wins: a
// type that contains the others, structs over scalars, the type whose size fits the block's. Blocks may be looked into
// before the best suggestion arrives; then the search is repeated with what is known by then, until nothing changes.
// Blocks that only void pointers reach are text, or the one struct of the program that they look like; otherwise they,
// and those that pointers of types that do not go together reach, are *opaque*: their words that point to known objects
// count as pointers.
#ifndef RT_OBJECT_H
#define RT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "extent.h"
#include "failure.h"
#include "place.h"
#include "state.h"

#define NUMBER_NONE UINT32_MAX
// Pointers in this range are numbers: nothing is mapped below 64 KiB, and MAP_FAILED and its like lie in the last page,
// below which a stack may end on 32-bit machines.
#define SMALL_LEAST (-4095)
#define SMALL_MOST  65535

struct object {
    const char *address, *memory; // here; where to read it
    uint64_t size;
    const struct type *type; // of its elements
    enum object_kind kind;
    bool is_opaque, is_empty; // empty: content is not captured
    uint32_t number;
    const struct place *place; // NULL for heap blocks
    // What pointers say of it, in the present round.
    const struct type *suggested, *misfit;
    uint64_t suggested_offset, misfit_offset;
    bool reached_by_void, reached_by_character, is_conflict;
    bool is_settled; // the runtime knows what it is: other pointers that lead here are stale
    bool is_known; // type and is_opaque come from an earlier round
};

struct objects {
    const struct program *program;
    const struct handle_hooks *hooks;
    struct places places;
    struct object *data;
    uint32_t count, room;
    uint32_t *order; // by number
    uint32_t number_count, order_room;
    bool no_memory;
};

// What a pointer's value is.
enum target_kind {
    TARGET_NULL,
    TARGET_INTEGER, // a small number, such as -1
    TARGET_HANDLE,  // of a resource
    TARGET_OBJECT,
    TARGET_NOWHERE, // freed, uninitialised, or of a library
};
struct target {
    enum target_kind kind;
    uint64_t handle;
    intptr_t integer;
    const struct object *object;
    uint64_t offset;
};
struct target objects_find(const struct objects *os, const void *pointer, const struct type *pointee);

// Finds everything. The places of variables are in `places` already. False when there is no memory.
struct roots {
    const struct stack *stacks;
    size_t stack_count;
    const struct root *roots;
    size_t root_count;
};
// Of a thread that has finished there is nothing left but its number.
static inline bool has_thread_locals(const struct stack *stacks, uint32_t thread)
{
    return thread == 0 || stacks[thread].count > 0;
}

bool objects_search(struct objects *os, const struct roots *roots);

// The object of the variable at `address`, or NULL when it has none in this frame. `variable` counts the point's
// variables.
const struct object *objects_variable(const struct objects *os, const char *address, uint32_t thread, uint32_t frame,
                                      uint32_t variable);

// The elements of a captured object; bytes when it is opaque.
void object_extent(const struct objects *os, const struct object *o, struct extent *e);

// Does a word of a union lie in this opaque part of it?
bool word_in_cell(const struct word *w, const struct run *run);

static inline const struct object *objects_at(const struct objects *os, uint32_t number)
{
    return &os->data[os->order[number]];
}

const struct type *root_pointee(const struct program *program, enum root_type type);

#endif
