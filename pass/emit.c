// Emits what a module hands to the runtime: its map in a section of its own, the tables of addresses beside it, a
// constructor that registers them, and a `main` that starts the runtime (include/hlckpt/abi.h).
//
// The tables stand in the module from step 1 on. That makes a static variable's address known outside, and so keeps
// LLVM from splitting it, from turning it into a local variable, and from holding it in a register across a poll, all
// of which would hide its value from a capture.
#include <string.h>

#include "pass.h"

// ---- what the tables hold

static bool is_program_global(LLVMValueRef global)
{
    const char *name = value_name(global);
    return LLVMGetInitializer(global) && strncmp(name, "llvm.", 5) != 0 && strncmp(name, "hlckpt.", 7) != 0 &&
           strncmp(name, "hlckpt_resource_", 16) != 0;
}

// String constants and the like have no name in the source: they are known by their content.
static bool is_literal(LLVMValueRef global)
{
    return LLVMIsGlobalConstant(global) && LLVMGetUnnamedAddress(global) == LLVMGlobalUnnamedAddr &&
           LLVMGetLinkage(global) == LLVMPrivateLinkage &&
           LLVMGetTypeKind(LLVMGlobalGetValueType(global)) == LLVMArrayTypeKind &&
           LLVMGetTypeKind(LLVMGetElementType(LLVMGlobalGetValueType(global))) == LLVMIntegerTypeKind;
}

static void collect_globals(struct module *m, struct entities *e)
{
    for (LLVMValueRef g = LLVMGetFirstGlobal(m->ir); g; g = LLVMGetNextGlobal(g)) {
        if (!is_program_global(g))
            continue;
        if (LLVMIsThreadLocal(g))
            vector_push(&e->thread_locals, g);
        else if (strncmp(value_name(g), "__const.", 8) == 0)
            continue; // initial values of local arrays: no pointer leads here
        else if (is_literal(g))
            vector_push(&e->literals, g);
        else
            vector_push(&e->globals, g);
    }
}

static void collect_callables(struct module *m, struct entities *e)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(m->ir); f; f = LLVMGetNextFunction(f))
        if (strncmp(value_name(f), "llvm.", 5) != 0 && strncmp(value_name(f), "hlckpt", 6) != 0 &&
            extra_address_taken(f))
            vector_push(&e->callables, f);
}

// ---- tables

static LLVMValueRef constant_global(struct module *m, LLVMValueRef value, const char *name)
{
    LLVMValueRef global = LLVMAddGlobal(m->ir, LLVMTypeOf(value), name);
    LLVMSetInitializer(global, value);
    LLVMSetLinkage(global, LLVMInternalLinkage);
    LLVMSetGlobalConstant(global, true);
    return global;
}

static LLVMValueRef table(struct module *m, LLVMValueRef *values, size_t count, const char *name)
{
    if (!count)
        return LLVMConstNull(m->pointer);
    return constant_global(m, LLVMConstArray2(m->pointer, values, count), name);
}

static LLVMValueRef emit_map(struct module *m, const struct entities *e, size_t *size)
{
    char *map = pack_map(m, e, size);
    LLVMValueRef bytes = LLVMConstStringInContext2(m->context, map, *size, true);
    LLVMValueRef global = constant_global(m, bytes, "hlckpt.map");
    LLVMSetSection(global, HLCKPT_MAP_SECTION);
    LLVMSetAlignment(global, 1);
    free(map);
    return global;
}

static LLVMValueRef emit_functions(struct module *m, LLVMValueRef module)
{
    VECTOR(LLVMValueRef) descriptors = {0};
    for (size_t i = 0; i < m->functions.count; i++) {
        struct function *f = &m->functions.items[i];
        if (!f->may_be_captured)
            continue;
        LLVMValueRef fields[] = {module, f->twin, constant_u32(m, (uint32_t)descriptors.count)};
        LLVMSetInitializer(f->descriptor, LLVMConstStructInContext(m->context, fields, 3, false));
        vector_push(&descriptors, f->descriptor);
    }
    return table(m, descriptors.items, descriptors.count, "hlckpt.functions");
}

static LLVMValueRef emit_labels(struct module *m, bool of_twins)
{
    VECTOR(LLVMValueRef) labels = {0};
    for (size_t i = 0; i < m->functions.count; i++) {
        struct function *f = &m->functions.items[i];
        for (size_t j = 0; j < f->labels.count; j++)
            vector_push(&labels, of_twins ? f->twin_labels.items[j] : f->labels.items[j]);
    }
    return table(m, labels.items, labels.count, of_twins ? "hlckpt.twin_labels" : "hlckpt.labels");
}

// The address of a thread-local variable is a matter of the calling thread: a function returns it.
static LLVMValueRef emit_accessor(struct module *m, LLVMValueRef variable)
{
    LLVMTypeRef type = LLVMFunctionType(m->pointer, NULL, 0, false);
    LLVMValueRef function = LLVMAddFunction(m->ir, "hlckpt.thread_local", type);
    LLVMSetLinkage(function, LLVMInternalLinkage);
    LLVMPositionBuilderAtEnd(m->builder, LLVMAppendBasicBlockInContext(m->context, function, ""));
    LLVMSetCurrentDebugLocation2(m->builder, NULL);
    unsigned id = LLVMLookupIntrinsicID("llvm.threadlocal.address", 24);
    LLVMValueRef address = LLVMGetIntrinsicDeclaration(m->ir, id, &m->pointer, 1);
    LLVMValueRef value = LLVMBuildCall2(m->builder, LLVMGlobalGetValueType(address), address, &variable, 1, "");
    LLVMBuildRet(m->builder, value);
    return function;
}

static LLVMValueRef emit_accessors(struct module *m, const struct entities *e)
{
    VECTOR(LLVMValueRef) accessors = {0};
    for (size_t i = 0; i < e->thread_locals.count; i++)
        vector_push(&accessors, emit_accessor(m, e->thread_locals.items[i]));
    return table(m, accessors.items, accessors.count, "hlckpt.thread_locals");
}

// The linker defines these where the section exists.
static LLVMValueRef section_limit(struct module *m, const char *name)
{
    LLVMValueRef symbol = LLVMGetNamedGlobal(m->ir, name);
    if (!symbol) {
        symbol = LLVMAddGlobal(m->ir, LLVMInt8TypeInContext(m->context), name);
        LLVMSetLinkage(symbol, LLVMExternalWeakLinkage);
        LLVMSetVisibility(symbol, LLVMHiddenVisibility);
    }
    return symbol;
}

// struct hlckpt_module of abi.h, field by field.
static void emit_descriptor(struct module *m, LLVMValueRef module, struct entities *e)
{
    size_t map_size;
    LLVMValueRef map = emit_map(m, e, &map_size);
    LLVMValueRef fields[] = {
        LLVMConstNull(m->pointer),
        constant_u32(m, HLCKPT_ABI),
        constant_u32(m, (uint32_t)map_size),
        map,
        emit_functions(m, module),
        table(m, e->globals.items, e->globals.count, "hlckpt.globals"),
        emit_accessors(m, e),
        table(m, e->callables.items, e->callables.count, "hlckpt.callables"),
        table(m, e->literals.items, e->literals.count, "hlckpt.literals"),
        emit_labels(m, false),
        emit_labels(m, true),
        section_limit(m, "__start_" HLCKPT_TEXT_SECTION),
        section_limit(m, "__stop_" HLCKPT_TEXT_SECTION),
        section_limit(m, "__start_" HLCKPT_TWIN_SECTION),
        section_limit(m, "__stop_" HLCKPT_TWIN_SECTION),
    };
    LLVMSetInitializer(module, LLVMConstStructInContext(m->context, fields, sizeof fields / sizeof *fields, false));
}

static LLVMValueRef declare_descriptor(struct module *m)
{
    LLVMTypeRef fields[15] = {m->pointer, m->i32, m->i32};
    for (unsigned i = 3; i < 15; i++)
        fields[i] = m->pointer;
    LLVMValueRef module = LLVMAddGlobal(m->ir, LLVMStructTypeInContext(m->context, fields, 15, false), "hlckpt.module");
    LLVMSetLinkage(module, LLVMInternalLinkage);
    return module;
}

static void emit_constructor(struct module *m, LLVMValueRef module)
{
    LLVMValueRef function = LLVMAddFunction(m->ir, "hlckpt.register", LLVMFunctionType(m->nothing, NULL, 0, false));
    LLVMSetLinkage(function, LLVMInternalLinkage);
    LLVMPositionBuilderAtEnd(m->builder, LLVMAppendBasicBlockInContext(m->context, function, ""));
    LLVMSetCurrentDebugLocation2(m->builder, NULL);
    call_runtime(m, "hlckpt_register", m->nothing, &module, 1);
    LLVMBuildRetVoid(m->builder);
    const int first_of_all = 1;
    extra_append_constructor(m->ir, function, first_of_all);
}

// ---- main

static void emit_main(struct module *m)
{
    LLVMValueRef program = LLVMGetNamedFunction(m->ir, "main");
    if (!program || LLVMIsDeclaration(program))
        return;
    struct function *f = function_of(m, program);
    LLVMSetValueName2(program, "main.hlckpt.program", 19);
    LLVMSetLinkage(program, LLVMInternalLinkage);
    LLVMTypeRef parameters[] = {m->i32, m->pointer, m->pointer};
    LLVMValueRef start = LLVMAddFunction(m->ir, "main", LLVMFunctionType(m->i32, parameters, 3, false));
    add_attribute(m, start, "uwtable", 1);
    LLVMPositionBuilderAtEnd(m->builder, LLVMAppendBasicBlockInContext(m->context, start, ""));
    LLVMSetCurrentDebugLocation2(m->builder, NULL);
    LLVMValueRef arguments[] = {LLVMGetParam(start, 0), LLVMGetParam(start, 1), LLVMGetParam(start, 2), program,
                                f->may_be_captured ? f->descriptor : LLVMConstNull(m->pointer)};
    LLVMTypeRef types[] = {m->i32, m->pointer, m->pointer, m->pointer, m->pointer};
    LLVMValueRef run = runtime_function(m, "hlckpt_run", m->i32, types, 5);
    LLVMBuildRet(m->builder, LLVMBuildCall2(m->builder, LLVMGlobalGetValueType(run), run, arguments, 5, ""));
}

void emit_module(struct module *m)
{
    struct entities e = {0};
    collect_globals(m, &e);
    collect_callables(m, &e);
    LLVMValueRef module = declare_descriptor(m);
    emit_main(m);
    emit_descriptor(m, module, &e);
    emit_constructor(m, module);
}
