// The resume half of abi.h: hands out the image's frames, outermost first, to the twins that rebuild them.
//
//     main's twin      hlckpt_resume_enter -> main#2      hlckpt_resume_callee -> twin of solve
//     solve's twin     hlckpt_resume_enter -> solve#0     hlckpt_resume_callee -> twin of relax
//     relax's twin     hlckpt_resume_enter -> relax#1     hlckpt_resume_run, and the program goes on
//
// The other threads are created before, wait at the base of their stacks, and are rebuilt one after the other, main last.
// Each waits at its innermost frame, where it is again what it was:
//
//     measure   all stacks are rebuilt and left again, so that the addresses of all variables are known: a frame may
//               hold a pointer to a variable of any thread. A stack that is rebuilt again has the same addresses.
//     build     all stacks are rebuilt; main fills the objects
//     hold      each thread takes the locks that it held, and its thread-specific values
//     go
//
// M1  Everything about the image that can be wrong is found before the first twin is called: what follows cannot fail,
//     and a twin that asks for another function's frame is a bug of ours.
// M2  A frame's record lies in one block of the arena: a header of one slot with the point in it, then the slots.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arena.h"
#include "blocking.h"
#include "environment.h"
#include "hlckpt/env.h"
#include "image.h"
#include "label.h"
#include "log.h"
#include "poll.h"
#include "process.h"
#include "resume.h"
#include "state.h"
#include "thread-image.h"
#include "thread.h"
#include "walk.h"

static struct {
    struct image *image;
    struct state *state;
    struct process *process;
    char *const *envp;        // of this process
    size_t roots;             // of the runtime itself
    unsigned char ***records; // by thread and frame
    // Of the thread that is being rebuilt:
    uint32_t thread;
    struct frame *frame;
    size_t left;  // frames not entered yet
    void *result; // where the next twin's result goes
} resume;

// How far the threads are; under `lock`.
enum phase { PHASE_MEASURE, PHASE_BUILD, PHASE_HOLD, PHASE_GO };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static enum phase phase;
static uint32_t turn;  // the thread that rebuilds its stack; 0: none but main
static uint32_t ready; // threads that have come as far as they can in this phase
static jmp_buf measured; // PHASE_MEASURE: the base of the stack that is rebuilt

static _Noreturn void refuse(const char *path, const char *reason)
{
    log_refusal("cannot resume ", path, reason);
    _exit(HLCKPT_STATUS_REFUSED);
}

// ---- before the first twin

static bool make_records(uint32_t thread, struct failure *f)
{
    size_t count = state_frame_count(resume.state, thread);
    unsigned char **records = resume.records[thread] = hlckpt_arena_calloc(count + 1, sizeof *records);
    for (size_t i = 0; records && i < count; i++) {
        struct frame *frame = state_frame(resume.state, thread, i);
        unsigned char *record = hlckpt_arena_calloc((size_t)frame->count + 1, HLCKPT_SLOT_SIZE);
        if (!record)
            return fail(f, "no memory for %zu frames", count);
        memcpy(record, &frame->point, sizeof frame->point);
        frame->slots = record + HLCKPT_SLOT_SIZE;
        records[i] = record;
    }
    return records || fail(f, "no memory for %zu frames", count);
}

static bool make_all_records(struct failure *f)
{
    resume.records = hlckpt_arena_calloc(thread_count(), sizeof *resume.records);
    if (!resume.records)
        return fail(f, "no memory for the frames of %u threads", thread_count());
    for (uint32_t i = 0; i < thread_count(); i++)
        if (!make_records(i, f))
            return false;
    return true;
}

static bool read_image(const char *path, const struct hlckpt_function *main_function, struct failure *f)
{
    if (!main_function)
        return fail(f, "main of this program was compiled without the pass, or cannot be captured");
    resume.roots = state_root_count();
    if (!(resume.image = image_open(path, f)) || !threads_read(resume.image, f) ||
        !(resume.state = state_read(resume.image, f)) || !(resume.process = process_read(resume.image, f)))
        return false;
    size_t count = state_frame_count(resume.state, 0);
    if (count && state_frame(resume.state, 0, count - 1)->function != main_function)
        return fail(f, "the outermost of its %zu frames is not main's", count);
    return threads_check(resume.state, f) && make_all_records(f);
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

// ---- the other threads

static void wait_for_phase(enum phase wanted)
{
    while (phase < wanted)
        pthread_cond_wait(&changed, &lock);
}

static void arrive(void)
{
    ready++;
    pthread_cond_broadcast(&changed);
}

static void take_what_it_held(struct thread *t)
{
    thread_take_holds(t);
    for (uint32_t i = 0; i < thread_key_count(); i++)
        if (thread_value(t, i))
            pthread_setspecific(thread_key(i), thread_value(t, i));
}

// The calling thread has rebuilt its stack, or needs none: it goes on when all do.
static void wait_to_go(struct thread *t)
{
    pthread_mutex_lock(&lock);
    arrive();
    wait_for_phase(PHASE_HOLD);
    pthread_mutex_unlock(&lock);
    take_what_it_held(t);
    pthread_mutex_lock(&lock);
    arrive();
    wait_for_phase(PHASE_GO);
    pthread_mutex_unlock(&lock);
    atomic_store(&t->state, THREAD_RUNNING);
    if (t->name[0])
        pthread_setname_np(pthread_self(), t->name);
    pthread_sigmask(SIG_SETMASK, &t->mask, NULL);
    errno = t->error_number;
}

static void begin_stack(uint32_t thread)
{
    resume.thread = thread;
    resume.left = state_frame_count(resume.state, thread);
}

static void (*outermost_twin(uint32_t thread))(void)
{
    return state_frame(resume.state, thread, state_frame_count(resume.state, thread) - 1)->function->twin;
}

static void wait_for_turn(const struct thread *t)
{
    pthread_mutex_lock(&lock);
    arrive();
    while (turn != t->number)
        pthread_cond_wait(&changed, &lock);
    turn = 0;
    pthread_mutex_unlock(&lock);
}

static void run_thread(struct thread *t)
{
    wait_for_turn(t);
    if (t->doing == THREAD_FINISHED) {
        wait_to_go(t);
        return;
    }
    begin_stack(t->number);
    if (_setjmp(measured) == 0)
        walk_call_thread_twin(t, outermost_twin(t->number));
    wait_for_turn(t);
    begin_stack(t->number);
    t->result = walk_call_thread_twin(t, outermost_twin(t->number));
}

static void wait_until_ready(uint32_t count)
{
    pthread_mutex_lock(&lock);
    while (ready < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

// All signals are blocked, here and in the threads, until all go on.
static bool create_threads(struct failure *f)
{
    sigset_t all;
    sigfillset(&all);
    if (thread_count() > 1)
        pthread_sigmask(SIG_SETMASK, &all, NULL);
    for (struct thread *t = thread_first()->next; t; t = t->next)
        if (!thread_create_again(t, run_thread, f))
            return false;
    wait_until_ready(thread_count() - 1);
    return true;
}

static void enter_phase(enum phase next)
{
    pthread_mutex_lock(&lock);
    ready = 0;
    phase = next;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

// Of threads that have finished nothing is to be rebuilt: in the second round they are waiting already.
static void rebuild_threads(void)
{
    for (struct thread *t = thread_first()->next; t; t = t->next) {
        if (phase == PHASE_BUILD && t->doing == THREAD_FINISHED)
            continue;
        pthread_mutex_lock(&lock);
        turn = t->number;
        ready = 0;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
        wait_until_ready(1);
    }
}

static void forget_image(void)
{
    for (uint32_t k = 0; k < thread_count(); k++) {
        size_t count = state_frame_count(resume.state, k);
        for (size_t i = 0; i < count; i++)
            hlckpt_arena_free(resume.records[k][i]);
        hlckpt_arena_free(resume.records[k]);
    }
    hlckpt_arena_free(resume.records);
    state_free(resume.state);
    state_clear_roots_from(resume.roots);
    image_close(resume.image);
}

// By main, when all stacks are rebuilt.
static void let_all_go(void)
{
    struct failure f = {0};
    uint32_t others = thread_count() - 1;
    state_fill(resume.state);
    threads_name_handles();
    environment_restore_controls(resume.envp);
    enter_phase(PHASE_HOLD);
    take_what_it_held(&main_thread);
    wait_until_ready(others);
    process_run(resume.process);
    forget_image();
    if (!poll_start(&f))
        log_line(LOG_ERROR, "the resumed program cannot be captured: %s", f.text);
    enter_phase(PHASE_GO);
    errno = main_thread.error_number;
}

// Both calls are made from one frame, so that the second rebuilds what the first has measured.
static int rebuild_and_run(int (*main_twin)(void))
{
    bool has_ended = main_thread.doing == THREAD_FINISHED;
    if (thread_count() > 1) {
        rebuild_threads();
        begin_stack(0);
        if (!has_ended && _setjmp(measured) == 0)
            walk_call_twin(main_twin);
    }
    phase = PHASE_BUILD;
    rebuild_threads();
    begin_stack(0);
    if (!has_ended)
        return walk_call_twin(main_twin);
    let_all_go();
    thread_end_main();
}

int resume_program(const char *path, const struct hlckpt_function *main_function, char *const *envp)
{
    struct failure f = {0};
    resume.envp = envp;
    if (!read_image(path, main_function, &f) || !label_load(&f) || !process_prepare(resume.process, &f) ||
        !create_threads(&f))
        refuse(path, f.text);
    size_t frames = state_frame_count(resume.state, 0);
    log_line(LOG_INFO, "resuming %s: %zu frames, %u threads", path, frames, thread_count());
    make_room_for_stack(frames);
    state_create(resume.state);
    return rebuild_and_run((int (*)(void))main_function->twin);
}

// ---- called by the twins

void *hlckpt_resume_enter(const struct hlckpt_function *function)
{
    assert(resume.left > 0);
    resume.frame = state_frame(resume.state, resume.thread, --resume.left);
    assert(resume.frame->function == function);
    return resume.frame->slots;
}

void hlckpt_resume_values(void *slots)
{
    assert(slots == resume.frame->slots);
    state_values(resume.state, resume.thread, resume.frame);
}

void hlckpt_resume_set_result(void *address)
{
    resume.result = address;
}

void *hlckpt_resume_get_result(void)
{
    return resume.result;
}

// What stands for the function of the runtime that the innermost frame had called: hlckpt_checkpoint, or one that waits.
static int return_from_checkpoint(void)
{
    hlckpt_resume_run();
    return 1;
}

static int64_t call_again(void)
{
    hlckpt_resume_run();
    return blocking_call_again(thread_self, thread_self->doing == THREAD_RETURNED);
}

static int call_again_int(void)
{
    return (int)call_again();
}

static unsigned call_again_unsigned(void)
{
    return (unsigned)call_again();
}

static ssize_t call_again_size(void)
{
    return (ssize_t)call_again();
}

void (*hlckpt_resume_callee(void))(void)
{
    if (resume.left > 0)
        return state_frame(resume.state, resume.thread, resume.left - 1)->function->twin;
    const struct blocking_function *function = thread_at(resume.thread)->call.function;
    if (!function)
        return (void (*)(void))return_from_checkpoint;
    return strcmp(function->result, "int") == 0        ? (void (*)(void))call_again_int
           : strcmp(function->result, "unsigned") == 0 ? (void (*)(void))call_again_unsigned
                                                       : (void (*)(void))call_again_size;
}

void hlckpt_resume_run(void)
{
    assert(resume.left == 0);
    if (phase == PHASE_MEASURE)
        _longjmp(measured, 1);
    if (thread_self == &main_thread)
        let_all_go();
    else
        wait_to_go(thread_self);
}
