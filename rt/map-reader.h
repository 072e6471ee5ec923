// A module's map (hlckpt/map.h) as C structures. The maps of the running program and those that hlckpt-inspect finds in
// an executable file go through the same parser, so nothing in a map is believed:
//
// M1  Every index is below the length of the array it points into.
// M2  A type contains itself only through a pointer.
#ifndef RT_MAP_READER_H
#define RT_MAP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "hlckpt/map.h"

struct map_field {
    const char *name;
    uint32_t type;
    uint32_t width;      // of a bit-field, else 0
    uint64_t bit_offset; // on this target
};

struct map_type {
    enum hlckpt_kind kind;
    bool is_signed;
    uint32_t bits;    // on the wire; of HLCKPT_SYNC: which
    const char *name; // struct, union, incomplete
    uint32_t element; // pointer, array
    uint64_t count;   // array
    uint32_t field_count;
    struct map_field *fields;
    uint64_t size; // bytes on this target
    enum hlckpt_float_format format;
};

struct map_variable {
    const char *name; // "" for a temporary
    enum hlckpt_storage storage;
    uint32_t type, line;
};

struct map_point {
    enum hlckpt_point_kind kind;
    uint32_t line, column;
    const char *callee; // "" if indirect, and for polls
    uint32_t count;
    uint32_t *variables; // indexes into the function's
    const char *result;  // how the call returns its result; "" at polls
};

struct map_function {
    const char *name;
    uint32_t line, result_type;
    uint32_t variable_count, point_count;
    struct map_variable *variables;
    struct map_point *points;
    const char *result; // how it returns its result
};

struct map_symbol { // a global, a thread-local, a callable
    const char *name;
    uint32_t type, line; // 0 for callables
    uint32_t flags;      // enum hlckpt_flags
};

struct map_label {
    uint32_t function, ordinal;
};

struct map {
    const char *file;
    uint32_t type_count, function_count, global_count, thread_local_count, callable_count, literal_count, label_count;
    struct map_type *types;
    struct map_function *functions;
    struct map_symbol *globals, *thread_locals, *callables;
    uint64_t *literals; // sizes
    struct map_label *labels;
};

// Parses the map at the start of `bytes`; its length goes to *used. NULL on failure. The map lives in the arena for
// good.
struct map *map_read(const void *bytes, size_t size, size_t *used, struct failure *f);

#endif
