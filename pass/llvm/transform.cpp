// Cloning, demotion and control-flow utilities.
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

#include "llvm_extra.h"

using namespace llvm;

// ---- calls

static LLVMValueRef replace_call(CallBase *old, CallBase *replacement)
{
    replacement->takeName(old);
    old->replaceAllUsesWith(replacement);
    old->eraseFromParent();
    return wrap(replacement);
}

LLVMValueRef extra_add_deopt(LLVMValueRef call, LLVMValueRef *values, size_t count)
{
    auto *old = unwrap<CallBase>(call);
    std::vector<Value *> inputs(count);
    std::transform(values, values + count, inputs.begin(), [](LLVMValueRef v) { return unwrap(v); });
    OperandBundleDef bundle("deopt", inputs);
    auto *added = CallBase::addOperandBundle(old, LLVMContext::OB_deopt, bundle, old->getIterator());
    added->copyMetadata(*old);
    return replace_call(old, added);
}

bool extra_has_deopt(LLVMValueRef call)
{
    return unwrap<CallBase>(call)->getOperandBundle(LLVMContext::OB_deopt).has_value();
}

LLVMValueRef extra_drop_deopt(LLVMValueRef call)
{
    if (!extra_has_deopt(call))
        return call;
    auto *old = unwrap<CallBase>(call);
    auto *plain = CallBase::removeOperandBundle(old, LLVMContext::OB_deopt, old->getIterator());
    plain->copyMetadata(*old);
    return replace_call(old, plain);
}

LLVMValueRef extra_call_to_invoke(LLVMValueRef call, LLVMBasicBlockRef unwind)
{
    auto *old = unwrap<CallInst>(call);
    BasicBlock *block = old->getParent();
    changeToInvokeAndSplitBasicBlock(old, unwrap(unwind));
    return wrap(block->getTerminator());
}

bool extra_is_library_function(LLVMValueRef function)
{
    auto *declared = unwrap<Function>(function);
    TargetLibraryInfoImpl library{Triple(declared->getParent()->getTargetTriple())};
    LibFunc known;
    return TargetLibraryInfo(library).getLibFunc(*declared, known);
}

bool extra_address_taken(LLVMValueRef value)
{
    if (auto *block = dyn_cast<BasicBlock>(unwrap(value)))
        return block->hasAddressTaken();
    return unwrap<Function>(value)->hasAddressTaken();
}

void extra_set_local_in_program(LLVMValueRef global)
{
    Module &module = *unwrap<GlobalValue>(global)->getParent();
    if (module.getPICLevel() == PICLevel::NotPIC || module.getPIELevel() != PIELevel::Default)
        unwrap<GlobalValue>(global)->setDSOLocal(true);
}

void extra_append_constructor(LLVMModuleRef module, LLVMValueRef function, int priority)
{
    appendToGlobalCtors(*unwrap(module), unwrap<Function>(function), priority);
}

// ---- values and blocks

LLVMValueRef extra_demote(LLVMValueRef value)
{
    auto *instruction = unwrap<Instruction>(value);
    if (instruction->use_empty())
        return nullptr;
    if (auto *phi = dyn_cast<PHINode>(instruction)) {
        // The phi becomes one load in its place, which lives across the same points: it is demoted in turn.
        AllocaInst *slot = DemotePHIToStack(phi);
        auto reload = find_if(slot->users(), [](User *user) { return isa<LoadInst>(user); });
        instruction = cast<Instruction>(*reload);
    }
    return wrap(DemoteRegToStack(*instruction));
}

LLVMBasicBlockRef extra_split_before(LLVMValueRef instruction, const char *name)
{
    auto *at = unwrap<Instruction>(instruction);
    return wrap(at->getParent()->splitBasicBlock(at->getIterator(), name));
}

LLVMBasicBlockRef extra_merge_latches(LLVMBasicBlockRef header, LLVMBasicBlockRef *latches, size_t count)
{
    SmallVector<BasicBlock *, 4> predecessors;
    for (size_t i = 0; i < count; i++)
        predecessors.push_back(unwrap(latches[i]));
    // The loop's metadata (vectorisation hints) stays on the branch that closes the loop.
    MDNode *hints = predecessors.back()->getTerminator()->getMetadata(LLVMContext::MD_loop);
    BasicBlock *latch =
        SplitBlockPredecessors(unwrap(header), predecessors, ".poll", static_cast<DominatorTree *>(nullptr));
    if (hints)
        latch->getTerminator()->setMetadata(LLVMContext::MD_loop, hints);
    for (BasicBlock *predecessor : predecessors)
        predecessor->getTerminator()->setMetadata(LLVMContext::MD_loop, nullptr);
    latch->moveAfter(predecessors.back());
    // Variables of a scope that some of the edges leave are out of scope here: take the innermost common scope.
    DILocation *location = predecessors[0]->getTerminator()->getDebugLoc();
    for (BasicBlock *predecessor : predecessors)
        location = DILocation::getMergedLocation(location, predecessor->getTerminator()->getDebugLoc());
    latch->getTerminator()->setDebugLoc(location);
    return wrap(latch);
}

void extra_remove_unreachable(LLVMValueRef function)
{
    removeUnreachableBlocks(*unwrap<Function>(function));
}

// ---- cloning

struct extra_clone {
    ValueToValueMapTy map;
    Function *function;
    SmallVector<Instruction *, 8> arguments;
};

// Labels stay those of the original: tables of label addresses hold them. The twin translates before it jumps.
static void keep_original_labels(Function &original, Function &clone, ValueToValueMapTy &map)
{
    for (BasicBlock &block : original) {
        if (!block.hasAddressTaken())
            continue;
        BlockAddress *label = BlockAddress::get(&original, &block);
        BlockAddress *cloned = BlockAddress::get(&clone, cast<BasicBlock>(map[&block]));
        cloned->replaceUsesWithIf(label, [&](Use &use) {
            auto *user = dyn_cast<Instruction>(use.getUser());
            return user && user->getFunction() == &clone;
        });
    }
}

extra_clone *extra_clone_function(LLVMValueRef reference, const char *name)
{
    auto *original = unwrap<Function>(reference);
    auto *clone = new extra_clone;
    auto *type = FunctionType::get(original->getReturnType(), false);
    clone->function = Function::Create(type, GlobalValue::InternalLinkage, name, original->getParent());
    // Stand-ins for the parameters, given a home in the new entry block once that exists.
    for (Argument &argument : original->args()) {
        auto *stand_in = new FreezeInst(PoisonValue::get(argument.getType()), "argument");
        clone->arguments.push_back(stand_in);
        clone->map[&argument] = stand_in;
    }
    SmallVector<ReturnInst *, 4> returns;
    CloneFunctionInto(clone->function, original, clone->map, CloneFunctionChangeType::LocalChangesOnly, returns);
    for (unsigned i = 0; i < clone->arguments.size(); i++)
        clone->arguments[i]->insertBefore(clone->function->getEntryBlock().getFirstNonPHIOrDbg());
    AttributeList attributes = original->getAttributes();
    clone->function->setAttributes(
        AttributeList::get(original->getContext(), attributes.getFnAttrs(), attributes.getRetAttrs(), {}));
    clone->function->setCallingConv(CallingConv::C);
    clone->function->setComdat(nullptr);
    keep_original_labels(*original, *clone->function, clone->map);
    return clone;
}

LLVMValueRef extra_clone_result(extra_clone *clone)
{
    return wrap(clone->function);
}

LLVMValueRef extra_clone_value(extra_clone *clone, LLVMValueRef original)
{
    Value *mapped = clone->map.lookup(unwrap(original));
    return wrap(mapped);
}

LLVMValueRef extra_clone_argument(extra_clone *clone, unsigned index)
{
    return wrap(clone->arguments[index]);
}

LLVMBasicBlockRef extra_clone_block(extra_clone *clone, LLVMBasicBlockRef original)
{
    return wrap(cast<BasicBlock>(clone->map.lookup(unwrap(original))));
}

void extra_clone_free(extra_clone *clone)
{
    delete clone;
}

// ---- entering loops in the middle

namespace
{

// One iteration of a loop, cloned: its back edges lead to the original header.
struct Peel {
    ValueToValueMapTy map;
    SmallVector<BasicBlock *, 16> blocks;
};

bool can_be_cloned(const Loop &loop)
{
    for (BasicBlock *block : loop.blocks())
        if (block->hasAddressTaken() || isa<IndirectBrInst>(block->getTerminator()) ||
            isa<CallBrInst>(block->getTerminator()))
            return false;
    return true;
}

// Values of the loop that are used behind it would have two definitions; front-end code has next to none of these.
void demote_values_used_outside(const Loop &loop)
{
    SmallVector<Instruction *, 8> escaping;
    for (BasicBlock *block : loop.blocks())
        for (Instruction &instruction : *block)
            if (any_of(instruction.users(), [&](User *user) { return !loop.contains(cast<Instruction>(user)); }))
                escaping.push_back(&instruction);
    for (Instruction *instruction : escaping) {
        if (auto *phi = dyn_cast<PHINode>(instruction))
            DemotePHIToStack(phi);
        else
            DemoteRegToStack(*instruction);
    }
}

void redirect_within(Peel &peel, const Loop &loop)
{
    BasicBlock *header = loop.getHeader();
    for (BasicBlock *block : peel.blocks)
        for (Instruction &instruction : *block)
            RemapInstruction(&instruction, peel.map, RF_NoModuleLevelChanges | RF_IgnoreMissingLocals);
    // Remapping led back edges to the cloned header; the loop goes on in the original.
    auto *cloned_header = cast<BasicBlock>(peel.map[header]);
    for (BasicBlock *block : peel.blocks)
        block->getTerminator()->replaceSuccessorWith(cloned_header, header);
}

void complete_phis(Peel &peel, const Loop &loop)
{
    for (BasicBlock *original : loop.blocks()) {
        auto *clone = cast<BasicBlock>(peel.map[original]);
        SmallPtrSet<BasicBlock *, 8> done;
        for (BasicBlock *successor : successors(clone)) {
            if (is_contained(peel.blocks, successor) || !done.insert(successor).second)
                continue;
            for (PHINode &phi : successor->phis()) {
                Value *value = phi.getIncomingValueForBlock(original);
                Value *mapped = peel.map.lookup(value);
                phi.addIncoming(mapped ? mapped : value, clone);
            }
        }
    }
    // The cloned header is entered from nowhere, and phis of cloned blocks lose the edges that stayed with the
    // originals.
    for (BasicBlock *block : peel.blocks) {
        SmallPtrSet<BasicBlock *, 8> predecessors_now(pred_begin(block), pred_end(block));
        for (PHINode &phi : make_early_inc_range(block->phis())) {
            for (int i = int(phi.getNumIncomingValues()) - 1; i >= 0; i--)
                if (!predecessors_now.count(phi.getIncomingBlock(i)))
                    phi.removeIncomingValue(i, false);
            if (phi.getNumIncomingValues() == 0) {
                phi.replaceAllUsesWith(PoisonValue::get(phi.getType()));
                phi.eraseFromParent();
            }
        }
    }
}

void peel_iteration(Peel &peel, const Loop &loop)
{
    for (BasicBlock *block : loop.blocks()) {
        BasicBlock *clone = CloneBasicBlock(block, peel.map, ".rest", block->getParent());
        peel.map[block] = clone;
        peel.blocks.push_back(clone);
    }
    redirect_within(peel, loop);
    complete_phis(peel, loop);
}

} // namespace

void extra_peel_entries(LLVMValueRef twin, LLVMBasicBlockRef *from, LLVMBasicBlockRef *to, size_t count)
{
    auto *function = unwrap<Function>(twin);
    DominatorTree dominators(*function);
    LoopInfo loops(dominators);
    DenseMap<Loop *, std::unique_ptr<Peel>> peels;
    for (size_t i = 0; i < count; i++) {
        BasicBlock *entry = unwrap(to[i]);
        Loop *loop = loops.getLoopFor(entry);
        if (!loop || entry == loop->getHeader())
            continue;
        auto *only = dyn_cast<BranchInst>(entry->getFirstNonPHIOrDbg());
        if (only && only->isUnconditional() && only->getSuccessor(0) == loop->getHeader() &&
            loop->getHeader()->phis().empty()) {
            unwrap(from[i])->getTerminator()->replaceSuccessorWith(entry, loop->getHeader());
            continue;
        }
        if (!peels.count(loop)) {
            peels[loop] = nullptr;
            if (can_be_cloned(*loop))
                peels[loop] = std::make_unique<Peel>();
            if (peels[loop]) {
                demote_values_used_outside(*loop);
                peel_iteration(*peels[loop], *loop);
            }
        }
        if (peels[loop])
            unwrap(from[i])->getTerminator()->replaceSuccessorWith(entry, cast<BasicBlock>(peels[loop]->map[entry]));
    }
}
