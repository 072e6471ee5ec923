// What mutexes, condition variables, semaphores... mean, whatever they look like.
//
// A value is made anew by the public function that initialises it, with the attributes that it had; what it holds is
// read by public functions where there are any. Where there are none, fields of the C library's own public headers are
// read (__data.__owner, ...), which are its binary interface, and three numbers that are nowhere declared:
// glibc, sysdeps/nptl/internaltypes.h (semaphores, barriers) and nptl/pthreadP.h (once, bits of kinds).
//
// S1  An object is taken by the thread that held it, by the public function, once all objects are in their places.
// S2  Who waits in an object is not seen: waiting threads make their calls again. A thread that has been let through
//     and has not noticed yet is not waiting any more; the cut waits for it (capture.c).
// S3  Nothing is said of memory that holds no such object: it becomes all zero, and refusing it would refuse any
// program
//     with a mutex that is not initialised yet.
//
// Not handled: objects shared with other processes (a robust mutex becomes one of this process), priority ceilings, a
// robust mutex whose owner died.
#define _GNU_SOURCE
#include "sync.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "byte-order.h"
#include "sort.h"
#include "thread.h"

#define TIMES_MOST 65536 // that a lock can be held at once

// ---- glibc's private numbers

enum { // __kind of a mutex
    KIND_TYPE = 3,
    KIND_ROBUST = 16,
    KIND_INHERIT = 32,
    KIND_CEILING = 64,
    KIND_SHARED = 128,
    KIND_ELISION = 256 | 512, // how it is locked, not what it is
};
enum { COND_SHARED = 1, COND_MONOTONIC = 2 };       // __wrefs of a condition variable
enum { RWLOCK_WRITE_PHASE = 1, RWLOCK_READER = 8 }; // __readers of a read-write lock
enum { ONCE_IN_PROGRESS = 1, ONCE_DONE = 2 };       // pthread_once_t
enum { OWNER_NO_MORE = 0x3fffffff };                // above all kernel thread ids, and not one of __owner's marks

struct barrier { // struct pthread_barrier
    unsigned in, current_round, count;
    int shared;
    unsigned out;
};

struct semaphore_wide { // struct new_sem with 64-bit atomics: the value and how many wait, and `private`
    uint64_t data;
    int shared;
};

struct semaphore_narrow { // struct new_sem without
    unsigned value;
    int shared;
};

static bool is_semaphore_shared(const sem_t *s)
{
    struct semaphore_wide wide;
    struct semaphore_narrow narrow;
    memcpy(&wide, s, sizeof wide);
    memcpy(&narrow, s, sizeof narrow);
    return (sizeof(long) == 8 ? wide.shared : narrow.shared) != 0;
}

// ---- capture

static const char SHARED[] = "is shared with other processes";

// A thread's number + 1; 0 for one that is no more.
static uint32_t owner_of(int kernel_tid)
{
    return thread_of_tid(kernel_tid) + 1; // THREAD_NONE + 1 is 0
}

static const char *store_mutex(const pthread_mutex_t *m, uint32_t *words)
{
    int kind = m->__data.__kind, owner = m->__data.__owner;
    if (kind & ~(KIND_TYPE | KIND_ROBUST | KIND_INHERIT | KIND_CEILING | KIND_SHARED | KIND_ELISION))
        return NULL;
    if ((kind & KIND_SHARED) && !(kind & KIND_ROBUST)) // every robust mutex has the mark of shared ones
        return SHARED;
    if (kind & KIND_CEILING)
        return "has a priority ceiling";
    bool is_locked = m->__data.__lock != 0;
    if (is_locked && !owner)
        return "changes hands";
    if ((kind & KIND_ROBUST) && (owner >= INT_MAX - 1 || ((unsigned)m->__data.__lock & FUTEX_OWNER_DIED)))
        return "was held by a thread that died";
    words[0] = (uint32_t)(kind & KIND_TYPE) | (kind & KIND_ROBUST ? HLCKPT_MUTEX_ROBUST : 0) |
               (kind & KIND_INHERIT ? HLCKPT_MUTEX_INHERIT : 0);
    if (!is_locked)
        return NULL;
    bool is_recursive = (kind & KIND_TYPE) == PTHREAD_MUTEX_RECURSIVE;
    words[1] = owner_of(owner);
    words[2] = is_recursive && m->__data.__count <= TIMES_MOST ? m->__data.__count : 1;
    words[3] = 1;
    return NULL;
}

static const char *store_cond(const pthread_cond_t *c, uint32_t *words)
{
    if (c->__data.__wrefs & COND_SHARED)
        return SHARED;
    words[0] = c->__data.__wrefs & COND_MONOTONIC ? 1 : 0;
    return NULL;
}

static const char *store_rwlock(const pthread_rwlock_t *l, uint32_t *words)
{
    unsigned kind = l->__data.__flags, readers = l->__data.__readers / RWLOCK_READER;
    if (kind > PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP || readers > TIMES_MOST)
        return NULL;
    if (l->__data.__shared)
        return SHARED;
    words[0] = kind;
    if (l->__data.__cur_writer) {
        words[1] = owner_of(l->__data.__cur_writer);
        words[3] = 1;
    } else if (!(l->__data.__readers & RWLOCK_WRITE_PHASE)) { // in the other phase, readers wait
        words[2] = readers;
    }
    return NULL;
}

static const char *store_barrier(const pthread_barrier_t *memory, uint32_t *words)
{
    struct barrier b;
    memcpy(&b, memory, sizeof b);
    if (b.count && b.count <= INT_MAX / 2 && b.shared)
        return SHARED;
    words[0] = b.count <= INT_MAX / 2 ? b.count : 0;
    return NULL;
}

static const char *store_semaphore(sem_t *s, uint32_t *words)
{
    int value = 0;
    if (is_semaphore_shared(s))
        return SHARED;
    if (sem_getvalue(s, &value) == 0 && value >= 0)
        words[0] = (uint32_t)value;
    return NULL;
}

// Which number stands for a lock that is free differs between targets.
static const char *store_spin(const pthread_spinlock_t *l, uint32_t *words)
{
    pthread_spinlock_t unlocked;
    pthread_spin_init(&unlocked, PTHREAD_PROCESS_PRIVATE);
    words[0] = *l != unlocked;
    return NULL;
}

static const char *store_once(const pthread_once_t *o, uint32_t *words)
{
    if ((*o & (ONCE_IN_PROGRESS | ONCE_DONE)) == ONCE_IN_PROGRESS)
        return "is in progress";
    words[0] = *o == ONCE_DONE;
    return NULL;
}

static const char *store_thread(const pthread_t *t, uint32_t *words)
{
    uint32_t number = *t ? thread_of_handle(*t) : 0;
    words[0] = !*t ? 0 : number == THREAD_NONE ? HLCKPT_SYNC_NONE : number + 1;
    return NULL;
}

static const char *store_key(const pthread_key_t *k, uint32_t *words)
{
    uint32_t number = thread_key_number(*k);
    words[0] = number != THREAD_NONE ? number + 1 : *k ? HLCKPT_SYNC_NONE : 0;
    return NULL;
}

static const char *store_mutex_attr(const pthread_mutexattr_t *a, uint32_t *words)
{
    int type = 0, protocol = 0, shared = 0, robust = 0;
    pthread_mutexattr_gettype(a, &type);
    pthread_mutexattr_getprotocol(a, &protocol);
    pthread_mutexattr_getpshared(a, &shared);
    pthread_mutexattr_getrobust(a, &robust);
    if (type < 0 || type > KIND_TYPE || protocol < 0 || protocol > PTHREAD_PRIO_PROTECT)
        return NULL;
    memcpy(words, (uint32_t[]){(uint32_t)type, (uint32_t)protocol, shared != 0, robust != 0}, HLCKPT_SYNC_WIRE);
    return NULL;
}

static const char *store_cond_attr(const pthread_condattr_t *a, uint32_t *words)
{
    clockid_t clock = 0;
    int shared = 0;
    pthread_condattr_getclock(a, &clock);
    pthread_condattr_getpshared(a, &shared);
    words[0] = clock == CLOCK_MONOTONIC;
    words[1] = shared != 0;
    return NULL;
}

static const char *store_rwlock_attr(const pthread_rwlockattr_t *a, uint32_t *words)
{
    int kind = 0, shared = 0;
    pthread_rwlockattr_getkind_np(a, &kind);
    pthread_rwlockattr_getpshared(a, &shared);
    if (kind < 0 || kind > PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
        return NULL;
    words[0] = (uint32_t)kind;
    words[1] = shared != 0;
    return NULL;
}

static const char *store_barrier_attr(const pthread_barrierattr_t *a, uint32_t *words)
{
    int shared = 0;
    pthread_barrierattr_getpshared(a, &shared);
    words[0] = shared != 0;
    return NULL;
}

// Sizes that are those of fresh attributes are the machine's, not the program's.
static const char *store_thread_attr(const pthread_attr_t *a, uint32_t *words)
{
    pthread_attr_t fresh;
    size_t stack = 0, guard = 0, usual_stack = 0, usual_guard = 0;
    int detached = 0, inherit = 0, policy = 0;
    struct sched_param scheduling = {0};
    pthread_attr_init(&fresh);
    pthread_attr_getstacksize(&fresh, &usual_stack);
    pthread_attr_getguardsize(&fresh, &usual_guard);
    pthread_attr_destroy(&fresh);
    pthread_attr_getstacksize(a, &stack);
    pthread_attr_getguardsize(a, &guard);
    pthread_attr_getdetachstate(a, &detached);
    pthread_attr_getinheritsched(a, &inherit);
    pthread_attr_getschedpolicy(a, &policy);
    pthread_attr_getschedparam(a, &scheduling);
    words[0] = HLCKPT_ATTR_INITIALISED | (detached == PTHREAD_CREATE_DETACHED ? HLCKPT_ATTR_DETACHED : 0) |
               (inherit == PTHREAD_EXPLICIT_SCHED ? HLCKPT_ATTR_EXPLICIT : 0);
    words[1] = stack == usual_stack ? 0 : (uint32_t)(stack / 1024);
    words[2] = guard == usual_guard ? 0 : (uint32_t)guard + 1;
    words[3] = (uint32_t)(policy & 0xff) << 16 | (uint32_t)(scheduling.sched_priority & 0xff);
    return NULL;
}

size_t sync_size(enum hlckpt_sync which)
{
    static const size_t sizes[] = {[HLCKPT_SYNC_MUTEX] = sizeof(pthread_mutex_t),
                                   [HLCKPT_SYNC_COND] = sizeof(pthread_cond_t),
                                   [HLCKPT_SYNC_RWLOCK] = sizeof(pthread_rwlock_t),
                                   [HLCKPT_SYNC_BARRIER] = sizeof(pthread_barrier_t),
                                   [HLCKPT_SYNC_SEMAPHORE] = sizeof(sem_t),
                                   [HLCKPT_SYNC_SPIN] = sizeof(pthread_spinlock_t),
                                   [HLCKPT_SYNC_ONCE] = sizeof(pthread_once_t),
                                   [HLCKPT_SYNC_THREAD] = sizeof(pthread_t),
                                   [HLCKPT_SYNC_KEY] = sizeof(pthread_key_t),
                                   [HLCKPT_SYNC_MUTEX_ATTR] = sizeof(pthread_mutexattr_t),
                                   [HLCKPT_SYNC_COND_ATTR] = sizeof(pthread_condattr_t),
                                   [HLCKPT_SYNC_RWLOCK_ATTR] = sizeof(pthread_rwlockattr_t),
                                   [HLCKPT_SYNC_BARRIER_ATTR] = sizeof(pthread_barrierattr_t),
                                   [HLCKPT_SYNC_THREAD_ATTR] = sizeof(pthread_attr_t)};
    return sizes[which];
}

union object { // any of them, aligned
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    pthread_rwlock_t rwlock;
    pthread_barrier_t barrier;
    sem_t semaphore;
    pthread_spinlock_t spin;
    pthread_once_t once;
    pthread_t thread;
    pthread_key_t key;
    pthread_mutexattr_t mutex_attr;
    pthread_condattr_t cond_attr;
    pthread_rwlockattr_t rwlock_attr;
    pthread_barrierattr_t barrier_attr;
    pthread_attr_t thread_attr;
    unsigned char bytes[128];
};

static bool is_zero(const unsigned char *bytes, size_t size)
{
    return !bytes[0] && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static const char *store_words(enum hlckpt_sync which, union object *o, uint32_t *words)
{
    switch (which) {
    case HLCKPT_SYNC_MUTEX:
        return store_mutex(&o->mutex, words);
    case HLCKPT_SYNC_COND:
        return store_cond(&o->cond, words);
    case HLCKPT_SYNC_RWLOCK:
        return store_rwlock(&o->rwlock, words);
    case HLCKPT_SYNC_BARRIER:
        return store_barrier(&o->barrier, words);
    case HLCKPT_SYNC_SEMAPHORE:
        return store_semaphore(&o->semaphore, words);
    case HLCKPT_SYNC_SPIN:
        return store_spin(&o->spin, words);
    case HLCKPT_SYNC_ONCE:
        return store_once(&o->once, words);
    case HLCKPT_SYNC_THREAD:
        return store_thread(&o->thread, words);
    case HLCKPT_SYNC_KEY:
        return store_key(&o->key, words);
    case HLCKPT_SYNC_MUTEX_ATTR:
        return store_mutex_attr(&o->mutex_attr, words);
    case HLCKPT_SYNC_COND_ATTR:
        return store_cond_attr(&o->cond_attr, words);
    case HLCKPT_SYNC_RWLOCK_ATTR:
        return store_rwlock_attr(&o->rwlock_attr, words);
    case HLCKPT_SYNC_BARRIER_ATTR:
        return store_barrier_attr(&o->barrier_attr, words);
    case HLCKPT_SYNC_THREAD_ATTR:
        return is_zero(o->bytes, sizeof o->thread_attr) ? NULL : store_thread_attr(&o->thread_attr, words);
    case HLCKPT_SYNC_COUNT:
        break;
    }
    return NULL;
}

const char *sync_store(enum hlckpt_sync which, const unsigned char *memory, unsigned char wire[HLCKPT_SYNC_WIRE])
{
    union object o = {.bytes = {0}};
    uint32_t words[HLCKPT_SYNC_WORDS] = {0};
    memcpy(&o, memory, sync_size(which));
    const char *problem = store_words(which, &o, words);
    for (size_t i = 0; i < HLCKPT_SYNC_WORDS; i++)
        store_little(wire + 4 * i, problem ? 0 : words[i], 4);
    return problem;
}

// ---- check

static void load_words(const unsigned char *wire, uint32_t words[HLCKPT_SYNC_WORDS])
{
    for (size_t i = 0; i < HLCKPT_SYNC_WORDS; i++)
        words[i] = (uint32_t)load_little(wire + 4 * i, 4);
}

// The most that each word can be. UINT32_MAX: looked at by itself.
static const uint32_t *bounds_of(enum hlckpt_sync which)
{
    static const uint32_t any = UINT32_MAX;
    static const uint32_t bounds[][HLCKPT_SYNC_WORDS] = {
        [HLCKPT_SYNC_MUTEX] = {HLCKPT_MUTEX_TYPE | HLCKPT_MUTEX_ROBUST | HLCKPT_MUTEX_INHERIT, any, TIMES_MOST, 1},
        [HLCKPT_SYNC_COND] = {1},
        [HLCKPT_SYNC_RWLOCK] = {PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, any, TIMES_MOST, 1},
        [HLCKPT_SYNC_BARRIER] = {INT_MAX / 2},
        [HLCKPT_SYNC_SEMAPHORE] = {INT_MAX},
        [HLCKPT_SYNC_SPIN] = {1},
        [HLCKPT_SYNC_ONCE] = {1},
        [HLCKPT_SYNC_THREAD] = {any},
        [HLCKPT_SYNC_KEY] = {any},
        [HLCKPT_SYNC_MUTEX_ATTR] = {KIND_TYPE, PTHREAD_PRIO_PROTECT, 1, 1},
        [HLCKPT_SYNC_COND_ATTR] = {1, 1},
        [HLCKPT_SYNC_RWLOCK_ATTR] = {PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, 1},
        [HLCKPT_SYNC_BARRIER_ATTR] = {1},
        [HLCKPT_SYNC_THREAD_ATTR] = {7, any, any, 0xff00ff},
    };
    return bounds[which];
}

// Locked once at least if at all, and not for reading and writing at once.
static bool is_lock_whole(enum hlckpt_sync which, const uint32_t *words)
{
    if (which == HLCKPT_SYNC_MUTEX)
        return words[3] ? words[2] > 0 : !words[1] && !words[2];
    return words[3] ? !words[2] : !words[1];
}

bool sync_check(enum hlckpt_sync which, const unsigned char wire[HLCKPT_SYNC_WIRE], uint32_t threads, const char *name,
                const char *path, struct failure *f)
{
    uint32_t words[HLCKPT_SYNC_WORDS];
    const char *kind = hlckpt_sync_name(which);
    const uint32_t *bounds = bounds_of(which);
    load_words(wire, words);
    for (int i = 0; i < HLCKPT_SYNC_WORDS; i++)
        if (words[i] > bounds[i])
            return fail(f, "%s%s: word %d of a %s is %u where at most %u can be", name, path, i, kind, words[i],
                        bounds[i]);
    bool is_lock = which == HLCKPT_SYNC_MUTEX || which == HLCKPT_SYNC_RWLOCK;
    if (is_lock && words[1] > threads)
        return fail(f, "%s%s: a %s held by thread %u of %u", name, path, kind, words[1] - 1, threads);
    if (is_lock && !is_lock_whole(which, words))
        return fail(f, "%s%s: a %s held %u times by thread %u, where it is %slocked", name, path, kind, words[2],
                    words[1] - 1, words[3] ? "" : "not ");
    uint32_t numbers = which == HLCKPT_SYNC_THREAD ? threads : which == HLCKPT_SYNC_KEY ? PTHREAD_KEYS_MAX : UINT32_MAX;
    return words[0] <= numbers || words[0] == HLCKPT_SYNC_NONE ||
           fail(f, "%s%s: %s %u of %u", name, path, kind, words[0] - 1, numbers);
}

// ---- restore

// Objects to be taken. Frames may share memory: of several at one address there is one.
struct held {
    unsigned char *memory;
    enum hlckpt_sync which;
    uint32_t words[HLCKPT_SYNC_WORDS];
};
static struct {
    struct held *items;
    size_t count, room;
} held;

static void lock_mutex(void *m)
{
    pthread_mutex_lock(m);
}

// One whose owner ended without unlocking it.
static void lock_orphan(void *memory)
{
    pthread_mutex_t *m = memory;
    pthread_mutex_lock(m);
    m->__data.__owner = OWNER_NO_MORE;
}

static void lock_for_reading(void *l)
{
    pthread_rwlock_rdlock(l);
}

static void lock_for_writing(void *l)
{
    pthread_rwlock_wrlock(l);
}

static void lock_orphan_for_writing(void *memory)
{
    pthread_rwlock_t *l = memory;
    pthread_rwlock_wrlock(l);
    l->__data.__cur_writer = OWNER_NO_MORE;
}

static void hold(const struct held *h)
{
    bool is_orphan = !h->words[1], is_mutex = h->which == HLCKPT_SYNC_MUTEX;
    uint32_t owner = is_orphan ? 0 : h->words[1] - 1;
    if (is_mutex && is_orphan)
        thread_hold(0, h->memory, lock_orphan, 1);
    else if (is_mutex)
        thread_hold(owner, h->memory, lock_mutex, h->words[2]);
    else if (h->words[3])
        thread_hold(owner, h->memory, is_orphan ? lock_orphan_for_writing : lock_for_writing, 1);
    else // who reads is not recorded anywhere; any thread may unlock
        thread_hold(0, h->memory, lock_for_reading, h->words[2]);
}

static void note_held(const struct held *h)
{
    if (held.count == held.room) {
        size_t room = held.room ? held.room * 2 : 64;
        struct held *larger = hlckpt_arena_realloc(held.items, room * sizeof *larger);
        if (!larger) {
            hold(h);
            return;
        }
        held.items = larger;
        held.room = room;
    }
    held.items[held.count++] = *h;
}

static int compare_held(const void *a, const void *b)
{
    const struct held *p = a, *q = b;
    return p->memory < q->memory ? -1 : p->memory > q->memory;
}

void sync_settle(void)
{
    sort(held.items, held.count, sizeof *held.items, compare_held);
    for (size_t i = 0; i < held.count; i++)
        if (i == 0 || held.items[i].memory != held.items[i - 1].memory)
            hold(&held.items[i]);
    hlckpt_arena_free(held.items);
    memset(&held, 0, sizeof held);
}

static void load_mutex(const uint32_t *words, pthread_mutex_t *m)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, (int)(words[0] & HLCKPT_MUTEX_TYPE));
    if (words[0] & HLCKPT_MUTEX_ROBUST)
        pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    if (words[0] & HLCKPT_MUTEX_INHERIT)
        pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(m, &a);
    m->__data.__kind &= ~KIND_ELISION; // as a static initialiser has it
    pthread_mutexattr_destroy(&a);
}

static void load_cond(const uint32_t *words, pthread_cond_t *c)
{
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, words[0] ? CLOCK_MONOTONIC : CLOCK_REALTIME);
    pthread_cond_init(c, &a);
    pthread_condattr_destroy(&a);
}

static void load_rwlock(const uint32_t *words, pthread_rwlock_t *l)
{
    pthread_rwlockattr_t a;
    pthread_rwlockattr_init(&a);
    pthread_rwlockattr_setkind_np(&a, (int)words[0]);
    pthread_rwlock_init(l, &a);
    pthread_rwlockattr_destroy(&a);
}

static void load_spin(const uint32_t *words, pthread_spinlock_t *l)
{
    pthread_spin_init(l, PTHREAD_PROCESS_PRIVATE);
    if (words[0])
        pthread_spin_lock(l);
}

static void do_nothing(void) {}

// A handle that no thread has. pthread_join and pthread_detach look for a thread's id behind it, and find one below
// zero.
static pthread_t no_thread(void)
{
    static unsigned char nobody[16384] __attribute__((aligned(64)));
    pthread_t handle = 0;
    const void *address = nobody;
    memset(nobody, 0xff, sizeof nobody);
    memcpy(&handle, &address, sizeof address < sizeof handle ? sizeof address : sizeof handle);
    return handle;
}

static pthread_t load_thread(const uint32_t *words)
{
    return !words[0] ? 0 : words[0] == HLCKPT_SYNC_NONE ? no_thread() : thread_handle(words[0] - 1);
}

static pthread_key_t load_key(const uint32_t *words)
{
    return !words[0] ? 0 : words[0] == HLCKPT_SYNC_NONE ? (pthread_key_t)-1 : thread_key(words[0] - 1);
}

static void load_mutex_attr(const uint32_t *words, pthread_mutexattr_t *a)
{
    pthread_mutexattr_init(a);
    if (words[0])
        pthread_mutexattr_settype(a, (int)words[0]);
    pthread_mutexattr_setprotocol(a, (int)words[1]);
    pthread_mutexattr_setpshared(a, words[2] ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
    pthread_mutexattr_setrobust(a, words[3] ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
}

static void load_cond_attr(const uint32_t *words, pthread_condattr_t *a)
{
    pthread_condattr_init(a);
    pthread_condattr_setclock(a, words[0] ? CLOCK_MONOTONIC : CLOCK_REALTIME);
    pthread_condattr_setpshared(a, words[1] ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
}

static void load_rwlock_attr(const uint32_t *words, pthread_rwlockattr_t *a)
{
    pthread_rwlockattr_init(a);
    pthread_rwlockattr_setkind_np(a, (int)words[0]);
    pthread_rwlockattr_setpshared(a, words[1] ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
}

static void load_barrier_attr(const uint32_t *words, pthread_barrierattr_t *a)
{
    pthread_barrierattr_init(a);
    pthread_barrierattr_setpshared(a, words[0] ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
}

static void load_thread_attr(const uint32_t *words, pthread_attr_t *a)
{
    struct sched_param scheduling = {.sched_priority = (int)(words[3] & 0xff)};
    pthread_attr_init(a);
    if (words[0] & HLCKPT_ATTR_DETACHED)
        pthread_attr_setdetachstate(a, PTHREAD_CREATE_DETACHED);
    if (words[0] & HLCKPT_ATTR_EXPLICIT)
        pthread_attr_setinheritsched(a, PTHREAD_EXPLICIT_SCHED);
    if (words[1])
        pthread_attr_setstacksize(a, (size_t)words[1] * 1024);
    if (words[2])
        pthread_attr_setguardsize(a, words[2] - 1);
    if (words[3] >> 16)
        pthread_attr_setschedpolicy(a, (int)(words[3] >> 16));
    if (words[3] & 0xff)
        pthread_attr_setschedparam(a, &scheduling);
}

// What is not all zero.
static void load_object(enum hlckpt_sync which, const uint32_t *words, union object *o)
{
    switch (which) {
    case HLCKPT_SYNC_MUTEX:
        load_mutex(words, &o->mutex);
        break;
    case HLCKPT_SYNC_COND:
        load_cond(words, &o->cond);
        break;
    case HLCKPT_SYNC_RWLOCK:
        load_rwlock(words, &o->rwlock);
        break;
    case HLCKPT_SYNC_BARRIER:
        pthread_barrier_init(&o->barrier, NULL, words[0]);
        break;
    case HLCKPT_SYNC_SEMAPHORE:
        sem_init(&o->semaphore, 0, words[0]);
        break;
    case HLCKPT_SYNC_SPIN:
        load_spin(words, &o->spin);
        break;
    case HLCKPT_SYNC_ONCE:
        pthread_once(&o->once, do_nothing);
        break;
    case HLCKPT_SYNC_THREAD:
        o->thread = load_thread(words);
        break;
    case HLCKPT_SYNC_KEY:
        o->key = load_key(words);
        break;
    case HLCKPT_SYNC_MUTEX_ATTR:
        load_mutex_attr(words, &o->mutex_attr);
        break;
    case HLCKPT_SYNC_COND_ATTR:
        load_cond_attr(words, &o->cond_attr);
        break;
    case HLCKPT_SYNC_RWLOCK_ATTR:
        load_rwlock_attr(words, &o->rwlock_attr);
        break;
    case HLCKPT_SYNC_BARRIER_ATTR:
        load_barrier_attr(words, &o->barrier_attr);
        break;
    case HLCKPT_SYNC_THREAD_ATTR:
        load_thread_attr(words, &o->thread_attr);
        break;
    case HLCKPT_SYNC_COUNT:
        break;
    }
}

// An object without an owner may be made anywhere and moved; so it may lie in a packed struct.
void sync_load(enum hlckpt_sync which, const unsigned char wire[HLCKPT_SYNC_WIRE], unsigned char *memory)
{
    static const uint32_t nothing[HLCKPT_SYNC_WORDS];
    union object o = {.bytes = {0}};
    struct held h = {.memory = memory, .which = which};
    load_words(wire, h.words);
    if (which == HLCKPT_SYNC_SPIN || memcmp(h.words, nothing, sizeof nothing) != 0)
        load_object(which, h.words, &o);
    memcpy(memory, &o, sync_size(which));
    if ((which == HLCKPT_SYNC_MUTEX && h.words[3]) || (which == HLCKPT_SYNC_RWLOCK && (h.words[2] || h.words[3])))
        note_held(&h);
}
