// Follows a thread's stack with the platform's unwinder, three times over in the life of a capture:
//
//     look     _Unwind_Backtrace in the program itself    is every frame ours?           relax <- solve <- main <- base
//     keep     in the capturing process                   the memory between here and the base is copied
//     unwind   _Unwind_ForcedUnwind there                 landing pads save the frames   relax#1, solve#0, main#2
//
// The capturing process has one thread. It enters the stack of each other thread, which stood still in cut.c or
// blocking.c after _setjmp, by longjmp, unwinds it, jumps home at its base, and unwinds its own stack last.
//
// W1  Between the innermost frame with a map and the base there is no frame without one. A frame is told by its return
//     address, which lies in the sections of instrumented code; the base by one that lies in a section of its own.
// W2  No memory of a frame is read after that frame has been unwound: landing pads run on the stack and write over it,
//     so objects are read from the copy.
//
// Records can be more than frames, for inlined calls, or fewer, for calls in tail position whose frame holds nothing.
//
// The stack grows downwards on every target. Return codes of the unwinder do not tell the end of the stack uniformly;
// they are not looked at.
//
// Not handled: frames of uninstrumented code. The capture is put off, and the reason names the function.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unwind.h>

#include "arena.h"
#include "module.h"
#include "symbol.h"
#include "walk.h"

// ---- the base

#define BASE __attribute__((noinline, disable_tail_calls, section("hlckpt_base")))

extern const char base_begin[] __asm__("__start_hlckpt_base");
extern const char base_end[] __asm__("__stop_hlckpt_base");

BASE int walk_call_main(int (*program_main)(int, char **, char **), int argc, char **argv, char **envp)
{
    main_thread.stack_top = __builtin_frame_address(0);
    return program_main(argc, argv, envp);
}

BASE int walk_call_twin(int (*twin)(void))
{
    main_thread.stack_top = __builtin_frame_address(0);
    return twin();
}

BASE void *walk_call_start(struct thread *t)
{
    t->stack_top = __builtin_frame_address(0);
    if (t->returns_int)
        return (void *)(intptr_t)((int (*)(void *))(void (*)(void))t->start)(t->argument);
    return t->start(t->argument);
}

BASE void *walk_call_thread_twin(struct thread *t, void (*twin)(void))
{
    t->stack_top = __builtin_frame_address(0);
    if (t->returns_int)
        return (void *)(intptr_t)((int (*)(void))twin)();
    return ((void *(*)(void))twin)();
}

enum place { PLACE_PROGRAM, PLACE_BASE, PLACE_ELSEWHERE };

// The place of the call that the frame is in: a return address may be the start of the next function.
static enum place place_of(uintptr_t return_address)
{
    uintptr_t call = return_address - 1;
    if (module_has_code(call))
        return PLACE_PROGRAM;
    return call - (uintptr_t)base_begin < (uintptr_t)(base_end - base_begin) ? PLACE_BASE : PLACE_ELSEWHERE;
}

// ---- look

struct look {
    uintptr_t inner;    // the last frame of the program that was seen, 0 before the first
    uintptr_t obstacle; // the last frame without a map that was seen since then
    uintptr_t outer;    // the frame of the program that called it
    bool reached_base;
};

static _Unwind_Reason_Code look_at_frame(struct _Unwind_Context *context, void *argument)
{
    struct look *look = argument;
    uintptr_t address = _Unwind_GetIP(context);
    if (address == 0)
        return _URC_END_OF_STACK;
    switch (place_of(address)) {
    case PLACE_PROGRAM:
        look->outer = address;
        if (look->obstacle)
            return _URC_END_OF_STACK;
        look->inner = address;
        return _URC_NO_REASON;
    case PLACE_BASE:
        look->reached_base = true;
        return _URC_END_OF_STACK;
    default:
        if (look->inner) // before, it is the runtime's own
            look->obstacle = address;
        return _URC_NO_REASON;
    }
}

static void describe_obstacle(const struct look *look, char *reason)
{
    char obstacle[64], inner[64], outer[64];
    if (!look->inner) {
        snprintf(reason, WALK_REASON_SIZE, "the caller was compiled without the pass");
        return;
    }
    symbol_describe(look->inner - 1, inner, sizeof inner);
    if (!look->obstacle) {
        snprintf(reason, WALK_REASON_SIZE, "the stack cannot be followed past %s", inner);
        return;
    }
    symbol_describe(look->obstacle - 1, obstacle, sizeof obstacle);
    symbol_describe(look->outer - 1, outer, sizeof outer);
    snprintf(reason, WALK_REASON_SIZE, "frame of %s between %s and %s", obstacle, inner,
             look->outer == look->inner ? "the base of the stack" : outer);
}

bool walk_possible(char reason[WALK_REASON_SIZE])
{
    struct look look = {0};
    _Unwind_Backtrace(look_at_frame, &look);
    if (look.reached_base && look.inner && !look.obstacle)
        return true;
    describe_obstacle(&look, reason);
    return false;
}

// ---- the capturing process's own state; nothing of it is used in the program itself

static struct {
    struct stack *stacks; // by number of thread
    size_t count, current;
    size_t last; // whose unwinding ends the walk: the caller's own, or none
    walk_done *done;
    jmp_buf home;
} walk;

static struct {
    struct frame *frames;
    size_t count, room;
    unsigned char *slots; // the unused part of the current chunk
    size_t slots_left;    // bytes
    char fault[160];      // the first; "" for none
} reported;

static struct {
    struct _Unwind_Exception exception;
    bool is_under_way;
    bool was_in_program; // a frame with a map has been passed
} unwinding;

static void set_fault(const char *text)
{
    if (!*reported.fault)
        snprintf(reported.fault, sizeof reported.fault, "%s", text);
}

_Noreturn void walk_finish(void)
{
    walk.done(walk.stacks, walk.count, *reported.fault ? reported.fault : NULL, false);
    __builtin_trap(); // done does not return
}

// One stack is unwound.
static _Noreturn void finish(void)
{
    walk.stacks[walk.current].frames = reported.frames;
    walk.stacks[walk.current].count = reported.count;
    if (walk.current == walk.last || *reported.fault)
        walk_finish();
    _longjmp(walk.home, 1);
}

// ---- keep

static bool keep_stack(struct stack *stack, const char *low, const char *high)
{
    size_t size = (size_t)(high - low);
    void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (copy == MAP_FAILED)
        return false;
    *stack = (struct stack){.low = low, .high = high, .copy = memcpy(copy, low, size)};
    return true;
}

static bool has_frames(const struct thread *t)
{
    return t->state != THREAD_FINISHED;
}

static bool keep_stacks(const struct thread *self)
{
    const char *here = __builtin_frame_address(0);
    walk.count = thread_count();
    walk.stacks = hlckpt_arena_calloc(walk.count, sizeof *walk.stacks);
    for (const struct thread *t = thread_first(); walk.stacks && t; t = t->next)
        if (has_frames(t) && !keep_stack(&walk.stacks[t->number], t == self ? here : t->stack_low, t->stack_top))
            return false;
    return walk.stacks;
}

// ---- enter and leave the stacks

static void begin_stack(size_t number)
{
    walk.current = number;
    reported.frames = NULL;
    reported.count = reported.room = 0;
    unwinding.is_under_way = unwinding.was_in_program = false;
}

bool walk_others(const struct thread *self, walk_done *done)
{
    walk.done = done;
    walk.last = self ? self->number : SIZE_MAX;
    if (!keep_stacks(self))
        return false;
    for (struct thread *volatile t = thread_first(); t; t = t->next) {
        if (t == self || !has_frames(t))
            continue;
        begin_stack(t->number);
        if (_setjmp(walk.home) == 0)
            _longjmp(t->context, 1);
    }
    if (self)
        begin_stack(self->number);
    return true;
}

_Noreturn void walk_unwind_from_call(void)
{
    char reason[WALK_REASON_SIZE];
    if (!walk_possible(reason))
        walk.done(walk.stacks, walk.count, reason, true);
    hlckpt_unwind();
    __builtin_trap(); // it does not return the first time
}

// ---- unwind: frames report themselves

#define CHUNK_SIZE ((size_t)256 * 1024)

static struct frame *add_frame(void)
{
    if (reported.count == reported.room) {
        size_t room = reported.room ? 2 * reported.room : 256;
        struct frame *frames = hlckpt_arena_realloc(reported.frames, room * sizeof *frames);
        if (!frames)
            return NULL;
        reported.frames = frames;
        reported.room = room;
    }
    return &reported.frames[reported.count++];
}

// A frame without values has slots too, of no size.
static void *add_slots(size_t size)
{
    if (!reported.slots || size > reported.slots_left) {
        size_t chunk = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        reported.slots = hlckpt_arena_calloc(1, chunk);
        reported.slots_left = reported.slots ? chunk : 0;
        if (!reported.slots)
            return NULL;
    }
    void *slots = reported.slots;
    reported.slots += size;
    reported.slots_left -= size;
    return slots;
}

void *hlckpt_frame(const struct hlckpt_function *function, uint32_t point_and_count)
{
    uint32_t point = point_and_count % HLCKPT_MOST_POINTS, count = point_and_count / HLCKPT_MOST_POINTS;
    void *slots = add_slots((size_t)count * HLCKPT_SLOT_SIZE);
    struct frame *frame = slots ? add_frame() : NULL;
    if (!frame) {
        set_fault("no memory for the frames");
        finish();
    }
    *frame = (struct frame){function, point, count, slots};
    return slots;
}

// ---- unwind: the unwinder's progress

static _Unwind_Reason_Code stop_at_frame(int version, _Unwind_Action actions, HLCKPT_UNWIND_CLASS class,
                                         struct _Unwind_Exception *exception, struct _Unwind_Context *context,
                                         void *argument)
{
    (void)version, (void)class, (void)exception, (void)argument;
    if (actions & _UA_END_OF_STACK) {
        set_fault("the stack ended before its base");
        finish();
    }
    uintptr_t address = _Unwind_GetIP(context);
    switch (place_of(address)) {
    case PLACE_PROGRAM:
        unwinding.was_in_program = true;
        break;
    case PLACE_BASE:
        finish();
    default: // the runtime's own, or W1 is broken
        if (unwinding.was_in_program)
            set_fault("a frame without a map was reached");
    }
    return _URC_NO_REASON;
}

// The unwinder wants to be resumed by the frame of the landing pad itself (ARM's takes the stack pointer from there), so that a landing pad gets the
// exception and calls _Unwind_Resume.
void *hlckpt_unwind(void)
{
    if (unwinding.is_under_way)
        return &unwinding.exception;
    unwinding.is_under_way = true;
    _Unwind_ForcedUnwind(&unwinding.exception, (_Unwind_Stop_Fn)(void (*)(void))stop_at_frame, NULL);
    set_fault("the unwinder gave up");
    finish();
}
