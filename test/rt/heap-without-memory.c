// When the system has no more memory, allocation fails with ENOMEM, what is there stays intact, and freeing helps.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "heap-test.h"

#include <errno.h>
#include <sys/resource.h>

enum { BLOCKS = 40000 };
static unsigned char *blocks[BLOCKS];
static size_t block_sizes[BLOCKS];

static void limit_memory(rlim_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    EXPECT(setrlimit(RLIMIT_AS, &limit) == 0);
}

// Fills what memory there is, with blocks of `least` to `most` bytes.
static int exhaust(size_t least, size_t most)
{
    uint32_t seed = 77;
    for (int i = 0; i < BLOCKS; i++) {
        block_sizes[i] = least + next_random(&seed) % (most - least + 1);
        errno = 0;
        blocks[i] = malloc(block_sizes[i]);
        if (!blocks[i]) {
            EXPECT(errno == ENOMEM);
            return i;
        }
        memset(blocks[i], i, block_sizes[i] < 5000 ? block_sizes[i] : 5000);
    }
    return BLOCKS;
}

static void test_exhaustion(size_t least, size_t most)
{
    int count = exhaust(least, most);
    EXPECT(count > 10 && count < BLOCKS);
    expect_sound_heap();
    EXPECT((errno = 0, realloc(blocks[0], 400 << 20) == NULL && errno == ENOMEM));
    EXPECT((errno = 0, calloc(1, 400 << 20) == NULL && errno == ENOMEM));
    for (int i = 0; i < count; i++) {
        for (size_t k = 0; k < block_sizes[i] && k < 5000; k++)
            EXPECT(blocks[i][k] == (unsigned char)i);
        free(blocks[i]);
    }
    expect_sound_heap();
    void *again = malloc(most);
    EXPECT(again);
    free(again);
}

int main(void)
{
    limit_memory(200 << 20);
    test_exhaustion(10000, 30000);
    test_exhaustion(100000, 1000000);
    test_exhaustion(3000000, 20000000);
    test_exhaustion(10000, 100000);
    limit_memory(RLIM_INFINITY);
    return 0;
}
