// Calls of library functions that wait, or that make and end threads, go to the runtime, which then knows what each
// thread is doing (hlckpt/thread_calls.h). A function that waits becomes one that the pass knows nothing of, so that its
// calls are migration points. Where its address is taken it is replaced too: a call through a pointer is the same.
//
// What would go wrong silently is refused: cancelling a thread runs the landing pads of its frames.
#include <stdio.h>
#include <string.h>

#include "hlckpt/thread_calls.h"
#include "pass.h"

static const struct {
    const char *name, *parameters; // NULL: any
} REDIRECTED[] = {
#define BLOCKING(name, result, parameters) {#name, parameters},
#define KEPT(name)                         {#name, NULL},
    HLCKPT_BLOCKING_CALLS(BLOCKING) HLCKPT_KEPT_CALLS(KEPT)
#undef BLOCKING
#undef KEPT
};

static const char *const REFUSED[] = {"pthread_cancel", "__pthread_register_cancel"};

// How arguments and the result are passed (extensions, alignment) is said by attributes; and that it does not return.
// Promises about memory and unwinding are left behind: a capture happens in there.
static void copy_attributes(LLVMValueRef from, LLVMValueRef to)
{
    for (unsigned index = 0; index <= LLVMCountParams(from); index++) {
        unsigned count = LLVMGetAttributeCountAtIndex(from, index);
        LLVMAttributeRef *attributes = calloc(count + 1, sizeof(LLVMAttributeRef));
        LLVMGetAttributesAtIndex(from, index, attributes);
        for (unsigned i = 0; i < count; i++)
            LLVMAddAttributeAtIndex(to, index, attributes[i]);
        free(attributes);
    }
}

// A program may have a function of its own by the name of, say, `select`.
static bool has_parameters(LLVMValueRef function, const char *parameters)
{
    LLVMTypeRef type = LLVMGlobalGetValueType(function), types[8];
    if (LLVMCountParamTypes(type) != strlen(parameters) || LLVMIsFunctionVarArg(type))
        return false;
    LLVMGetParamTypes(type, types);
    for (size_t i = 0; parameters[i]; i++)
        if (LLVMGetTypeKind(types[i]) != (parameters[i] == 'p' ? LLVMPointerTypeKind : LLVMIntegerTypeKind))
            return false;
    return true;
}

static void redirect(struct module *m, const char *name, const char *parameters)
{
    char symbol[80];
    LLVMValueRef function = LLVMGetNamedFunction(m->ir, name);
    if (!function || !LLVMIsDeclaration(function) || (parameters && !has_parameters(function, parameters)))
        return;
    snprintf(symbol, sizeof symbol, HLCKPT_REDIRECTED "%s", name);
    LLVMValueRef target = LLVMGetNamedFunction(m->ir, symbol);
    if (!target) {
        target = LLVMAddFunction(m->ir, symbol, LLVMGlobalGetValueType(function));
        copy_attributes(function, target);
        if (has_attribute(function, LLVMAttributeFunctionIndex, "noreturn"))
            add_attribute(m, target, "noreturn", 0);
    }
    LLVMReplaceAllUsesWith(function, target);
    LLVMDeleteFunction(function);
}

static bool refuse_uses(struct module *m, const char *name)
{
    LLVMValueRef function = LLVMGetNamedFunction(m->ir, name);
    bool found = false;
    for (LLVMUseRef use = function ? LLVMGetFirstUse(function) : NULL; use; use = LLVMGetNextUse(use)) {
        char text[160];
        snprintf(text, sizeof text, "'%s': cancellation of threads and their cleanup handlers is not supported", name);
        if (LLVMIsACallInst(LLVMGetUser(use)))
            extra_error(LLVMGetUser(use), text);
        found = true;
    }
    return !found;
}

bool redirect_calls(struct module *m)
{
    bool right = true;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        right &= refuse_uses(m, REFUSED[i]);
    for (size_t i = 0; i < sizeof REDIRECTED / sizeof *REDIRECTED; i++)
        redirect(m, REDIRECTED[i].name, REDIRECTED[i].parameters);
    return right;
}
