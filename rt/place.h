// Where the objects of a process lie that are not heap blocks: globals, thread-locals, string constants, variables in
// stack frames; and where its functions and labels are. Looked up by address, in a capture.
#ifndef RT_PLACE_H
#define RT_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type.h"

// Wire values: never renumbered.
enum object_kind {
    OBJECT_GLOBAL = 0,
    OBJECT_THREAD_LOCAL = 1,
    OBJECT_STACK = 2,
    OBJECT_HEAP = 3,
    OBJECT_LITERAL = 4,
    OBJECT_CALLABLE = 5,
    OBJECT_LABEL = 6,
};

struct place {
    const char *start, *end;
    const char *memory; // where to read what is at `start`: elsewhere for a copied stack
    enum object_kind kind;
    uint32_t module, index; // of a symbol; thread and frame of a variable
    uint32_t variable;      // position among the variables of the frame's point; thread of a thread-local
    uint32_t object;        // its number in the object table + 1, or 0
    const struct type *type;
    const char *furthest; // end of the longest place up to this one
};

struct places {
    struct place *data, *code; // sorted by start
    size_t data_count, code_count, data_room;
};

// All places but variables and thread-locals; then those of one thread. False when there is no memory.
bool places_of_program(struct places *places, const struct program *program);
bool places_add(struct places *places, struct place place); // a variable; before places_sort
bool places_of_thread(struct places *places, const struct program *program, uint32_t thread);
void places_sort(struct places *places);

// The place that contains `address`, where inner frames hide outer ones; or, failing that, the place that ends there.
// An address at the end of one place and the start of the next belongs to the one that has a `pointee` there.
struct place *places_find(const struct places *places, const char *address, const struct type *pointee);

// The place of exactly this symbol or variable, known to be at `address`; or NULL.
struct place *places_exact(const struct places *places, const char *address, enum object_kind kind, uint32_t module,
                           uint32_t index, uint32_t variable);

// Where a thread-local is in a thread, or NULL.
char *place_of_thread_local(const struct module *m, uint32_t index, uint32_t thread);

#endif
