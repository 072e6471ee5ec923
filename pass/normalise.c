// Three constructs are rewritten before anything else looks at a function.
//
// Tail recursion becomes a loop. LLVM would do so later, but not with a call that carries an operand bundle. In front-end code all variables are memory:
//     int f(int n, int a) { ... return f(n - 1, a * n); }        n.addr = n - 1; a.addr = a * n; goto body;
//
// Dynamic allocas (VLA, alloca) become heap blocks on a list that hangs off the function's frame, so that an image holds them like any other object and a resumed
// frame has nothing to do for them:
//     stacksave -> mark = scope        alloca n -> hlckpt_scope_allocate(&scope, n)        stackrestore, return -> hlckpt_scope_release(&scope, mark)
//
// The unnamed arguments of a variadic function are not to be had in its twin. A variable `...` that is read by each va_start stands for them: it is live, and the runtime puts captures
// off, for as long as a va_start is still to come.
#include <llvm-c/Target.h>

#include "pass.h"

// ---- tail recursion

// Skips what stands between a call and the return without doing anything: debug records, ends of lifetimes, branches, and the way of the result through the
// return slot. Returns true if `call` is the last thing its function does.
static bool is_lifetime_end(LLVMValueRef i)
{
    return is_intrinsic(i, "llvm.lifetime.end") || is_intrinsic(i, "llvm.dbg.");
}

static bool returns_at_once(LLVMValueRef call)
{
    LLVMValueRef slot = NULL, value = call;
    unsigned blocks = 0;
    for (LLVMValueRef i = LLVMGetNextInstruction(call); i && blocks < 8;) {
        LLVMValueRef next = LLVMGetNextInstruction(i);
        switch (LLVMGetInstructionOpcode(i)) {
        case LLVMStore:
            if (slot || LLVMGetOperand(i, 0) != call || !LLVMIsAAllocaInst(LLVMGetOperand(i, 1)))
                return false;
            slot = LLVMGetOperand(i, 1);
            break;
        case LLVMLoad:
            if (!slot || LLVMGetOperand(i, 0) != slot)
                return false;
            value = i;
            break;
        case LLVMBr:
            if (LLVMIsConditional(i))
                return false;
            next = LLVMGetFirstInstruction(LLVMGetSuccessor(i, 0));
            blocks++;
            break;
        case LLVMRet:
            return LLVMGetNumOperands(i) == 0 || (LLVMGetOperand(i, 0) == value && (value != call) == (slot != NULL));
        case LLVMCall:
            if (!is_lifetime_end(i))
                return false;
            break;
        default:
            return false;
        }
        i = next;
    }
    return false;
}

// All memory of the function is scalar variables that nobody else can point to.
static bool is_private_scalar(LLVMValueRef alloca)
{
    for (LLVMUseRef use = LLVMGetFirstUse(alloca); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        bool is_access = LLVMIsALoadInst(user) || (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 1) == alloca && LLVMGetOperand(user, 0) != alloca);
        if (!is_access && !is_intrinsic(user, "llvm.lifetime.") && !is_intrinsic(user, "llvm.dbg."))
            return false;
    }
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMGetAllocatedType(alloca));
    return kind != LLVMStructTypeKind && kind != LLVMArrayTypeKind && LLVMIsAConstantInt(LLVMGetOperand(alloca, 0));
}

static bool has_only_private_scalars(LLVMValueRef function)
{
    FOR_EACH_BLOCK (block, function)
        FOR_EACH_INSTRUCTION (i, block)
            if (LLVMIsAAllocaInst(i) && !is_private_scalar(i))
                return false;
    return true;
}

bool is_droppable_tail_call(struct module *m, struct function *f, LLVMValueRef call)
{
    LLVMValueRef callee = direct_callee(call);
    return callee && function_of(m, callee) && returns_at_once(call) && extra_scalar_signature(f->value) && extra_scalar_signature(callee) &&
           has_only_private_scalars(f->value);
}

// Where each parameter is stored on entry; false if one is stored nowhere or twice.
static bool find_parameter_slots(LLVMValueRef function, LLVMValueRef *slots, LLVMValueRef *last_store)
{
    *last_store = NULL;
    for (unsigned i = 0; i < LLVMCountParams(function); i++) {
        LLVMUseRef use = LLVMGetFirstUse(LLVMGetParam(function, i));
        if (!use || LLVMGetNextUse(use) || !LLVMIsAStoreInst(LLVMGetUser(use)))
            return false;
        LLVMValueRef store = LLVMGetUser(use);
        if (LLVMGetInstructionParent(store) != LLVMGetEntryBasicBlock(function) || !LLVMIsAAllocaInst(LLVMGetOperand(store, 1)))
            return false;
        slots[i] = LLVMGetOperand(store, 1);
    }
    FOR_EACH_INSTRUCTION (i, LLVMGetEntryBasicBlock(function))
        if (LLVMIsAStoreInst(i) && LLVMIsAArgument(LLVMGetOperand(i, 0)))
            *last_store = i;
    return *last_store != NULL;
}

static void jump_instead(struct module *m, LLVMValueRef call, LLVMValueRef *slots, LLVMBasicBlockRef body)
{
    LLVMBasicBlockRef rest = extra_split_before(call, "");
    LLVMValueRef jump = LLVMGetBasicBlockTerminator(LLVMGetPreviousBasicBlock(rest));
    LLVMPositionBuilderBefore(m->builder, jump);
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
        LLVMBuildStore(m->builder, LLVMGetOperand(call, i), slots[i]);
    LLVMInstructionSetDebugLoc(jump, LLVMInstructionGetDebugLoc(call));
    LLVMSetSuccessor(jump, 0, body);
}

void normalise_tail_recursion(struct module *m, struct function *f)
{
    VECTOR(LLVMValueRef) calls = {0};
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block)
            if (LLVMIsACallInst(i) && direct_callee(i) == f->value && is_droppable_tail_call(m, f, i))
                vector_push(&calls, i);
    LLVMValueRef last_store, *slots = calloc(LLVMCountParams(f->value) + 1, sizeof *slots);
    if (calls.count && find_parameter_slots(f->value, slots, &last_store)) {
        LLVMBasicBlockRef body = extra_split_before(LLVMGetNextInstruction(last_store), "body");
        for (size_t i = 0; i < calls.count; i++)
            jump_instead(m, calls.items[i], slots, body);
        extra_remove_unreachable(f->value);
    }
    free(slots);
}

// ---- dynamic allocas

static LLVMValueRef scope_of(struct module *m, struct function *f)
{
    if (f->scope)
        return f->scope;
    LLVMValueRef first = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(f->value));
    LLVMPositionBuilderBefore(m->builder, first);
    f->scope = LLVMBuildAlloca(m->builder, m->pointer, "scope");
    while (LLVMIsAAllocaInst(first))
        first = LLVMGetNextInstruction(first);
    LLVMPositionBuilderBefore(m->builder, first);
    LLVMBuildStore(m->builder, LLVMConstNull(m->pointer), f->scope);
    *vector_add(&f->stand_ins) = (struct stand_in){f->scope, "", 0, type_scope_list(&m->types)};
    return f->scope;
}

static void release(struct module *m, LLVMValueRef scope, LLVMValueRef mark, LLVMValueRef before)
{
    LLVMPositionBuilderBefore(m->builder, before);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(before));
    call_runtime(m, "hlckpt_scope_release", m->nothing, (LLVMValueRef[]){scope, mark}, 2);
}

static bool is_dynamic_alloca(LLVMValueRef i)
{
    return LLVMIsAAllocaInst(i) && !LLVMIsAConstantInt(LLVMGetOperand(i, 0));
}

static uint32_t type_of_elements(struct module *m, const struct extra_declare *declare)
{
    struct extra_variable variable = extra_describe_variable(declare->variable);
    return type_pointer_to(&m->types, type_of_source(&m->types, type_element_of_array(variable.type)));
}

// A dynamic alloca's address becomes a variable: a pointer to its elements.
static void name_block(struct module *m, struct function *f, LLVMValueRef old, LLVMValueRef block)
{
    struct extra_declare *declares;
    size_t count = extra_declares(f->value, &declares);
    struct stand_in stand_in = {NULL, "", 0, type_pointer_to(&m->types, type_of_source(&m->types, NULL))};
    for (size_t i = 0; i < count; i++)
        if (declares[i].address == old) {
            struct extra_variable variable = extra_describe_variable(declares[i].variable);
            stand_in = (struct stand_in){NULL, variable.name, variable.line, type_of_elements(m, &declares[i])};
        }
    free(declares);
    LLVMReplaceAllUsesWith(old, block);
    LLVMInstructionEraseFromParent(old);
    stand_in.address = extra_demote(block);
    if (stand_in.address)
        vector_push(&f->stand_ins, stand_in);
}

static void allocate_on_heap(struct module *m, struct function *f, LLVMValueRef alloca)
{
    LLVMValueRef scope = scope_of(m, f), count = LLVMGetOperand(alloca, 0);
    LLVMPositionBuilderBefore(m->builder, alloca);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(alloca));
    uint64_t unit = LLVMABISizeOfType(LLVMGetModuleDataLayout(m->ir), LLVMGetAllocatedType(alloca));
    LLVMValueRef size = LLVMBuildMul(m->builder, LLVMBuildZExtOrBitCast(m->builder, count, m->word, ""), LLVMConstInt(m->word, unit, false), "");
    LLVMValueRef alignment = LLVMConstInt(m->word, LLVMGetAlignment(alloca), false);
    LLVMValueRef block = call_runtime(m, "hlckpt_scope_allocate", m->pointer, (LLVMValueRef[]){scope, size, alignment}, 3);
    name_block(m, f, alloca, block);
}

static void mark_scope(struct module *m, struct function *f, LLVMValueRef save)
{
    LLVMValueRef scope = scope_of(m, f);
    LLVMPositionBuilderBefore(m->builder, save);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(save));
    LLVMValueRef mark = LLVMBuildLoad2(m->builder, m->pointer, scope, "");
    LLVMReplaceAllUsesWith(save, mark);
    LLVMInstructionEraseFromParent(save);
}

void normalise_dynamic_allocas(struct module *m, struct function *f)
{
    VECTOR(LLVMValueRef) allocas = {0}, saves = {0}, restores = {0}, returns = {0};
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block) {
            if (is_dynamic_alloca(i))
                vector_push(&allocas, i);
            else if (is_intrinsic(i, "llvm.stacksave"))
                vector_push(&saves, i);
            else if (is_intrinsic(i, "llvm.stackrestore"))
                vector_push(&restores, i);
            else if (LLVMIsAReturnInst(i))
                vector_push(&returns, i);
        }
    if (!allocas.count)
        return;
    for (size_t i = 0; i < saves.count; i++)
        mark_scope(m, f, saves.items[i]);
    for (size_t i = 0; i < allocas.count; i++)
        allocate_on_heap(m, f, allocas.items[i]);
    for (size_t i = 0; i < restores.count; i++) {
        release(m, f->scope, LLVMGetOperand(restores.items[i], 0), restores.items[i]);
        LLVMInstructionEraseFromParent(restores.items[i]);
    }
    for (size_t i = 0; i < returns.count; i++)
        release(m, f->scope, LLVMConstNull(m->pointer), returns.items[i]);
}

// ---- variadic functions

void normalise_variadic(struct module *m, struct function *f)
{
    LLVMValueRef arguments = NULL;
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block) {
            if (!is_intrinsic(i, "llvm.va_start"))
                continue;
            if (!arguments) {
                LLVMPositionBuilderBefore(m->builder, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(f->value)));
                LLVMSetCurrentDebugLocation2(m->builder, NULL);
                arguments = LLVMBuildAlloca(m->builder, m->pointer, "arguments");
                LLVMBuildStore(m->builder, LLVMConstNull(m->pointer), arguments);
                *vector_add(&f->stand_ins) = (struct stand_in){arguments, "...", 0, type_va_list(&m->types)};
            }
            LLVMPositionBuilderBefore(m->builder, i);
            LLVMBuildLoad2(m->builder, m->pointer, arguments, "");
        }
}
