// The resume half of abi.h: hands out the image's frames, outermost first, to the twins that rebuild them.
//
//     main's twin      hlckpt_resume_enter -> main#2      hlckpt_resume_callee -> twin of solve
//     solve's twin     hlckpt_resume_enter -> solve#0     hlckpt_resume_callee -> twin of relax
//     relax's twin     hlckpt_resume_enter -> relax#1     hlckpt_resume_run, and the program goes on
//
// M1  Everything about the image that can be wrong is found before the first twin is called: what follows cannot fail,
// and
//     a twin that asks for another function's frame is a bug of ours.
// M2  A frame's record lies in one block of the arena: a header of one slot with the point in it, then the slots.
#define _GNU_SOURCE
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arena.h"
#include "environment.h"
#include "hlckpt/env.h"
#include "image.h"
#include "label.h"
#include "log.h"
#include "poll.h"
#include "process.h"
#include "resume.h"
#include "state.h"
#include "walk.h"

static struct {
    struct image *image;
    struct state *state;
    struct process *process;
    char *const *envp;   // of this process
    struct frame *frame; // the one being rebuilt
    unsigned char **records;
    size_t left;  // frames not entered yet
    void *result; // where the next twin's result goes
} resume;

static _Noreturn void refuse(const char *path, const char *reason)
{
    log_refusal("cannot resume ", path, reason);
    _exit(HLCKPT_STATUS_REFUSED);
}

// ---- before the first twin

static bool make_records(struct failure *f)
{
    size_t count = state_frame_count(resume.state, 0);
    resume.left = count;
    resume.records = hlckpt_arena_calloc(count, sizeof *resume.records);
    for (size_t i = 0; resume.records && i < count; i++) {
        struct frame *frame = state_frame(resume.state, 0, i);
        unsigned char *record = hlckpt_arena_calloc((size_t)frame->count + 1, HLCKPT_SLOT_SIZE);
        if (!record)
            return fail(f, "no memory for %zu frames", count);
        memcpy(record, &frame->point, sizeof frame->point);
        frame->slots = record + HLCKPT_SLOT_SIZE;
        resume.records[i] = record;
    }
    return resume.records || fail(f, "no memory for %zu frames", count);
}

static bool read_image(const char *path, const struct hlckpt_function *main_function, struct failure *f)
{
    if (!main_function)
        return fail(f, "main of this program was compiled without the pass, or cannot be captured");
    if (!(resume.image = image_open(path, f)) || !(resume.state = state_read(resume.image, f)) ||
        !(resume.process = process_read(resume.image, f)))
        return false;
    size_t count = state_frame_count(resume.state, 0);
    if (count == 0 || state_frame(resume.state, 0, count - 1)->function != main_function)
        return fail(f, "the outermost of its %zu frames is not main's", count);
    return make_records(f);
}

// A deep stack may need more room on this target than on the one it was captured on.
static void make_room_for_stack(size_t frames)
{
    const rlim_t most = (rlim_t)100 << 20; // what the kernel leaves free below a stack at least
    struct rlimit limit;
    if (frames < 1000 || getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= most)
        return;
    limit.rlim_cur = limit.rlim_max < most ? limit.rlim_max : most;
    setrlimit(RLIMIT_STACK, &limit);
}

int resume_program(const char *path, const struct hlckpt_function *main_function, char *const *envp)
{
    struct failure f = {0};
    resume.envp = envp;
    if (!read_image(path, main_function, &f) || !label_load(&f) || !process_prepare(resume.process, &f))
        refuse(path, f.text);
    log_line(LOG_INFO, "resuming %s: %zu frames", path, resume.left);
    make_room_for_stack(resume.left);
    state_create(resume.state);
    return walk_call_twin((int (*)(void))main_function->twin);
}

// ---- called by the twins

void *hlckpt_resume_enter(const struct hlckpt_function *function)
{
    assert(resume.left > 0);
    resume.frame = state_frame(resume.state, 0, --resume.left);
    assert(resume.frame->function == function);
    return resume.frame->slots;
}

void hlckpt_resume_values(void *slots)
{
    assert(slots == resume.frame->slots);
    state_values(resume.state, resume.frame);
}

void hlckpt_resume_set_result(void *address)
{
    resume.result = address;
}

void *hlckpt_resume_get_result(void)
{
    return resume.result;
}

// Stands for the call of hlckpt_checkpoint that the image was made by.
static int return_from_checkpoint(void)
{
    hlckpt_resume_run();
    return 1;
}

void (*hlckpt_resume_callee(void))(void)
{
    if (resume.left == 0)
        return (void (*)(void))return_from_checkpoint;
    return state_frame(resume.state, 0, resume.left - 1)->function->twin;
}

static void forget_image(void)
{
    size_t count = state_frame_count(resume.state, 0);
    for (size_t i = 0; i < count; i++)
        hlckpt_arena_free(resume.records[i]);
    hlckpt_arena_free(resume.records);
    state_free(resume.state);
    image_close(resume.image);
}

void hlckpt_resume_run(void)
{
    struct failure f = {0};
    assert(resume.left == 0);
    state_fill(resume.state);
    process_run(resume.process);
    environment_restore_controls(resume.envp);
    forget_image();
    if (!poll_start(&f))
        log_line(LOG_ERROR, "the resumed program cannot be captured: %s", f.text);
}
