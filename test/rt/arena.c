// The runtime's own memory: contents survive churn by several threads, and the arena knows its own pointers.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "arena.h"
#include "heap-test.h"

#include <errno.h>
#include <pthread.h>

enum { THREADS = 3, BLOCKS = 300, STEPS = 20000 };

static size_t random_size(uint32_t *seed)
{
    return next_random(seed) % ((size_t)1 << (4 + next_random(seed) % 15));
}

static void *work(void *seed_pointer)
{
    uint32_t seed = (uint32_t)(uintptr_t)seed_pointer;
    unsigned char *blocks[BLOCKS] = {0};
    size_t sizes[BLOCKS] = {0};
    for (int step = 0; step < STEPS; step++) {
        unsigned i = next_random(&seed) % BLOCKS;
        size_t size = random_size(&seed), common = size < sizes[i] ? size : sizes[i];
        if (blocks[i] && sizes[i])
            EXPECT(blocks[i][0] == (unsigned char)i && blocks[i][sizes[i] - 1] == (unsigned char)i);
        blocks[i] = hlckpt_arena_realloc(blocks[i], size);
        EXPECT(blocks[i] && (uintptr_t)blocks[i] % 16 == 0 &&
               (common == 0 || blocks[i][common - 1] == (unsigned char)i));
        memset(blocks[i], (int)i, size);
        sizes[i] = size;
        if (step % 3 == 0) {
            hlckpt_arena_free(blocks[i]);
            blocks[i] = NULL;
            sizes[i] = 0;
        }
    }
    for (int i = 0; i < BLOCKS; i++)
        hlckpt_arena_free(blocks[i]);
    return NULL;
}

static void test_contains(void)
{
    int local;
    struct heap_block found;
    char *small = hlckpt_arena_malloc(100), *large = hlckpt_arena_malloc(5000000), *other = malloc(100);
    EXPECT(arena_contains(small) && arena_contains(small + 99) && arena_contains(large + 4999999));
    EXPECT(!arena_contains(other) && !arena_contains(&local) && !arena_contains(NULL));
    EXPECT(!heap_find(small, &found) && !heap_find(large, &found));
    hlckpt_arena_free(large);
    EXPECT(!arena_contains(hide(large)));
    hlckpt_arena_free(small);
    free(other);
}

static void test_refusals(void)
{
    void *block = hlckpt_arena_malloc(10);
    EXPECT((errno = 0, hlckpt_arena_malloc(SIZE_MAX) == NULL && errno == ENOMEM));
    EXPECT((errno = 0, hlckpt_arena_calloc(SIZE_MAX / 2, 3) == NULL && errno == ENOMEM));
    EXPECT((errno = 0, hlckpt_arena_realloc(block, SIZE_MAX) == NULL && errno == ENOMEM));
    hlckpt_arena_free(block);
    hlckpt_arena_free(NULL);
}

static void test_zeroing(void)
{
    for (size_t size = 1; size < 1000000; size *= 3) {
        unsigned char *block = hlckpt_arena_calloc(1, size);
        for (size_t i = 0; i < size; i++)
            EXPECT(block[i] == 0);
        memset(block, 1, size);
        hlckpt_arena_free(block);
    }
}

int main(void)
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        EXPECT(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    test_contains();
    test_refusals();
    test_zeroing();
    return 0;
}
