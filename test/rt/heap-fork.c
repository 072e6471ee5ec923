// A process forks while its threads allocate: in the child the heap is whole and can be used.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "arena.h"
#include "heap-test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, FORKS = 60 };
static atomic_bool stop;

static void *work(void *seed_pointer)
{
    uint32_t seed = (uint32_t)(uintptr_t)seed_pointer;
    void *blocks[200] = {0};
    while (!stop) {
        unsigned i = next_random(&seed) % 200;
        free(blocks[i]);
        blocks[i] = malloc(next_random(&seed) % (i ? 3000 : 300000));
        hlckpt_arena_free(hlckpt_arena_malloc(next_random(&seed) % 1000));
    }
    for (int i = 0; i < 200; i++)
        free(blocks[i]);
    return NULL;
}

static void use_heap(void)
{
    void *blocks[300];
    for (size_t i = 0; i < 300; i++)
        blocks[i] = malloc(i * i);
    for (size_t i = 0; i < 300; i++)
        free(blocks[i]);
    hlckpt_arena_free(hlckpt_arena_malloc(100));
}

static void fork_once(int i)
{
    bool by_hand = i % 2;
    if (by_hand)
        heap_fork_prepare();
    pid_t child = by_hand ? _Fork() : fork();
    if (child == 0) {
        if (by_hand)
            heap_fork_child();
        use_heap();
        _exit(0);
    }
    if (by_hand)
        heap_fork_parent();
    int status;
    EXPECT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static void test_nested(void)
{
    heap_fork_prepare();
    heap_fork_prepare();
    heap_fork_parent();
    heap_fork_parent();
    use_heap();
}

int main(void)
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)(i + 1));
    for (int i = 0; i < FORKS; i++) {
        fork_once(i);
        use_heap();
    }
    stop = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    test_nested();
    expect_sound_heap();
    return 0;
}
