// The types of the C library by which threads meet. What lies in them is the C library's own business, and differs
// between targets and versions: so a map says which of them a value is, and the runtime (rt/sync.c) says what it means.
//
// On the wire each is HLCKPT_SYNC_WIRE bytes, four unsigned integers, least significant byte first. All are zero for
// what a static initialiser makes. Threads that wait in an object are no part of it: they make their calls again.
#ifndef HLCKPT_SYNC_H
#define HLCKPT_SYNC_H

#define HLCKPT_SYNC_WIRE  16
#define HLCKPT_SYNC_WORDS 4
#define HLCKPT_SYNC_NONE  UINT32_MAX // for the number of a thread or a key: one that is no more

// clang-format off: one kind a line
// Wire values, in this order: never renumbered.
//     identifier     what it is called          on the wire
#define HLCKPT_SYNC_KINDS(V) \
    V(MUTEX,          "mutex")                /* type (enum hlckpt_mutex_bits), owner + 1, times, 1 if locked */ \
    V(COND,           "condition variable")   /* 1 if by the monotonic clock */ \
    V(RWLOCK,         "read-write lock")      /* type, writer + 1, readers, 1 if locked for writing */ \
    V(BARRIER,        "barrier")              /* threads that it waits for */ \
    V(SEMAPHORE,      "semaphore")            /* value */ \
    V(SPIN,           "spin lock")            /* 1 if locked */ \
    V(ONCE,           "once")                 /* 1 if done */ \
    V(THREAD,         "thread")               /* number + 1, or HLCKPT_SYNC_NONE */ \
    V(KEY,            "key")                  /* number + 1, or HLCKPT_SYNC_NONE */ \
    V(MUTEX_ATTR,     "mutex attributes")     /* type, protocol, process-shared, robust */ \
    V(COND_ATTR,      "condition attributes") /* clock, process-shared */ \
    V(RWLOCK_ATTR,    "read-write attributes")/* type, process-shared */ \
    V(BARRIER_ATTR,   "barrier attributes")   /* process-shared */ \
    V(THREAD_ATTR,    "thread attributes")    /* enum hlckpt_attr_bits, stack KiB, guard bytes + 1, policy << 16 | priority */

//     identifier     name of the typedef        what the typedef is of: B basic type, S struct, U union
#define HLCKPT_SYNC_TYPEDEFS(V) \
    V(MUTEX,          "pthread_mutex_t",         'U') \
    V(MUTEX,          "mtx_t",                   'U') \
    V(COND,           "pthread_cond_t",          'U') \
    V(COND,           "cnd_t",                   'U') \
    V(RWLOCK,         "pthread_rwlock_t",        'U') \
    V(BARRIER,        "pthread_barrier_t",       'U') \
    V(SEMAPHORE,      "sem_t",                   'U') \
    V(SPIN,           "pthread_spinlock_t",      'B') \
    V(ONCE,           "pthread_once_t",          'B') \
    V(ONCE,           "once_flag",               'S') \
    V(THREAD,         "pthread_t",               'B') \
    V(THREAD,         "thrd_t",                  'B') \
    V(KEY,            "pthread_key_t",           'B') \
    V(KEY,            "tss_t",                   'B') \
    V(MUTEX_ATTR,     "pthread_mutexattr_t",     'U') \
    V(COND_ATTR,      "pthread_condattr_t",      'U') \
    V(RWLOCK_ATTR,    "pthread_rwlockattr_t",    'U') \
    V(BARRIER_ATTR,   "pthread_barrierattr_t",   'U') \
    V(THREAD_ATTR,    "pthread_attr_t",          'U')
// clang-format on

enum hlckpt_sync {
#define HLCKPT_SYNC_IDENTIFIER(identifier, name) HLCKPT_SYNC_##identifier,
    HLCKPT_SYNC_KINDS(HLCKPT_SYNC_IDENTIFIER)
#undef HLCKPT_SYNC_IDENTIFIER
        HLCKPT_SYNC_COUNT
};

enum hlckpt_mutex_bits { // the first two bits are the type: normal, recursive, error-checking, adaptive
    HLCKPT_MUTEX_TYPE = 3,
    HLCKPT_MUTEX_ROBUST = 4,
    HLCKPT_MUTEX_INHERIT = 8, // priority
};

enum hlckpt_attr_bits {
    HLCKPT_ATTR_INITIALISED = 1,
    HLCKPT_ATTR_DETACHED = 2,
    HLCKPT_ATTR_EXPLICIT = 4, // scheduling is not inherited
};

// "mutex", "thread"...
static inline const char *hlckpt_sync_name(enum hlckpt_sync which)
{
    static const char *const names[] = {
#define HLCKPT_SYNC_NAME(identifier, name) name,
        HLCKPT_SYNC_KINDS(HLCKPT_SYNC_NAME)
#undef HLCKPT_SYNC_NAME
    };
    return which < HLCKPT_SYNC_COUNT ? names[which] : "synchronisation object";
}

#endif
