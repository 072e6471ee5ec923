// The plugin's entry: puts the three steps at their extension points of clang's (and opt's) pipeline.
//
//     step 1  pipeline start      migration points, live variables, resume twins, maps     hlckpt_insert_points
//     step 2  before unrolling    loops of few iterations lose their polls                  DropPolls
//             vectoriser start    other short loops with polls are strip-mined              StripMine
//     step 3  optimizer last      polls and landing pads                                    hlckpt_lower_points
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopIdiomRecognize.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"

#include "llvm_extra.h"
#include "strip_mine.h"

using namespace llvm;

namespace
{

// Required: optnone functions are instrumented too.
struct InsertPoints : PassInfoMixin<InsertPoints> {
    PreservedAnalyses run(Module &module, ModuleAnalysisManager &)
    {
        hlckpt_insert_points(wrap(&module));
        return PreservedAnalyses::none();
    }
    static bool isRequired()
    {
        return true;
    }
};

struct LowerPoints : PassInfoMixin<LowerPoints> {
    PreservedAnalyses run(Module &module, ModuleAnalysisManager &)
    {
        hlckpt_lower_points(wrap(&module));
        return PreservedAnalyses::none();
    }
    static bool isRequired()
    {
        return true;
    }
};

void register_steps(PassBuilder &builder)
{
    builder.registerPipelineStartEPCallback(
        [](ModulePassManager &passes, OptimizationLevel) { passes.addPass(InsertPoints()); });
    builder.registerVectorizerStartEPCallback([](FunctionPassManager &passes, OptimizationLevel level) {
        if (level == OptimizationLevel::O0)
            return;
        passes.addPass(LoopSimplifyPass()); // preheaders: a loop's guard may branch to its header
        passes.addPass(StripMine());
        passes.addPass(ThinPolls());
        // What the polls held back in the loops that now have none.
        passes.addPass(createFunctionToLoopPassAdaptor(LICMPass(LICMOptions()), /*UseMemorySSA=*/true));
        LoopPassManager idioms;
        idioms.addPass(LoopIdiomRecognizePass());
        passes.addPass(createFunctionToLoopPassAdaptor(std::move(idioms)));
    });
    builder.registerLateLoopOptimizationsEPCallback([](LoopPassManager &passes, OptimizationLevel level) {
        if (level != OptimizationLevel::O0)
            passes.addPass(DropPolls());
    });
    builder.registerOptimizerLastEPCallback(
        [](ModulePassManager &passes, OptimizationLevel) { passes.addPass(LowerPoints()); });
    builder.registerPipelineParsingCallback(
        [](StringRef name, ModulePassManager &passes, ArrayRef<PassBuilder::PipelineElement>) {
            if (name == "hlckpt-points")
                passes.addPass(InsertPoints());
            else if (name == "hlckpt-lower")
                passes.addPass(LowerPoints());
            else
                return false;
            return true;
        });
    builder.registerPipelineParsingCallback(
        [](StringRef name, FunctionPassManager &passes, ArrayRef<PassBuilder::PipelineElement>) {
            if (name == "hlckpt-strip-mine")
                passes.addPass(StripMine());
            else if (name == "hlckpt-thin-polls")
                passes.addPass(ThinPolls());
            else
                return false;
            return true;
        });
}

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK LLVM_ATTRIBUTE_VISIBILITY_DEFAULT PassPluginLibraryInfo llvmGetPassPluginInfo()
{
    return {LLVM_PLUGIN_API_VERSION, "hlckpt", "1", register_steps};
}
