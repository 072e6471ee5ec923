// A call that may wait is tried in a way that does not, first. When it has to wait:
//
//     program     mutex_lock(m)
//     here        trylock fails; wait_in_call: the context is saved; BLOCKED; pthread_mutex_lock(m); leave
//     capture     from the saved context on, the stack is unwound as if the call had just begun
//     resume      the innermost twin calls what stands for the callee, blocking_call_again
//
// What a call does besides waiting it does after that, in `finish`.
//
// B1  Made again, a call means what it meant: it waits for what it waited for. A wait for a condition is not made again:
//     it locks its mutex and comes back, a spurious wake-up, for what it waited for may have happened meanwhile. A
//     relative timeout keeps what remained, an absolute one is as it was.
// B2  What a call changes besides waiting, it changes after the wait: read and accept wait for the descriptor here and
//     are then tried.
#define _GNU_SOURCE
#include "blocking.h"

#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <sys/poll.h> // <poll.h> is ours
#include <sys/select.h>
#include <sys/socket.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "cut.h"
#include "hlckpt/abi.h"
#include "hlckpt/thread_calls.h"
#include "walk.h"

#define SECOND        UINT64_C(1000000000)
#define NO_DEADLINE   UINT64_MAX
#define SPINS         100
#define CHECKPOINT    "hlckpt_checkpoint"

enum {
#define X(name, result, parameters) CALL_##name,
    HLCKPT_BLOCKING_CALLS(X)
#undef X
        CALLS
};

static const struct blocking_function functions[CALLS] = {
#define X(name, result, parameters) {#name, #result, parameters},
    HLCKPT_BLOCKING_CALLS(X)
#undef X
};

const char *blocking_name(const struct blocking_function *function)
{
    return function ? function->name : "";
}

const struct blocking_function *blocking_find(const char *name)
{
    for (size_t i = 0; i < CALLS; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

bool blocking_is_call(const char *callee)
{
    size_t length = strlen(HLCKPT_REDIRECTED);
    return *callee == '\0' || strcmp(callee, CHECKPOINT) == 0 ||
           (strncmp(callee, HLCKPT_REDIRECTED, length) == 0 && blocking_find(callee + length));
}

// ---- locks that a call takes

static pthread_mutex_t *mutex_of(const struct blocking_call *call)
{
    switch (call->function ? call->function - functions : CALLS) {
    case CALL_pthread_mutex_lock:
    case CALL_pthread_mutex_timedlock:
    case CALL_pthread_mutex_clocklock:
    case CALL_mtx_lock:
    case CALL_mtx_timedlock:
        return call->pointers[0];
    case CALL_pthread_cond_wait:
    case CALL_pthread_cond_timedwait:
    case CALL_pthread_cond_clockwait:
    case CALL_cnd_wait:
    case CALL_cnd_timedwait:
        return call->pointers[1];
    default:
        return NULL;
    }
}

static bool is_wait_for_condition(const struct blocking_call *call)
{
    const char *name = call->function->name;
    return strstr(name, "cond_") || strncmp(name, "cnd_", 4) == 0;
}

// A wait for a condition holds its mutex while it is on its way in, too. The owner is the kernel's name of the thread,
// in a field that the C library's header declares (struct __pthread_mutex_s).
bool blocking_holds(const struct thread *t)
{
    const pthread_mutex_t *mutex = mutex_of(&t->call);
    return mutex && mutex->__data.__owner == t->tid;
}

void blocking_let_go(struct thread *t)
{
    pthread_mutex_t *mutex = mutex_of(&t->call);
    mutex->__data.__owner = 0;
    mutex->__data.__lock = 0;
    mutex->__data.__count = 0;
}

// ---- times

static uint64_t nanoseconds_of(const struct timespec *t)
{
    return t->tv_sec < 0 ? 0 : (uint64_t)t->tv_sec * SECOND + (uint64_t)t->tv_nsec;
}

static struct timespec timespec_of(uint64_t nanoseconds)
{
    return (struct timespec){.tv_sec = (time_t)(nanoseconds / SECOND), .tv_nsec = (long)(nanoseconds % SECOND)};
}

uint64_t blocking_remaining(const struct blocking_call *call)
{
    if (call->deadline == NO_DEADLINE)
        return NO_DEADLINE;
    uint64_t now = clock_now();
    return call->deadline > now ? call->deadline - now : 0;
}

static uint64_t deadline_after(uint64_t nanoseconds)
{
    uint64_t now = clock_now();
    return nanoseconds < NO_DEADLINE - now ? now + nanoseconds : NO_DEADLINE - 1;
}

// -1 is for ever.
static int milliseconds_left(const struct blocking_call *call)
{
    uint64_t left = blocking_remaining(call);
    return left == NO_DEADLINE ? -1 : left / 1000000 >= INT32_MAX ? INT32_MAX : (int)((left + 999999) / 1000000);
}

// ---- the calls themselves

static int spin(pthread_spinlock_t *lock)
{
    int error;
    for (unsigned i = 0; (error = pthread_spin_trylock(lock)) == EBUSY; i++) {
        if (cut_under_way())
            cut_stand_still();
        else if (i > SPINS)
            nanosleep(&(struct timespec){.tv_nsec = 1000}, NULL);
    }
    return error;
}

// As nanosleep, but until the deadline; what remains goes to *left when a signal has interrupted it.
static int sleep_until_deadline(const struct blocking_call *call, struct timespec *left)
{
    struct timespec wish = timespec_of(blocking_remaining(call));
    return nanosleep(&wish, left);
}

static int wait_for_descriptor(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, -1);
}

static int wait_select(const struct blocking_call *call)
{
    void *const *p = call->pointers;
    uint64_t left = blocking_remaining(call);
    struct timeval timeout = {.tv_sec = (time_t)(left / SECOND), .tv_usec = (suseconds_t)(left % SECOND / 1000)};
    int result = select((int)call->numbers[0], p[1], p[2], p[3], left == NO_DEADLINE ? NULL : &timeout);
    if (p[4] && left != NO_DEADLINE)
        *(struct timeval *)p[4] = timeout;
    return result;
}

static int join(const struct blocking_call *call)
{
    void *result = NULL;
    int error = pthread_join((pthread_t)call->numbers[0], &result);
    if (error || !call->pointers[1])
        return error;
    if (call->function == &functions[CALL_thrd_join])
        *(int *)call->pointers[1] = (int)(intptr_t)result;
    else
        *(void **)call->pointers[1] = result;
    return 0;
}

static int64_t perform(const struct blocking_call *call)
{
    void *const *p = call->pointers;
    const int64_t *n = call->numbers;
    switch (call->function - functions) {
    case CALL_pthread_mutex_lock:
        return pthread_mutex_lock(p[0]);
    case CALL_pthread_mutex_timedlock:
        return pthread_mutex_timedlock(p[0], p[1]);
    case CALL_pthread_mutex_clocklock:
        return pthread_mutex_clocklock(p[0], (clockid_t)n[1], p[2]);
    case CALL_pthread_cond_wait:
        return pthread_cond_wait(p[0], p[1]);
    case CALL_pthread_cond_timedwait:
        return pthread_cond_timedwait(p[0], p[1], p[2]);
    case CALL_pthread_cond_clockwait:
        return pthread_cond_clockwait(p[0], p[1], (clockid_t)n[2], p[3]);
    case CALL_pthread_rwlock_rdlock:
        return pthread_rwlock_rdlock(p[0]);
    case CALL_pthread_rwlock_wrlock:
        return pthread_rwlock_wrlock(p[0]);
    case CALL_pthread_rwlock_timedrdlock:
        return pthread_rwlock_timedrdlock(p[0], p[1]);
    case CALL_pthread_rwlock_timedwrlock:
        return pthread_rwlock_timedwrlock(p[0], p[1]);
    case CALL_pthread_barrier_wait:
        return pthread_barrier_wait(p[0]);
    case CALL_pthread_spin_lock:
        return spin(p[0]);
    case CALL_pthread_join:
    case CALL_thrd_join:
        return join(call);
    case CALL_sem_wait:
        return sem_wait(p[0]);
    case CALL_sem_timedwait:
        return sem_timedwait(p[0], p[1]);
    case CALL_mtx_lock:
        return mtx_lock(p[0]);
    case CALL_mtx_timedlock:
        return mtx_timedlock(p[0], p[1]);
    case CALL_cnd_wait:
        return cnd_wait(p[0], p[1]);
    case CALL_cnd_timedwait:
        return cnd_timedwait(p[0], p[1], p[2]);
    case CALL_thrd_sleep:
    case CALL_nanosleep:
        return sleep_until_deadline(call, p[1]);
    case CALL_clock_nanosleep:
        return clock_nanosleep((clockid_t)n[0], (int)n[1], p[2], p[3]);
    case CALL_usleep:
    case CALL_sleep:
        return sleep_until_deadline(call, NULL);
    case CALL_pause:
        return pause();
    case CALL_poll:
        return poll(p[0], (nfds_t)n[1], milliseconds_left(call));
    case CALL_select:
        return wait_select(call);
    default: // read, accept
        return wait_for_descriptor((int)n[0]);
    }
}

static __attribute__((noinline)) int64_t wait_in_call(struct thread *t, const struct blocking_call *call)
{
    t->stack_low = __builtin_frame_address(0);
    if (_setjmp(t->context))
        walk_unwind_from_call();
    cut_enter_call(t, call);
    int64_t result = perform(call);
    cut_leave_call(t, result);
    return result;
}

// In a thread that is none of ours, and under a handler that interrupted a wait, the call is only made.
static int64_t block(const struct blocking_call *call)
{
    struct thread *t = thread_self;
    return t && t->state == THREAD_RUNNING ? wait_in_call(t, call) : perform(call);
}

// After the wait, which gave `result`.
static int64_t finish(const struct blocking_call *call, int64_t result)
{
    const int64_t *n = call->numbers;
    switch (call->function - functions) {
    case CALL_read:
        return result < 0 ? result : read((int)n[0], call->pointers[1], (size_t)n[2]);
    case CALL_accept:
        return result < 0 ? result : accept((int)n[0], call->pointers[1], call->pointers[2]);
    case CALL_sleep:
        return result == 0 ? 0 : (int64_t)((blocking_remaining(call) + SECOND - 1) / SECOND);
    case CALL_thrd_join:
        return result == 0 ? thrd_success : thrd_error;
    default:
        return result;
    }
}

static bool is_join(const struct blocking_call *call)
{
    return call->function == &functions[CALL_pthread_join] || call->function == &functions[CALL_thrd_join];
}

static int64_t make(const struct blocking_call *call)
{
    struct thread *joined = is_join(call) ? thread_find((pthread_t)call->numbers[0]) : NULL;
    int64_t result = block(call);
    if (joined && result == 0)
        thread_forget(joined);
    return finish(call, result);
}

// ---- after a resume

static int64_t come_back_from_condition(const struct blocking_call *call)
{
    bool is_c11 = strncmp(call->function->name, "cnd_", 4) == 0;
    const struct blocking_function *lock = &functions[is_c11 ? CALL_mtx_lock : CALL_pthread_mutex_lock];
    return block(&(struct blocking_call){.function = lock, .pointers = {call->pointers[1]}, .deadline = NO_DEADLINE});
}

int64_t blocking_call_again(struct thread *t, bool has_returned)
{
    struct blocking_call call = t->call;
    if (has_returned && !is_join(&call)) {
        errno = t->error_number;
        return finish(&call, t->returned);
    }
    return is_wait_for_condition(&call) ? come_back_from_condition(&call) : make(&call);
}

// ---- what the program calls

#define TIMED(name, when, ...) (struct blocking_call){.function = &functions[CALL_##name], .deadline = (when), __VA_ARGS__}
#define CALL(name, ...)        TIMED(name, NO_DEADLINE, __VA_ARGS__)

// ---- locks

int hlckpt_call_pthread_mutex_lock(pthread_mutex_t *m)
{
    int error = pthread_mutex_trylock(m);
    return error != EBUSY ? error : (int)make(&CALL(pthread_mutex_lock, .pointers = {m}));
}

int hlckpt_call_pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *until)
{
    int error = pthread_mutex_trylock(m);
    return error != EBUSY ? error : (int)make(&CALL(pthread_mutex_timedlock, .pointers = {m, (void *)until}));
}

int hlckpt_call_pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock, const struct timespec *until)
{
    int error = pthread_mutex_trylock(m);
    return error != EBUSY ? error
                          : (int)make(&CALL(pthread_mutex_clocklock, .pointers = {m, NULL, (void *)until},
                                             .numbers = {0, clock}));
}

int hlckpt_call_mtx_lock(mtx_t *m)
{
    int error = mtx_trylock(m);
    return error != thrd_busy ? error : (int)make(&CALL(mtx_lock, .pointers = {m}));
}

int hlckpt_call_mtx_timedlock(mtx_t *m, const struct timespec *until)
{
    int error = mtx_trylock(m);
    return error != thrd_busy ? error : (int)make(&CALL(mtx_timedlock, .pointers = {m, (void *)until}));
}

int hlckpt_call_pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
    int error = pthread_rwlock_tryrdlock(l);
    return error != EBUSY ? error : (int)make(&CALL(pthread_rwlock_rdlock, .pointers = {l}));
}

int hlckpt_call_pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
    int error = pthread_rwlock_trywrlock(l);
    return error != EBUSY ? error : (int)make(&CALL(pthread_rwlock_wrlock, .pointers = {l}));
}

int hlckpt_call_pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *until)
{
    int error = pthread_rwlock_tryrdlock(l);
    return error != EBUSY ? error : (int)make(&CALL(pthread_rwlock_timedrdlock, .pointers = {l, (void *)until}));
}

int hlckpt_call_pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *until)
{
    int error = pthread_rwlock_trywrlock(l);
    return error != EBUSY ? error : (int)make(&CALL(pthread_rwlock_timedwrlock, .pointers = {l, (void *)until}));
}

int hlckpt_call_pthread_spin_lock(pthread_spinlock_t *l)
{
    for (unsigned i = 0; i < SPINS; i++)
        if (pthread_spin_trylock(l) == 0)
            return 0;
    return (int)make(&CALL(pthread_spin_lock, .pointers = {(void *)l}));
}

int hlckpt_call_sem_wait(sem_t *s)
{
    return sem_trywait(s) == 0 ? 0 : (int)make(&CALL(sem_wait, .pointers = {s}));
}

int hlckpt_call_sem_timedwait(sem_t *s, const struct timespec *until)
{
    return sem_trywait(s) == 0 ? 0 : (int)make(&CALL(sem_timedwait, .pointers = {s, (void *)until}));
}

// ---- conditions, barriers, ends of threads

int hlckpt_call_pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
    return (int)make(&CALL(pthread_cond_wait, .pointers = {c, m}));
}

int hlckpt_call_pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until)
{
    return (int)make(&CALL(pthread_cond_timedwait, .pointers = {c, m, (void *)until}));
}

int hlckpt_call_pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock, const struct timespec *until)
{
    return (int)block(
        &CALL(pthread_cond_clockwait, .pointers = {c, m, NULL, (void *)until}, .numbers = {0, 0, clock}));
}

int hlckpt_call_cnd_wait(cnd_t *c, mtx_t *m)
{
    return (int)make(&CALL(cnd_wait, .pointers = {c, m}));
}

int hlckpt_call_cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *until)
{
    return (int)make(&CALL(cnd_timedwait, .pointers = {c, m, (void *)until}));
}

int hlckpt_call_pthread_barrier_wait(pthread_barrier_t *b)
{
    return (int)make(&CALL(pthread_barrier_wait, .pointers = {b}));
}

int hlckpt_call_pthread_join(pthread_t handle, void **result)
{
    return (int)make(&CALL(pthread_join, .pointers = {NULL, result}, .numbers = {(int64_t)handle}));
}

int hlckpt_call_thrd_join(thrd_t handle, int *result)
{
    return (int)make(&CALL(thrd_join, .pointers = {NULL, result}, .numbers = {(int64_t)handle}));
}

// ---- sleeping

int hlckpt_call_nanosleep(const struct timespec *wish, struct timespec *left)
{
    if (wish->tv_sec < 0 || wish->tv_nsec < 0 || wish->tv_nsec >= (long)SECOND)
        return nanosleep(wish, left);
    return (int)make(&TIMED(nanosleep, deadline_after(nanoseconds_of(wish)), .pointers = {NULL, left}));
}

int hlckpt_call_thrd_sleep(const struct timespec *wish, struct timespec *left)
{
    if (wish->tv_sec < 0 || wish->tv_nsec < 0 || wish->tv_nsec >= (long)SECOND)
        return thrd_sleep(wish, left);
    return (int)make(&TIMED(thrd_sleep, deadline_after(nanoseconds_of(wish)), .pointers = {NULL, left}));
}

int hlckpt_call_clock_nanosleep(clockid_t clock, int flags, const struct timespec *wish, struct timespec *left)
{
    if (flags & TIMER_ABSTIME)
        return (int)block(
            &CALL(clock_nanosleep, .pointers = {NULL, NULL, (void *)wish, left}, .numbers = {clock, flags}));
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return clock_nanosleep(clock, flags, wish, left);
    return hlckpt_call_nanosleep(wish, left) == 0 ? 0 : errno;
}

int hlckpt_call_usleep(useconds_t wish)
{
    return (int)make(&TIMED(usleep, deadline_after((uint64_t)wish * 1000)));
}

unsigned hlckpt_call_sleep(unsigned wish)
{
    return (unsigned)make(&TIMED(sleep, deadline_after(wish * SECOND)));
}

int hlckpt_call_pause(void)
{
    return (int)make(&CALL(pause));
}

// ---- descriptors

int hlckpt_call_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    uint64_t deadline = milliseconds < 0 ? NO_DEADLINE : deadline_after((uint64_t)milliseconds * 1000000);
    if (milliseconds == 0)
        return poll(fds, count, 0);
    return (int)make(&TIMED(poll, deadline, .pointers = {fds}, .numbers = {0, (int64_t)count}));
}

int hlckpt_call_select(int count, fd_set *in, fd_set *out, fd_set *error, struct timeval *timeout)
{
    uint64_t wish = timeout ? (uint64_t)timeout->tv_sec * SECOND + (uint64_t)timeout->tv_usec * 1000 : 0;
    if (timeout && wish == 0)
        return select(count, in, out, error, timeout);
    return (int)make(&TIMED(select, timeout ? deadline_after(wish) : NO_DEADLINE,
                             .pointers = {NULL, in, out, error, timeout}, .numbers = {count}));
}

static bool would_wait(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, 0) == 0;
}

ssize_t hlckpt_call_read(int fd, void *buffer, size_t size)
{
    if (!would_wait(fd))
        return read(fd, buffer, size);
    return (ssize_t)make(&CALL(read, .pointers = {NULL, buffer}, .numbers = {fd, 0, (int64_t)size}));
}

int hlckpt_call_accept(int fd, struct sockaddr *address, socklen_t *size)
{
    if (!would_wait(fd))
        return accept(fd, address, size);
    return (int)make(&CALL(accept, .pointers = {NULL, address, size}, .numbers = {fd}));
}
