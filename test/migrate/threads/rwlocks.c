// hop: threads
// Readers hold a lock together, some of them twice; writers alone. What is read under it is never half written.
#define _GNU_SOURCE
#include <pthread.h>

#include "work.h"

#define READERS 4
#define WRITERS 2
#define ROUNDS  40

static pthread_rwlock_t lock, writers_first;
static unsigned left[8], right[8];
static unsigned long written;

static unsigned check(unsigned x)
{
    for (int i = 0; i < 8; i++)
        must(left[i] ^ right[i], 0xffffffffu);
    return work(x, 15);
}

static void *read_it(void *argument)
{
    unsigned x = *(unsigned *)argument;
    for (int i = 0; i < ROUNDS; i++) {
        ok(pthread_rwlock_rdlock(&lock));
        x = check(x);
        ok(pthread_rwlock_rdlock(&lock)); // once more: readers first
        x = check(x);
        ok(pthread_rwlock_unlock(&lock));
        x = check(x);
        ok(pthread_rwlock_unlock(&lock));
        ok(pthread_rwlock_rdlock(&writers_first));
        x = work(x, 5);
        ok(pthread_rwlock_unlock(&writers_first));
    }
    *(unsigned *)argument = x;
    return NULL;
}

static void *write_it(void *argument)
{
    unsigned x = *(unsigned *)argument;
    for (int i = 0; i < ROUNDS; i++) {
        ok(pthread_rwlock_wrlock(&lock));
        for (int j = 0; j < 8; j++) {
            left[j] = x;
            x = work(x, 5);
            right[j] = ~left[j];
        }
        ok(pthread_rwlock_unlock(&lock));
        ok(pthread_rwlock_wrlock(&writers_first));
        unsigned long before = written;
        x = work(x, 5);
        written = before + 1;
        ok(pthread_rwlock_unlock(&writers_first));
    }
    *(unsigned *)argument = x;
    return NULL;
}

int main(void)
{
    pthread_t threads[READERS + WRITERS];
    unsigned numbers[READERS + WRITERS];
    pthread_rwlockattr_t attributes;
    ok(pthread_rwlockattr_init(&attributes));
    ok(pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
    work(1, 50);
    ok(pthread_rwlock_init(&writers_first, &attributes));
    ok(pthread_rwlockattr_destroy(&attributes));
    ok(pthread_rwlock_init(&lock, NULL));
    for (int i = 0; i < 8; i++)
        right[i] = ~left[i];
    for (unsigned i = 0; i < READERS + WRITERS; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, i < READERS ? read_it : write_it, &numbers[i]));
    }
    for (int i = 0; i < READERS + WRITERS; i++) {
        ok(pthread_join(threads[i], NULL));
        printf("%d: %u\n", i, numbers[i]);
    }
    printf("written %lu\n", written);
    ok(pthread_rwlock_destroy(&lock));
    ok(pthread_rwlock_destroy(&writers_first));
    return 0;
}
