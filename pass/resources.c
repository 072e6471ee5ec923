// Calls of resource constructors are reported to the runtime after they return, with their arguments; calls of
// destructors before they run (include/hlckpt/resource.h).
//
// A resource is known by the name of its constructor: the program declares one with HLCKPT_RESOURCE, which defines the
// variable hlckpt_resource_<constructor> in this module; those of libc are described by variables of the same form in
// the runtime.
#include <stdio.h>
#include <string.h>

#include "hlckpt/resource.h"
#include "pass.h"

#define PREFIX "hlckpt_resource_"

#define QUOTED(name) #name,
static const char *const CONSTRUCTORS[] = {HLCKPT_BUILTIN_CONSTRUCTORS(QUOTED)};
static const char *const DESTRUCTORS[] = {HLCKPT_BUILTIN_DESTRUCTORS(QUOTED)};

static bool is_builtin(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

static LLVMValueRef runtime_descriptor(struct module *m, const char *name)
{
    char symbol[100];
    snprintf(symbol, sizeof symbol, PREFIX "%s", name);
    LLVMValueRef descriptor = LLVMGetNamedGlobal(m->ir, symbol);
    return descriptor ? descriptor : LLVMAddGlobal(m->ir, LLVMInt8TypeInContext(m->context), symbol);
}

static LLVMValueRef constructor_descriptor(struct module *m, LLVMValueRef callee)
{
    char symbol[200];
    snprintf(symbol, sizeof symbol, PREFIX "%s", value_name(callee));
    LLVMValueRef declared = LLVMGetNamedGlobal(m->ir, symbol);
    if (declared)
        return declared;
    bool known = LLVMIsDeclaration(callee) &&
                 is_builtin(value_name(callee), CONSTRUCTORS, sizeof CONSTRUCTORS / sizeof *CONSTRUCTORS);
    return known ? runtime_descriptor(m, value_name(callee)) : NULL;
}

// The descriptor's third field is the destructor's name: the program's declarations are found by it.
static LLVMValueRef declared_destructor(struct module *m, LLVMValueRef callee)
{
    for (LLVMValueRef g = LLVMGetFirstGlobal(m->ir); g; g = LLVMGetNextGlobal(g)) {
        LLVMValueRef value = strncmp(value_name(g), PREFIX, strlen(PREFIX)) == 0 ? LLVMGetInitializer(g) : NULL;
        if (value && LLVMIsAConstantStruct(value) && LLVMGetNumOperands(value) == 5 &&
            LLVMGetOperand(value, 4) == callee)
            return g;
    }
    return NULL;
}

static LLVMValueRef destructor_descriptor(struct module *m, LLVMValueRef callee)
{
    LLVMValueRef declared = declared_destructor(m, callee);
    if (declared)
        return declared;
    bool known = LLVMIsDeclaration(callee) &&
                 is_builtin(value_name(callee), DESTRUCTORS, sizeof DESTRUCTORS / sizeof *DESTRUCTORS);
    return known ? runtime_descriptor(m, value_name(callee)) : NULL;
}

static LLVMValueRef as_pointer(struct module *m, LLVMValueRef value)
{
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(value));
    if (kind != LLVMIntegerTypeKind)
        return value;
    LLVMValueRef wide = LLVMGetIntTypeWidth(LLVMTypeOf(value)) < LLVMGetIntTypeWidth(m->word)
                            ? LLVMBuildSExt(m->builder, value, m->word, "")
                            : value;
    return LLVMBuildIntToPtr(m->builder, wide, m->pointer, "");
}

static LLVMValueRef promoted(struct module *m, LLVMValueRef argument)
{
    LLVMTypeRef type = LLVMTypeOf(argument);
    if (LLVMGetTypeKind(type) == LLVMFloatTypeKind)
        return LLVMBuildFPExt(m->builder, argument, LLVMDoubleTypeInContext(m->context), "");
    if (LLVMGetTypeKind(type) == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(type) < 32)
        return LLVMBuildSExt(m->builder, argument, m->i32, "");
    return argument;
}

static void report_opened(struct module *m, LLVMValueRef call, LLVMValueRef descriptor)
{
    LLVMValueRef next = LLVMGetNextInstruction(call);
    LLVMPositionBuilderBefore(m->builder, next);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(call));
    VECTOR(LLVMValueRef) arguments = {0};
    vector_push(&arguments, descriptor);
    bool is_void = LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMVoidTypeKind;
    vector_push(&arguments, is_void ? LLVMConstNull(m->pointer) : as_pointer(m, call));
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
        vector_push(&arguments, promoted(m, LLVMGetOperand(call, i)));
    LLVMTypeRef type = LLVMFunctionType(m->nothing, (LLVMTypeRef[]){m->pointer, m->pointer}, 2, true);
    LLVMValueRef report = LLVMGetNamedFunction(m->ir, "hlckpt_resource_opened");
    if (!report)
        report = LLVMAddFunction(m->ir, "hlckpt_resource_opened", type);
    LLVMBuildCall2(m->builder, type, report, arguments.items, (unsigned)arguments.count, "");
    free(arguments.items);
}

static void report_closed(struct module *m, LLVMValueRef call, LLVMValueRef descriptor)
{
    LLVMPositionBuilderBefore(m->builder, call);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(call));
    call_runtime(m, "hlckpt_resource_closed", m->nothing,
                 (LLVMValueRef[]){descriptor, as_pointer(m, LLVMGetOperand(call, 0))}, 2);
}

static void report_call(struct module *m, LLVMValueRef call)
{
    LLVMValueRef callee = direct_callee(call);
    if (!callee || is_intrinsic(call, "llvm."))
        return;
    LLVMValueRef opened = constructor_descriptor(m, callee), closed = destructor_descriptor(m, callee);
    if (closed && LLVMGetNumArgOperands(call) > 0)
        report_closed(m, call, closed);
    if (opened)
        report_opened(m, call, opened);
}

void report_resources(struct module *m)
{
    for (size_t f = 0; f < m->functions.count; f++)
        FOR_EACH_BLOCK (block, m->functions.items[f].value)
            FOR_EACH_INSTRUCTION (i, block)
                if (LLVMIsACallInst(i))
                    report_call(m, i);
}
