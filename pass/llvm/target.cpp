// What the pass must know of a target: nothing else in it looks at the triple.
#include "llvm/IR/CallingConv.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"

#include "hlckpt/map.h"
#include "llvm_extra.h"

using namespace llvm;

unsigned extra_poll_convention(LLVMModuleRef module)
{
    Triple triple(unwrap(module)->getTargetTriple());
    bool preserves = triple.getArch() == Triple::x86_64 || triple.getArch() == Triple::aarch64;
    return preserves ? CallingConv::PreserveMost : CallingConv::C;
}

unsigned extra_long_double_format(LLVMModuleRef module)
{
    Triple triple(unwrap(module)->getTargetTriple());
    if (triple.isX86())
        return HLCKPT_X87;
    if (triple.isPPC())
        return HLCKPT_DOUBLE_DOUBLE;
    if (triple.isARM())
        return HLCKPT_IEEE_DOUBLE;
    return HLCKPT_IEEE_QUAD;
}

LLVMTypeRef extra_word_type(LLVMModuleRef module)
{
    return wrap(unwrap(module)->getDataLayout().getIntPtrType(unwrap(module)->getContext()));
}
