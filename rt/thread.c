// The list of threads, and the calls of the program that make and end them.
//
//     pthread_create --> begin: STARTING -> RUNNING -> the start routine -> EXITING -> FINISHED -> joined, forgotten
//                                                                                  \-> forgotten, when detached
//
// T1  A thread that is on the list and not FINISHED may change the program's memory. EXITING lasts until the last round
//     of the destructors of thread-specific values: a key of the runtime's own, made before all others, tells the rounds.
// T2  pthread_exit does not unwind the program's frames, whose landing pads are for captures: it jumps to the base of
//     the stack. Programs with cleanup handlers, which would have to run, are refused by the compiler.
#define _GNU_SOURCE
#include "thread.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

#include "arena.h"
#include "cut.h"
#include "walk.h"

struct thread main_thread = {.state = THREAD_RUNNING};
_Thread_local struct thread *thread_self;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct thread *last = &main_thread;
static uint32_t numbered; // threads of the cut or resume under way
static pthread_key_t end_key;
static _Thread_local char anchor;
static pthread_attr_t no_attributes;

// ---- the list

void thread_lock(void)
{
    pthread_mutex_lock(&list_lock);
}

void thread_unlock(void)
{
    pthread_mutex_unlock(&list_lock);
}

struct thread *thread_first(void)
{
    return &main_thread;
}

static void append(struct thread *t)
{
    thread_lock();
    last->next = t;
    last = t;
    thread_unlock();
}

static void free_thread(struct thread *t)
{
    hlckpt_arena_free(t->values);
    hlckpt_arena_free(t);
}

void thread_forget(struct thread *t)
{
    thread_lock();
    struct thread *before = &main_thread;
    while (before && before->next != t)
        before = before->next;
    if (before) {
        before->next = t->next;
        if (last == t)
            last = before;
    }
    thread_unlock();
    if (before)
        free_thread(t);
}

struct thread *thread_find(pthread_t handle)
{
    thread_lock();
    struct thread *t = &main_thread;
    while (t && !pthread_equal(t->handle, handle))
        t = t->next;
    thread_unlock();
    return t;
}

void thread_forked(void)
{
    list_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    if (thread_self)
        thread_self->tid = gettid();
}

// ---- numbers

void thread_number_all(void)
{
    numbered = 0;
    for (struct thread *t = &main_thread; t; t = t->next)
        t->number = numbered++;
}

uint32_t thread_count(void)
{
    return numbered ? numbered : 1;
}

struct thread *thread_at(uint32_t number)
{
    struct thread *t = &main_thread;
    while (t && t->number != number)
        t = t->next;
    return t;
}

uint32_t thread_of_tid(pid_t kernel_tid)
{
    for (struct thread *t = &main_thread; t; t = t->next)
        if (t->tid == kernel_tid && t->state != THREAD_FINISHED)
            return t->number;
    return THREAD_NONE;
}

uint32_t thread_of_handle(pthread_t handle)
{
    for (struct thread *t = &main_thread; t; t = t->next)
        if (pthread_equal(t->handle, handle))
            return t->number;
    return THREAD_NONE;
}

pthread_t thread_handle(uint32_t number)
{
    return thread_at(number)->handle;
}

// The program and what it is linked with have their thread-locals at the same distance from each other in every thread.
ptrdiff_t thread_local_offset(uint32_t number)
{
    return thread_at(number)->anchor - &anchor;
}

// ---- the life of a thread

// In the last round nothing of the program runs in this thread any more (T1).
static void end_round(void *round)
{
    uintptr_t n = (uintptr_t)round;
    if (n < PTHREAD_DESTRUCTOR_ITERATIONS) {
        pthread_setspecific(end_key, (void *)(n + 1));
        return;
    }
    struct thread *t = thread_self;
    bool is_detached = t->is_detached;
    thread_self = NULL;
    hlckpt_arena_free(t->values);
    t->values = NULL;
    if (is_detached)
        thread_forget(t);
    else
        atomic_store(&t->state, THREAD_FINISHED);
    cut_changed();
}

static void settle_in(struct thread *t)
{
    thread_self = t;
    t->handle = pthread_self();
    t->tid = gettid();
    t->anchor = &anchor;
    pthread_setspecific(end_key, (void *)1);
}

// When main ends by pthread_exit the process goes on until its last thread has ended. What a thread was is kept of it.
_Noreturn void thread_end_main(void)
{
    main_thread.is_detached = false;
    atomic_store(&main_thread.state, THREAD_EXITING);
    pthread_exit(main_thread.result);
}

static void *begin(void *argument)
{
    struct thread *t = argument;
    settle_in(t);
    atomic_store(&t->state, THREAD_RUNNING);
    if (_setjmp(t->exit) == 0)
        t->result = walk_call_start(t);
    atomic_store(&t->state, THREAD_EXITING);
    return t->result;
}

void thread_start_main(void)
{
    thread_self = &main_thread;
    main_thread.handle = pthread_self();
    main_thread.tid = gettid();
    main_thread.anchor = &anchor;
    pthread_key_create(&end_key, end_round);
    pthread_setspecific(end_key, (void *)1);
    pthread_attr_init(&no_attributes);
}

struct thread *thread_add(void)
{
    struct thread *t = hlckpt_arena_calloc(1, sizeof *t);
    if (!t)
        return NULL;
    atomic_store(&t->state, THREAD_STARTING);
    append(t);
    return t;
}

static int create(pthread_t *handle, const pthread_attr_t *attributes, struct thread *t)
{
    int detach = PTHREAD_CREATE_JOINABLE;
    if (attributes) {
        size_t standard = 0;
        pthread_attr_getdetachstate(attributes, &detach);
        pthread_attr_getstacksize(attributes, &t->stack_size);
        pthread_attr_getstacksize(&no_attributes, &standard);
        if (t->stack_size == standard)
            t->stack_size = 0;
    }
    t->is_detached = detach == PTHREAD_CREATE_DETACHED;
    thread_lock(); // it cannot be forgotten meanwhile
    int error = pthread_create(handle, attributes, begin, t);
    if (!error)
        t->handle = *handle;
    thread_unlock();
    if (error)
        thread_forget(t);
    return error;
}

int hlckpt_call_pthread_create(pthread_t *handle, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    struct thread *t = thread_add();
    if (!t)
        return EAGAIN;
    t->start = start;
    t->argument = argument;
    return create(handle, attributes, t);
}

int hlckpt_call_thrd_create(thrd_t *handle, thrd_start_t start, void *argument)
{
    struct thread *t = thread_add();
    if (!t)
        return thrd_nomem;
    t->start = (void *(*)(void *))(void (*)(void))start;
    t->argument = argument;
    t->returns_int = true;
    int error = create(handle, NULL, t);
    return error == 0 ? thrd_success : error == ENOMEM ? thrd_nomem : thrd_error;
}

_Noreturn void hlckpt_call_pthread_exit(void *result)
{
    struct thread *t = thread_self;
    if (!t || t->state == THREAD_EXITING)
        pthread_exit(result);
    t->result = result;
    _longjmp(t->exit, 1);
}

_Noreturn void hlckpt_call_thrd_exit(int result)
{
    hlckpt_call_pthread_exit((void *)(intptr_t)result);
}

static int detach(pthread_t handle)
{
    struct thread *t = thread_find(handle);
    if (t)
        t->is_detached = true;
    int error = pthread_detach(handle);
    if (t && error == 0 && t->state == THREAD_FINISHED)
        thread_forget(t);
    return error;
}

int hlckpt_call_pthread_detach(pthread_t handle)
{
    return detach(handle);
}

int hlckpt_call_thrd_detach(thrd_t handle)
{
    return detach(handle) == 0 ? thrd_success : thrd_error;
}

int hlckpt_call_pthread_tryjoin_np(pthread_t handle, void **result)
{
    struct thread *t = thread_find(handle);
    int error = pthread_tryjoin_np(handle, result);
    if (error == 0 && t)
        thread_forget(t);
    return error;
}

int hlckpt_call_pthread_setname_np(pthread_t handle, const char *name)
{
    int error = pthread_setname_np(handle, name);
    struct thread *t = error == 0 ? thread_find(handle) : NULL;
    if (t)
        strncpy(t->name, name, sizeof t->name - 1);
    return error;
}

// ---- keys

static struct thread_key keys[KEYS_MOST];
static uint32_t key_count;

uint32_t thread_key_count(void)
{
    return key_count;
}

struct thread_key *thread_key_at(uint32_t number)
{
    return &keys[number];
}

uint32_t thread_key_number(pthread_key_t key)
{
    for (uint32_t i = 0; i < key_count; i++)
        if (keys[i].is_used && keys[i].key == key)
            return i;
    return THREAD_NONE;
}

pthread_key_t thread_key(uint32_t number)
{
    return keys[number].key;
}

void *thread_value(const struct thread *t, uint32_t key)
{
    return t->values && keys[key].is_used ? t->values[key] : NULL;
}

bool thread_set_value(struct thread *t, uint32_t key, void *value)
{
    if (!t->values)
        t->values = hlckpt_arena_calloc(KEYS_MOST, sizeof *t->values);
    if (!t->values)
        return false;
    t->values[key] = value;
    return true;
}

bool thread_make_key(uint32_t number, void (*destructor)(void *), struct failure *f)
{
    pthread_key_t key;
    int error = pthread_key_create(&key, destructor);
    if (error)
        return fail(f, "key %u for thread-specific values cannot be made: %s", number, strerror(error));
    keys[number] = (struct thread_key){true, key, destructor};
    key_count = number < key_count ? key_count : number + 1;
    return true;
}

static int create_key(pthread_key_t *key, void (*destructor)(void *))
{
    int error = pthread_key_create(key, destructor);
    if (error)
        return error;
    thread_lock();
    uint32_t i = 0;
    while (i < KEYS_MOST && keys[i].is_used)
        i++;
    if (i < KEYS_MOST) {
        keys[i] = (struct thread_key){true, *key, destructor};
        key_count = i < key_count ? key_count : i + 1;
        for (struct thread *t = &main_thread; t; t = t->next)
            if (t->values)
                t->values[i] = NULL;
    }
    thread_unlock();
    return 0;
}

static int delete_key(pthread_key_t key)
{
    thread_lock();
    uint32_t number = thread_key_number(key);
    if (number != THREAD_NONE)
        keys[number].is_used = false;
    thread_unlock();
    return pthread_key_delete(key);
}

static int set_value(pthread_key_t key, const void *value)
{
    uint32_t number = thread_key_number(key);
    if (number != THREAD_NONE && thread_self && !thread_set_value(thread_self, number, (void *)value))
        return ENOMEM;
    return pthread_setspecific(key, value);
}

int hlckpt_call_pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    return create_key(key, destructor);
}

int hlckpt_call_pthread_key_delete(pthread_key_t key)
{
    return delete_key(key);
}

int hlckpt_call_pthread_setspecific(pthread_key_t key, const void *value)
{
    return set_value(key, value);
}

int hlckpt_call_tss_create(tss_t *key, tss_dtor_t destructor)
{
    return create_key((pthread_key_t *)key, destructor) == 0 ? thrd_success : thrd_error;
}

void hlckpt_call_tss_delete(tss_t key)
{
    delete_key(key);
}

int hlckpt_call_tss_set(tss_t key, void *value)
{
    return set_value(key, value) == 0 ? thrd_success : thrd_error;
}

// ---- resume

struct hold {
    struct hold *next;
    void *object;
    void (*take)(void *object);
    uint32_t times;
};

bool thread_hold(uint32_t number, void *object, void (*take)(void *object), uint32_t times)
{
    struct thread *t = thread_at(number);
    struct hold *hold = hlckpt_arena_malloc(sizeof *hold);
    if (!t || !hold)
        return false;
    *hold = (struct hold){t->holds, object, take, times};
    t->holds = hold;
    return true;
}

void thread_take_holds(struct thread *t)
{
    while (t->holds) {
        struct hold *hold = t->holds;
        t->holds = hold->next;
        for (uint32_t i = 0; i < hold->times; i++)
            hold->take(hold->object);
        hlckpt_arena_free(hold);
    }
}

static void (*run_again)(struct thread *);

static void *begin_again(void *argument)
{
    struct thread *t = argument;
    settle_in(t);
    if (_setjmp(t->exit) == 0)
        run_again(t);
    atomic_store(&t->state, THREAD_EXITING);
    return t->result;
}

// Frames may be larger on this target than where the thread was captured.
static size_t room_for(size_t size, size_t depth)
{
    const size_t least = (size_t)256 * 1024;
    size_t room = depth < SIZE_MAX / 8 ? 3 * depth + least : depth;
    return room > size ? room : size;
}

bool thread_create_again(struct thread *t, void (*run)(struct thread *), struct failure *f)
{
    pthread_attr_t attributes;
    run_again = run;
    pthread_attr_init(&attributes);
    size_t size = t->stack_size;
    if (!size)
        pthread_attr_getstacksize(&attributes, &size);
    pthread_attr_setstacksize(&attributes, room_for(size, t->stack_depth));
    if (t->is_detached)
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&t->handle, &attributes, begin_again, t);
    pthread_attr_destroy(&attributes);
    return error == 0 || fail(f, "thread %u cannot be created: %s", t->number, strerror(error));
}
