// Step 2, before the vectoriser: a poll in a short loop that LLVM could vectorise costs far more than a load and a
// branch.
//
//     do { body; poll; i++; } while (i < n)
//
// becomes, with the number of iterations known on entry,
//
//     left = n - 1                                            further iterations
//     do {
//         chunk = min(left, CHUNK - 1)
//         do { body; i++; } while (c++ != chunk)              no poll: vectorised, its memory promoted to registers
//         poll                                                with the values at the end of the chunk
//         done = left == chunk; left -= chunk + 1
//     } while (!done)
//
// Loops of few iterations do without a poll at all: in step 1 where the source says so (extra_short_loops), before full
// unrolling where that turns out after inlining.
//
// Short loops whose number of iterations nobody knows are unrolled, with one poll for THIN iterations.
//
// Loops that call what is not in this module keep their polls: a library call may take any time.
//
// S1  Between two polls there are at most CHUNK iterations of a short body, or SHORT_TRIPS of anything without a call
// that polls. S2  The poll is reached with the values that it had in the original loop: only iterations without a poll
// come in between.
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/MemorySSA.h"
#include "llvm/Analysis/MemorySSAUpdater.h"
#include "llvm/Analysis/OptimizationRemarkEmitter.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"
#include "llvm/Transforms/Utils/UnrollLoop.h"

#include "llvm_extra.h"
#include "strip_mine.h"

using namespace llvm;

namespace
{

constexpr unsigned CHUNK = 1024;     // iterations
constexpr unsigned SHORT_BODY = 200; // instructions
constexpr unsigned TINY_BODY = 14;   // instructions
constexpr unsigned THIN = 4;         // iterations
constexpr unsigned SHORT_TRIPS = 64; // iterations, of a nest in all: times SHORT_TRIPS

bool is_poll(const Instruction &instruction)
{
    auto *call = dyn_cast<CallBase>(&instruction);
    return call && call->getCalledFunction() && call->getCalledFunction()->getName() == "hlckpt.poll";
}

// Code that is not here may take any time: a poll stays with it.
bool calls_elsewhere(const Loop &loop)
{
    for (BasicBlock *block : loop.blocks())
        for (Instruction &instruction : *block) {
            auto *call = dyn_cast<CallBase>(&instruction);
            if (!call || is_poll(*call) || isa<IntrinsicInst>(call) || call->isInlineAsm())
                continue;
            if (!call->getCalledFunction() || call->getCalledFunction()->isDeclaration())
                return true;
        }
    return false;
}

// The loop's only point, a poll that every iteration reaches; or null.
CallInst *only_poll(const Loop &loop, const DominatorTree &dominators, unsigned most)
{
    CallInst *poll = nullptr;
    unsigned size = 0;
    if (calls_elsewhere(loop))
        return nullptr;
    for (BasicBlock *block : loop.blocks())
        for (Instruction &instruction : *block) {
            auto *call = dyn_cast<CallBase>(&instruction);
            if (++size > most || (call && !is_poll(*call) && call->getOperandBundle(LLVMContext::OB_deopt)))
                return nullptr;
            if (!call || !is_poll(*call))
                continue;
            if (poll)
                return nullptr;
            poll = cast<CallInst>(call);
        }
    return poll && dominators.dominates(poll->getParent(), loop.getLoopLatch()) ? poll : nullptr;
}

struct Candidate {
    Loop *loop;
    BasicBlock *preheader, *header, *latch, *exit;
    CallInst *poll;
    const SCEV *further; // iterations after the first
};

bool is_candidate(Loop &loop, DominatorTree &dominators, ScalarEvolution &scev, Candidate &candidate)
{
    candidate = {&loop,  loop.getLoopPreheader(), loop.getHeader(), loop.getLoopLatch(), loop.getExitBlock(), nullptr,
                 nullptr};
    if (!loop.isInnermost() || !candidate.preheader || !candidate.latch || !candidate.exit ||
        loop.getExitingBlock() != candidate.latch)
        return false;
    auto *branch = dyn_cast<BranchInst>(candidate.latch->getTerminator());
    candidate.poll = only_poll(loop, dominators, SHORT_BODY);
    if (!candidate.poll || !branch || !branch->isConditional())
        return false;
    candidate.further = scev.getBackedgeTakenCount(&loop);
    return !isa<SCEVCouldNotCompute>(candidate.further) && candidate.further->getType()->isIntegerTy();
}

// Computations that only the poll needs leave the loop with it.
void sink_operands(CallInst *poll, const Loop &loop, Instruction *before)
{
    for (Use &use : poll->operands()) {
        auto *operand = dyn_cast<Instruction>(use.get());
        bool is_pure =
            operand && (isa<CastInst>(operand) || isa<BinaryOperator>(operand) || isa<GetElementPtrInst>(operand));
        if (is_pure && operand->hasOneUse() && loop.contains(operand))
            operand->moveBefore(before);
    }
}

// A value of the loop as it is behind it.
Value *value_outside(Value *value, Candidate &c, BasicBlock *outer_latch)
{
    auto *instruction = dyn_cast<Instruction>(value);
    if (!instruction || !c.loop->contains(instruction))
        return value;
    for (PHINode &phi : outer_latch->phis())
        if (phi.getIncomingValue(0) == value)
            return &phi;
    auto *phi = PHINode::Create(value->getType(), 1, value->getName() + ".chunk", outer_latch->begin());
    phi->addIncoming(value, c.latch);
    return phi;
}

// Everything but the loop itself that used its values: the poll, and what follows the loop.
void rewrite_uses_outside(Candidate &c, BasicBlock *outer_latch)
{
    SmallVector<Use *, 16> outside;
    for (BasicBlock *block : c.loop->blocks())
        for (Instruction &instruction : *block)
            for (Use &use : instruction.uses()) {
                auto *user = cast<Instruction>(use.getUser());
                bool is_own_phi = user->getParent() == outer_latch && isa<PHINode>(user);
                if (!c.loop->contains(user) && !is_own_phi)
                    outside.push_back(&use);
            }
    for (Use *use : outside)
        use->set(value_outside(use->get(), c, outer_latch));
}

void strip_mine(Candidate &c, ScalarEvolution &scev)
{
    Module &module = *c.header->getModule();
    SCEVExpander expander(scev, module.getDataLayout(), "chunk");
    Type *type = c.further->getType();
    Value *further = expander.expandCodeFor(c.further, type, c.preheader->getTerminator());
    auto *branch = cast<BranchInst>(c.latch->getTerminator());
    DebugLoc location = c.poll->getDebugLoc();

    // preheader -> outer_header -> header ... latch -> outer_latch -> outer_header or exit
    BasicBlock *outer_header = SplitEdge(c.preheader, c.header);
    BasicBlock *outer_latch = SplitEdge(c.latch, c.exit);
    outer_header->setName("chunk.header");
    outer_latch->setName("chunk.latch");

    IRBuilder<> builder(outer_header->getTerminator());
    builder.SetCurrentDebugLocation(location);
    auto *left = PHINode::Create(type, 2, "left", outer_header->begin());
    Value *limit = ConstantInt::get(type, CHUNK - 1);
    Value *chunk = builder.CreateBinaryIntrinsic(Intrinsic::umin, left, limit, nullptr, "chunk");

    // The inner loop counts its chunk; its own exit test goes.
    auto *counter = PHINode::Create(type, 2, "c", c.header->begin());
    builder.SetInsertPoint(branch);
    Value *next = builder.CreateNUWAdd(counter, ConstantInt::get(type, 1), "c.next");
    Value *goes_on = builder.CreateICmpNE(counter, chunk);
    counter->addIncoming(ConstantInt::get(type, 0), outer_header);
    counter->addIncoming(next, c.latch);
    bool continues_if_true = branch->getSuccessor(0) == c.header;
    Value *old_condition = branch->getCondition();
    branch->setCondition(goes_on);
    if (!continues_if_true)
        branch->swapSuccessors();
    branch->setMetadata(LLVMContext::MD_prof, nullptr);

    // Each chunk begins with what the one before it ended with.
    for (PHINode &phi : c.header->phis()) {
        if (&phi == counter)
            continue;
        int entry = phi.getBasicBlockIndex(outer_header);
        auto *outer = PHINode::Create(phi.getType(), 2, phi.getName() + ".outer", outer_header->begin());
        outer->addIncoming(phi.getIncomingValue(entry), c.preheader);
        outer->addIncoming(phi.getIncomingValueForBlock(c.latch), outer_latch); // led through outer_latch below
        phi.setIncomingValue(entry, outer);
    }

    auto *exit_branch = cast<BranchInst>(outer_latch->getTerminator());
    sink_operands(c.poll, *c.loop, exit_branch);
    c.poll->moveBefore(exit_branch);
    builder.SetInsertPoint(exit_branch);
    builder.SetCurrentDebugLocation(location);
    Value *done = builder.CreateICmpEQ(left, chunk, "done");
    Value *rest = builder.CreateSub(left, builder.CreateAdd(chunk, ConstantInt::get(type, 1)), "rest");
    builder.CreateCondBr(done, c.exit, outer_header);
    exit_branch->eraseFromParent();
    left->addIncoming(further, c.preheader);
    left->addIncoming(rest, outer_latch);

    rewrite_uses_outside(c, outer_latch);
    for (PHINode &phi : outer_header->phis())
        for (unsigned i = 0; i < phi.getNumIncomingValues(); i++)
            if (phi.getIncomingBlock(i) == outer_latch)
                phi.setIncomingValue(i, value_outside(phi.getIncomingValue(i), c, outer_latch));
    RecursivelyDeleteTriviallyDeadInstructions(old_condition);
}

// Iterations of the nest in all, or 0 if that is unknown or too many.
unsigned trips_of_nest(const Loop &loop, ScalarEvolution &scev)
{
    unsigned trips = scev.getSmallConstantMaxTripCount(&loop);
    if (trips == 0 || trips > SHORT_TRIPS)
        return 0;
    unsigned inner = 1;
    for (const Loop *child : loop.getSubLoops()) {
        unsigned child_trips = trips_of_nest(*child, scev);
        if (child_trips == 0)
            return 0;
        inner = std::max(inner, child_trips);
    }
    return trips * inner <= SHORT_TRIPS * SHORT_TRIPS ? trips * inner : 0;
}

bool has_other_points(const Loop &loop)
{
    for (BasicBlock *block : loop.blocks())
        for (Instruction &instruction : *block) {
            auto *call = dyn_cast<CallBase>(&instruction);
            if (call && !is_poll(*call) && call->getOperandBundle(LLVMContext::OB_deopt))
                return true;
        }
    return false;
}

} // namespace

// Works on a promoted copy: front-end code keeps its counters in memory.
size_t extra_short_loops(LLVMValueRef reference, LLVMBasicBlockRef **headers)
{
    auto *original = unwrap<Function>(reference);
    ValueToValueMapTy map;
    Function *copy = CloneFunction(original, map);
    DominatorTree dominators(*copy);
    AssumptionCache assumptions(*copy);
    SmallVector<AllocaInst *, 16> promotable;
    for (Instruction &instruction : copy->getEntryBlock())
        if (auto *alloca = dyn_cast<AllocaInst>(&instruction))
            if (isAllocaPromotable(alloca))
                promotable.push_back(alloca);
    PromoteMemToReg(promotable, dominators, &assumptions);
    LoopInfo loops(dominators);
    TargetLibraryInfoImpl library{Triple(copy->getParent()->getTargetTriple())};
    TargetLibraryInfo library_info(library);
    SmallVector<LLVMBasicBlockRef, 8> found;
    {
        ScalarEvolution scev(*copy, library_info, assumptions, dominators, loops);
        for (BasicBlock &block : *original) {
            auto *header = dyn_cast_or_null<BasicBlock>(map.lookup(&block));
            Loop *loop = header ? loops.getLoopFor(header) : nullptr;
            if (loop && loop->getHeader() == header && !calls_elsewhere(*loop) && trips_of_nest(*loop, scev))
                found.push_back(wrap(&block));
        }
    }
    copy->eraseFromParent();
    *headers = static_cast<LLVMBasicBlockRef *>(malloc(found.size() * sizeof(LLVMBasicBlockRef) + 1));
    std::copy(found.begin(), found.end(), *headers);
    return found.size();
}

PreservedAnalyses DropPolls::run(Loop &loop, LoopAnalysisManager &, LoopStandardAnalysisResults &analyses, LPMUpdater &)
{
    if (has_other_points(loop) || calls_elsewhere(loop) || !trips_of_nest(loop, analyses.SE))
        return PreservedAnalyses::all();
    SmallVector<Instruction *, 4> polls;
    for (BasicBlock *block : loop.blocks())
        for (Instruction &instruction : *block)
            if (is_poll(instruction))
                polls.push_back(&instruction);
    for (Instruction *poll : polls) {
        if (analyses.MSSA)
            MemorySSAUpdater(analyses.MSSA).removeMemoryAccess(poll);
        poll->eraseFromParent();
    }
    if (polls.empty())
        return PreservedAnalyses::all();
    analyses.SE.forgetLoop(&loop);
    PreservedAnalyses preserved = getLoopPassPreservedAnalyses();
    if (analyses.MSSA)
        preserved.preserve<MemorySSAAnalysis>();
    return preserved;
}

// One loop at a time, with fresh analyses: the expander trusts them.
PreservedAnalyses StripMine::run(Function &function, FunctionAnalysisManager &manager)
{
    bool changed = false;
    for (bool found = true; found;) {
        found = false;
        auto &dominators = manager.getResult<DominatorTreeAnalysis>(function);
        auto &loops = manager.getResult<LoopAnalysis>(function);
        auto &scev = manager.getResult<ScalarEvolutionAnalysis>(function);
        Candidate candidate;
        for (Loop *loop : loops.getLoopsInPreorder())
            if ((found = is_candidate(*loop, dominators, scev, candidate)))
                break;
        if (!found)
            break;
        strip_mine(candidate, scev);
        changed = true;
        manager.invalidate(function, PreservedAnalyses::none());
    }
    return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

// Of the polls of an unrolled loop the last stays: each iteration of the new loop passes it.
static void keep_last_poll(Loop &loop, const DominatorTree &dominators)
{
    SmallVector<Instruction *, 4> polls;
    for (BasicBlock *block : loop.blocks())
        for (Instruction &instruction : *block)
            if (is_poll(instruction))
                polls.push_back(&instruction);
    auto last = find_if(polls, [&](Instruction *poll) {
        return dominators.dominates(poll->getParent(), loop.getLoopLatch()) &&
               all_of(polls, [&](Instruction *other) { return dominators.dominates(other, poll) || other == poll; });
    });
    if (last == polls.end())
        return;
    for (Instruction *poll : polls)
        if (poll != *last)
            poll->eraseFromParent();
}

PreservedAnalyses ThinPolls::run(Function &function, FunctionAnalysisManager &manager)
{
    auto &dominators = manager.getResult<DominatorTreeAnalysis>(function);
    auto &loops = manager.getResult<LoopAnalysis>(function);
    auto &scev = manager.getResult<ScalarEvolutionAnalysis>(function);
    auto &assumptions = manager.getResult<AssumptionAnalysis>(function);
    auto &target = manager.getResult<TargetIRAnalysis>(function);
    auto &remarks = manager.getResult<OptimizationRemarkEmitterAnalysis>(function);
    bool changed = false;
    for (Loop *loop : loops.getLoopsInPreorder()) {
        if (!loop->isInnermost() || !loop->getLoopLatch() || !only_poll(*loop, dominators, TINY_BODY))
            continue;
        changed |= simplifyLoop(loop, &dominators, &loops, &scev, &assumptions, nullptr, false);
        changed |= formLCSSA(*loop, dominators, &loops, &scev);
        UnrollLoopOptions options = {THIN, true, false, false, false, true};
        auto result = UnrollLoop(loop, options, &loops, &scev, &dominators, &assumptions, &target, &remarks, true);
        if (result != LoopUnrollResult::PartiallyUnrolled)
            continue;
        keep_last_poll(*loop, dominators);
        loop->setLoopAlreadyUnrolled();
        changed = true;
    }
    return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
