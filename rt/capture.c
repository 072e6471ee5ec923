// A capture is made by a forked copy of the program, so that the program stands still for the fork alone:
//
//     program                          copy
//     look at the stack
//     fork  -------------------------> keep the stack; return to the poll, which saves its frame
//     go on                            unwind: landing pads save the other frames
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
// besides is not needed: the C library's thread identifiers are used by no lock that the copy takes, no other thread of
// the program exists, and the helper thread holds no lock but the heap's, which heap_fork_prepare takes care of.
//
// Not handled: programs with more than one thread; their captures are put off.
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
static pthread_t main_thread;
static nlink_t threads_at_start; // as /proc counts

// The capture in flight, or the last one.
static struct {
    _Atomic pid_t pid; // 0: none in flight
    uint64_t began, pause;
} flight;

// ---- may the program be captured at this instant?

static nlink_t count_threads(void)
{
    struct stat tasks;
    return stat("/proc/self/task", &tasks) == 0 ? tasks.st_nlink : 0;
}

void capture_start(const struct hlckpt_function *function)
{
    main_function = function;
    main_thread = pthread_self();
    threads_at_start = count_threads();
}

// In a process that the program has forked: a copy that was in flight is its parent's, and nobody here would reap it.
void capture_disable(void)
{
    disabled = true;
    atomic_store(&flight.pid, 0);
}

// A thread that has been joined is still counted for a moment.
static bool is_alone(void)
{
    nlink_t alone = threads_at_start + (helper_runs() ? 1 : 0);
    for (int i = 0; i < 5; i++) {
        if (count_threads() <= alone)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    }
    return false;
}

static bool is_only_thread(char reason[WALK_REASON_SIZE])
{
    if (pthread_equal(pthread_self(), main_thread) && is_alone())
        return true;
    snprintf(reason, WALK_REASON_SIZE, "the program has other threads than the one of main");
    return false;
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

static bool check_stack(const struct stack *stack, const char *fault, struct failure *f)
{
    if (fault)
        return fail(f, "%s", fault);
    if (stack->count == 0 || stack->frames[stack->count - 1].function != main_function)
        return fail(f, "the outermost of %zu frames is not main's", stack->count); // C4
    return true;
}

static bool write_image(const struct stack *stack, bool *put_off, struct failure *f)
{
    struct image_writer *w = image_writer_open(options.dir, options.compress, f);
    if (!w)
        return false;
    image_write_meta(w);
    if (state_capture(w, stack, 1, put_off, f) && process_capture(w, f))
        return image_writer_commit(w, options.keep, &outcome->sequence, &outcome->size, f);
    image_writer_abandon(w);
    return false;
}

// At the base of the unwound stack.
static void complete(const struct stack *stack, const char *fault)
{
    struct failure f = {0};
    bool put_off = false;
    if (!check_stack(stack, fault, &f))
        leave(VERDICT_FAILED, &f);
    state_describe(&stack->frames[0], outcome->where, sizeof outcome->where);
    environment_hide_controls();
    if (write_image(stack, &put_off, &f))
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
    if (!walk_prepare(complete)) {
        fail(&f, "no memory for a copy of the stack: %s", strerror(errno));
        leave(VERDICT_FAILED, &f);
    }
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

static enum capture_result fork_and_conduct(enum capture_mode mode)
{
    sigset_t all, before, pending;
    char reason[100];
    sigfillset(&all);
    process_before_fork();
    pthread_sigmask(SIG_SETMASK, &all, &before);
    sigpending(&pending);
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
    flight.pause = clock_now() - flight.began;
    stats.pause += flight.pause;
    enum capture_result result = pid < 0 ? failed(reason) : conduct(mode, (pid_t)pid, &pending);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

enum capture_result capture_now(enum capture_mode mode, const void *caller)
{
    char reason[WALK_REASON_SIZE];
    flight.began = clock_now();
    if (disabled)
        return failed("this process was forked by the program");
    if (!main_function)
        return failed("main was compiled without the pass, or cannot be captured");
    if (!module_has_code((uintptr_t)caller - 1))
        return failed("the caller was compiled without the pass");
    if (!is_only_thread(reason) || !walk_possible(reason))
        return put_off(reason);
    if (!make_outcome())
        return failed("no shared memory for the outcome");
    return fork_and_conduct(mode);
}

int hlckpt_checkpoint(void)
{
    int saved = errno;
    while (capture_in_flight())
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    enum capture_result result = capture_now(CAPTURE_AND_WAIT, __builtin_return_address(0));
    errno = saved;
    if (result == CAPTURE_CHILD)
        hlckpt_unwind();
    return result == CAPTURE_DONE ? 0 : -1;
}
