// Four constructs are rewritten before anything else looks at a function.
//
// Tail recursion becomes a loop. LLVM would do so later, but not with a call that carries an operand bundle. In
// front-end code all variables are memory:
//     int f(int n, int a) { ... return f(n - 1, a * n); }        n.addr = n - 1; a.addr = a * n; goto body;
// and, with an accumulator for an operation that is associative and commutative,
//     int f(int n) { if (n < 2) return n; return f(n - 1) + f(n - 2); }
//                                                                sum += f(n - 1); n.addr = n - 2; goto body; ... return
//                                                                sum + n;
//
// Dynamic allocas (VLA, alloca) become heap blocks on a list that hangs off the function's frame, so that an image
// holds them like any other object and a resumed frame has nothing to do for them:
//     stacksave -> mark = scope        alloca n -> hlckpt_scope_allocate(&scope, n)        stackrestore, return ->
//     hlckpt_scope_release(&scope, mark)
//
// The unnamed arguments of a variadic function are not to be had in its twin. A variable `...` that is read by each
// va_start stands for them: it is live, and the runtime puts captures off, for as long as a va_start is still to come.
//
// Local variables whose address is taken get a byte of padding: a pointer one past the end of one would be a pointer to
// the next.
#include <llvm-c/Target.h>

#include "pass.h"

// ---- tail recursion

// What a call's result goes through on its way to the return.
struct tail {
    LLVMValueRef combination; // result op other; or NULL
    LLVMValueRef other;
    VECTOR(LLVMValueRef) loads; // of variables, between the call and the combination
};

static bool is_lifetime_end(LLVMValueRef i)
{
    return is_intrinsic(i, "llvm.lifetime.end") || is_intrinsic(i, "llvm.dbg.");
}

static bool is_associative(LLVMOpcode op)
{
    return op == LLVMAdd || op == LLVMMul || op == LLVMAnd || op == LLVMOr || op == LLVMXor;
}

static bool follow_combination(LLVMValueRef i, LLVMValueRef value, struct tail *tail)
{
    LLVMValueRef left = LLVMGetOperand(i, 0), right = LLVMGetOperand(i, 1);
    if (tail->combination || (left == value) == (right == value) ||
        LLVMGetTypeKind(LLVMTypeOf(i)) != LLVMIntegerTypeKind)
        return false;
    tail->combination = i;
    tail->other = left == value ? right : left;
    return true;
}

// The value as the successor of `block` sees it.
static LLVMValueRef through_phi(LLVMValueRef value, LLVMBasicBlockRef block, LLVMBasicBlockRef successor)
{
    for (LLVMValueRef phi = LLVMGetFirstInstruction(successor); LLVMIsAPHINode(phi); phi = LLVMGetNextInstruction(phi))
        for (unsigned i = 0; i < LLVMCountIncoming(phi); i++)
            if (LLVMGetIncomingBlock(phi, i) == block && LLVMGetIncomingValue(phi, i) == value)
                return phi;
    return value;
}

static LLVMValueRef first_after_phis(LLVMBasicBlockRef block)
{
    LLVMValueRef i = LLVMGetFirstInstruction(block);
    while (LLVMIsAPHINode(i))
        i = LLVMGetNextInstruction(i);
    return i;
}

// True if nothing happens between a call and the return but that the result is passed on, combined at most once.
static bool returns_at_once(LLVMValueRef call, struct tail *tail)
{
    LLVMValueRef slot = NULL, value = call;
    unsigned blocks = 0;
    for (LLVMValueRef i = LLVMGetNextInstruction(call); i && blocks < 8;) {
        LLVMValueRef next = LLVMGetNextInstruction(i);
        LLVMOpcode op = LLVMGetInstructionOpcode(i);
        if (op == LLVMStore) {
            if (slot || LLVMGetOperand(i, 0) != value || !LLVMIsAAllocaInst(LLVMGetOperand(i, 1)))
                return false;
            slot = LLVMGetOperand(i, 1);
        } else if (op == LLVMLoad && slot && LLVMGetOperand(i, 0) == slot) {
            value = i;
        } else if (op == LLVMLoad && LLVMIsAAllocaInst(LLVMGetOperand(i, 0)) && blocks == 0) {
            vector_push(&tail->loads, i);
        } else if (is_associative(op)) {
            if (!follow_combination(i, value, tail))
                return false;
            value = i;
        } else if (op == LLVMBr && !LLVMIsConditional(i)) {
            LLVMBasicBlockRef successor = LLVMGetSuccessor(i, 0);
            value = through_phi(value, LLVMGetInstructionParent(i), successor);
            next = first_after_phis(successor);
            blocks++;
        } else if (op == LLVMRet) {
            return LLVMGetNumOperands(i) == 0 ? !tail->combination : LLVMGetOperand(i, 0) == value;
        } else if (op != LLVMCall || !is_lifetime_end(i)) {
            return false;
        }
        i = next;
    }
    return false;
}

// Also alloca(16): of a constant size, but with as many instances as it is reached.
static bool is_dynamic_alloca(LLVMValueRef i)
{
    if (!LLVMIsAAllocaInst(i))
        return false;
    LLVMValueRef count = LLVMGetOperand(i, 0);
    bool is_entry =
        LLVMGetInstructionParent(i) == LLVMGetEntryBasicBlock(LLVMGetBasicBlockParent(LLVMGetInstructionParent(i)));
    return !is_entry || !LLVMIsAConstantInt(count) || LLVMConstIntGetZExtValue(count) != 1;
}

// All memory of the function is scalar variables that nobody else can point to.
static bool is_private_scalar(LLVMValueRef alloca)
{
    for (LLVMUseRef use = LLVMGetFirstUse(alloca); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        bool is_access = LLVMIsALoadInst(user) || (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 1) == alloca &&
                                                   LLVMGetOperand(user, 0) != alloca);
        if (!is_access && !is_intrinsic(user, "llvm.lifetime.") && !is_intrinsic(user, "llvm.dbg."))
            return false;
    }
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMGetAllocatedType(alloca));
    return kind != LLVMStructTypeKind && kind != LLVMArrayTypeKind && !is_dynamic_alloca(alloca);
}

static bool has_only_private_scalars(LLVMValueRef function)
{
    FOR_EACH_BLOCK (block, function)
        FOR_EACH_INSTRUCTION (i, block)
            if (LLVMIsAAllocaInst(i) && !is_private_scalar(i))
                return false;
    return true;
}

static bool is_tail_call(struct module *m, struct function *f, LLVMValueRef call, struct tail *tail)
{
    LLVMValueRef callee = direct_callee(call);
    *tail = (struct tail){0};
    return callee && function_of(m, callee) && returns_at_once(call, tail) && extra_scalar_signature(f->value) &&
           extra_scalar_signature(callee) && has_only_private_scalars(f->value);
}

bool is_droppable_tail_call(struct module *m, struct function *f, LLVMValueRef call)
{
    struct tail tail;
    return is_tail_call(m, f, call, &tail) && !tail.combination && !tail.loads.count;
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
        if (LLVMGetInstructionParent(store) != LLVMGetEntryBasicBlock(function) ||
            !LLVMIsAAllocaInst(LLVMGetOperand(store, 1)))
            return false;
        slots[i] = LLVMGetOperand(store, 1);
    }
    FOR_EACH_INSTRUCTION (i, LLVMGetEntryBasicBlock(function))
        if (LLVMIsAStoreInst(i) && LLVMIsAArgument(LLVMGetOperand(i, 0)))
            *last_store = i;
    return *last_store != NULL;
}

struct tail_call {
    LLVMValueRef call;
    struct tail tail;
};

struct accumulator {
    LLVMValueRef memory; // NULL if no call needs one
    LLVMOpcode op;
};

static void jump_instead(struct module *m, struct tail_call *t, LLVMValueRef *slots, LLVMBasicBlockRef body,
                         struct accumulator a)
{
    LLVMBasicBlockRef rest = extra_split_before(t->call, "");
    LLVMValueRef jump = LLVMGetBasicBlockTerminator(LLVMGetPreviousBasicBlock(rest));
    LLVMPositionBuilderBefore(m->builder, jump);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(t->call));
    for (size_t i = 0; i < t->tail.loads.count; i++) {
        LLVMInstructionRemoveFromParent(t->tail.loads.items[i]);
        LLVMInsertIntoBuilder(m->builder, t->tail.loads.items[i]);
    }
    if (t->tail.combination) {
        LLVMValueRef sum = LLVMBuildLoad2(m->builder, LLVMTypeOf(t->tail.other), a.memory, "");
        LLVMBuildStore(m->builder, LLVMBuildBinOp(m->builder, a.op, sum, t->tail.other, ""), a.memory);
    }
    for (unsigned i = 0; i < LLVMGetNumArgOperands(t->call); i++)
        LLVMBuildStore(m->builder, LLVMGetOperand(t->call, i), slots[i]);
    LLVMInstructionSetDebugLoc(jump, LLVMInstructionGetDebugLoc(t->call));
    LLVMSetSuccessor(jump, 0, body);
}

static LLVMValueRef identity_of(LLVMOpcode op, LLVMTypeRef type)
{
    return op == LLVMMul ? LLVMConstInt(type, 1, false) : op == LLVMAnd ? LLVMConstAllOnes(type) : LLVMConstNull(type);
}

// Results that are returned are combined with what has been gathered; `body` begins behind the accumulator's
// initialisation.
static void gather(struct module *m, struct function *f, struct accumulator *a, LLVMBasicBlockRef body)
{
    LLVMTypeRef type = LLVMGetReturnType(LLVMGlobalGetValueType(f->value));
    LLVMPositionBuilderBefore(m->builder, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(f->value)));
    LLVMSetCurrentDebugLocation2(m->builder, NULL);
    a->memory = LLVMBuildAlloca(m->builder, type, "gathered");
    LLVMPositionBuilderBefore(m->builder, LLVMGetBasicBlockTerminator(LLVMGetPreviousBasicBlock(body)));
    LLVMBuildStore(m->builder, identity_of(a->op, type), a->memory);
    FOR_EACH_BLOCK (block, f->value) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(block);
        if (!LLVMIsAReturnInst(last))
            continue;
        LLVMPositionBuilderBefore(m->builder, last);
        LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(last));
        LLVMValueRef gathered = LLVMBuildLoad2(m->builder, type, a->memory, "");
        LLVMSetOperand(last, 0, LLVMBuildBinOp(m->builder, a->op, gathered, LLVMGetOperand(last, 0), ""));
    }
}

void normalise_tail_recursion(struct module *m, struct function *f)
{
    VECTOR(struct tail_call) calls = {0};
    struct accumulator accumulator = {0};
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block) {
            struct tail_call t = {.call = i};
            if (!LLVMIsACallInst(i) || direct_callee(i) != f->value || !is_tail_call(m, f, i, &t.tail))
                continue;
            LLVMOpcode op = t.tail.combination ? LLVMGetInstructionOpcode(t.tail.combination) : 0;
            if (op && accumulator.op && op != accumulator.op)
                continue;
            accumulator.op = op ? op : accumulator.op;
            vector_push(&calls, t);
        }
    LLVMValueRef last_store, *slots = calloc(LLVMCountParams(f->value) + 1, sizeof *slots);
    if (calls.count && find_parameter_slots(f->value, slots, &last_store)) {
        LLVMBasicBlockRef body = extra_split_before(LLVMGetNextInstruction(last_store), "body");
        if (accumulator.op)
            gather(m, f, &accumulator, body);
        for (size_t i = 0; i < calls.count; i++)
            jump_instead(m, &calls.items[i], slots, body, accumulator);
        extra_remove_unreachable(f->value);
    }
    free(calls.items);
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
    *vector_add(&f->stand_ins) = (struct stand_in){.address = f->scope, .name = "", .type = type_scope_list(&m->types)};
    return f->scope;
}

static void release(struct module *m, LLVMValueRef scope, LLVMValueRef mark, LLVMValueRef before)
{
    LLVMPositionBuilderBefore(m->builder, before);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(before));
    call_runtime(m, "hlckpt_scope_release", m->nothing, (LLVMValueRef[]){scope, mark}, 2);
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
    struct stand_in stand_in = {.name = "", .type = type_pointer_to(&m->types, type_of_source(&m->types, NULL))};
    for (size_t i = 0; i < count; i++)
        if (declares[i].address == old) {
            struct extra_variable variable = extra_describe_variable(declares[i].variable);
            stand_in = (struct stand_in){
                .name = variable.name, .line = variable.line, .type = type_of_elements(m, &declares[i])};
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
    LLVMValueRef size = LLVMBuildMul(m->builder, LLVMBuildZExtOrBitCast(m->builder, count, m->word, ""),
                                     LLVMConstInt(m->word, unit, false), "");
    LLVMValueRef alignment = LLVMConstInt(m->word, LLVMGetAlignment(alloca), false);
    LLVMValueRef block =
        call_runtime(m, "hlckpt_scope_allocate", m->pointer, (LLVMValueRef[]){scope, size, alignment}, 3);
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
                *vector_add(&f->stand_ins) =
                    (struct stand_in){.address = arguments, .name = "...", .type = type_va_list(&m->types)};
            }
            LLVMPositionBuilderBefore(m->builder, i);
            LLVMBuildLoad2(m->builder, m->pointer, arguments, "");
        }
}

// ---- memory

static void pad(struct module *m, LLVMValueRef alloca)
{
    LLVMTypeRef type = LLVMGetAllocatedType(alloca);
    LLVMTypeRef padded =
        LLVMStructTypeInContext(m->context, (LLVMTypeRef[]){type, LLVMInt8TypeInContext(m->context)}, 2, false);
    LLVMPositionBuilderBefore(m->builder, alloca);
    LLVMSetCurrentDebugLocation2(m->builder, NULL);
    LLVMValueRef memory = LLVMBuildAlloca(m->builder, padded, "");
    LLVMSetAlignment(memory, LLVMGetAlignment(alloca));
    LLVMReplaceAllUsesWith(alloca, memory);
    LLVMInstructionEraseFromParent(alloca);
}

void normalise_memory(struct module *m, struct function *f)
{
    struct extra_declare *declares;
    size_t count = extra_declares(f->value, &declares);
    VECTOR(LLVMValueRef) objects = {0};
    FOR_EACH_INSTRUCTION (i, LLVMGetEntryBasicBlock(f->value)) {
        bool is_named = false;
        for (size_t k = 0; k < count; k++)
            is_named |= declares[k].address == i;
        if (is_named && LLVMIsAAllocaInst(i) && !is_dynamic_alloca(i) && !is_private_scalar(i))
            vector_push(&objects, i);
    }
    for (size_t i = 0; i < objects.count; i++)
        pad(m, objects.items[i]);
    free(objects.items);
    free(declares);
}
