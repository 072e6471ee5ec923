// Step 3, last in the pipeline: points become polls and landing pads.
//
//     call hlckpt.poll() ["deopt"(...)]       if (hlckpt_poll_requested) {                       cold
//                                                 if (hlckpt_poll()) {                           true in the process
//                                                 that captures
//                                                     slots = hlckpt_frame(f, p+n); slots[i] = value...;     for each
//                                                     frame of the bundle, innermost first
//                                                     _Unwind_Resume(hlckpt_unwind());
//                                                 }
//                                             }
//
//     r = call g(x) ["deopt"(...)]            r = invoke g(x) unwind to pad
//                                             pad: landingpad cleanup; slots = hlckpt_frame(...)...;
//                                             _Unwind_Resume(hlckpt_unwind())
//
// So a call costs nothing but that its live variables are kept. An invoke at the poll would keep floating values in
// memory: a plain call that preserves registers does not.
#include <string.h>

#include "pass.h"

struct lowering {
    struct module m;
    LLVMValueRef function;
    LLVMTypeRef pad_type;
    LLVMBasicBlockRef unwind;    // of the function, or NULL
    LLVMValueRef landing_values; // the memory for them, or NULL
};

// ---- saving frames

// One frame of a bundle: (function, point, count, values...).
struct abstract_frame {
    unsigned first; // operand of its function
    unsigned count; // values
};

static unsigned split_bundle(LLVMOperandBundleRef bundle, struct abstract_frame *frames, unsigned most)
{
    unsigned count = 0, total = LLVMGetNumOperandBundleArgs(bundle);
    for (unsigned i = 0; i < total && count < most; count++) {
        frames[count].first = i;
        frames[count].count = (unsigned)LLVMConstIntGetZExtValue(LLVMGetOperandBundleArgAtIndex(bundle, i + 2));
        i += 3 + frames[count].count;
    }
    return count;
}

static void save_frame(struct module *m, LLVMOperandBundleRef bundle, struct abstract_frame frame)
{
    uint64_t point = LLVMConstIntGetZExtValue(LLVMGetOperandBundleArgAtIndex(bundle, frame.first + 1));
    LLVMValueRef function = LLVMGetOperandBundleArgAtIndex(bundle, frame.first);
    LLVMValueRef what = constant_u32(m, (uint32_t)point + frame.count * HLCKPT_MOST_POINTS);
    LLVMValueRef slots = call_runtime(m, "hlckpt_frame", m->pointer, (LLVMValueRef[]){function, what}, 2);
    for (unsigned i = 0; i < frame.count; i++) {
        LLVMValueRef offset = LLVMConstInt(m->word, (uint64_t)i * HLCKPT_SLOT_SIZE, false);
        LLVMValueRef slot = LLVMBuildInBoundsGEP2(m->builder, LLVMInt8TypeInContext(m->context), slots, &offset, 1, "");
        LLVMValueRef value = LLVMGetOperandBundleArgAtIndex(bundle, frame.first + 3 + i);
        LLVMValueRef store = LLVMBuildStore(m->builder, value, slot);
        LLVMSetAlignment(store, HLCKPT_SLOT_SIZE);
    }
}

static void save_frames(struct module *m, LLVMOperandBundleRef bundle)
{
    unsigned most = LLVMGetNumOperandBundleArgs(bundle) / 3;
    struct abstract_frame *frames = calloc(most + 1, sizeof *frames);
    for (unsigned i = split_bundle(bundle, frames, most); i-- > 0;)
        save_frame(m, bundle, frames[i]);
    free(frames);
}

// ---- polls

static LLVMValueRef requested(struct module *m)
{
    LLVMValueRef flag = LLVMGetNamedGlobal(m->ir, "hlckpt_poll_requested");
    if (!flag) {
        flag = LLVMAddGlobal(m->ir, m->i32, "hlckpt_poll_requested");
        extra_set_local_in_program(flag);
    }
    LLVMValueRef value = LLVMBuildLoad2(m->builder, m->i32, flag, "requested");
    LLVMSetVolatile(value, true);
    return LLVMBuildICmp(m->builder, LLVMIntNE, value, constant_u32(m, 0), "");
}

static void mark_unlikely(struct module *m, LLVMValueRef branch)
{
    LLVMMetadataRef weights[] = {LLVMMDStringInContext2(m->context, "branch_weights", 14),
                                 LLVMValueAsMetadata(constant_u32(m, 1)),
                                 LLVMValueAsMetadata(constant_u32(m, 1 << 20))};
    LLVMSetMetadata(branch, LLVMGetMDKindIDInContext(m->context, "prof", 4),
                    LLVMMetadataAsValue(m->context, LLVMMDNodeInContext2(m->context, weights, 3)));
}

static LLVMValueRef branch_unlikely(struct module *m, LLVMValueRef condition, LLVMBasicBlockRef then,
                                    LLVMBasicBlockRef otherwise)
{
    LLVMValueRef branch = LLVMBuildCondBr(m->builder, condition, then, otherwise);
    mark_unlikely(m, branch);
    return branch;
}

static LLVMValueRef call_poll(struct module *m)
{
    LLVMTypeRef type = LLVMFunctionType(m->i1, NULL, 0, false);
    LLVMValueRef poll = LLVMGetNamedFunction(m->ir, "hlckpt_poll");
    if (!poll) {
        poll = LLVMAddFunction(m->ir, "hlckpt_poll", type);
        LLVMSetFunctionCallConv(poll, extra_poll_convention(m->ir));
        LLVMAddAttributeAtIndex(poll, LLVMAttributeReturnIndex,
                                LLVMCreateEnumAttribute(m->context, LLVMGetEnumAttributeKindForName("zeroext", 7), 0));
        add_attribute(m, poll, "cold", 0);
        add_attribute(m, poll, "nounwind", 0);
    }
    LLVMValueRef call = LLVMBuildCall2(m->builder, type, poll, NULL, 0, "");
    LLVMSetInstructionCallConv(call, extra_poll_convention(m->ir));
    return call;
}

// Where all cold paths of a function end.
static LLVMBasicBlockRef unwind_block(struct lowering *l)
{
    struct module *m = &l->m;
    if (l->unwind)
        return l->unwind;
    l->unwind = LLVMAppendBasicBlockInContext(m->context, l->function, "unwind");
    LLVMBuilderRef saved = m->builder;
    m->builder = LLVMCreateBuilderInContext(m->context);
    LLVMPositionBuilderAtEnd(m->builder, l->unwind);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMGetCurrentDebugLocation2(saved));
    LLVMValueRef exception = call_runtime(m, "hlckpt_unwind", m->pointer, NULL, 0);
    LLVMValueRef call = call_runtime(m, "_Unwind_Resume", m->nothing, &exception, 1);
    LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex,
                             LLVMCreateEnumAttribute(m->context, LLVMGetEnumAttributeKindForName("noreturn", 8), 0));
    LLVMBuildUnreachable(m->builder);
    LLVMDisposeBuilder(m->builder);
    m->builder = saved;
    return l->unwind;
}

static void lower_poll(struct lowering *l, LLVMValueRef poll)
{
    struct module *m = &l->m;
    LLVMOperandBundleRef bundle = LLVMGetOperandBundleAtIndex(poll, 0);
    LLVMMetadataRef location = LLVMInstructionGetDebugLoc(poll);
    LLVMBasicBlockRef before = LLVMGetInstructionParent(poll);
    LLVMBasicBlockRef after = extra_split_before(LLVMGetNextInstruction(poll), "");
    LLVMBasicBlockRef slow = LLVMAppendBasicBlockInContext(m->context, l->function, "poll");
    LLVMBasicBlockRef save = LLVMAppendBasicBlockInContext(m->context, l->function, "save");
    LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(before));
    LLVMSetCurrentDebugLocation2(m->builder, location);
    LLVMPositionBuilderAtEnd(m->builder, before);
    branch_unlikely(m, requested(m), slow, after);
    LLVMPositionBuilderAtEnd(m->builder, slow);
    branch_unlikely(m, call_poll(m), save, after);
    LLVMPositionBuilderAtEnd(m->builder, save);
    save_frames(m, bundle);
    LLVMBuildBr(m->builder, unwind_block(l));
    LLVMDisposeOperandBundle(bundle);
    LLVMInstructionEraseFromParent(poll);
}

// ---- calls

static void set_personality(struct lowering *l)
{
    if (LLVMHasPersonalityFn(l->function))
        return;
    LLVMValueRef personality = LLVMGetNamedFunction(l->m.ir, "__gcc_personality_v0");
    if (!personality)
        personality = LLVMAddFunction(l->m.ir, "__gcc_personality_v0", LLVMFunctionType(l->m.i32, NULL, 0, true));
    LLVMSetPersonalityFn(l->function, personality);
}

// Nothing is done with what a landing pad is given. In functions that are not optimised it is stored all the same: the
// fast register allocator (LLVM 19) takes the registers that it comes in for as good as filled, when they are not read,
// and leaves out the reload of a constant that GlobalISel shares between blocks: on AArch64 the number of a point.
static void use_landing_values(struct lowering *l, LLVMValueRef landing)
{
    if (!has_attribute(l->function, LLVMAttributeFunctionIndex, "optnone"))
        return;
    LLVMBuilderRef entry = LLVMCreateBuilderInContext(l->m.context);
    LLVMPositionBuilderBefore(entry, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(l->function)));
    if (!l->landing_values)
        l->landing_values = LLVMBuildAlloca(entry, l->pad_type, "");
    LLVMDisposeBuilder(entry);
    LLVMSetVolatile(LLVMBuildStore(l->m.builder, landing, l->landing_values), true);
}

static void lower_call(struct lowering *l, LLVMValueRef call)
{
    struct module *m = &l->m;
    LLVMOperandBundleRef bundle = LLVMGetOperandBundleAtIndex(call, 0);
    if (LLVMGetNumOperandBundleArgs(bundle) == 0) { // a tail call: its frame holds nothing
        LLVMDisposeOperandBundle(bundle);
        extra_drop_deopt(call);
        return;
    }
    set_personality(l);
    LLVMBasicBlockRef pad = LLVMAppendBasicBlockInContext(m->context, l->function, "pad");
    LLVMPositionBuilderAtEnd(m->builder, pad);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(call));
    LLVMValueRef landing = LLVMBuildLandingPad(m->builder, l->pad_type, NULL, 0, "");
    LLVMSetCleanup(landing, true);
    use_landing_values(l, landing);
    save_frames(m, bundle);
    LLVMBuildBr(m->builder, unwind_block(l));
    LLVMDisposeOperandBundle(bundle);
    extra_call_to_invoke(extra_drop_deopt(call), pad);
}

static bool has_deopt(LLVMValueRef i)
{
    return LLVMIsACallInst(i) && extra_has_deopt(i);
}

static void lower_function(struct lowering *l)
{
    VECTOR(LLVMValueRef) points = {0};
    l->unwind = NULL;
    l->landing_values = NULL;
    FOR_EACH_BLOCK (block, l->function)
        FOR_EACH_INSTRUCTION (i, block)
            if (has_deopt(i))
                vector_push(&points, i);
    for (size_t i = 0; i < points.count; i++) {
        if (is_poll(points.items[i]))
            lower_poll(l, points.items[i]);
        else
            lower_call(l, points.items[i]);
    }
    free(points.items);
}

void hlckpt_lower_points(LLVMModuleRef ir)
{
    LLVMContextRef context = LLVMGetModuleContext(ir);
    struct lowering l = {.m = {.ir = ir, .context = context, .builder = LLVMCreateBuilderInContext(context)}};
    l.m.pointer = LLVMPointerTypeInContext(context, 0);
    l.m.i32 = LLVMInt32TypeInContext(context);
    l.m.i1 = LLVMInt1TypeInContext(context);
    l.m.nothing = LLVMVoidTypeInContext(context);
    l.m.word = extra_word_type(ir);
    l.pad_type = LLVMStructTypeInContext(context, (LLVMTypeRef[]){l.m.pointer, l.m.i32}, 2, false);
    for (l.function = LLVMGetFirstFunction(ir); l.function; l.function = LLVMGetNextFunction(l.function))
        lower_function(&l);
    LLVMValueRef placeholder = LLVMGetNamedFunction(ir, POLL_PLACEHOLDER);
    if (placeholder && !LLVMGetFirstUse(placeholder))
        LLVMDeleteFunction(placeholder);
    LLVMDisposeBuilder(l.m.builder);
}
