// hop: threads
// Mutexes of every kind, held while the program is moved: owner and depth must come along.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>

#include "work.h"

#define COUNT  4
#define ROUNDS 40

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER, recursive, checking, adaptive, robust;
static pthread_mutex_t static_recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static unsigned long counters[6];

static void init(pthread_mutex_t *m, int kind, int robustness)
{
    pthread_mutexattr_t attributes;
    ok(pthread_mutexattr_init(&attributes));
    ok(pthread_mutexattr_settype(&attributes, kind));
    ok(pthread_mutexattr_setrobust(&attributes, robustness));
    work(1, 100);
    ok(pthread_mutex_init(m, &attributes));
    ok(pthread_mutexattr_destroy(&attributes));
}

static unsigned nest(pthread_mutex_t *m, unsigned x, int depth)
{
    ok(pthread_mutex_lock(m));
    unsigned y = depth ? nest(m, work(x, 5), depth - 1) : work(x, 20);
    ok(pthread_mutex_unlock(m));
    return y;
}

static unsigned hold(pthread_mutex_t *m, unsigned long *counter, unsigned x)
{
    ok(pthread_mutex_lock(m));
    unsigned long before = *counter;
    x = work(x, 15);
    *counter = before + 1;
    ok(pthread_mutex_unlock(m));
    return x;
}

static unsigned hold_checking(unsigned x)
{
    ok(pthread_mutex_lock(&checking));
    unsigned long before = counters[3];
    x = work(x, 15);
    must(pthread_mutex_lock(&checking), EDEADLK);
    counters[3] = before + 1;
    ok(pthread_mutex_unlock(&checking));
    must(pthread_mutex_unlock(&checking), EPERM);
    return x;
}

static unsigned hold_recursive(pthread_mutex_t *m, unsigned long *counter, unsigned x)
{
    ok(pthread_mutex_lock(m));
    unsigned long before = *counter;
    x = nest(m, x, 4);
    *counter = before + 1;
    ok(pthread_mutex_unlock(m));
    return x;
}

static void *run(void *argument)
{
    unsigned x = *(unsigned *)argument;
    for (int i = 0; i < ROUNDS; i++) {
        x = hold(&plain, &counters[0], x);
        x = hold_recursive(&recursive, &counters[1], x);
        x = hold_recursive(&static_recursive, &counters[2], x);
        x = hold_checking(x);
        x = hold(&adaptive, &counters[4], x);
        x = hold(&robust, &counters[5], x);
    }
    return (void *)(size_t)(x & 0xfff);
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned arguments[COUNT];
    init(&recursive, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
    init(&checking, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
    init(&adaptive, PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED);
    init(&robust, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
    for (unsigned i = 0; i < COUNT; i++) {
        arguments[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &arguments[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        void *result;
        ok(pthread_join(threads[i], &result));
        printf("%d: %u\n", i, (unsigned)(size_t)result);
    }
    for (int i = 0; i < 6; i++)
        printf("counter %lu\n", counters[i]);
    return 0;
}
