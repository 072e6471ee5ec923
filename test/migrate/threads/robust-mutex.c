// hop: threads targets=x86_64
// A thread ends with a robust mutex in its hands: the next one learns of it, before or after a move. On the native target
// alone, for qemu-user tells the kernel nothing of robust mutexes.
#include <errno.h>
#include <pthread.h>

#include "work.h"

#define ROUNDS 20

struct account {
    pthread_mutex_t lock;
    unsigned long left, right;
};

static void init(pthread_mutex_t *m)
{
    pthread_mutexattr_t attributes;
    ok(pthread_mutexattr_init(&attributes));
    ok(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    ok(pthread_mutex_init(m, &attributes));
    ok(pthread_mutexattr_destroy(&attributes));
}

// Ends in the middle of a transfer, with the lock.
static void *die(void *argument)
{
    struct account *a = argument;
    ok(pthread_mutex_lock(&a->lock));
    a->left++;
    work(5, 40);
    return NULL;
}

static void survive(struct account *a)
{
    pthread_t thread;
    ok(pthread_create(&thread, NULL, die, a));
    ok(pthread_join(thread, NULL));
    work(6, 40);
    must(pthread_mutex_lock(&a->lock), EOWNERDEAD);
    work(7, 40);
    a->right = a->left;
    ok(pthread_mutex_consistent(&a->lock));
    work(8, 40);
    ok(pthread_mutex_unlock(&a->lock));
    ok(pthread_mutex_lock(&a->lock));
    work(9, 40);
    ok(pthread_mutex_unlock(&a->lock));
}

static void *abandon(void *argument)
{
    ok(pthread_mutex_lock(argument));
    return NULL;
}

// Nobody makes it consistent again: no thread can have it any more.
static void give_up(void)
{
    pthread_mutex_t lost;
    pthread_t thread;
    init(&lost);
    ok(pthread_create(&thread, NULL, abandon, &lost));
    ok(pthread_join(thread, NULL));
    must(pthread_mutex_lock(&lost), EOWNERDEAD);
    ok(pthread_mutex_unlock(&lost));
    work(10, 300);
    must(pthread_mutex_lock(&lost), ENOTRECOVERABLE);
    ok(pthread_mutex_destroy(&lost));
}

int main(void)
{
    struct account *a = calloc(1, sizeof *a);
    init(&a->lock);
    for (int i = 0; i < ROUNDS; i++)
        survive(a);
    ok(pthread_mutex_destroy(&a->lock));
    printf("%lu %lu\n", a->left, a->right);
    free(a);
    give_up();
    return 0;
}
