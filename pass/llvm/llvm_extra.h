// What the pass needs of LLVM that llvm-c 19 does not offer: plugin entry and extension points (plugin.cpp),
// diagnostics and debug records (debug.cpp), cloning and control-flow utilities (transform.cpp), loop analyses
// (strip_mine.cpp). Everything else in the pass is C on llvm-c.
//
// Strings that are returned live as long as the LLVM context. No function here keeps state between calls.
#ifndef PASS_LLVM_EXTRA_H
#define PASS_LLVM_EXTRA_H

#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- steps 1 and 3, called by plugin.cpp at their extension points; step 2 is C++ throughout (strip_mine.cpp)

void hlckpt_insert_points(LLVMModuleRef module); // pipeline start
void hlckpt_lower_points(LLVMModuleRef module);  // last

// ---- diagnostics; `where` is an instruction or a function

void extra_error(LLVMValueRef where, const char *message);     // compilation fails
void extra_remark(LLVMValueRef function, const char *message); // shown by -Rpass=hlckpt
void extra_missed(LLVMValueRef function, const char *message); // shown by -Rpass-missed=hlckpt

// ---- debug information

struct extra_declare {        // a source variable and the memory that holds it
    LLVMMetadataRef variable; // DILocalVariable
    LLVMValueRef address;     // alloca, argument, or dynamic alloca
    bool indirect;            // the memory at `address` holds the variable's address
};
size_t extra_declares(LLVMValueRef function, struct extra_declare **out); // in source order; free(*out)

struct extra_variable {
    const char *name;
    unsigned line;
    unsigned argument; // from 1; 0 for a local variable
    bool artificial;
    LLVMMetadataRef type, scope;
};
struct extra_variable extra_describe_variable(LLVMMetadataRef local_variable);
bool extra_in_scope(LLVMMetadataRef scope,
                    LLVMValueRef instruction); // its location lies in the lexical scope, or it has none

enum extra_type_kind {
    EXTRA_NONE, // void, or unknown
    EXTRA_BASIC,
    EXTRA_TYPEDEF,
    EXTRA_QUALIFIER, // const, volatile, restrict, _Atomic
    EXTRA_POINTER,
    EXTRA_ARRAY,
    EXTRA_STRUCT,
    EXTRA_UNION,
    EXTRA_ENUM,
    EXTRA_SUBROUTINE,
    EXTRA_DECLARATION, // struct, union or enum known by name only
};
enum extra_encoding {
    EXTRA_BOOLEAN,
    EXTRA_SIGNED,
    EXTRA_UNSIGNED,
    EXTRA_CHAR,
    EXTRA_FLOATING,
    EXTRA_COMPLEX_FLOATING,
    EXTRA_OTHER
};
struct extra_type {
    enum extra_type_kind kind;
    enum extra_encoding encoding; // of a basic type
    const char *name;             // "" if none
    uint64_t bits;                // size
    LLVMMetadataRef base;         // of typedef, qualifier, pointer, array, enum
    size_t elements;              // members of a struct or union, dimensions of an array
};
struct extra_type extra_describe_type(LLVMMetadataRef type);

struct extra_member {
    const char *name;
    LLVMMetadataRef type;
    uint64_t bit_offset;
    uint32_t bit_width; // of a bit-field, else 0
};
struct extra_member extra_member(LLVMMetadataRef type, size_t index);
int64_t extra_dimension(LLVMMetadataRef array, size_t index); // -1: not a constant

LLVMMetadataRef extra_global_type(LLVMValueRef global, unsigned *line); // NULL without debug information
LLVMMetadataRef extra_result_type(LLVMValueRef function, bool *known);  // NULL and known: void
unsigned extra_function_line(LLVMValueRef function);
bool extra_has_subprogram(LLVMValueRef function);
LLVMMetadataRef extra_find_composite(LLVMModuleRef module, const char *tag, bool is_union);

// ---- transformations

LLVMValueRef extra_add_deopt(LLVMValueRef call, LLVMValueRef *values,
                             size_t count); // returns the new call; the old one is erased
LLVMValueRef extra_drop_deopt(LLVMValueRef call);
bool extra_has_deopt(LLVMValueRef call); // other bundles are the compiler's own, as those of llvm.assume
LLVMValueRef extra_demote(LLVMValueRef instruction_or_phi);                       // the alloca; NULL if it has no uses
LLVMBasicBlockRef extra_split_before(LLVMValueRef instruction, const char *name); // the new block begins with it
LLVMBasicBlockRef extra_merge_latches(LLVMBasicBlockRef header, LLVMBasicBlockRef *latches, size_t count);
LLVMValueRef extra_call_to_invoke(LLVMValueRef call, LLVMBasicBlockRef unwind);

// Clones a function without its parameters. Pointer arguments that the callers of this library name in `memory` are
// replaced by the given values later: until then the twin's uses of argument i refer to a placeholder,
// extra_clone_argument(clone, i).
struct extra_clone;
struct extra_clone *extra_clone_function(LLVMValueRef function, const char *name);
LLVMValueRef extra_clone_result(struct extra_clone *clone);                       // the new function
LLVMValueRef extra_clone_value(struct extra_clone *clone, LLVMValueRef original); // instruction -> its clone
LLVMValueRef extra_clone_argument(struct extra_clone *clone,
                                  unsigned index); // placeholder instruction in the entry block
LLVMBasicBlockRef extra_clone_block(struct extra_clone *clone, LLVMBasicBlockRef original);
void extra_clone_free(struct extra_clone *clone);

// Enters loops of `twin` in the middle without making them irreducible: for each entry (a branch from `from[i]` to
// `to[i]` in a loop), the rest of the current iteration is cloned up to the header of the innermost loop, and the
// branch leads into the clone. To be called while the entries are not yet reachable.
void extra_peel_entries(LLVMValueRef twin, LLVMBasicBlockRef *from, LLVMBasicBlockRef *to, size_t count);
void extra_remove_unreachable(LLVMValueRef function);

bool extra_is_library_function(LLVMValueRef function); // one that LLVM knows
LLVMTypeRef extra_word_type(LLVMModuleRef module);     // size_t
bool extra_address_taken(LLVMValueRef function_or_block);
// Result and parameters are void, pointers, or integers and floats of at most 64 bits on every target: passed in the
// same way everywhere.
bool extra_scalar_signature(LLVMValueRef function);
void extra_set_local_in_program(
    LLVMValueRef global); // defined in the same executable, unless this module may become part of a shared library
void extra_append_constructor(LLVMModuleRef module, LLVMValueRef function, int priority);

// The headers of loops that go round a few times only, whatever happens: a constant number, small for the nest in all.
// free(*headers)
size_t extra_short_loops(LLVMValueRef function, LLVMBasicBlockRef **headers);

// ---- what differs between targets (target.cpp)

unsigned extra_poll_convention(LLVMModuleRef module);    // calling convention of hlckpt_poll, see include/hlckpt/isa.h
unsigned extra_long_double_format(LLVMModuleRef module); // enum hlckpt_float_format

#ifdef __cplusplus
}
#endif

#endif
