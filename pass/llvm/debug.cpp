// Diagnostics and debug information: what the source calls a thing, and where it stands.
#include "llvm/ADT/SmallVector.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

#include "llvm_extra.h"

using namespace llvm;

static const char *text(StringRef s)
{
    return s.data() ? s.data() : "";
}

static const Function &function_of(Value *where)
{
    if (auto *function = dyn_cast<Function>(where))
        return *function;
    return *cast<Instruction>(where)->getFunction();
}

static DebugLoc location_of(Value *where)
{
    if (auto *instruction = dyn_cast<Instruction>(where))
        if (instruction->getDebugLoc())
            return instruction->getDebugLoc();
    if (auto *subprogram = function_of(where).getSubprogram())
        return DILocation::get(subprogram->getContext(), subprogram->getLine(), 0, subprogram);
    return DebugLoc();
}

void extra_error(LLVMValueRef where, const char *message)
{
    Value *value = unwrap(where);
    const Function &function = function_of(value);
    DiagnosticInfoUnsupported diagnostic(function, Twine("hlckpt: ") + message, location_of(value), DS_Error);
    function.getContext().diagnose(diagnostic);
}

void extra_remark(LLVMValueRef where, const char *message)
{
    Value *value = unwrap(where);
    OptimizationRemark remark("hlckpt", "Capture", location_of(value), &function_of(value).getEntryBlock());
    remark << message;
    function_of(value).getContext().diagnose(remark);
}

void extra_missed(LLVMValueRef where, const char *message)
{
    Value *value = unwrap(where);
    OptimizationRemarkMissed remark("hlckpt", "Capture", location_of(value), &function_of(value).getEntryBlock());
    remark << message;
    function_of(value).getContext().diagnose(remark);
}

// ---- variables

static void add_declare(SmallVectorImpl<extra_declare> &declares, DILocalVariable *variable, Value *address,
                        const DIExpression *expression)
{
    if (!address || isa<UndefValue>(address))
        return;
    bool indirect = expression->getNumElements() > 0 && expression->getElement(0) == dwarf::DW_OP_deref;
    declares.push_back({wrap(variable), wrap(address), indirect});
}

size_t extra_declares(LLVMValueRef function, extra_declare **out)
{
    SmallVector<extra_declare, 32> declares;
    for (BasicBlock &block : *unwrap<Function>(function))
        for (Instruction &instruction : block) {
            for (DbgVariableRecord &record : filterDbgVars(instruction.getDbgRecordRange()))
                if (record.isDbgDeclare())
                    add_declare(declares, record.getVariable(), record.getAddress(), record.getExpression());
                else if (record.isDbgAssign()) // what clang makes of a declaration when it optimises: one where it
                                               // stood, one at each store
                    add_declare(declares, record.getVariable(), record.getAddress(), record.getAddressExpression());
            if (auto *assign = dyn_cast<DbgAssignIntrinsic>(&instruction))
                add_declare(declares, assign->getVariable(), assign->getAddress(), assign->getAddressExpression());
            else if (auto *declare = dyn_cast<DbgDeclareInst>(&instruction))
                add_declare(declares, declare->getVariable(), declare->getAddress(), declare->getExpression());
        }
    *out = static_cast<extra_declare *>(malloc(declares.size() * sizeof(extra_declare) + 1));
    std::copy(declares.begin(), declares.end(), *out);
    return declares.size();
}

extra_variable extra_describe_variable(LLVMMetadataRef local_variable)
{
    auto *variable = cast<DILocalVariable>(unwrap(local_variable));
    return {text(variable->getName()), variable->getLine(),       variable->getArg(),
            variable->isArtificial(),  wrap(variable->getType()), wrap(variable->getScope())};
}

bool extra_in_scope(LLVMMetadataRef scope, LLVMValueRef instruction)
{
    auto *wanted = cast<DILocalScope>(unwrap(scope))->getNonLexicalBlockFileScope();
    const DILocation *location = unwrap<Instruction>(instruction)->getDebugLoc();
    if (!location)
        return true;
    for (const DILocalScope *at = location->getScope(); at;) {
        if (at->getNonLexicalBlockFileScope() == wanted)
            return true;
        auto *block = dyn_cast<DILexicalBlockBase>(at);
        at = block ? block->getScope() : nullptr;
    }
    return false;
}

// ---- types

static extra_encoding encoding_of(const DIBasicType *type)
{
    switch (type->getEncoding()) {
    case dwarf::DW_ATE_boolean:
        return EXTRA_BOOLEAN;
    case dwarf::DW_ATE_signed:
        return EXTRA_SIGNED;
    case dwarf::DW_ATE_unsigned:
        return EXTRA_UNSIGNED;
    case dwarf::DW_ATE_UTF:
        return EXTRA_UNSIGNED;
    case dwarf::DW_ATE_signed_char:
    case dwarf::DW_ATE_unsigned_char:
        if (type->getName() == "char")
            return EXTRA_CHAR;
        return type->getEncoding() == dwarf::DW_ATE_signed_char ? EXTRA_SIGNED : EXTRA_UNSIGNED;
    case dwarf::DW_ATE_float:
        return EXTRA_FLOATING;
    case dwarf::DW_ATE_complex_float:
        return EXTRA_COMPLEX_FLOATING;
    default:
        return EXTRA_OTHER;
    }
}

static extra_type_kind kind_of_composite(const DICompositeType *type)
{
    if (type->getTag() == dwarf::DW_TAG_array_type)
        return EXTRA_ARRAY;
    if (type->isForwardDecl())
        return EXTRA_DECLARATION;
    switch (type->getTag()) {
    case dwarf::DW_TAG_structure_type:
        return EXTRA_STRUCT;
    case dwarf::DW_TAG_union_type:
        return EXTRA_UNION;
    case dwarf::DW_TAG_enumeration_type:
        return EXTRA_ENUM;
    default:
        return EXTRA_NONE;
    }
}

static extra_type_kind kind_of_derived(const DIDerivedType *type)
{
    switch (type->getTag()) {
    case dwarf::DW_TAG_typedef:
        return EXTRA_TYPEDEF;
    case dwarf::DW_TAG_pointer_type:
        return EXTRA_POINTER;
    default:
        return EXTRA_QUALIFIER;
    }
}

extra_type extra_describe_type(LLVMMetadataRef reference)
{
    extra_type described = {EXTRA_NONE, EXTRA_OTHER, "", 0, nullptr, 0};
    auto *type = reference ? dyn_cast<DIType>(unwrap(reference)) : nullptr;
    if (!type)
        return described;
    described.name = text(type->getName());
    described.bits = type->getSizeInBits();
    if (auto *basic = dyn_cast<DIBasicType>(type)) {
        described.kind = EXTRA_BASIC;
        described.encoding = encoding_of(basic);
    } else if (auto *derived = dyn_cast<DIDerivedType>(type)) {
        described.kind = kind_of_derived(derived);
        described.base = wrap(derived->getBaseType());
    } else if (auto *composite = dyn_cast<DICompositeType>(type)) {
        described.kind = kind_of_composite(composite);
        described.base = wrap(composite->getBaseType());
        described.elements = composite->getElements().size();
    } else if (isa<DISubroutineType>(type)) {
        described.kind = EXTRA_SUBROUTINE;
    }
    return described;
}

struct extra_member extra_member(LLVMMetadataRef type, size_t index)
{
    auto *member = cast<DIDerivedType>(cast<DICompositeType>(unwrap(type))->getElements()[index]);
    uint32_t width = member->isBitField() ? uint32_t(member->getSizeInBits()) : 0;
    return {text(member->getName()), wrap(member->getBaseType()), member->getOffsetInBits(), width};
}

int64_t extra_dimension(LLVMMetadataRef array, size_t index)
{
    auto *range = dyn_cast<DISubrange>(cast<DICompositeType>(unwrap(array))->getElements()[index]);
    auto count = range ? range->getCount() : DISubrange::BoundType();
    auto *constant = dyn_cast_if_present<ConstantInt *>(count);
    return constant ? constant->getSExtValue() : -1;
}

LLVMMetadataRef extra_global_type(LLVMValueRef global, unsigned *line)
{
    SmallVector<DIGlobalVariableExpression *, 1> expressions;
    unwrap<GlobalVariable>(global)->getDebugInfo(expressions);
    if (expressions.empty())
        return nullptr;
    *line = expressions[0]->getVariable()->getLine();
    return wrap(expressions[0]->getVariable()->getType());
}

LLVMMetadataRef extra_result_type(LLVMValueRef function, bool *known)
{
    auto *subprogram = unwrap<Function>(function)->getSubprogram();
    auto *type = subprogram ? subprogram->getType() : nullptr;
    *known = type && type->getTypeArray().size() > 0;
    return *known ? wrap(static_cast<Metadata *>(type->getTypeArray()[0])) : nullptr;
}

unsigned extra_function_line(LLVMValueRef function)
{
    auto *subprogram = unwrap<Function>(function)->getSubprogram();
    return subprogram ? subprogram->getLine() : 0;
}

bool extra_has_subprogram(LLVMValueRef function)
{
    return unwrap<Function>(function)->getSubprogram() != nullptr;
}

LLVMMetadataRef extra_find_composite(LLVMModuleRef module, const char *tag, bool is_union)
{
    DebugInfoFinder finder;
    finder.processModule(*unwrap(module));
    for (DIType *type : finder.types()) {
        auto *composite = dyn_cast<DICompositeType>(type);
        if (composite && !composite->isForwardDecl() && composite->getName() == tag &&
            composite->getTag() == (is_union ? dwarf::DW_TAG_union_type : dwarf::DW_TAG_structure_type))
            return wrap(composite);
    }
    return nullptr;
}

static bool is_plain_scalar(const DIType *type)
{
    while (auto *derived = dyn_cast_or_null<DIDerivedType>(type)) {
        if (derived->getTag() == dwarf::DW_TAG_pointer_type)
            return true;
        type = derived->getBaseType();
    }
    if (!type)
        return true; // void
    if (auto *composite = dyn_cast<DICompositeType>(type))
        return composite->getTag() == dwarf::DW_TAG_enumeration_type;
    auto *basic = dyn_cast<DIBasicType>(type);
    return basic && basic->getSizeInBits() <= 64 && basic->getName() != "long double" &&
           basic->getEncoding() != dwarf::DW_ATE_complex_float;
}

bool extra_scalar_signature(LLVMValueRef function)
{
    auto *subprogram = unwrap<Function>(function)->getSubprogram();
    if (!subprogram || !subprogram->getType() || unwrap<Function>(function)->isVarArg())
        return false;
    return all_of(subprogram->getType()->getTypeArray(), [](const DIType *type) { return is_plain_scalar(type); });
}
