// A capture is made by a forked copy of the program, so that the program stands still for the fork alone:
//
//     program                          copy
//     look at the stack; cut.c: all
//     threads stand still
//     fork  -------------------------> keep the stacks; unwind those of the other threads
//     all go on                        return to the poll, which saves its frame
//                                      unwind: landing pads save the other frames
//                                      at the base: encode the state, write the image, leave the outcome, _exit
//     reap, report  <-----------------
//
// C1  Whatever becomes of the copy, nothing happens to the program. The copy may crash or hang: it is ended after
//     TIME_LIMIT, and what it leaves in shared memory is believed only when it says that it is complete.
// C2  The copy writes to no descriptor of the program, runs none of its handlers, and never returns into it: signals
// are
//     blocked before the fork and for the rest of the copy's life.
// C3  The program's wait() does not see the copy, for the copy has no exit signal. qemu-user cannot do that: there the
//     copy is an ordinary child, and SIGCHLD is taken back when the program waited for the copy.
// C4  An image whose outermost frame is not main's is never written.
//
// The copy is not made by fork(): the program's atfork handlers are none of the copy's business. What fork() does
// besides is not needed: the C library's thread identifiers are used by no lock that the copy takes, the program's other
// threads stand where they hold no lock of the C library, and the helper thread holds none but the heap's, which
// heap_fork_prepare takes care of.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "clock.h"
#include "cut.h"
#include "environment.h"
#include "heap.h"
#include "helper.h"
#include "hlckpt.h"
#include "image.h"
#include "log.h"
#include "module.h"
#include "options.h"
#include "process.h"
#include "state.h"
#include "stats.h"
#include "thread.h"
#include "thread-image.h"
#include "walk.h"

#define TIME_LIMIT 3600 // seconds

// What the copy leaves, in memory shared with the program.
struct outcome {
    _Atomic uint32_t verdict; // enum verdict; written last
    uint64_t sequence, size;  // of the image
    uint64_t ended;           // on the monotonic clock
    char where[160];          // the innermost frame
    char reason[512];         // why there is no image
};
enum verdict { VERDICT_NONE, VERDICT_WRITTEN, VERDICT_PUT_OFF, VERDICT_FAILED };

static struct outcome *outcome;
static const struct hlckpt_function *main_function;
static bool disabled;

static const struct thread *coordinator; // of the cut under way; NULL: the helper

// The capture in flight, or the last one.
static struct {
    _Atomic pid_t pid; // 0: none in flight
    uint64_t began, cut, pause; // the latter two: how long
} flight;

// ---- may the program be captured at this instant?

void capture_start(const struct hlckpt_function *function)
{
    main_function = function;
}

// In a process that the program has forked: a copy that was in flight is its parent's, and nobody here would reap it.
void capture_disable(void)
{
    disabled = true;
    atomic_store(&flight.pid, 0);
}

static atomic_flag claimed = ATOMIC_FLAG_INIT;

bool capture_claim(void)
{
    return !atomic_flag_test_and_set(&claimed);
}

void capture_release(void)
{
    atomic_flag_clear(&claimed);
}

// A reason is logged when it is not among those of late, whatever the numbers in it: a loop of attempts says each thing
// once.
static void report_once(enum log_level level, const char *what, const char *reason)
{
    static uint64_t late[64];
    static unsigned next;
    uint64_t hash = UINT64_C(14695981039346656037); // FNV-1a
    for (const char *c = reason; *c; c++)
        if (*c < '0' || *c > '9')
            hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    bool known = false;
    for (size_t i = 0; i < sizeof late / sizeof *late; i++)
        known |= late[i] == hash;
    log_line(known ? LOG_DEBUG : level, "%s: %s", what, reason);
    if (!known)
        late[next++ % (sizeof late / sizeof *late)] = hash;
}

static enum capture_result put_off(const char *reason)
{
    stats.deferred++;
    report_once(LOG_INFO, "capture put off", reason);
    return CAPTURE_PUT_OFF;
}

static enum capture_result failed(const char *reason)
{
    report_once(LOG_ERROR, "capture failed", reason);
    return CAPTURE_FAILED;
}

// ---- the copy

static _Noreturn void leave(enum verdict verdict, const struct failure *f)
{
    if (f)
        snprintf(outcome->reason, sizeof outcome->reason, "%s", f->text);
    outcome->ended = clock_now();
    atomic_store_explicit(&outcome->verdict, verdict, memory_order_release);
    _exit(0);
}

static bool check_stacks(const struct stack *stacks, size_t count, const char *fault, struct failure *f)
{
    if (fault)
        return fail(f, "%s", fault);
    for (size_t i = 0; i < count; i++)
        if (stacks[i].count == 0 && thread_at((uint32_t)i)->state != THREAD_FINISHED)
            return fail(f, "thread %zu has no frame", i);
    if (stacks[0].count && stacks[0].frames[stacks[0].count - 1].function != main_function)
        return fail(f, "the outermost of %zu frames is not main's", stacks[0].count); // C4
    return true;
}

static bool write_image(const struct stack *stacks, size_t count, bool *put_off, struct failure *f)
{
    struct image_writer *w = image_writer_open(options.dir, options.compress, f);
    if (!w)
        return false;
    image_write_meta(w);
    if (threads_add_roots(f) && state_capture(w, stacks, count, put_off, f) && threads_write(w, f) &&
        process_capture(w, f))
        return image_writer_commit(w, options.keep, &outcome->sequence, &outcome->size, f);
    image_writer_abandon(w);
    return false;
}

// At the base of the last stack that was unwound.
static void complete(const struct stack *stacks, size_t count, const char *fault, bool put_off)
{
    struct failure f = {0};
    if (put_off)
        fail(&f, "%s", fault);
    if (put_off || !check_stacks(stacks, count, fault, &f))
        leave(put_off ? VERDICT_PUT_OFF : VERDICT_FAILED, &f);
    state_describe(&stacks[coordinator ? coordinator->number : 0].frames[0], outcome->where, sizeof outcome->where);
    environment_hide_controls();
    if (write_image(stacks, count, &put_off, &f))
        leave(VERDICT_WRITTEN, NULL);
    leave(put_off ? VERDICT_PUT_OFF : VERDICT_FAILED, &f);
}

static void limit_time(void)
{
    struct sigevent kill_me = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec limit = {.it_value.tv_sec = TIME_LIMIT};
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &kill_me, &timer) == 0)
        timer_settime(timer, 0, &limit, NULL);
}

static void become_copy(void)
{
    struct failure f = {0};
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    limit_time();
    cut_undo_calls();
    if (!walk_others(coordinator, complete)) {
        fail(&f, "no memory for a copy of the stacks: %s", strerror(errno));
        leave(VERDICT_FAILED, &f);
    }
    if (!coordinator)
        walk_finish();
}

// ---- the program

static bool make_outcome(void)
{
    if (!outcome) {
        void *shared = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED)
            return false;
        outcome = shared;
    }
    memset(outcome, 0, sizeof *outcome);
    return true;
}

static bool copy_is_ordinary_child; // C3: qemu-user

static long fork_copy(void)
{
    long pid = syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
    if (pid >= 0 || errno != EINVAL)
        return pid;
    copy_is_ordinary_child = true;
#if defined(SYS_fork)
    return syscall(SYS_fork);
#else
    return syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
#endif
}

static enum capture_result report_image(void)
{
    uint64_t took = outcome->ended - flight.began;
    stats.captures++;
    stats.image_bytes += outcome->size;
    log_line(LOG_INFO, "image %08llu.hlckpt: %llu bytes, pause %llu.%03llu ms, capture %llu ms, in %s",
             (unsigned long long)outcome->sequence, (unsigned long long)outcome->size,
             (unsigned long long)(flight.pause / 1000000), (unsigned long long)(flight.pause / 1000 % 1000),
             (unsigned long long)(took / 1000000), outcome->where);
    return CAPTURE_DONE;
}

// The copy has ended with this wait status.
static enum capture_result judge(int status)
{
    char reason[100];
    switch (atomic_load_explicit(&outcome->verdict, memory_order_acquire)) {
    case VERDICT_WRITTEN:
        return report_image();
    case VERDICT_PUT_OFF:
        return put_off(outcome->reason);
    case VERDICT_FAILED:
        return failed(outcome->reason);
    }
    const char *signal = WIFSIGNALED(status) ? sigdescr_np(WTERMSIG(status)) : NULL;
    snprintf(reason, sizeof reason, "the capturing process ended early: %s", signal ? signal : "exit");
    return failed(reason);
}

static enum capture_result wait_for_copy(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
        continue;
    return judge(status);
}

bool capture_reap(enum capture_result *result)
{
    int status = 0;
    pid_t pid = atomic_load(&flight.pid);
    if (pid == 0 || waitpid(pid, &status, __WALL | WNOHANG) == 0)
        return false;
    *result = judge(status);
    atomic_store(&flight.pid, 0);
    return true;
}

bool capture_in_flight(void)
{
    return atomic_load(&flight.pid) != 0;
}

static _Noreturn void exit_captured(void)
{
    stats_write();
    _exit(HLCKPT_STATUS_CAPTURED);
}

// All signals are blocked. The copy runs beside from here on.
static enum capture_result conduct(enum capture_mode mode, pid_t pid, const sigset_t *pending_before)
{
    if (mode == CAPTURE_BESIDE) {
        atomic_store(&flight.pid, pid);
        return CAPTURE_STARTED;
    }
    enum capture_result result = wait_for_copy(pid);
    if (result == CAPTURE_DONE && mode == CAPTURE_AND_EXIT)
        exit_captured();
    if (copy_is_ordinary_child && !sigismember(pending_before, SIGCHLD)) {
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigtimedwait(&child, NULL, &(struct timespec){0});
    }
    return result;
}

// Other threads stand still.
static enum capture_result fork_and_conduct(enum capture_mode mode, const sigset_t *pending)
{
    char reason[100];
    process_before_fork();
    heap_fork_prepare();
    long pid = fork_copy();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // no image appears after the program is gone, and perhaps resumed already
        heap_fork_child();
        become_copy();
        return CAPTURE_CHILD;
    }
    snprintf(reason, sizeof reason, "cannot fork: %s", pid < 0 ? strerror(errno) : "");
    heap_fork_parent();
    if (mode != CAPTURE_AND_EXIT)
        cut_end();
    flight.pause = clock_now() - flight.began;
    stats.pause += flight.pause;
    log_line(LOG_DEBUG, "cut of %u threads in %llu us", thread_count(), (unsigned long long)(flight.cut / 1000));
    enum capture_result result = pid < 0 ? failed(reason) : conduct(mode, (pid_t)pid, pending);
    if (mode == CAPTURE_AND_EXIT)
        cut_end();
    return result;
}

static enum capture_result cut_and_fork(enum capture_mode mode)
{
    sigset_t all, before, pending;
    char reason[CUT_REASON_SIZE];
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    sigpending(&pending);
    coordinator = thread_self;
    if (thread_self)
        thread_self->mask = before;
    bool is_cut = cut_begin(options.cut_timeout, reason);
    flight.cut = clock_now() - flight.began;
    enum capture_result result = is_cut ? fork_and_conduct(mode, &pending) : put_off(reason);
    if (result != CAPTURE_CHILD)
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

// By a thread of the program at a migration point.
enum capture_result capture_now(enum capture_mode mode, const void *caller)
{
    char reason[WALK_REASON_SIZE];
    flight.began = clock_now();
    if (thread_self)
        thread_self->error_number = errno;
    if (disabled)
        return failed("this process was forked by the program");
    if (!main_function)
        return failed("main was compiled without the pass, or cannot be captured");
    if (!module_has_code((uintptr_t)caller - 1))
        return failed("the caller was compiled without the pass");
    if (!thread_self)
        return put_off("the calling thread was made by no instrumented code");
    if (!walk_possible(reason))
        return put_off(reason);
    if (!make_outcome())
        return failed("no shared memory for the outcome");
    return cut_and_fork(mode);
}

// Waits for its turn; a cut that another thread makes meanwhile has this one in it.
static bool wait_for_claim(void)
{
    while (capture_in_flight() || !capture_claim()) {
        if (cut_park())
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

int hlckpt_checkpoint(void)
{
    int saved = errno;
    if (wait_for_claim())
        hlckpt_unwind();
    enum capture_result result = capture_now(CAPTURE_AND_WAIT, __builtin_return_address(0));
    errno = saved;
    if (result == CAPTURE_CHILD)
        hlckpt_unwind();
    capture_release();
    return result == CAPTURE_DONE ? 0 : -1;
}
