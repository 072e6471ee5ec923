// The resume twin of a function: the same function without parameters, entered in the middle.
//
//     int sum.twin(void)
//     {
//         slots = hlckpt_resume_enter(&sum.function);
//         switch (the frame's point) {
//         case 0:                                             a call: weigh was active
//             hlckpt_resume_values(slots);                    addresses of objects are in their slots, values come out
//             of the others s = slots[0]; l = slots[1]; w = hlckpt_resume_callee()()  ["deopt"(...)];   the callee's
//             twin, which may be captured again like the callee goto behind the call;
//         case 1:                                             a poll: this is the innermost frame
//             ... hlckpt_resume_run();
//             goto behind the poll;
//         }
//         the body of sum, with the same points
//     }
//
// All variables are memory when the twin is made, so that there is nothing to repair but what lives across no point;
// LLVM promotes them afterwards, as in the function itself. A loop that is entered in the middle would lose its form,
// and with it most optimisations: extra_peel_entries clones the rest of the iteration instead.
//
// T1  Where the function gets memory from its caller (a struct passed by address, or returned in memory), the twin has
// memory of its own, or that of hlckpt_resume_get_result. T2  Labels as values are those of the function, in state and
// tables; the twin translates before an indirect branch.
#include <stdio.h>
#include <string.h>

#include "pass.h"

struct twin {
    struct module *m;
    struct function *f;
    struct extra_clone *clone;
    LLVMValueRef value;
    LLVMValueRef *addresses; // of variables, in the twin
    LLVMValueRef slots;
    LLVMBasicBlockRef dispatch;
    VECTOR(LLVMBasicBlockRef) entries, targets; // by point
};

// ---- memory

// Source variables passed by address have the size of their type; the clone's stand-in for the argument is replaced by
// memory of that size.
static LLVMValueRef own_memory(struct twin *t, uint32_t variable, unsigned argument)
{
    struct variable *v = &t->f->variables.items[variable];
    LLVMTypeRef type = attribute_type(t->f->value, argument + 1, "byval");
    if (!type) {
        uint64_t size = t->m->types.list.items[v->type].size;
        type = LLVMArrayType2(LLVMInt8TypeInContext(t->m->context), size ? size : 1);
    }
    LLVMValueRef memory = LLVMBuildAlloca(t->m->builder, type, v->name);
    LLVMSetAlignment(memory, 16);
    return memory;
}

static void replace_argument(struct twin *t, unsigned argument, LLVMValueRef memory)
{
    LLVMValueRef stand_in = extra_clone_argument(t->clone, argument);
    LLVMReplaceAllUsesWith(stand_in, memory);
    LLVMInstructionEraseFromParent(stand_in);
}

static unsigned argument_index(struct function *f, LLVMValueRef argument)
{
    for (unsigned i = 0; i < LLVMCountParams(f->value); i++)
        if (LLVMGetParam(f->value, i) == argument)
            return i;
    return 0;
}

static void position_at_entry(struct twin *t)
{
    LLVMPositionBuilderBefore(t->m->builder, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(t->value)));
    LLVMSetCurrentDebugLocation2(t->m->builder, NULL);
}

static void find_memory(struct twin *t)
{
    t->addresses = calloc(t->f->variables.count + 1, sizeof *t->addresses);
    for (uint32_t i = 0; i < t->f->variables.count; i++) {
        struct variable *v = &t->f->variables.items[i];
        if (!LLVMIsAArgument(v->address)) {
            t->addresses[i] = extra_clone_value(t->clone, v->address);
            continue;
        }
        unsigned argument = argument_index(t->f, v->address);
        position_at_entry(t);
        t->addresses[i] = v->is_result ? call_runtime(t->m, "hlckpt_resume_get_result", t->m->pointer, NULL, 0)
                                       : own_memory(t, i, argument);
        replace_argument(t, argument, t->addresses[i]);
    }
    // A result's memory is needed even where it is no variable.
    if (LLVMCountParams(t->f->value) && has_attribute(t->f->value, 1, "sret")) {
        bool listed = false;
        for (size_t i = 0; i < t->f->variables.count; i++)
            listed |= t->f->variables.items[i].is_result;
        position_at_entry(t);
        if (!listed)
            replace_argument(t, 0, call_runtime(t->m, "hlckpt_resume_get_result", t->m->pointer, NULL, 0));
    }
}

// A twin has no unnamed arguments: no point from which a va_start can be reached is ever captured, so that what cannot
// be translated is never reached.
static void drop_what_has_no_meaning(struct twin *t)
{
    FOR_EACH_BLOCK (block, t->value)
        FOR_EACH_INSTRUCTION (i, block) {
            if (is_intrinsic(i, "llvm.va_start")) {
                LLVMPositionBuilderBefore(t->m->builder, i);
                call_runtime(t->m, "llvm.trap", t->m->nothing, NULL, 0);
            }
            if (is_intrinsic(i, "llvm.va_start") || is_intrinsic(i, "llvm.lifetime."))
                LLVMInstructionEraseFromParent(i);
        }
}

// ---- entering at a point

static LLVMValueRef slot_address(struct twin *t, size_t index)
{
    LLVMValueRef offset = LLVMConstInt(t->m->word, index * HLCKPT_SLOT_SIZE, false);
    return LLVMBuildInBoundsGEP2(t->m->builder, LLVMInt8TypeInContext(t->m->context), t->slots, &offset, 1, "");
}

static void restore_variables(struct twin *t, const struct point *p)
{
    LLVMBuilderRef b = t->m->builder;
    for (size_t i = 0; i < p->live.count; i++)
        if (t->f->variables.items[p->live.items[i]].storage == HLCKPT_OBJECT)
            LLVMBuildStore(b, t->addresses[p->live.items[i]], slot_address(t, i));
    call_runtime(t->m, "hlckpt_resume_values", t->m->nothing, &t->slots, 1);
    for (size_t i = 0; i < p->live.count; i++) {
        struct variable *v = &t->f->variables.items[p->live.items[i]];
        if (v->storage == HLCKPT_VALUE)
            LLVMBuildStore(b, LLVMBuildLoad2(b, v->value, slot_address(t, i), ""), t->addresses[p->live.items[i]]);
    }
}

// The address computation of a call's result memory, done again at the entry: loads of demoted values and constant
// offsets only.
static LLVMValueRef compute_again(struct twin *t, LLVMValueRef address)
{
    if (LLVMIsAAllocaInst(address) || !LLVMIsAInstruction(address) ||
        LLVMGetInstructionParent(address) == LLVMGetEntryBasicBlock(t->value))
        if (!LLVMIsALoadInst(address) && !LLVMIsAGetElementPtrInst(address))
            return address;
    LLVMValueRef copy = LLVMInstructionClone(address);
    for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(address); i++) {
        LLVMValueRef operand = LLVMGetOperand(address, i);
        LLVMSetOperand(copy, i, LLVMIsAInstruction(operand) ? compute_again(t, operand) : operand);
    }
    LLVMInsertIntoBuilder(t->m->builder, copy);
    return copy;
}

static void copy_result_attributes(LLVMValueRef from, LLVMValueRef to)
{
    unsigned count = LLVMGetCallSiteAttributeCount(from, LLVMAttributeReturnIndex);
    LLVMAttributeRef *attributes = calloc(count + 1, sizeof *attributes);
    LLVMGetCallSiteAttributes(from, LLVMAttributeReturnIndex, attributes);
    for (unsigned i = 0; i < count; i++)
        LLVMAddCallSiteAttribute(to, LLVMAttributeReturnIndex, attributes[i]);
    free(attributes);
}

static LLVMValueRef call_callee_twin(struct twin *t, struct point *p, LLVMValueRef original)
{
    LLVMBuilderRef b = t->m->builder;
    LLVMValueRef callee = call_runtime(t->m, "hlckpt_resume_callee", t->m->pointer, NULL, 0);
    if (call_has_attribute(original, 1, "sret")) {
        LLVMValueRef memory = compute_again(t, LLVMGetOperand(original, 0));
        call_runtime(t->m, "hlckpt_resume_set_result", t->m->nothing, &memory, 1);
    }
    LLVMTypeRef type = LLVMFunctionType(LLVMTypeOf(original), NULL, 0, false);
    LLVMValueRef call = LLVMBuildCall2(b, type, callee, NULL, 0, "");
    copy_result_attributes(original, call);
    struct point resumed = *p;
    resumed.call = call;
    // add_bundle numbers a point by its place in the function's list.
    struct point saved = *p;
    *p = resumed;
    add_bundle(t->m, t->f, p, t->addresses);
    call = p->call;
    *p = saved;
    return call;
}

// Splits behind the point, and makes the block that leads there from the dispatch.
static void enter_at(struct twin *t, struct point *p)
{
    LLVMValueRef original = extra_clone_value(t->clone, p->call);
    LLVMValueRef next = LLVMGetNextInstruction(original), result_slot = NULL;
    if (p->kind == HLCKPT_CALL && LLVMGetTypeKind(LLVMTypeOf(original)) != LLVMVoidTypeKind &&
        LLVMGetFirstUse(original)) {
        result_slot = extra_demote(original);
        next = LLVMGetNextInstruction(LLVMGetNextInstruction(original)); // behind the store of the result
    }
    LLVMBasicBlockRef target = extra_split_before(next, "resumed");
    LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(t->m->context, t->value, "resume");
    LLVMPositionBuilderAtEnd(t->m->builder, entry);
    LLVMSetCurrentDebugLocation2(t->m->builder, LLVMInstructionGetDebugLoc(original));
    restore_variables(t, p);
    if (p->kind == HLCKPT_POLL)
        call_runtime(t->m, "hlckpt_resume_run", t->m->nothing, NULL, 0);
    else {
        LLVMValueRef call = call_callee_twin(t, p, original);
        LLVMPositionBuilderAtEnd(t->m->builder, entry);
        if (result_slot)
            LLVMBuildStore(t->m->builder, call, result_slot);
    }
    LLVMPositionBuilderAtEnd(t->m->builder, entry);
    LLVMBuildBr(t->m->builder, target);
    vector_push(&t->entries, entry);
    vector_push(&t->targets, target);
}

// ---- the dispatch

// All static allocas stand before the dispatch; what followed them in the old entry can no longer be reached.
static void gather_allocas(struct twin *t)
{
    LLVMValueRef before = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(t->value));
    LLVMPositionBuilderBefore(t->m->builder, before);
    FOR_EACH_INSTRUCTION (i, LLVMGetEntryBasicBlock(t->value))
        if (i != before && LLVMIsAAllocaInst(i)) {
            LLVMInstructionRemoveFromParent(i);
            LLVMInsertIntoBuilder(t->m->builder, i);
        }
}

static LLVMValueRef first_after_memory(struct twin *t)
{
    LLVMValueRef i = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(t->value));
    while (LLVMIsAAllocaInst(i) || LLVMGetInstructionOpcode(i) == LLVMFreeze ||
           is_intrinsic(i, "hlckpt_resume_get_result"))
        i = LLVMGetNextInstruction(i);
    return i;
}

static void open_dispatch(struct twin *t)
{
    gather_allocas(t);
    extra_split_before(first_after_memory(t), "start");
    t->dispatch = LLVMGetEntryBasicBlock(t->value);
    LLVMPositionBuilderBefore(t->m->builder, LLVMGetBasicBlockTerminator(t->dispatch));
    LLVMSetCurrentDebugLocation2(t->m->builder, NULL);
    t->slots = call_runtime(t->m, "hlckpt_resume_enter", t->m->pointer, &t->f->descriptor, 1);
}

static void close_dispatch(struct twin *t)
{
    LLVMBuilderRef b = t->m->builder;
    LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(t->dispatch));
    LLVMBasicBlockRef impossible = LLVMAppendBasicBlockInContext(t->m->context, t->value, "impossible");
    LLVMPositionBuilderAtEnd(b, impossible);
    LLVMSetCurrentDebugLocation2(b, NULL);
    LLVMBuildUnreachable(b);
    LLVMPositionBuilderAtEnd(b, t->dispatch);
    LLVMValueRef header = LLVMConstInt(t->m->word, (uint64_t)-HLCKPT_SLOT_SIZE, true);
    LLVMValueRef address = LLVMBuildGEP2(b, LLVMInt8TypeInContext(t->m->context), t->slots, &header, 1, "");
    LLVMValueRef point = LLVMBuildLoad2(b, t->m->i32, address, "point");
    LLVMValueRef dispatch = LLVMBuildSwitch(b, point, impossible, (unsigned)t->entries.count);
    for (size_t i = 0; i < t->entries.count; i++)
        LLVMAddCase(dispatch, constant_u32(t->m, (uint32_t)i), t->entries.items[i]);
}

// ---- labels

static void translate_labels(struct twin *t)
{
    FOR_EACH_BLOCK (block, t->value) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(block);
        if (!LLVMIsAIndirectBrInst(last))
            continue;
        LLVMPositionBuilderBefore(t->m->builder, last);
        LLVMSetCurrentDebugLocation2(t->m->builder, LLVMInstructionGetDebugLoc(last));
        LLVMValueRef label = LLVMGetOperand(last, 0);
        LLVMSetOperand(last, 0, call_runtime(t->m, "hlckpt_resume_label", t->m->pointer, &label, 1));
    }
}

static void list_labels(struct twin *t)
{
    FOR_EACH_BLOCK (block, t->f->value)
        if (extra_address_taken(LLVMBasicBlockAsValue(block))) {
            vector_push(&t->f->labels, LLVMBlockAddress(t->f->value, block));
            vector_push(&t->f->twin_labels, LLVMBlockAddress(t->value, extra_clone_block(t->clone, block)));
        }
}

// ---- the whole

static void set_twin_attributes(struct twin *t)
{
    add_attribute(t->m, t->value, "noinline", 0);
    LLVMRemoveEnumAttributeAtIndex(t->value, LLVMAttributeFunctionIndex,
                                   LLVMGetEnumAttributeKindForName("alwaysinline", 12));
    LLVMRemoveEnumAttributeAtIndex(t->value, LLVMAttributeFunctionIndex,
                                   LLVMGetEnumAttributeKindForName("inlinehint", 10));
    LLVMSetSection(t->value, HLCKPT_TWIN_SECTION);
    LLVMSetLinkage(t->value, LLVMInternalLinkage);
    LLVMSetVisibility(t->value, LLVMDefaultVisibility);
}

void build_twin(struct module *m, struct function *f)
{
    char name[300];
    snprintf(name, sizeof name, "%s" TWIN_SUFFIX, f->name);
    struct twin t = {.m = m, .f = f, .clone = extra_clone_function(f->value, name)};
    f->twin = t.value = extra_clone_result(t.clone);
    set_twin_attributes(&t);
    drop_what_has_no_meaning(&t);
    find_memory(&t);
    list_labels(&t);
    translate_labels(&t);
    open_dispatch(&t);
    for (size_t i = 0; i < f->points.count; i++)
        enter_at(&t, &f->points.items[i]);
    LLVMValueRef *points = calloc(f->points.count + 1, sizeof *points);
    for (size_t i = 0; i < f->points.count; i++)
        points[i] = extra_clone_value(t.clone, f->points.items[i].call);
    for (size_t i = 0; i < f->points.count; i++) {
        LLVMValueRef original = f->points.items[i].call;
        f->points.items[i].call = points[i];
        add_bundle(m, f, &f->points.items[i], t.addresses);
        f->points.items[i].call = original;
    }
    extra_peel_entries(t.value, t.entries.items, t.targets.items, t.entries.count);
    close_dispatch(&t);
    extra_remove_unreachable(t.value);
    extra_clone_free(t.clone);
    free(points);
    free(t.addresses);
    free(t.entries.items);
    free(t.targets.items);
}
