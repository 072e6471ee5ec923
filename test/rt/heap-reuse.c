// Memory that was freed serves blocks of other sizes, and what large blocks leave behind goes back to the system.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "heap-test.h"

#include <malloc.h>
#include <pthread.h>

enum { PHASE_BYTES = 32 << 20 };

static size_t mapped(void)
{
    return mallinfo2().arena;
}

// Fills the heap with blocks of one size, and frees all of them.
static void phase(size_t size)
{
    size_t count = PHASE_BYTES / (size + 16);
    void **blocks = malloc(count * sizeof *blocks);
    for (size_t i = 0; i < count; i++)
        EXPECT((blocks[i] = malloc(size)) != NULL);
    for (size_t i = 0; i < count; i++)
        free(blocks[i]);
    free(blocks);
}

static void test_sizes_in_turn(void)
{
    for (int round = 0; round < 3; round++)
        for (size_t size = 24; size < 100000; size += size / 2)
            phase(size);
    expect_sound_heap();
    EXPECT(mapped() < 4 * PHASE_BYTES);
}

static void test_large_blocks_go_back(void)
{
    size_t before = mapped();
    void *blocks[20];
    for (int i = 0; i < 20; i++)
        memset(blocks[i] = malloc(50 << 20), 1, 4096);
    EXPECT(mapped() >= before + 1000 * ((size_t)1 << 20));
    for (int i = 0; i < 20; i++)
        free(blocks[i]);
    EXPECT(mapped() <= before + ((size_t)64 << 20));
    malloc_trim(0);
    expect_sound_heap();
    EXPECT(mapped() <= before);
}

// The same mapping serves again and again.
static void test_huge_block_in_a_loop(void)
{
    void *first = malloc(20 << 20);
    size_t before = mapped();
    free(first);
    for (int i = 0; i < 1000; i++) {
        void *block = hide(malloc((20 << 20) - i * 100));
        EXPECT(mapped() == before);
        free(block);
    }
}

static void *allocate_and_exit(void *unused)
{
    (void)unused;
    for (size_t size = 1; size < 20000; size += size / 3 + 1)
        free(hide(malloc(size)));
    return NULL;
}

// A thread leaves nothing in its cache when it ends.
static void test_threads_in_turn(void)
{
    allocate_and_exit(NULL);
    size_t before = mapped();
    for (int i = 0; i < 500; i++) {
        pthread_t thread;
        EXPECT(pthread_create(&thread, NULL, allocate_and_exit, NULL) == 0);
        pthread_join(thread, NULL);
    }
    EXPECT(mapped() <= before + (16 << 20));
    expect_sound_heap();
}

int main(void)
{
    test_threads_in_turn();
    test_sizes_in_turn();
    test_large_blocks_go_back();
    test_huge_block_in_a_loop();
    return 0;
}
