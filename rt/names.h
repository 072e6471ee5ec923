// Functions, globals, thread-locals, callables and string constants of the program, found by what an image calls them.
#ifndef RT_NAMES_H
#define RT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type.h"

enum name_kind { NAME_FUNCTION, NAME_GLOBAL, NAME_THREAD_LOCAL, NAME_CALLABLE };

struct name {
    enum name_kind kind;
    const char *name, *file; // file "" for external linkage, except that of functions
    uint32_t module, index;
};

struct names {
    const struct program *program;
    struct name *names; // sorted
    size_t count;
    struct literal *literals; // sorted
    size_t literal_count;
};

bool names_of_program(struct names *names, const struct program *program);

// The one of that file; or, as a source file may go by another name elsewhere, the only one of that name. NULL if none.
const struct name *names_find(const struct names *names, enum name_kind kind, const char *name, const char *file);

// A string constant with this content, or NULL.
const void *names_literal(const struct names *names, const void *content, uint64_t size);

#endif
