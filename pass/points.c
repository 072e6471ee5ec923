// Step 1, at pipeline start: decides where a program can be captured, and makes that explicit in the IR.
//
// Designs that were tried and lost are in docs/design.md. What this step makes of
//
//     int sum(struct list *l) { int s = 0; for (; l; l = l->next) s += weigh(l); return s; }
//
// is, with weigh a function that may be captured:
//
//     loop:  w = call weigh(l)   ["deopt"(&sum.function, 0, 2, s, l)]       a call: point 0, live are s and l
//            s += w; l = l->next
//            call hlckpt.poll()  ["deopt"(&sum.function, 1, 2, s, l)]       a poll: point 1
//            br loop
//
// A bundle is (function, point, number of values, values...). When calls are inlined, LLVM puts the caller's bundle
// before the callee's, so that a bundle lists all frames that a point stands for, outermost first. A call in tail
// position carries an empty bundle: its frame holds nothing and is left out, but frames around it are not lost when it
// is inlined.
//
// P1  Every cycle of a function's control flow contains a poll, but for loops that go round a few times only.
// P2  Every cycle of calls contains a poll: before each call that may lead back here, at the last place where no value
//     of an expression is under way.
// P3  Points are numbered in the order of the source, and are the same on every target at one level of optimisation.
#include <stdio.h>
#include <string.h>

#include "pass.h"

struct function *function_of(struct module *m, LLVMValueRef value)
{
    for (size_t i = 0; i < m->functions.count; i++)
        if (m->functions.items[i].value == value)
            return &m->functions.items[i];
    return NULL;
}

// ---- which functions may be captured

static bool is_program_call(LLVMValueRef i)
{
    if (!LLVMIsACallInst(i) || LLVMIsAInlineAsm(LLVMGetCalledValue(i)))
        return false;
    LLVMValueRef callee = direct_callee(i);
    return !callee || !is_known_library_function(callee);
}

static void explain(struct module *m, struct function *f, const char *format, const char *name)
{
    char text[256];
    snprintf(text, sizeof text, format, name);
    f->may_be_captured = true;
    f->reason = save_text(m, text);
}

// A function of ours that may be captured, or one that we know nothing of.
static bool may_capture(struct module *m, LLVMValueRef call)
{
    if (!is_program_call(call))
        return false;
    LLVMValueRef callee = direct_callee(call);
    struct function *target = callee ? function_of(m, callee) : NULL;
    return !target || target->may_be_captured;
}

// Depth-first search over blocks; an edge to a block that is still open closes a cycle.
struct edge {
    LLVMBasicBlockRef from, to;
};

struct search {
    VECTOR(struct edge) back_edges;
};

static bool contains(const LLVMBasicBlockRef *blocks, size_t count, LLVMBasicBlockRef block)
{
    for (size_t i = 0; i < count; i++)
        if (blocks[i] == block)
            return true;
    return false;
}

enum { NEW, OPEN, DONE };

struct visit {
    LLVMBasicBlockRef block;
    unsigned next;
};

struct mark {
    LLVMBasicBlockRef block;
    char state;
};

struct marks {
    struct mark *table;
    size_t mask;
};

static char *mark_of(struct marks *marks, LLVMBasicBlockRef block)
{
    size_t i = ((uintptr_t)block >> 4) * 0x9E3779B97F4A7C15u >> 20;
    while (marks->table[i & marks->mask].block && marks->table[i & marks->mask].block != block)
        i++;
    marks->table[i & marks->mask].block = block;
    return &marks->table[i & marks->mask].state;
}

// All but those of loops that go round a few times only.
static void find_back_edges(const struct function *f, struct search *s)
{
    LLVMValueRef function = f->value;
    size_t size = 16;
    while (size < 2 * LLVMCountBasicBlocks(function))
        size *= 2;
    struct marks marks = {calloc(size, sizeof *marks.table), size - 1};
    VECTOR(struct visit) stack = {0};
    vector_push(&stack, ((struct visit){LLVMGetEntryBasicBlock(function), 0}));
    *mark_of(&marks, LLVMGetEntryBasicBlock(function)) = OPEN;
    while (stack.count) {
        struct visit *top = &stack.items[stack.count - 1];
        LLVMValueRef last = LLVMGetBasicBlockTerminator(top->block);
        if (top->next == LLVMGetNumSuccessors(last)) {
            *mark_of(&marks, top->block) = DONE;
            stack.count--;
            continue;
        }
        LLVMBasicBlockRef to = LLVMGetSuccessor(last, top->next++);
        char *state = mark_of(&marks, to);
        if (*state == OPEN && !contains(f->short_loops, f->short_loop_count, to))
            vector_push(&s->back_edges, ((struct edge){top->block, to}));
        if (*state == NEW) {
            *state = OPEN;
            vector_push(&stack, ((struct visit){to, 0}));
        }
    }
    free(stack.items);
    free(marks.table);
}

static bool has_cycle(const struct function *f)
{
    struct search s = {0};
    find_back_edges(f, &s);
    bool found = s.back_edges.count > 0;
    free(s.back_edges.items);
    return found;
}

// Strongly connected components of the module's direct calls (Tarjan 1972), recursive in the depth of the call graph.
struct tarjan {
    struct module *m;
    size_t *index, *low, counter, components;
    VECTOR(size_t) stack;
    bool *on_stack;
};

static void visit_calls(struct tarjan *t, size_t v)
{
    t->index[v] = t->low[v] = ++t->counter;
    vector_push(&t->stack, v);
    t->on_stack[v] = true;
    FOR_EACH_BLOCK (block, t->m->functions.items[v].value)
        FOR_EACH_INSTRUCTION (i, block) {
            LLVMValueRef callee = LLVMIsACallInst(i) ? direct_callee(i) : NULL;
            struct function *target = callee ? function_of(t->m, callee) : NULL;
            if (!target)
                continue;
            size_t w = (size_t)(target - t->m->functions.items);
            if (!t->index[w])
                visit_calls(t, w);
            if (t->on_stack[w] && t->low[w] < t->low[v])
                t->low[v] = t->low[w];
        }
    if (t->low[v] != t->index[v])
        return;
    t->components++;
    size_t w;
    do {
        w = t->stack.items[--t->stack.count];
        t->on_stack[w] = false;
        t->m->functions.items[w].component = t->components;
    } while (w != v);
}

static void find_components(struct module *m)
{
    size_t n = m->functions.count;
    struct tarjan t = {.m = m,
                       .index = calloc(n + 1, sizeof(size_t)),
                       .low = calloc(n + 1, sizeof(size_t)),
                       .on_stack = calloc(n + 1, 1)};
    for (size_t v = 0; v < n; v++)
        if (!t.index[v])
            visit_calls(&t, v);
    free(t.index);
    free(t.low);
    free(t.on_stack);
    free(t.stack.items);
}

// May this call lead back into the function that makes it?
static bool may_recurse(struct module *m, struct function *f, LLVMValueRef call)
{
    if (!is_program_call(call))
        return false;
    LLVMValueRef callee = direct_callee(call);
    struct function *target = callee ? function_of(m, callee) : NULL;
    return !target || target->component == f->component;
}

static void decide_by_itself(struct module *m, struct function *f)
{
    f->short_loop_count = extra_short_loops(f->value, &f->short_loops);
    if (has_cycle(f)) {
        explain(m, f, "may be captured: it contains a loop%s", "");
        return;
    }
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block) {
            if (!may_recurse(m, f, i))
                continue;
            LLVMValueRef callee = direct_callee(i);
            if (!callee)
                explain(m, f, "may be captured: it calls through a pointer%s", "");
            else if (function_of(m, callee))
                explain(m, f, "may be captured: it is recursive through '%s'", value_name(callee));
            else
                explain(m, f, "may be captured: it calls '%s', which is not known here", value_name(callee));
            return;
        }
}

static bool decide_by_calls(struct module *m, struct function *f)
{
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block)
            if (may_capture(m, i)) {
                explain(m, f, "may be captured: it calls '%s'", value_name(direct_callee(i)));
                return true;
            }
    return false;
}

static void decide_functions(struct module *m)
{
    find_components(m);
    for (size_t i = 0; i < m->functions.count; i++)
        decide_by_itself(m, &m->functions.items[i]);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < m->functions.count; i++)
            if (!m->functions.items[i].may_be_captured)
                changed |= decide_by_calls(m, &m->functions.items[i]);
    }
}

// ---- what cannot be handled is an error, never silence

static bool check_function(struct function *f)
{
    bool right = true;
    if (!extra_has_subprogram(f->value)) {
        extra_error(f->value, "no debug information, which names the live variables: compile with -g");
        return false;
    }
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block) {
            LLVMValueRef callee = LLVMIsACallInst(i) ? direct_callee(i) : NULL;
            if (callee && has_attribute(callee, LLVMAttributeFunctionIndex, "returns_twice")) {
                char text[200];
                snprintf(text, sizeof text, "'%s' in a function that may be captured is not supported",
                         value_name(callee));
                extra_error(i, text);
                right = false;
            }
            if (LLVMIsACallBrInst(i)) {
                extra_error(i, "asm goto in a function that may be captured is not supported");
                right = false;
            }
        }
    return right;
}

// ---- polls

static LLVMValueRef poll_placeholder(struct module *m)
{
    LLVMValueRef poll = LLVMGetNamedFunction(m->ir, POLL_PLACEHOLDER);
    if (poll)
        return poll;
    poll = LLVMAddFunction(m->ir, POLL_PLACEHOLDER, LLVMFunctionType(m->nothing, NULL, 0, false));
    // Reads everything, writes nothing that the program can see, may unwind: stores are kept in place before it and on
    // no account moved behind it.
    const uint64_t read_all_write_inaccessible = 1 | 3 << 2 | 1 << 4;
    add_attribute(m, poll, "memory", read_all_write_inaccessible);
    add_attribute(m, poll, "willreturn", 0);
    add_attribute(m, poll, "cold", 0);
    return poll;
}

static void insert_poll(struct module *m, LLVMValueRef before, LLVMMetadataRef location)
{
    LLVMValueRef poll = poll_placeholder(m);
    LLVMPositionBuilderBefore(m->builder, before);
    LLVMSetCurrentDebugLocation2(m->builder, location);
    LLVMValueRef call = LLVMBuildCall2(m->builder, LLVMGlobalGetValueType(poll), poll, NULL, 0, "");
    // What the inliner should count: a load and a branch.
    static const char COST[] = "call-inline-cost";
    LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex,
                             LLVMCreateStringAttribute(m->context, COST, sizeof COST - 1, "3", 1));
}

static LLVMValueRef first_real_instruction(LLVMBasicBlockRef block)
{
    LLVMValueRef i = LLVMGetFirstInstruction(block);
    while (LLVMIsAPHINode(i) || LLVMIsAAllocaInst(i))
        i = LLVMGetNextInstruction(i);
    return i;
}

static bool has_poll(LLVMBasicBlockRef block)
{
    FOR_EACH_INSTRUCTION (i, block)
        if (is_poll(i))
            return true;
    return false;
}

// Does every way from the header to a latch pass a poll already, one before a recursive call?
static bool polls_anyway(LLVMBasicBlockRef header, const LLVMBasicBlockRef *latches, size_t count)
{
    VECTOR(LLVMBasicBlockRef) seen = {0};
    bool reached = false;
    if (!has_poll(header))
        vector_push(&seen, header);
    for (size_t next = 0; next < seen.count && !reached; next++) {
        LLVMBasicBlockRef block = seen.items[next];
        reached = contains(latches, count, block);
        LLVMValueRef last = LLVMGetBasicBlockTerminator(block);
        for (unsigned i = 0; i < LLVMGetNumSuccessors(last); i++) {
            LLVMBasicBlockRef successor = LLVMGetSuccessor(last, i);
            if (!contains(seen.items, seen.count, successor) && !has_poll(successor))
                vector_push(&seen, successor);
        }
    }
    free(seen.items);
    return !reached;
}

// P1. All edges that close a cycle at `header` go through one new block that polls. An indirect branch has no edge to
// split: it polls before it branches.
static void poll_in_cycle(struct module *m, struct search *s, LLVMBasicBlockRef header)
{
    VECTOR(LLVMBasicBlockRef) latches = {0};
    for (size_t i = 0; i < s->back_edges.count; i++) {
        LLVMBasicBlockRef from = s->back_edges.items[i].from;
        if (s->back_edges.items[i].to != header || contains(latches.items, latches.count, from))
            continue;
        LLVMValueRef last = LLVMGetBasicBlockTerminator(from);
        if (!LLVMIsAIndirectBrInst(last)) {
            vector_push(&latches, from);
            continue;
        }
        LLVMValueRef first = first_real_instruction(from);
        if (!is_poll(first))
            insert_poll(m, first, LLVMInstructionGetDebugLoc(last));
    }
    if (latches.count && !polls_anyway(header, latches.items, latches.count)) {
        LLVMBasicBlockRef latch = extra_merge_latches(header, latches.items, latches.count);
        LLVMValueRef last = LLVMGetBasicBlockTerminator(latch);
        insert_poll(m, last, LLVMInstructionGetDebugLoc(last));
    }
    free(latches.items);
}

static void poll_in_cycles(struct module *m, struct function *f)
{
    struct search s = {0};
    find_back_edges(f, &s);
    for (size_t i = 0; i < s.back_edges.count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen |= s.back_edges.items[j].to == s.back_edges.items[i].to;
        if (!seen)
            poll_in_cycle(m, &s, s.back_edges.items[i].to);
    }
    free(s.back_edges.items);
}

static size_t index_in_block(LLVMValueRef instruction)
{
    size_t index = 0;
    for (LLVMValueRef i = LLVMGetPreviousInstruction(instruction); i; i = LLVMGetPreviousInstruction(i))
        index++;
    return index;
}

static size_t last_use_in_block(LLVMValueRef value, LLVMBasicBlockRef block)
{
    size_t last = 0;
    for (LLVMUseRef use = LLVMGetFirstUse(value); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (!LLVMIsAInstruction(user))
            continue;
        if (LLVMGetInstructionParent(user) != block || LLVMIsAPHINode(user))
            return SIZE_MAX;
        size_t at = index_in_block(user);
        if (at > last)
            last = at;
    }
    return last;
}

// P2. The last place before `call` in its block where no value of the block is under way: the beginning of the
// expression.
static LLVMValueRef beginning_of_expression(LLVMValueRef call)
{
    LLVMBasicBlockRef block = LLVMGetInstructionParent(call);
    LLVMValueRef best = first_real_instruction(block);
    size_t needed_until = 0, at = index_in_block(best);
    for (LLVMValueRef i = best; i; i = LLVMGetNextInstruction(i), at++) {
        if (needed_until < at || i == best)
            best = i;
        if (i == call)
            break;
        size_t last = last_use_in_block(i, block);
        if (last > needed_until)
            needed_until = last;
    }
    return best;
}

static void poll_before_recursion(struct module *m, struct function *f)
{
    VECTOR(LLVMValueRef) calls = {0};
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block)
            if (may_recurse(m, f, i))
                vector_push(&calls, i);
    for (size_t i = 0; i < calls.count; i++) {
        LLVMValueRef before = beginning_of_expression(calls.items[i]);
        LLVMValueRef previous = LLVMGetPreviousInstruction(before);
        if (!(previous && is_poll(previous)) && !is_poll(before))
            insert_poll(m, before, LLVMInstructionGetDebugLoc(calls.items[i]));
    }
    free(calls.items);
}

// ---- points

static void add_point(struct module *m, struct function *f, LLVMValueRef call)
{
    struct point point = {.kind = is_poll(call) ? HLCKPT_POLL : HLCKPT_CALL, .call = call, .callee = ""};
    LLVMValueRef callee = direct_callee(call);
    if (point.kind == HLCKPT_CALL && callee)
        point.callee = save_text(m, value_name(callee));
    if (LLVMInstructionGetDebugLoc(call)) {
        point.line = LLVMGetDebugLocLine(call);
        point.column = LLVMGetDebugLocColumn(call);
    }
    vector_push(&f->points, point);
}

static void collect_points(struct module *m, struct function *f)
{
    FOR_EACH_BLOCK (block, f->value)
        FOR_EACH_INSTRUCTION (i, block) {
            if (!LLVMIsACallInst(i) || !(is_poll(i) || may_capture(m, i)))
                continue;
            if (!is_poll(i) && strcmp(f->name, "main") != 0 && is_droppable_tail_call(m, f, i)) {
                LLVMSetTailCallKind(i, LLVMTailCallKindTail);
                extra_add_deopt(i, NULL, 0);
                continue;
            }
            add_point(m, f, i);
        }
}

// ---- bundles

LLVMValueRef *variable_addresses(struct function *f)
{
    LLVMValueRef *addresses = calloc(f->variables.count + 1, sizeof *addresses);
    for (size_t i = 0; i < f->variables.count; i++)
        addresses[i] = f->variables.items[i].address;
    return addresses;
}

void add_bundle(struct module *m, struct function *f, struct point *p, LLVMValueRef *addresses)
{
    VECTOR(LLVMValueRef) values = {0};
    vector_push(&values, f->descriptor);
    vector_push(&values, constant_u32(m, (uint32_t)(p - f->points.items)));
    vector_push(&values, constant_u32(m, (uint32_t)p->live.count));
    LLVMPositionBuilderBefore(m->builder, p->call);
    LLVMSetCurrentDebugLocation2(m->builder, LLVMInstructionGetDebugLoc(p->call));
    for (size_t i = 0; i < p->live.count; i++) {
        struct variable *v = &f->variables.items[p->live.items[i]];
        LLVMValueRef address = addresses[p->live.items[i]];
        vector_push(&values, v->storage == HLCKPT_VALUE ? LLVMBuildLoad2(m->builder, v->value, address, "") : address);
    }
    p->call = extra_add_deopt(p->call, values.items, values.count);
    free(values.items);
}

// ---- the step

// What is promised of a function no longer holds once it can unwind and be captured: no promise about memory, none not
// to unwind.
static void adjust_attributes(struct module *m, struct function *f)
{
    static const char *const BROKEN[] = {"nounwind", "memory",    "willreturn",  "mustprogress",
                                         "nosync",   "norecurse", "speculatable"};
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++)
        remove_attribute(f->value, BROKEN[i]);
    const uint64_t synchronous = 1;
    add_attribute(m, f->value, "uwtable", synchronous);
    const char *section = LLVMGetSection(f->value);
    if (!section || !*section)
        LLVMSetSection(f->value, HLCKPT_TEXT_SECTION);
    else if (strcmp(section, HLCKPT_TEXT_SECTION) != 0)
        extra_missed(f->value, "is put in a section of its own by the program: captures wait while it is active");
}

// What the program promises of a function that may be captured does not hold while it is. The promise stands at the
// call or at the declaration, and code generation reads both.
static void adjust_call(LLVMValueRef call)
{
    static const char *const BROKEN[] = {"nounwind", "memory", "willreturn", "nosync"};
    LLVMValueRef callee = LLVMIsAFunction(LLVMGetCalledValue(call));
    for (size_t k = 0; k < sizeof BROKEN / sizeof *BROKEN; k++) {
        unsigned kind = LLVMGetEnumAttributeKindForName(BROKEN[k], strlen(BROKEN[k]));
        LLVMRemoveCallSiteEnumAttribute(call, LLVMAttributeFunctionIndex, kind);
        if (callee && LLVMIsDeclaration(callee) && !is_poll(call))
            LLVMRemoveEnumAttributeAtIndex(callee, LLVMAttributeFunctionIndex, kind);
    }
}

static void adjust_calls(LLVMValueRef function)
{
    FOR_EACH_BLOCK (block, function)
        FOR_EACH_INSTRUCTION (i, block)
            if (LLVMIsACallInst(i) && extra_has_deopt(i))
                adjust_call(i);
}

static bool check_size(struct function *f)
{
    bool fits = f->points.count < HLCKPT_MOST_POINTS;
    for (size_t i = 0; i < f->points.count; i++)
        fits &= f->points.items[i].live.count < HLCKPT_MOST_SLOTS;
    if (!fits)
        extra_error(
            f->value,
            "more than 4095 live variables at a migration point, or a million points in a function, are not supported");
    return fits;
}

static void make_descriptor(struct module *m, struct function *f)
{
    LLVMTypeRef type = LLVMStructTypeInContext(m->context, (LLVMTypeRef[]){m->pointer, m->pointer, m->i32}, 3, false);
    char name[300];
    snprintf(name, sizeof name, "hlckpt.function.%s", f->name);
    f->descriptor = LLVMAddGlobal(m->ir, type, name);
    LLVMSetLinkage(f->descriptor, LLVMInternalLinkage);
    LLVMSetGlobalConstant(f->descriptor, true);
}

static bool instrument(struct module *m, struct function *f)
{
    normalise_memory(m, f);
    normalise_variadic(m, f);
    normalise_dynamic_allocas(m, f);
    poll_before_recursion(m, f);
    poll_in_cycles(m, f);
    collect_points(m, f);
    collect_variables(m, f);
    compute_live_variables(m, f);
    make_descriptor(m, f);
    adjust_attributes(m, f);
    return check_size(f);
}

static void bundle_points(struct module *m, struct function *f)
{
    LLVMValueRef *addresses = variable_addresses(f);
    for (size_t i = 0; i < f->points.count; i++)
        add_bundle(m, f, &f->points.items[i], addresses);
    free(addresses);
}

static struct module open_module(LLVMModuleRef ir)
{
    LLVMContextRef context = LLVMGetModuleContext(ir);
    struct module m = {
        .ir = ir, .context = context, .builder = LLVMCreateBuilderInContext(context), .types = {.module = ir}};
    m.pointer = LLVMPointerTypeInContext(context, 0);
    m.i32 = LLVMInt32TypeInContext(context);
    m.i1 = LLVMInt1TypeInContext(context);
    m.nothing = LLVMVoidTypeInContext(context);
    m.word = extra_word_type(ir);
    for (LLVMValueRef f = LLVMGetFirstFunction(ir); f; f = LLVMGetNextFunction(f))
        if (!LLVMIsDeclaration(f)) {
            struct function *added = vector_add(&m.functions);
            added->value = f;
            added->name = save_text(&m, value_name(f));
        }
    return m;
}

void hlckpt_insert_points(LLVMModuleRef ir)
{
    if (LLVMGetNamedGlobal(ir, "hlckpt.module"))
        return;
    struct module m = open_module(ir);
    if (!redirect_calls(&m))
        return;
    for (size_t i = 0; i < m.functions.count; i++)
        normalise_tail_recursion(&m, &m.functions.items[i]);
    decide_functions(&m);
    bool right = true;
    for (size_t i = 0; i < m.functions.count; i++)
        if (m.functions.items[i].may_be_captured)
            right &= check_function(&m.functions.items[i]);
    if (!right)
        return;
    report_resources(&m);
    for (size_t i = 0; i < m.functions.count; i++) {
        struct function *f = &m.functions.items[i];
        if (f->may_be_captured) {
            extra_remark(f->value, f->reason);
            right &= instrument(&m, f);
        } else {
            extra_missed(f->value, "is left as it is: nothing in it can be captured");
        }
    }
    for (size_t i = 0; right && i < m.functions.count; i++)
        if (m.functions.items[i].may_be_captured) {
            build_twin(&m, &m.functions.items[i]);
            bundle_points(&m, &m.functions.items[i]);
            adjust_calls(m.functions.items[i].value);
            adjust_calls(m.functions.items[i].twin);
        }
    if (right)
        emit_module(&m);
    LLVMDisposeBuilder(m.builder);
}
