// Step 2 as LLVM passes, for plugin.cpp.
#ifndef PASS_STRIP_MINE_H
#define PASS_STRIP_MINE_H

#include "llvm/IR/PassManager.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"

struct DropPolls : llvm::PassInfoMixin<DropPolls> {
    llvm::PreservedAnalyses run(llvm::Loop &loop, llvm::LoopAnalysisManager &manager,
                                llvm::LoopStandardAnalysisResults &analyses, llvm::LPMUpdater &updater);
};

struct StripMine : llvm::PassInfoMixin<StripMine> {
    llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &manager);
};

struct ThinPolls : llvm::PassInfoMixin<ThinPolls> {
    llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &manager);
};

#endif
