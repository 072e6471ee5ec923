// The threads of the program, each with what a capture and a resume must know of it.
//
// Thread 0 is main's. A thread is on the list from its creation until it has been joined, or has ended detached. The
// program's threads come from pthread_create and thrd_create, called by instrumented code.
#ifndef RT_THREAD_H
#define RT_THREAD_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "failure.h"

#pragma GCC visibility push(hidden)

#define THREAD_NONE UINT32_MAX

// Wire values for those that an image can hold: never renumbered.
enum thread_state {
    THREAD_PARKED = 0,   // at a poll, while a cut lasts
    THREAD_BLOCKED = 1,  // in a call that waits
    THREAD_RETURNED = 2, // that call has ended; goes on when the cut is over
    THREAD_FINISHED = 3, // to be joined
    THREAD_RUNNING,
    THREAD_STARTING, // not in its start routine yet
    THREAD_EXITING,  // destructors of thread-specific values run
};

#define CALL_ARGUMENTS 6

struct blocking_function; // blocking.h

// A call that waits, with its arguments: pointers in `pointers`, all others in `numbers`, by position.
struct blocking_call {
    const struct blocking_function *function; // NULL: none
    void *pointers[CALL_ARGUMENTS];
    int64_t numbers[CALL_ARGUMENTS];
    uint64_t deadline; // of a relative timeout, on the monotonic clock; UINT64_MAX: none
};

struct thread {
    struct thread *next; // in order of creation
    uint32_t number;     // of the cut or resume under way
    _Atomic uint32_t state;
    pthread_t handle;
    pid_t tid;
    void *(*start)(void *); // returns_int: int (*)(void *)
    void *argument;
    bool returns_int, is_detached;
    void *result; // returns_int: the number
    char name[16];
    enum thread_state doing; // in an image: at most FINISHED
    size_t stack_size;       // bytes that its creator asked for; 0: the default
    size_t stack_depth;      // resume: bytes that were in use
    const char *stack_top; // no frame of the program lies above it
    const char *anchor;    // its instance of a thread-local variable of the runtime
    // Where it stands still: PARKED, BLOCKED, RETURNED.
    jmp_buf context;
    const char *stack_low; // no frame of the program lies below it
    struct blocking_call call;
    int64_t returned; // RETURNED: what the call gives
    int error_number;
    sigset_t mask;
    char obstacle[128]; // why it could not park at its last poll; "" if it could
    jmp_buf exit;       // where pthread_exit goes
    void **values;      // of keys, by number; in the arena
    struct hold *holds; // of a resume: locks to take before it goes on
};

extern struct thread main_thread;
extern _Thread_local struct thread *thread_self; // NULL in threads that are not the program's

void thread_start_main(void);          // at the start of main
_Noreturn void thread_end_main(void); // main has called pthread_exit, and its frames are left
void thread_forked(void);      // in a process that the program has forked: the caller is the only thread left
struct thread *thread_first(void);
void thread_lock(void); // the list
void thread_unlock(void);

// ---- of the capture or resume under way
void thread_number_all(void); // at a cut
uint32_t thread_count(void);
struct thread *thread_at(uint32_t number);
uint32_t thread_of_tid(pid_t kernel_tid);               // of a live thread, or THREAD_NONE
uint32_t thread_of_handle(pthread_t handle);            // finished ones that wait to be joined too, or THREAD_NONE
pthread_t thread_handle(uint32_t number);               // resume: the thread of that number in this process
ptrdiff_t thread_local_offset(uint32_t number);         // from the caller's instance of a thread-local to that thread's
uint32_t thread_key_number(pthread_key_t key);          // or THREAD_NONE
pthread_key_t thread_key(uint32_t number);              // resume
// Resume: that thread calls take(object) so many times before anything runs.
bool thread_hold(uint32_t number, void *object, void (*take)(void *object), uint32_t times);
void thread_take_holds(struct thread *t);

// ---- keys
struct thread_key {
    bool is_used;
    pthread_key_t key;
    void (*destructor)(void *);
};
#define KEYS_MOST 1024
uint32_t thread_key_count(void); // numbers below which all keys lie
struct thread_key *thread_key_at(uint32_t number);
bool thread_make_key(uint32_t number, void (*destructor)(void *), struct failure *f); // resume
void *thread_value(const struct thread *t, uint32_t key);
bool thread_set_value(struct thread *t, uint32_t key, void *value); // in the book alone; false: no memory

// ---- resume
// Makes the threads of an image, by number from 1 on. Each waits at its base, then calls `run`.
struct thread *thread_add(void); // NULL: no memory
bool thread_create_again(struct thread *t, void (*run)(struct thread *t), struct failure *f);

// In the thread that waited for `joined`, or by whom it was detached.
void thread_forget(struct thread *joined);
struct thread *thread_find(pthread_t handle); // NULL: not ours

#pragma GCC visibility pop
#endif
