// The live variables of each migration point.
//
// This runs on front-end code, where every source variable still is memory with a debug record. That is what makes the
// lists equal on every target: a variable is known by its source name and type, whatever the target's ABI does with it.
//
//   VALUE   a scalar whose address is not taken. Live at a point in its lexical scope if the memory may be read after
//   it before it is written (data flow on loads and stores;
//           lifetime markers are not looked at, since they exist only where clang optimises).
//   va_list contents mean nothing elsewhere: such a variable is live from va_start to va_end, and the runtime puts a
//   capture off while one is. OBJECT  anything else with a name. Live while its lexical scope is open and something may
//   have touched it. temporaries, the values in the middle of an expression, f() in f() + g(): SSA values that live
//   across a point are demoted to memory first, and then are VALUEs without a name.
//           Aggregates among them (struct results, compound literals) are OBJECTs without a name, live byte by byte, or
//           from the first touch if their address is stored.
//
// Each variable is analysed by itself: its uses become events in its blocks, and two bit vectors (of up to 64 parts of
// the variable) flow through the function.
#include <llvm-c/Target.h>
#include <string.h>

#include "pass.h"

// ---- instruction order

struct order_entry {
    const void *key; // block or instruction
    uint32_t value;  // its index
};

struct order {
    VECTOR(LLVMBasicBlockRef) blocks;
    VECTOR(LLVMValueRef) instructions;
    VECTOR(uint32_t) block_of; // by instruction
    struct order_entry *table;
    size_t mask;
};

static uint32_t *order_slot(const struct order *o, const void *key)
{
    size_t i = ((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 20;
    while (o->table[i & o->mask].key && o->table[i & o->mask].key != key)
        i++;
    o->table[i & o->mask].key = key;
    return &o->table[i & o->mask].value;
}

static struct order make_order(LLVMValueRef function)
{
    struct order o = {0};
    FOR_EACH_BLOCK (block, function) {
        FOR_EACH_INSTRUCTION (i, block) {
            vector_push(&o.instructions, i);
            vector_push(&o.block_of, (uint32_t)o.blocks.count);
        }
        vector_push(&o.blocks, block);
    }
    size_t size = 16;
    while (size < 3 * (o.instructions.count + o.blocks.count))
        size *= 2;
    o.table = calloc(size, sizeof *o.table);
    o.mask = size - 1;
    for (size_t i = 0; i < o.instructions.count; i++)
        *order_slot(&o, o.instructions.items[i]) = (uint32_t)i;
    for (size_t i = 0; i < o.blocks.count; i++)
        *order_slot(&o, o.blocks.items[i]) = (uint32_t)i;
    return o;
}

static void free_order(struct order *o)
{
    free(o->blocks.items);
    free(o->instructions.items);
    free(o->block_of.items);
    free(o->table);
}

static uint32_t position(const struct order *o, LLVMValueRef instruction)
{
    return *order_slot(o, instruction);
}

static uint32_t block_index(const struct order *o, LLVMBasicBlockRef block)
{
    return *order_slot(o, block);
}

// ---- demotion of values that live across points

struct crossing {
    const struct order *order;
    uint32_t *points_before; // by instruction: points before it in the function's order
    uint32_t *first, *end;   // by block: its instructions
    unsigned char *reached;  // by block: live on entry
    VECTOR(uint32_t) work;
};

static bool has_point_between(const struct crossing *c, uint32_t from, uint32_t to) // from <= point < to
{
    return c->points_before[to] != c->points_before[from];
}

static void reach_predecessors(struct crossing *c, uint32_t block)
{
    LLVMValueRef label = LLVMBasicBlockAsValue(c->order->blocks.items[block]);
    for (LLVMUseRef use = LLVMGetFirstUse(label); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (LLVMIsAInstruction(user) && LLVMIsATerminatorInst(user))
            vector_push(&c->work, block_index(c->order, LLVMGetInstructionParent(user)));
    }
}

// The result of a call that returns in memory is needed after the call: the resumed frame hands its address to the
// callee.
static bool is_used_after(LLVMValueRef user, LLVMValueRef value)
{
    return LLVMIsACallInst(user) && call_has_attribute(user, 1, "sret") && LLVMGetOperand(user, 0) == value;
}

// Walks from a use at `at` (in its block) back to the definition; true if it passes a point.
static bool use_crosses(struct crossing *c, uint32_t definition, uint32_t block, uint32_t at)
{
    uint32_t home = c->order->block_of.items[definition];
    if (block == home && at > definition)
        return has_point_between(c, definition + 1, at);
    if (has_point_between(c, c->first[block], at))
        return true;
    c->work.count = 0;
    reach_predecessors(c, block);
    while (c->work.count) {
        uint32_t b = c->work.items[--c->work.count];
        if (c->reached[b])
            continue;
        c->reached[b] = 1;
        uint32_t from = b == home ? definition + 1 : c->first[b];
        if (has_point_between(c, from, c->end[b]))
            return true;
        if (b != home)
            reach_predecessors(c, b);
    }
    return false;
}

static bool crosses_a_point(struct crossing *c, LLVMValueRef value)
{
    uint32_t definition = position(c->order, value);
    memset(c->reached, 0, c->order->blocks.count);
    for (LLVMUseRef use = LLVMGetFirstUse(value); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (LLVMIsAPHINode(user)) {
            for (unsigned i = 0; i < LLVMCountIncoming(user); i++) {
                uint32_t block = block_index(c->order, LLVMGetIncomingBlock(user, i));
                if (LLVMGetIncomingValue(user, i) == value && use_crosses(c, definition, block, c->end[block]))
                    return true;
            }
            continue;
        }
        uint32_t at = position(c->order, user);
        if (use_crosses(c, definition, c->order->block_of.items[at], at + is_used_after(user, value)))
            return true;
    }
    return false;
}

static bool is_demotable(LLVMValueRef i)
{
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(i));
    return kind != LLVMVoidTypeKind && kind != LLVMTokenTypeKind && !LLVMIsAAllocaInst(i) &&
           !LLVMIsATerminatorInst(i) && LLVMGetFirstUse(i);
}

static void mark_points(struct crossing *c, const struct function *f)
{
    size_t count = c->order->instructions.count;
    for (size_t i = 0; i < f->points.count; i++)
        c->points_before[position(c->order, f->points.items[i].call) + 1] = 1;
    for (size_t i = 1; i <= count; i++)
        c->points_before[i] += c->points_before[i - 1];
    for (size_t i = 0; i < count; i++) {
        uint32_t block = c->order->block_of.items[i];
        if (i == 0 || c->order->block_of.items[i - 1] != block)
            c->first[block] = (uint32_t)i;
        c->end[block] = (uint32_t)i + 1;
    }
}

// The source type of a pointer in the middle of an expression, or NULL: what it points to may be known by nothing else.
static LLVMMetadataRef pointer_source(struct function *f, const struct extra_declare *declares, size_t count,
                                      LLVMValueRef value)
{
    while (LLVMIsAGetElementPtrInst(value) && LLVMGetNumOperands(value) == 2)
        value = LLVMGetOperand(value, 0); // p + i
    bool known;
    if (LLVMIsACallInst(value) && direct_callee(value))
        return extra_result_type(direct_callee(value), &known);
    if (!LLVMIsALoadInst(value))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (declares[i].address == LLVMGetOperand(value, 0) && !declares[i].indirect)
            return extra_describe_variable(declares[i].variable).type;
    for (size_t i = 0; i < f->stand_ins.count; i++)
        if (f->stand_ins.items[i].address == LLVMGetOperand(value, 0))
            return f->stand_ins.items[i].source;
    return NULL;
}

static void remember_pointer_type(struct module *m, struct function *f, LLVMMetadataRef source, LLVMValueRef slot)
{
    if (!source || LLVMGetTypeKind(LLVMGetAllocatedType(slot)) != LLVMPointerTypeKind)
        return;
    uint32_t type = type_of_source(&m->types, source);
    if (m->types.list.items[type].kind == HLCKPT_POINTER)
        vector_push(&f->stand_ins, ((struct stand_in){slot, "", 0, type, source}));
}

static void demote_crossing_values(struct module *m, struct function *f)
{
    struct order order = make_order(f->value);
    size_t blocks = order.blocks.count;
    struct crossing c = {.order = &order};
    c.points_before = calloc(order.instructions.count + 2, sizeof *c.points_before);
    c.first = calloc(blocks, sizeof *c.first);
    c.end = calloc(blocks, sizeof *c.end);
    c.reached = calloc(blocks, 1);
    mark_points(&c, f);
    VECTOR(LLVMValueRef) crossing = {0};
    for (size_t i = 0; i < order.instructions.count; i++)
        if (is_demotable(order.instructions.items[i]) && crosses_a_point(&c, order.instructions.items[i]))
            vector_push(&crossing, order.instructions.items[i]);
    struct extra_declare *declares;
    size_t declare_count = extra_declares(f->value, &declares);
    for (size_t i = 0; i < crossing.count; i++) {
        LLVMMetadataRef source = pointer_source(f, declares, declare_count, crossing.items[i]);
        LLVMValueRef slot = extra_demote(crossing.items[i]);
        remember_pointer_type(m, f, source, slot);
        // New slots come first in the entry block: keep the order of the values.
        LLVMValueRef last = slot;
        for (LLVMValueRef next = LLVMGetNextInstruction(last); LLVMIsAAllocaInst(next);
             next = LLVMGetNextInstruction(next))
            last = next;
        if (last != slot) {
            LLVMBuilderRef builder = LLVMCreateBuilderInContext(LLVMGetTypeContext(LLVMTypeOf(slot)));
            LLVMPositionBuilderBefore(builder, LLVMGetNextInstruction(last));
            LLVMInstructionRemoveFromParent(slot);
            LLVMInsertIntoBuilder(builder, slot);
            LLVMDisposeBuilder(builder);
        }
    }
    free(declares);
    free(crossing.items);
    free(c.points_before);
    free(c.first);
    free(c.end);
    free(c.reached);
    free(c.work.items);
    free_order(&order);
}

// ---- the list of variables

static LLVMTypeRef memory_type(struct function *f, LLVMValueRef address)
{
    if (LLVMIsAAllocaInst(address))
        return LLVMGetAllocatedType(address);
    for (unsigned i = 0; i < LLVMCountParams(f->value); i++)
        if (LLVMGetParam(f->value, i) == address) {
            LLVMTypeRef type = attribute_type(f->value, i + 1, "sret");
            return type ? type : attribute_type(f->value, i + 1, "byval");
        }
    return NULL;
}

static bool is_result_memory(struct function *f, LLVMValueRef address)
{
    return LLVMIsAArgument(address) && LLVMCountParams(f->value) && LLVMGetParam(f->value, 0) == address &&
           has_attribute(f->value, 1, "sret");
}

// Loads and stores of the whole scalar only: what mem2reg will promote.
static bool is_promotable(LLVMValueRef alloca)
{
    if (!LLVMIsAAllocaInst(alloca))
        return false;
    LLVMTypeRef type = LLVMGetAllocatedType(alloca);
    LLVMTypeKind kind = LLVMGetTypeKind(type);
    if (kind == LLVMStructTypeKind || kind == LLVMArrayTypeKind || kind == LLVMVectorTypeKind)
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(alloca); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (LLVMIsALoadInst(user) && LLVMTypeOf(user) == type && !LLVMGetVolatile(user) && !LLVMGetOrdering(user))
            continue;
        if (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 0) != alloca &&
            LLVMTypeOf(LLVMGetOperand(user, 0)) == type && !LLVMGetVolatile(user) && !LLVMGetOrdering(user))
            continue;
        if (!is_intrinsic(user, "llvm.lifetime.") && !is_intrinsic(user, "llvm.dbg."))
            return false;
    }
    return true;
}

static bool is_listed(const struct function *f, LLVMValueRef address)
{
    for (size_t i = 0; i < f->variables.count; i++)
        if (f->variables.items[i].address == address)
            return true;
    return false;
}

static void add_named(struct function *f, const struct extra_declare *declare)
{
    struct extra_variable described = extra_describe_variable(declare->variable);
    LLVMValueRef address = declare->address;
    if (declare->indirect && LLVMIsAAllocaInst(address)) // a parameter passed by address: the alloca holds it
        for (LLVMUseRef use = LLVMGetFirstUse(address); use; use = LLVMGetNextUse(use))
            if (LLVMIsAStoreInst(LLVMGetUser(use)) && LLVMIsAArgument(LLVMGetOperand(LLVMGetUser(use), 0)))
                address = LLVMGetOperand(LLVMGetUser(use), 0);
    if (described.artificial || is_listed(f, address) || !(LLVMIsAAllocaInst(address) || LLVMIsAArgument(address)))
        return;
    struct variable v = {.name = described.name,
                         .line = described.line,
                         .storage = HLCKPT_OBJECT,
                         .address = address,
                         .source = described.type,
                         .scope = described.scope,
                         .argument = described.argument,
                         .is_result = is_result_memory(f, address)};
    vector_push(&f->variables, v);
}

static void describe_named(struct module *m, struct variable *v)
{
    v->type = type_of_source(&m->types, v->source);
    v->is_va_list = m->types.list.items[v->type].kind == HLCKPT_VA_LIST;
    if (type_is_scalar(&m->types, v->type) && is_promotable(v->address)) {
        v->storage = HLCKPT_VALUE;
        v->value = LLVMGetAllocatedType(v->address);
    }
}

// Parameters, then local variables as they stand in the source: where the records stand depends on the target and on
// the level of optimisation.
static bool comes_after(const struct variable *a, const struct variable *b)
{
    if (a->argument != b->argument)
        return a->argument - 1 > b->argument - 1; // 0, a local variable, comes last
    return a->line != b->line ? a->line > b->line : strcmp(a->name, b->name) > 0;
}

static void sort_named(struct function *f)
{
    for (size_t i = 1; i < f->variables.count; i++) {
        struct variable v = f->variables.items[i];
        size_t j = i;
        for (; j > 0 && comes_after(&f->variables.items[j - 1], &v); j--)
            f->variables.items[j] = f->variables.items[j - 1];
        f->variables.items[j] = v;
    }
}

static void add_stand_ins(struct function *f)
{
    for (size_t i = 0; i < f->stand_ins.count; i++) {
        struct stand_in s = f->stand_ins.items[i];
        struct variable v = {.name = s.name,
                             .type = s.type,
                             .line = s.line,
                             .storage = HLCKPT_VALUE,
                             .address = s.address,
                             .value = LLVMGetAllocatedType(s.address)};
        if (!is_promotable(s.address)) {
            v.storage = HLCKPT_OBJECT;
            v.escapes = true;
        }
        vector_push(&f->variables, v);
    }
}

static void add_temporary(struct function *f, LLVMValueRef address)
{
    LLVMTypeRef type = memory_type(f, address);
    struct variable v = {
        .name = "", .storage = HLCKPT_OBJECT, .address = address, .is_result = is_result_memory(f, address)};
    if (is_promotable(address)) {
        v.storage = HLCKPT_VALUE;
        v.value = type;
    }
    v.type = UINT32_MAX; // described when it turns out to be live somewhere
    vector_push(&f->variables, v);
}

void collect_variables(struct module *m, struct function *f)
{
    demote_crossing_values(m, f);
    struct extra_declare *declares;
    size_t count = extra_declares(f->value, &declares);
    for (size_t i = 0; i < count; i++)
        add_named(f, &declares[i]);
    free(declares);
    sort_named(f);
    for (size_t i = 0; i < f->variables.count; i++)
        describe_named(m, &f->variables.items[i]);
    add_stand_ins(f);
    if (LLVMCountParams(f->value) && has_attribute(f->value, 1, "sret") && !is_listed(f, LLVMGetParam(f->value, 0)))
        add_temporary(f, LLVMGetParam(f->value, 0));
    FOR_EACH_INSTRUCTION (i, LLVMGetEntryBasicBlock(f->value))
        if (LLVMIsAAllocaInst(i) && !is_listed(f, i))
            add_temporary(f, i);
}

// ---- data flow for one variable

struct event {
    uint32_t at;        // instruction
    uint64_t use, kill; // parts read; parts written as a whole
    uint64_t touch;     // parts that hold something afterwards
};

struct flow {
    const struct order *order;
    LLVMModuleRef module;
    struct variable *variable;
    uint64_t size, grain; // bytes; bytes a part
    VECTOR(struct event) events;
    uint64_t *live_in, *touched_out; // by block
};

static uint64_t parts(const struct flow *f, uint64_t offset, uint64_t size, bool whole)
{
    uint64_t mask = 0;
    for (uint64_t part = 0; part * f->grain < f->size; part++) {
        uint64_t low = part * f->grain, high = low + f->grain < f->size ? low + f->grain : f->size;
        bool overlaps = offset < high && offset + size > low, covers = offset <= low && offset + size >= high;
        if (whole ? covers : overlaps)
            mask |= UINT64_C(1) << part;
    }
    return mask;
}

static void add_event(struct flow *f, LLVMValueRef instruction, uint64_t use, uint64_t kill, uint64_t touch)
{
    uint64_t all = parts(f, 0, f->size, false);
    *vector_add(&f->events) = (struct event){position(f->order, instruction), use & all, kill & all, touch & all};
}

static uint64_t size_of(const struct flow *f, LLVMTypeRef type)
{
    return LLVMStoreSizeOfType(LLVMGetModuleDataLayout(f->module), type);
}

static const uint64_t ALL = UINT64_MAX;

// The constant offset that a getelementptr adds, or false.
static bool constant_offset(const struct flow *f, LLVMValueRef gep, uint64_t *offset)
{
    LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);
    LLVMTargetDataRef layout = LLVMGetModuleDataLayout(f->module);
    for (unsigned i = 1; i < (unsigned)LLVMGetNumOperands(gep); i++) {
        LLVMValueRef index = LLVMGetOperand(gep, i);
        if (!LLVMIsAConstantInt(index))
            return false;
        uint64_t n = (uint64_t)LLVMConstIntGetSExtValue(index);
        if (i > 1 && LLVMGetTypeKind(type) == LLVMStructTypeKind) {
            *offset += LLVMOffsetOfElement(layout, type, (unsigned)n);
            type = LLVMStructGetTypeAtIndex(type, (unsigned)n);
            continue;
        }
        if (i > 1)
            type = LLVMGetElementType(type);
        *offset += n * LLVMABISizeOfType(layout, type);
    }
    return true;
}

// Whether a temporary was filled in the way in which an ABI makes its copies: as a whole, or from the result of a call.
// Its address in a call then is a passed value.
static bool is_passed_copy(const struct flow *f)
{
    LLVMTypeRef type = LLVMIsAAllocaInst(f->variable->address) ? LLVMGetAllocatedType(f->variable->address) : NULL;
    if (type && LLVMGetTypeKind(type) != LLVMStructTypeKind && LLVMGetTypeKind(type) != LLVMArrayTypeKind)
        return f->size > 8; // long double and 128-bit integers that a target passes by address
    if (type && LLVMGetTypeKind(type) == LLVMStructTypeKind && LLVMIsLiteralStruct(type))
        return true; // a complex number
    for (LLVMUseRef use = LLVMGetFirstUse(f->variable->address); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (is_intrinsic(user, "llvm.memcpy") && LLVMGetOperand(user, 0) == f->variable->address) {
            LLVMValueRef source = LLVMGetOperand(user, 1);
            return !(LLVMIsAGlobalVariable(source) && LLVMIsGlobalConstant(source));
        }
        if (LLVMIsACallInst(user) && call_has_attribute(user, 1, "sret") &&
            LLVMGetOperand(user, 0) == f->variable->address)
            return true;
        if (LLVMIsAStoreInst(user) && LLVMIsACallInst(LLVMGetOperand(user, 0)))
            return true;
    }
    return false;
}

static void follow_address(struct flow *f, LLVMValueRef address, uint64_t offset, bool known);

static void follow_memory_intrinsic(struct flow *f, LLVMValueRef call, LLVMValueRef address, uint64_t offset,
                                    bool known)
{
    LLVMValueRef length = LLVMGetOperand(call, 2);
    uint64_t size = known && LLVMIsAConstantInt(length) ? LLVMConstIntGetZExtValue(length) : 0;
    uint64_t any = size ? parts(f, offset, size, false) : ALL, whole = size ? parts(f, offset, size, true) : 0;
    bool is_source = !is_intrinsic(call, "llvm.memset") && LLVMGetOperand(call, 1) == address;
    if (is_source)
        add_event(f, call, any, 0, 0);
    else
        add_event(f, call, 0, whole, any);
}

static bool is_passed_by_value(LLVMValueRef call, LLVMValueRef address)
{
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
        if (LLVMGetOperand(call, i) == address && !call_has_attribute(call, i + 1, "byval"))
            return false;
    return true;
}

static void follow_call(struct flow *f, LLVMValueRef call, LLVMValueRef address, uint64_t offset, bool known)
{
    if (is_intrinsic(call, "llvm.lifetime.start") && !f->variable->scope)
        add_event(f, call, 0, ALL, 0);
    else if (is_intrinsic(call, "llvm.lifetime.") || is_intrinsic(call, "llvm.dbg."))
        return;
    else if (is_intrinsic(call, "llvm.memcpy") || is_intrinsic(call, "llvm.memmove") ||
             is_intrinsic(call, "llvm.memset"))
        follow_memory_intrinsic(f, call, address, offset, known);
    else if (is_intrinsic(call, "llvm.va_start") ||
             (is_intrinsic(call, "llvm.va_copy") && LLVMGetOperand(call, 0) == address))
        add_event(f, call, 0, ALL, ALL);
    else if (is_intrinsic(call, "llvm.va_"))
        add_event(f, call, ALL, 0, 0);
    else if (call_has_attribute(call, 1, "sret") && LLVMGetOperand(call, 0) == address)
        add_event(f, call, 0, known && offset == 0 ? ALL : 0, ALL);
    else {
        bool is_copy = !f->variable->name[0] && (is_passed_by_value(call, address) || is_passed_copy(f));
        add_event(f, call, ALL, 0, is_copy ? 0 : ALL);
        f->variable->escapes |= !is_copy;
    }
}

// Where clang keeps the address of the result for a debugger.
static bool is_never_read(LLVMValueRef slot)
{
    for (LLVMUseRef use = LLVMGetFirstUse(slot); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (!LLVMIsAStoreInst(user) || LLVMGetOperand(user, 0) == slot)
            return false;
    }
    return LLVMIsAAllocaInst(slot);
}

static void follow_use(struct flow *f, LLVMValueRef user, LLVMValueRef address, uint64_t offset, bool known)
{
    uint64_t inner = 0;
    switch (LLVMGetInstructionOpcode(user)) {
    case LLVMLoad: {
        uint64_t read = known ? parts(f, offset, size_of(f, LLVMTypeOf(user)), false) : ALL;
        add_event(f, user, read, 0, 0);
        return;
    }
    case LLVMStore: {
        if (LLVMGetOperand(user, 0) == address) {
            if (is_never_read(LLVMGetOperand(user, 1)))
                return;
            f->variable->escapes = true;
            add_event(f, user, ALL, 0, ALL);
            return;
        }
        uint64_t size = size_of(f, LLVMTypeOf(LLVMGetOperand(user, 0)));
        add_event(f, user, 0, known ? parts(f, offset, size, true) : 0, known ? parts(f, offset, size, false) : ALL);
        return;
    }
    case LLVMGetElementPtr:
        if (constant_offset(f, user, &inner))
            follow_address(f, user, offset + inner, known);
        else
            follow_address(f, user, 0, false);
        return;
    case LLVMCall:
        follow_call(f, user, address, offset, known);
        return;
    case LLVMPHI: // va_arg: from registers, through a temporary, or from the stack; it is read before the next point
        if (f->variable->name[0])
            break;
        for (unsigned i = 0; i < LLVMCountIncoming(user); i++)
            if (LLVMGetIncomingValue(user, i) == address)
                add_event(f, LLVMGetBasicBlockTerminator(LLVMGetIncomingBlock(user, i)), ALL, 0, 0);
        return;
    default:
        break;
    }
    f->variable->escapes = true;
    add_event(f, user, ALL, 0, ALL);
}

static void follow_address(struct flow *f, LLVMValueRef address, uint64_t offset, bool known)
{
    for (LLVMUseRef use = LLVMGetFirstUse(address); use; use = LLVMGetNextUse(use))
        if (LLVMIsAInstruction(LLVMGetUser(use)))
            follow_use(f, LLVMGetUser(use), address, offset, known);
}

static int by_position(const void *a, const void *b)
{
    uint32_t x = ((const struct event *)a)->at, y = ((const struct event *)b)->at;
    return x < y ? -1 : x > y;
}

// The events of a block: [*first, *end).
static void events_of_block(const struct flow *f, uint32_t block, size_t *first, size_t *end)
{
    size_t low = 0, high = f->events.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (f->order->block_of.items[f->events.items[middle].at] < block)
            low = middle + 1;
        else
            high = middle;
    }
    for (*first = *end = low; *end < f->events.count && f->order->block_of.items[f->events.items[*end].at] == block;)
        ++*end;
}

static uint64_t live_before(const struct flow *f, size_t first, size_t end, uint64_t live)
{
    while (end-- > first)
        live = (live & ~f->events.items[end].kill) | f->events.items[end].use;
    return live;
}

static uint64_t live_out(const struct flow *f, uint32_t block)
{
    LLVMValueRef last = LLVMGetBasicBlockTerminator(f->order->blocks.items[block]);
    uint64_t live = LLVMIsAReturnInst(last) && f->variable->is_result ? ALL : 0;
    for (unsigned i = 0; i < LLVMGetNumSuccessors(last); i++)
        live |= f->live_in[block_index(f->order, LLVMGetSuccessor(last, i))];
    return live;
}

static void flow_backwards(struct flow *f)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t block = (uint32_t)f->order->blocks.count; block-- > 0;) {
            size_t first, end;
            events_of_block(f, block, &first, &end);
            uint64_t live = live_before(f, first, end, live_out(f, block));
            changed |= live != f->live_in[block];
            f->live_in[block] = live;
        }
    }
}

static void flow_forwards(struct flow *f)
{
    VECTOR(uint32_t) work = {0};
    for (uint32_t block = 0; block < f->order->blocks.count; block++)
        vector_push(&work, block);
    while (work.count) {
        uint32_t block = work.items[--work.count];
        LLVMValueRef last = LLVMGetBasicBlockTerminator(f->order->blocks.items[block]);
        for (unsigned i = 0; i < LLVMGetNumSuccessors(last); i++) {
            uint32_t next = block_index(f->order, LLVMGetSuccessor(last, i));
            if (f->touched_out[block] & ~f->touched_out[next]) {
                f->touched_out[next] |= f->touched_out[block];
                vector_push(&work, next);
            }
        }
    }
    free(work.items);
}

// touched_out starts as what each block touches itself.
static void start_forwards(struct flow *f)
{
    for (size_t i = 0; i < f->events.count; i++)
        f->touched_out[f->order->block_of.items[f->events.items[i].at]] |= f->events.items[i].touch;
    if (f->variable->argument)
        f->touched_out[0] |= ALL;
}

static uint64_t touched_in(const struct flow *f, uint32_t block)
{
    uint64_t touched = block == 0 && f->variable->argument ? ALL : 0;
    LLVMValueRef label = LLVMBasicBlockAsValue(f->order->blocks.items[block]);
    for (LLVMUseRef use = LLVMGetFirstUse(label); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (LLVMIsAInstruction(user) && LLVMIsATerminatorInst(user))
            touched |= f->touched_out[block_index(f->order, LLVMGetInstructionParent(user))];
    }
    return touched;
}

static bool is_live_at(const struct flow *f, const struct point *point)
{
    uint32_t at = position(f->order, point->call), block = f->order->block_of.items[at];
    size_t first, end, split;
    events_of_block(f, block, &first, &end);
    uint64_t touched = touched_in(f, block);
    for (split = first; split < end && f->events.items[split].at < at; split++)
        touched |= f->events.items[split].touch;
    uint64_t written = 0; // by the call at the point itself, before the function goes on
    for (; split < end && f->events.items[split].at == at; split++) {
        written |= f->events.items[split].kill;
        touched |= f->events.items[split].touch; // by the callee, while the point is active
    }
    const struct variable *v = f->variable;
    if (v->storage == HLCKPT_OBJECT && v->scope && !v->is_va_list)
        return touched && extra_in_scope(v->scope, point->call);
    if (v->storage == HLCKPT_OBJECT && v->escapes && !v->is_va_list)
        return touched != 0;
    if (v->scope && !extra_in_scope(v->scope, point->call))
        return false;
    return (live_before(f, split, end, live_out(f, block)) & ~written & touched) != 0;
}

static bool flow_prepare(struct flow *f, struct function *function)
{
    LLVMTypeRef type = memory_type(function, f->variable->address);
    f->size = type ? LLVMABISizeOfType(LLVMGetModuleDataLayout(f->module), type) : 1;
    if (f->size == 0)
        f->size = 1;
    f->grain = (f->size + 63) / 64;
    follow_address(f, f->variable->address, 0, type != NULL);
    if (f->events.count)
        qsort(f->events.items, f->events.count, sizeof *f->events.items, by_position);
    return f->events.count || f->variable->argument;
}

static void compute_variable(struct module *m, struct function *function, const struct order *order, uint32_t index)
{
    struct flow f = {.order = order, .module = m->ir, .variable = &function->variables.items[index]};
    if (!flow_prepare(&f, function))
        return;
    f.live_in = calloc(order->blocks.count, sizeof *f.live_in);
    f.touched_out = calloc(order->blocks.count, sizeof *f.touched_out);
    start_forwards(&f);
    flow_forwards(&f);
    flow_backwards(&f);
    for (size_t i = 0; i < function->points.count; i++)
        if (is_live_at(&f, &function->points.items[i]))
            vector_push(&function->points.items[i].live, index);
    free(f.live_in);
    free(f.touched_out);
    free(f.events.items);
}

static bool is_live_anywhere(const struct function *f, uint32_t variable)
{
    for (size_t i = 0; i < f->points.count; i++)
        for (size_t j = 0; j < f->points.items[i].live.count; j++)
            if (f->points.items[i].live.items[j] == variable)
                return true;
    return false;
}

// Temporaries that are live nowhere differ from target to target: they leave the list, and the others close ranks.
static void drop_dead_temporaries(struct module *m, struct function *f)
{
    uint32_t *moved = calloc(f->variables.count + 1, sizeof *moved), kept = 0;
    for (uint32_t i = 0; i < f->variables.count; i++) {
        struct variable *v = &f->variables.items[i];
        if (!*v->name && !is_live_anywhere(f, i))
            continue;
        if (v->type == UINT32_MAX)
            v->type = type_of_value(&m->types, memory_type(f, v->address));
        moved[i] = kept;
        f->variables.items[kept++] = *v;
    }
    f->variables.count = kept;
    for (size_t i = 0; i < f->points.count; i++)
        for (size_t j = 0; j < f->points.items[i].live.count; j++)
            f->points.items[i].live.items[j] = moved[f->points.items[i].live.items[j]];
    free(moved);
}

void compute_live_variables(struct module *m, struct function *f)
{
    struct order order = make_order(f->value);
    for (uint32_t i = 0; i < f->variables.count; i++)
        compute_variable(m, f, &order, i);
    free_order(&order);
    drop_dead_temporaries(m, f);
}
