// Library functions that the pass redirects: where an instrumented module names NAME, it gets hlckpt_call_NAME of the
// runtime (pass/redirect.c, rt/blocking.c, rt/thread.c).
//
//     blocking   may wait for long. Its call is a migration point: the runtime knows with which arguments the thread
//                waits, and makes the call again after a resume. The letters are its parameters: p pointer, i signed
//                integer, t pthread_t, n size.
//     kept       never waits; the runtime has to know of it
#ifndef HLCKPT_THREAD_CALLS_H
#define HLCKPT_THREAD_CALLS_H

#define HLCKPT_REDIRECTED "hlckpt_call_"

// clang-format off: one function a line
//     name                      result    parameters
#define HLCKPT_BLOCKING_CALLS(X) \
    X(pthread_mutex_lock,        int,      "p") \
    X(pthread_mutex_timedlock,   int,      "pp") \
    X(pthread_mutex_clocklock,   int,      "pip") \
    X(pthread_cond_wait,         int,      "pp") \
    X(pthread_cond_timedwait,    int,      "ppp") \
    X(pthread_cond_clockwait,    int,      "ppip") \
    X(pthread_rwlock_rdlock,     int,      "p") \
    X(pthread_rwlock_wrlock,     int,      "p") \
    X(pthread_rwlock_timedrdlock, int,     "pp") \
    X(pthread_rwlock_timedwrlock, int,     "pp") \
    X(pthread_barrier_wait,      int,      "p") \
    X(pthread_spin_lock,         int,      "p") \
    X(pthread_join,              int,      "tp") \
    X(sem_wait,                  int,      "p") \
    X(sem_timedwait,             int,      "pp") \
    X(mtx_lock,                  int,      "p") \
    X(mtx_timedlock,             int,      "pp") \
    X(cnd_wait,                  int,      "pp") \
    X(cnd_timedwait,             int,      "ppp") \
    X(thrd_join,                 int,      "tp") \
    X(thrd_sleep,                int,      "pp") \
    X(nanosleep,                 int,      "pp") \
    X(clock_nanosleep,           int,      "iipp") \
    X(usleep,                    int,      "i") \
    X(sleep,                     unsigned, "i") \
    X(pause,                     int,      "") \
    X(poll,                      int,      "pii") \
    X(select,                    int,      "ipppp") \
    X(read,                      ssize_t,  "ipn") \
    X(accept,                    int,      "ipp")

#define HLCKPT_KEPT_CALLS(X) \
    X(pthread_create) \
    X(pthread_detach) \
    X(pthread_tryjoin_np) \
    X(pthread_exit) \
    X(pthread_setname_np) \
    X(pthread_key_create) \
    X(pthread_key_delete) \
    X(pthread_setspecific) \
    X(thrd_create) \
    X(thrd_detach) \
    X(thrd_exit) \
    X(tss_create) \
    X(tss_delete) \
    X(tss_set)
// clang-format on

#endif
