// Types of the running program: how a value of each lies in memory here, and how it lies on the wire.
//
// A type is flattened into *leaves*: its scalars in the order of the source. Leaf numbers are the same on every target,
// offsets are not; so a pointer into an object is recorded as a leaf number. On the wire the leaves of an object follow
// each other without padding, little-endian, each as wide as its C type is on any target; pointers, and bytes whose
// meaning nobody knows, are kept apart as *references*.
//
// A type is compiled into *runs*: leaves of one kind at equal distances, or a nested type repeated. An array of scalars
// is one run, and one copy where the machine already has the wire's form.
//
// T1  Two types of the program are one `struct type` exactly if they are equal in structure and layout, whichever
//     modules they come from; a struct known by name alone in one module is that of the name in another.
// T2  Types of equal *shape* have equal leaves on the wire. Shape leaves out layouts, and what pointers point to.
// T3  A run's leaves lie at rising offsets, and so do runs.
//
// Unions: members are laid over each other. Where all members agree on a scalar, it is a leaf like any other; scalars
// of one size are an unsigned integer; characters beside a mutex are padding; the rest are opaque leaves, which only a
// machine with the same `signature` can read.
#ifndef RT_TYPE_H
#define RT_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "hlckpt/abi.h"
#include "map-reader.h"

enum run_kind {
    RUN_BYTES, // in wire form already, or to be byte-swapped: integers and floating values of equal width on both sides
    RUN_BOOL,  // one byte, 0 or 1
    RUN_INT,   // integers that are narrower here than on the wire
    RUN_LONG,  // floating values that are IEEE binary128 on the wire
    RUN_BITS,  // one bit-field
    RUN_POINTER, // reference
    RUN_OPAQUE,  // reference: a part of a union
    RUN_NESTED,  // `inner`, repeated
    RUN_SYNC,    // mutexes, threads...: see sync.h
};

struct type;

struct run {
    enum run_kind kind;
    bool is_signed, is_character; // character: a pointer to it may point to anything
    bool is_word;                 // RUN_BYTES: integers as wide as a pointer, see stale.h
    uint8_t format;               // RUN_LONG: enum hlckpt_float_format; RUN_SYNC: enum hlckpt_sync
    uint8_t width;                // RUN_BITS: bits
    uint8_t shift;                // RUN_BITS: bits of the byte at `offset` that come before it
    uint32_t wire;                // bytes of one leaf on the wire; 0 for references
    uint64_t native;              // bytes of one leaf here
    uint64_t offset;              // of the first leaf, bytes
    uint64_t count, stride;
    uint64_t first_leaf;      // leaves before this run in its type
    uint64_t cell;            // RUN_OPAQUE: where the part begins in its union, bytes
    const struct type *inner; // RUN_NESTED: what is repeated; RUN_POINTER: what is pointed to; RUN_OPAQUE: the union
};

struct field {
    const char *name;
    const struct type *type;
    uint64_t offset; // bits
    uint32_t width;  // of a bit-field, else 0
};

// A pointer somewhere in a union.
struct word {
    uint64_t offset;
    const struct type *pointee;
};

struct type {
    enum hlckpt_kind kind;
    bool is_signed;
    uint32_t bits;              // of HLCKPT_SYNC: which
    const char *name;           // struct, union: "" if it has none
    const struct type *element; // of an array, or what a pointer points to
    uint64_t element_count;
    uint32_t field_count, run_count;
    struct field *fields;
    struct run *runs;
    uint64_t size;               // bytes here
    uint64_t leaves;             // of one value
    uint64_t wire;               // bytes of its leaves on the wire
    uint64_t references;         // leaves among them that are references
    const struct type *flexible; // element type of the flexible array at the end, or NULL
    uint64_t flexible_offset;
    const char *cells;  // of a union: a letter and width for each leaf, "?" where opaque; else ""
    uint64_t signature; // of a union with opaque parts, else 0: equal only where it has the same layout
    struct word *words; // of a union with opaque parts
    uint32_t word_count;
    uint32_t shape;
    bool has_va_list, has_checks; // checks: not every value on the wire is one here, or means anything
    bool is_laid_out;
    const struct type *next_of_shape;
    bool is_listed; // among the types of its shape
};

struct module {
    const struct hlckpt_module *native; // NULL for the runtime's own types
    struct map *map;
    const struct type **types; // parallel to the map's
};

// Types that the runtime itself needs, whether or not the program has them.
enum own_type { OWN_CHAR, OWN_VOID, OWN_STRING, OWN_FUNCTION, OWN_FUNCTION_POINTER, OWN_VOID_POINTER, OWN_TYPES };

struct program {
    struct module *modules; // sorted by file
    size_t module_count;    // without the runtime's own
    const struct type *own[OWN_TYPES];
    const struct type **structs; // each once, sorted by size
    size_t struct_count;
};

// The program's modules and types, parsed when first asked for. NULL on failure.
const struct program *program_load(struct failure *f);

const struct module *program_module(const struct program *program, const struct hlckpt_module *native); // or NULL

// Forgets what was loaded (tests, and modules registered since).
void program_forget(void);

// Compiles one type whose parts are compiled, and computes what follows from its runs (layout.c).
bool layout_compile(struct type *type, const struct map_type *m, struct failure *f);
struct run layout_bit_field(const struct field *field);

// The number of the shape that a description has: two descriptions have one number exactly if they are equal.
struct shape_field {
    const char *name;
    uint32_t shape, width;
};
uint32_t shape_of_scalar(enum hlckpt_kind kind, bool is_signed, uint32_t bits);
uint32_t shape_of_array(uint32_t element, uint64_t count);
uint32_t shape_of_aggregate(enum hlckpt_kind kind, const char *name, const struct shape_field *fields, uint32_t count,
                            const char *cells);
#define SHAPE_NONE UINT32_MAX // out of memory
void shape_add_type(struct type *type);
void shape_forget(void);
const struct type *type_of_shape(uint32_t shape); // the first of a list through next_of_shape, or NULL

// Where a leaf lies in one value of `type`, and the leaf at or before an offset. `leaf` < leaves, `offset` < size.
struct leaf {
    uint64_t index, offset, size;
    const struct run *run;
};
struct leaf type_leaf(const struct type *type, uint64_t index);
struct leaf type_leaf_at(const struct type *type, uint64_t offset);

// Does a `part` begin, or end, `offset` bytes into a value of `type`? Integers of one size count as equal, and so do
// pointers.
bool type_begins(const struct type *type, uint64_t offset, const struct type *part);
bool type_ends(const struct type *type, uint64_t offset, const struct type *part);

// Without the arrays around it.
const struct type *type_strip(const struct type *type);

// "struct node", "int64", "pointer"...: for messages.
const char *type_describe(const struct type *type, char *buffer, size_t size);

// A name for what a machine needs to have in common with another to read the memory of an unknown structure.
const char *layout_class(void);

#endif
