// Small helpers over llvm-c that more than one file of the pass needs.
#include <stdio.h>
#include <string.h>

#include "pass.h"

void *vector_grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
    if (count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 8;
        items = realloc(items, *capacity * item_size);
        if (!items) {
            fputs("hlckpt: out of memory\n", stderr);
            abort();
        }
    }
    memset((char *)items + count * item_size, 0, item_size);
    return items;
}

const char *save_text(struct module *m, const char *text)
{
    return LLVMGetMDString(LLVMMDStringInContext(m->context, text, (unsigned)strlen(text)), &(unsigned){0});
}

const char *value_name(LLVMValueRef value)
{
    size_t length;
    return LLVMGetValueName2(value, &length);
}

LLVMValueRef constant_u32(struct module *m, uint32_t n)
{
    return LLVMConstInt(m->i32, n, false);
}

// Several ABIs want a 32-bit argument extended to a register by the caller. The runtime's are below 2^31, so that
// signed and unsigned are the same.
static void extend_arguments(struct module *m, LLVMValueRef function, LLVMTypeRef *parameters, unsigned count)
{
    LLVMAttributeRef extended = LLVMCreateEnumAttribute(m->context, LLVMGetEnumAttributeKindForName("signext", 7), 0);
    for (unsigned i = 0; i < count; i++)
        if (parameters[i] == m->i32)
            LLVMAddAttributeAtIndex(function, i + 1, extended);
}

LLVMValueRef runtime_function(struct module *m, const char *name, LLVMTypeRef result, LLVMTypeRef *parameters,
                              unsigned count)
{
    LLVMValueRef function = LLVMGetNamedFunction(m->ir, name);
    if (!function) {
        function = LLVMAddFunction(m->ir, name, LLVMFunctionType(result, parameters, count, false));
        extend_arguments(m, function, parameters, count);
    }
    return function;
}

LLVMValueRef call_runtime(struct module *m, const char *name, LLVMTypeRef result, LLVMValueRef *arguments,
                          unsigned count)
{
    LLVMTypeRef parameters[8];
    for (unsigned i = 0; i < count; i++)
        parameters[i] = LLVMTypeOf(arguments[i]);
    LLVMValueRef function = runtime_function(m, name, result, parameters, count);
    return LLVMBuildCall2(m->builder, LLVMGlobalGetValueType(function), function, arguments, count, "");
}

LLVMValueRef direct_callee(LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);
    return LLVMIsAFunction(callee);
}

bool is_intrinsic(LLVMValueRef instruction, const char *prefix)
{
    if (!LLVMIsACallInst(instruction))
        return false;
    LLVMValueRef callee = direct_callee(instruction);
    return callee && strncmp(value_name(callee), prefix, strlen(prefix)) == 0;
}

bool is_poll(LLVMValueRef instruction)
{
    return is_intrinsic(instruction, POLL_PLACEHOLDER);
}

static unsigned attribute_kind(const char *name)
{
    return LLVMGetEnumAttributeKindForName(name, strlen(name));
}

bool has_attribute(LLVMValueRef function, unsigned index, const char *name)
{
    return LLVMGetEnumAttributeAtIndex(function, index, attribute_kind(name)) != NULL;
}

bool call_has_attribute(LLVMValueRef call, unsigned index, const char *name)
{
    return LLVMGetCallSiteEnumAttribute(call, index, attribute_kind(name)) != NULL;
}

LLVMTypeRef attribute_type(LLVMValueRef function, unsigned index, const char *name)
{
    LLVMAttributeRef attribute = LLVMGetEnumAttributeAtIndex(function, index, attribute_kind(name));
    return attribute ? LLVMGetTypeAttributeValue(attribute) : NULL;
}

LLVMTypeRef call_attribute_type(LLVMValueRef call, unsigned index, const char *name)
{
    LLVMAttributeRef attribute = LLVMGetCallSiteEnumAttribute(call, index, attribute_kind(name));
    return attribute ? LLVMGetTypeAttributeValue(attribute) : NULL;
}

void remove_attribute(LLVMValueRef function, const char *name)
{
    LLVMRemoveEnumAttributeAtIndex(function, LLVMAttributeFunctionIndex, attribute_kind(name));
}

void add_attribute(struct module *m, LLVMValueRef function, const char *name, uint64_t value)
{
    LLVMAttributeRef attribute = LLVMCreateEnumAttribute(m->context, attribute_kind(name), value);
    LLVMAddAttributeAtIndex(function, LLVMAttributeFunctionIndex, attribute);
}
