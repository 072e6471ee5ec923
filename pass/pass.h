// The pass, file by file, in the order in which a module goes through it:
//
//     redirect.c            calls that wait, or make threads, go to the runtime               redirect_calls
//     points.c      step 1: which functions may be captured, polls, migration points          insert_points
//     normalise.c           tail recursion to loops, dynamic allocas to the heap
//     variables.c           the live variables of each point
//     types.c               source types as the map describes them
//     twin.c                the resume twin of a function
//     resources.c           calls of resource constructors are reported
//     map.c, emit.c         the module's map and tables; main
//     lower.c       step 3: polls and landing pads
//     known.c               library functions in which a program is never captured
//     libc.c                the names of those whose headers promise to throw nothing
//
// What llvm-c lacks is behind llvm/llvm_extra.h.
#ifndef PASS_H
#define PASS_H

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "hlckpt/abi.h"
#include "hlckpt/map.h"
#include "llvm/llvm_extra.h"
#include "vector.h"

// The placeholder of a poll between steps 1 and 3.
#define POLL_PLACEHOLDER "hlckpt.poll"
// The suffixes of the functions that step 1 makes.
#define TWIN_SUFFIX ".hlckpt.twin"

// ---- types (types.c)

struct field {
    const char *name;
    uint32_t type;
    uint32_t bit_width; // 0: not a bit-field
    uint64_t bit_offset;
};

struct type {
    enum hlckpt_kind kind;
    bool is_signed;
    uint32_t bits;    // on the wire
    uint32_t base;    // of pointer, array
    uint64_t count;   // of an array
    const char *name; // of struct, union, incomplete
    VECTOR(struct field) fields;
    uint64_t size; // on this target, bytes
    enum hlckpt_float_format format;
    LLVMMetadataRef source; // struct, union: its identity
};

struct known_type {
    LLVMMetadataRef source;
    uint32_t type;
};

struct types {
    LLVMModuleRef module;
    VECTOR(struct type) list;
    VECTOR(struct known_type) known;
};

uint32_t type_of_source(struct types *t, LLVMMetadataRef source); // from debug information; NULL is void
uint32_t type_of_value(struct types *t, LLVMTypeRef type);        // of a temporary, from its IR type
uint32_t type_pointer_to(struct types *t, uint32_t base);
uint32_t type_va_list(struct types *t);
uint32_t type_scope_list(struct types *t); // what heads a list of dynamic allocas
bool type_is_scalar(const struct types *t, uint32_t type);
LLVMMetadataRef type_element_of_array(LLVMMetadataRef source); // innermost, through typedefs

// ---- functions

struct variable {
    const char *name; // "" for a temporary
    uint32_t type;
    unsigned line;
    enum hlckpt_storage storage;
    LLVMValueRef address;          // alloca, or pointer argument
    LLVMTypeRef value;             // of a VALUE: what is loaded
    LLVMMetadataRef source, scope; // of a named variable: its type and lexical scope
    unsigned argument;             // from 1; 0: a local variable
    bool is_result;                // the memory in which the function returns its result
    bool is_va_list;               // live while it may still be used
    bool escapes;                  // a temporary whose address is stored: live for as long as it may have been written
};

struct point {
    enum hlckpt_point_kind kind;
    LLVMValueRef call;
    unsigned line, column;
    const char *callee;    // "" if indirect, and for polls
    VECTOR(uint32_t) live; // indexes of variables
};

// Memory whose name or type is not to be had from debug records any more: dynamic allocas that now are pointers to the
// heap, pointers in the middle of an expression.
struct stand_in {
    LLVMValueRef address;
    const char *name;
    unsigned line;
    uint32_t type;
    LLVMMetadataRef source; // or NULL
};

struct function {
    LLVMValueRef value;
    const char *name;
    bool may_be_captured;
    bool polls_before_calls; // it calls what may call it again
    const char *reason;
    LLVMBasicBlockRef *short_loops; // headers of loops that need no poll
    size_t short_loop_count;
    size_t component;        // strongly connected component in the module's call graph
    LLVMValueRef descriptor; // struct hlckpt_function
    LLVMValueRef twin;
    LLVMValueRef scope; // heads the list of dynamic allocas, or NULL
    VECTOR(struct variable) variables;
    VECTOR(struct point) points;
    VECTOR(struct stand_in) stand_ins;
    VECTOR(LLVMValueRef) labels, twin_labels;
};

struct module {
    LLVMModuleRef ir;
    LLVMContextRef context;
    LLVMBuilderRef builder;
    LLVMTypeRef pointer, i32, i1, nothing;
    LLVMTypeRef word; // size_t
    struct types types;
    VECTOR(struct function) functions; // those with a body
};

struct function *function_of(struct module *m, LLVMValueRef value); // NULL if it has no body

bool redirect_calls(struct module *m); // false: an error was reported

bool is_droppable_tail_call(struct module *m, struct function *f, LLVMValueRef call); // the frame need not be captured
void normalise_tail_recursion(struct module *m, struct function *f);
void normalise_memory(struct module *m, struct function *f);
void normalise_variadic(struct module *m, struct function *f);
void normalise_dynamic_allocas(struct module *m, struct function *f);

void collect_variables(struct module *m, struct function *f); // also demotes values that live across points
void compute_live_variables(struct module *m, struct function *f);

void add_bundle(struct module *m, struct function *f, struct point *p, LLVMValueRef *addresses); // p->call is replaced
LLVMValueRef *variable_addresses(struct function *f);

void build_twin(struct module *m, struct function *f); // before f's own points get their bundles
void report_resources(struct module *m);

bool is_known_library_function(LLVMValueRef function);
bool is_libc_name(const char *name);

void emit_module(struct module *m);

// What a map tells beside the functions; parallel to the tables of struct hlckpt_module.
struct entities {
    VECTOR(LLVMValueRef) globals, thread_locals, callables, literals;
};
char *pack_map(struct module *m, const struct entities *e, size_t *size); // free() it

// ---- small helpers (ir.c)

LLVMValueRef runtime_function(struct module *m, const char *name, LLVMTypeRef result, LLVMTypeRef *parameters,
                              unsigned count);
LLVMValueRef call_runtime(struct module *m, const char *name, LLVMTypeRef result, LLVMValueRef *arguments,
                          unsigned count);
LLVMValueRef constant_u32(struct module *m, uint32_t n);
bool is_intrinsic(LLVMValueRef call, const char *prefix);
LLVMValueRef direct_callee(LLVMValueRef call); // a function, or NULL
bool has_attribute(LLVMValueRef function, unsigned index, const char *name);
bool call_has_attribute(LLVMValueRef call, unsigned index, const char *name);
LLVMTypeRef call_attribute_type(LLVMValueRef call, unsigned index, const char *name);
LLVMTypeRef attribute_type(LLVMValueRef function, unsigned index, const char *name);
void remove_attribute(LLVMValueRef function, const char *name);
void add_attribute(struct module *m, LLVMValueRef function, const char *name, uint64_t value);
bool is_poll(LLVMValueRef instruction);
const char *value_name(LLVMValueRef value);
const char *save_text(struct module *m, const char *text); // kept as long as the context

// Every instruction of a function, safe against removal of the current one.
#define FOR_EACH_BLOCK(block, function)                                                                                \
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
#define FOR_EACH_INSTRUCTION(instruction, block)                                                                       \
    for (LLVMValueRef instruction = LLVMGetFirstInstruction(block), next_##instruction = NULL;                         \
         instruction && (next_##instruction = LLVMGetNextInstruction(instruction), 1);                                 \
         instruction = next_##instruction)

#endif
