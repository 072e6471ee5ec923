// How all threads come to stand still:
//
//     runs        polls, sees the flag, parks                                      PARKED
//     waits       in a call of the library: it has left its context on the way in  BLOCKED
//     comes back  from such a call during the cut: waits for the end of the cut    RETURNED
//     has ended   and waits to be joined                                           FINISHED
//
// U1  A thread that is BLOCKED changes nothing but the object that it waits for until it has seen that no cut is under
//     way. It may still be on its way into the call, or out of it: it counts when the kernel says twice that it sleeps,
//     and it does not hold the lock that it waits for.
// U2  A thread whose stack holds a frame without a map goes on to its next poll; the others wait for it.
// U3  The coordinator waits for no longer than its patience. Then all go on, and the capture is put off.
// U4  The process has no thread that nobody knows of: one that a library has made may change the program's memory.
#define _GNU_SOURCE
#include "cut.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "blocking.h"
#include "clock.h"
#include "hlckpt/abi.h"
#include "options.h"
#include "symbol.h"
#include "walk.h"

#define STRANGERS_MOST 64
#define LOOK_AGAIN     (200 * 1000) // nanoseconds

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed, over;
static _Atomic uint32_t under_way;
static bool disabled;

static _Atomic pid_t tolerated[STRANGERS_MOST];

// ---- threads that are not the program's

void cut_tolerate_thread(pid_t tid)
{
    for (size_t i = 0; i < STRANGERS_MOST; i++) {
        pid_t none = 0;
        if (atomic_compare_exchange_strong(&tolerated[i], &none, tid))
            return;
    }
}

void cut_forget_thread(pid_t tid)
{
    for (size_t i = 0; i < STRANGERS_MOST; i++)
        atomic_compare_exchange_strong(&tolerated[i], &tid, 0);
}

static bool is_known(pid_t tid)
{
    bool known = tid == gettid();
    for (size_t i = 0; i < STRANGERS_MOST && !known; i++)
        known = tolerated[i] == tid;
    for (struct thread *t = thread_first(); t && !known; t = t->next)
        known = t->tid == tid;
    return known;
}

// The first task of this process for which `see` says no, or 0. Read with the system call: opendir would allocate in
// the program's heap.
static pid_t find_task(bool (*see)(pid_t tid))
{
    struct linux_dirent64 {
        uint64_t inode, offset;
        unsigned short size;
        unsigned char type;
        char name[];
    };
    _Alignas(struct linux_dirent64) char entries[4096];
    pid_t found = 0;
    int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (long size; fd >= 0 && !found && (size = syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0;)
        for (long at = 0; at < size && !found;) {
            const struct linux_dirent64 *entry = (const struct linux_dirent64 *)(entries + at);
            if (isdigit((unsigned char)entry->name[0]) && !see(atoi(entry->name)))
                found = atoi(entry->name);
            at += entry->size;
        }
    if (fd >= 0)
        close(fd);
    return found;
}

static bool tolerate(pid_t tid)
{
    if (tid != gettid())
        cut_tolerate_thread(tid);
    return true;
}

void cut_start(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &monotonic);
    pthread_cond_init(&over, &monotonic);
    find_task(tolerate);
}

void cut_disable(void)
{
    disabled = true;
    under_way = 0;
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

// ---- the other threads

bool cut_under_way(void)
{
    return under_way;
}

void cut_changed(void)
{
    if (!under_way)
        return;
    pthread_mutex_lock(&lock);
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

void cut_stand_still(void)
{
    pthread_mutex_lock(&lock);
    pthread_cond_signal(&changed);
    while (under_way)
        pthread_cond_wait(&over, &lock);
    pthread_mutex_unlock(&lock);
}

static void stand_still(struct thread *t, enum thread_state state)
{
    atomic_store(&t->state, state);
    cut_stand_still();
    atomic_store(&t->state, THREAD_RUNNING);
}

static bool may_park(struct thread *t)
{
    char reason[WALK_REASON_SIZE];
    if (walk_possible(reason)) {
        t->obstacle[0] = '\0';
        return true;
    }
    snprintf(t->obstacle, sizeof t->obstacle, "%s", reason);
    return false;
}

bool cut_park(void)
{
    struct thread *t = thread_self;
    sigset_t all;
    if (!t || !under_way || t->state != THREAD_RUNNING || !may_park(t))
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &t->mask);
    t->error_number = errno;
    t->call.function = NULL;
    t->stack_low = __builtin_frame_address(0);
    if (_setjmp(t->context))
        return true;
    stand_still(t, THREAD_PARKED);
    errno = t->error_number;
    pthread_sigmask(SIG_SETMASK, &t->mask, NULL);
    return false;
}

void cut_enter_call(struct thread *t, const struct blocking_call *call)
{
    t->call = *call;
    t->error_number = errno;
    pthread_sigmask(SIG_SETMASK, NULL, &t->mask);
    atomic_store(&t->state, THREAD_BLOCKED);
    cut_changed();
}

void cut_leave_call(struct thread *t, int64_t result)
{
    atomic_store(&t->state, THREAD_RUNNING);
    if (!under_way)
        return;
    sigset_t all, before;
    t->returned = result;
    t->error_number = errno;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    stand_still(t, THREAD_RETURNED);
    errno = t->error_number;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

// ---- the coordinator

// U1: does the kernel say so?
static bool is_asleep(pid_t tid)
{
    char path[64], text[128];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (size <= 0)
        return false;
    text[size] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end && name_end[1] == ' ' && name_end[2] == 'S';
}

static bool has_arrived(const struct thread *t)
{
    switch (atomic_load(&t->state)) {
    case THREAD_PARKED:
    case THREAD_RETURNED:
    case THREAD_FINISHED:
        return true;
    case THREAD_BLOCKED:
        return !blocking_holds(t) && is_asleep(t->tid);
    default:
        return false;
    }
}

// The first thread that has not arrived, or NULL.
static const struct thread *find_late(bool *some_sleep)
{
    const struct thread *t = thread_first();
    for (; t; t = t->next) {
        if (t == thread_self)
            continue;
        if (!has_arrived(t))
            break;
        *some_sleep |= t->state == THREAD_BLOCKED;
    }
    return t;
}

static void wait_for_change(uint64_t nanoseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)nanoseconds;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    pthread_cond_timedwait(&changed, &lock, &until);
    pthread_mutex_unlock(&lock);
}

// All have arrived, and those that sleep were asleep a while before, too.
static const struct thread *wait_for_all(uint64_t deadline)
{
    for (uint64_t pause = LOOK_AGAIN / 8;; pause = pause < 8 * LOOK_AGAIN ? pause * 2 : pause) {
        bool some_sleep = false;
        thread_lock();
        const struct thread *late = find_late(&some_sleep);
        thread_unlock();
        if (!late && !some_sleep)
            return NULL;
        if (!late) {
            nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN}, NULL);
            thread_lock();
            late = find_late(&some_sleep);
            thread_unlock();
            if (!late)
                return NULL;
        }
        if (clock_now() >= deadline)
            return late;
        wait_for_change(pause);
    }
}

static void describe_late(const struct thread *t, char *reason)
{
    char function[64] = "main";
    if (t != &main_thread)
        symbol_describe((uintptr_t)t->start, function, sizeof function);
    const char *doing = t->state == THREAD_STARTING  ? "has not started yet"
                        : t->state == THREAD_EXITING ? "is ending"
                        : t->state == THREAD_BLOCKED ? "is between a call that waits and its return"
                        : t->obstacle[0]             ? t->obstacle
                                                     : "runs, and reaches no migration point";
    snprintf(reason, CUT_REASON_SIZE, "thread %u (%s) did not arrive in time: %s%s%s", t->number, function, doing,
             t->state == THREAD_BLOCKED ? ": " : "",
             t->state == THREAD_BLOCKED ? blocking_name(t->call.function) : "");
}

// U4. A thread that has just ended is still a task for a moment.
static bool has_no_stranger(char *reason)
{
    char path[64], name[32] = "";
    pid_t stranger = 0;
    for (int i = 0; i < 5 && (stranger = find_task(is_known)); i++)
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    if (!stranger)
        return true;
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", stranger);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, name, sizeof name - 1);
    if (fd >= 0)
        close(fd);
    name[strcspn(name, "\n")] = '\0';
    (void)size;
    snprintf(reason, CUT_REASON_SIZE, "the process has a thread that no instrumented code has made: %d '%s'", stranger,
             name);
    return false;
}

bool cut_begin(uint64_t patience, char reason[CUT_REASON_SIZE])
{
    if (disabled) {
        snprintf(reason, CUT_REASON_SIZE, "this process was forked by the program");
        return false;
    }
    atomic_store(&under_way, 1);
    hlckpt_poll_requested = 1;
    thread_lock();
    thread_number_all();
    thread_unlock();
    const struct thread *late = main_thread.next || thread_self != &main_thread ? wait_for_all(clock_now() + patience)
                                                                              : NULL;
    if (late)
        describe_late(late, reason);
    if (!late && has_no_stranger(reason)) {
        thread_number_all();
        return true;
    }
    cut_end();
    return false;
}

void cut_end(void)
{
    pthread_mutex_lock(&lock);
    atomic_store(&under_way, 0);
    hlckpt_poll_requested = options.count_polls;
    pthread_cond_broadcast(&over);
    pthread_mutex_unlock(&lock);
}

void cut_undo_calls(void)
{
    for (struct thread *t = thread_first(); t; t = t->next)
        if (t->state == THREAD_BLOCKED && blocking_holds(t))
            blocking_let_go(t);
}
