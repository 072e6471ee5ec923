// The map: what a module tells about itself. Written by the pass (pass/map.c), read by the runtime and hlckpt-inspect
// (rt/map.c).
//
// A map is one MessagePack map with the keys below, in this order. All but the last group is the same on every target
// for the same source.
//
//   "version"        uint    HLCKPT_MAP_VERSION
//   "file"           str     the source file as it was named to the compiler
//   "types"          array   of [kind, ...], see enum hlckpt_kind; a type is named by its index
//   "functions"      array   of [name, line, result, variables, points]
//                              result     type of the result
//                              variables  array of [name, storage, type, line]; name "" is a temporary of an expression
//                              points     array of [kind, line, column, callee, indexes of its live variables]; callee
//                              "" if indirect, and for polls
//   "globals"        array   of [name, type, line, flags]; the name is the symbol's (static locals: function.name)
//   "thread_locals"  array   of [name, type, line, flags]
//   "callables"      array   of [name, flags]: functions whose address is taken, defined here or not
//   "literals"       array   of size in bytes: string constants; lengths differ where headers do (PRId64)
//   "labels"         array   of [function, ordinal]: labels whose address is taken
// of this target:
//   "layouts"        array   parallel to types, see enum hlckpt_kind
//   "results"        array   parallel to functions: [how the result is returned, [the same of the call at each point,
//   "" at polls]]: opaque strings,
//                            a frame may be entered by a call only if they are equal
#ifndef HLCKPT_MAP_H
#define HLCKPT_MAP_H

#define HLCKPT_MAP_VERSION 1

// clang-format off: one kind a line
// Wire values: never renumbered. "type" is an index, "bits" the width on the wire: the widest that the C type has on any target.
enum hlckpt_kind {
    //                      types                             layouts
    HLCKPT_VOID = 0,       // [0]                             [size 0]
    HLCKPT_BOOL = 1,       // [1]                             [size]
    HLCKPT_CHAR = 2,       // [2] plain char, one byte        [size]
    HLCKPT_INT = 3,        // [3, is signed, bits 8..128]     [size]          enums are integers too; long, size_t, intptr_t... have 64 bits
    HLCKPT_FLOAT = 4,      // [4, bits 16|32|64|128]          [size, format]  128 is long double; format: enum hlckpt_float_format
    HLCKPT_COMPLEX = 5,    // [5, bits of a part]             [size, format of a part]
    HLCKPT_POINTER = 6,    // [6, type]                       [size]
    HLCKPT_ARRAY = 7,      // [7, type, count]                [size]          count 0: flexible, or as many as the object holds
    HLCKPT_STRUCT = 8,     // [8, name, fields]               [size, [bit offset of each field]]  a field is [name, type, bit width or 0]
    HLCKPT_UNION = 9,      // [9, name, fields]               [size, [bit offset of each field]]
    HLCKPT_FUNCTION = 10,  // [10]                            [size 0]
    HLCKPT_INCOMPLETE = 11,// [11, name]                      [size 0]        a struct or union known by name alone
    HLCKPT_VA_LIST = 12,   // [12]                            [size]
    HLCKPT_SYNC = 13,      // [13, which]                     [size]          a mutex, a thread...: enum hlckpt_sync (sync.h)
};
// clang-format on
// Bit offsets of bit-fields count from the least significant bit of the first byte on little-endian targets, from the
// most significant on big-endian ones. Temporaries have the types [3, true, 64] (any integer up to 64 bits), [3, true,
// 128], [4, 128] (any floating value, layout by its own format), [6, void], or that of an aggregate.

enum hlckpt_float_format { // how a target stores a floating value
    HLCKPT_IEEE_HALF = 0,
    HLCKPT_IEEE_SINGLE = 1,
    HLCKPT_IEEE_DOUBLE = 2,
    HLCKPT_IEEE_QUAD = 3,
    HLCKPT_X87 = 4,           // 80 bits in 12 or 16 bytes
    HLCKPT_DOUBLE_DOUBLE = 5, // PowerPC
};

enum hlckpt_storage {
    HLCKPT_VALUE = 0,  // the slot holds the value
    HLCKPT_OBJECT = 1, // the slot holds the address of the variable's memory
};

enum hlckpt_point_kind {
    HLCKPT_POLL = 0,
    HLCKPT_CALL = 1,
};

enum hlckpt_flags {
    HLCKPT_STATIC = 1,   // internal linkage: the name is unique in its module only
    HLCKPT_CONSTANT = 2, // never written: a target of pointers, not content of an image
    HLCKPT_DEFINED = 4,  // callables: defined in this module
};

#endif
