// Follows the main thread's stack with the platform's unwinder, three times over in the life of a capture:
//
//     look     _Unwind_Backtrace in the program itself    is every frame ours?           relax <- solve <- main <- base
//     keep     in the capturing process                   the memory between here and the base is copied
//     unwind   _Unwind_ForcedUnwind there                 landing pads save the frames   relax#1, solve#0, main#2
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

static const char *stack_top; // no frame of the program lies above it

BASE int walk_call_main(int (*program_main)(int, char **, char **), int argc, char **argv, char **envp)
{
    stack_top = __builtin_frame_address(0);
    return program_main(argc, argv, envp);
}

BASE int walk_call_twin(int (*twin)(void))
{
    stack_top = __builtin_frame_address(0);
    return twin();
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
    const char *low, *high, *copy;
} kept;

static struct {
    struct frame *frames;
    size_t count, room;
    unsigned char *slots; // the unused part of the current chunk
    size_t slots_left;    // bytes
    char fault[160];      // the first; "" for none
} reported;

static struct {
    struct _Unwind_Exception exception;
    void (*done)(const struct stack *, const char *);
    bool is_under_way;
    bool was_in_program; // a frame with a map has been passed
} unwinding;

static void set_fault(const char *text)
{
    if (!*reported.fault)
        snprintf(reported.fault, sizeof reported.fault, "%s", text);
}

static _Noreturn void finish(void)
{
    struct stack stack = {reported.frames, reported.count, kept.low, kept.high, kept.copy};
    unwinding.done(&stack, *reported.fault ? reported.fault : NULL);
    __builtin_trap(); // done does not return
}

// ---- keep

bool walk_prepare(void (*done)(const struct stack *stack, const char *fault))
{
    unwinding.done = done;
    kept.low = __builtin_frame_address(0);
    kept.high = stack_top;
    size_t size = (size_t)(kept.high - kept.low);
    void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (copy == MAP_FAILED)
        return false;
    kept.copy = memcpy(copy, kept.low, size);
    return true;
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

static void *add_slots(size_t size)
{
    if (size > reported.slots_left) {
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
