// The malloc family does what glibc's does: alignment, overflow, errno, contents kept and zeroed.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "heap-test.h"

#include <errno.h>
#include <malloc.h>
#include <unistd.h>

static volatile size_t too_large = SIZE_MAX / 2 + 1, largest = SIZE_MAX, no_power = 48;
static const size_t sizes[] = {0,    1,     15,    16,    17,     100,    128,    129,     1000,    1024,    4096,
                               8193, 32767, 32768, 32769, 100000, 300000, 999999, 2000000, 2097152, 3000000, 10000000};
enum { SIZES = sizeof sizes / sizeof *sizes };

static bool is_aligned(const void *pointer, size_t alignment)
{
    return (uintptr_t)pointer % alignment == 0;
}

static bool is_filled(const unsigned char *bytes, size_t size, unsigned char value)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

static void test_every_size(void)
{
    unsigned char *blocks[SIZES];
    for (int i = 0; i < SIZES; i++) {
        blocks[i] = malloc(sizes[i]);
        EXPECT(blocks[i] && is_aligned(blocks[i], 16));
        EXPECT(malloc_usable_size(blocks[i]) >= sizes[i]);
        memset(blocks[i], i, sizes[i]);
    }
    expect_sound_heap();
    for (int i = 0; i < SIZES; i++) {
        EXPECT(is_filled(blocks[i], sizes[i], (unsigned char)i));
        free(blocks[i]);
    }
    expect_sound_heap();
}

static void test_empty_blocks_are_distinct(void)
{
    void *a = malloc(0), *b = malloc(0), *c = calloc(0, 8), *d = memalign(64, 0);
    EXPECT(a && b && c && d && a != b && b != c && c != d && a != c);
    free(a);
    free(b);
    free(c);
    free(d);
    free(NULL);
    EXPECT(malloc_usable_size(NULL) == 0);
}

static void test_zeroing(void)
{
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < SIZES; i++) {
            unsigned char *block = calloc(sizes[i], 1);
            EXPECT(block && is_filled(block, sizes[i], 0));
            memset(block, 0xa5, sizes[i]);
            free(block);
        }
}

static void test_every_resize(void)
{
    for (int i = 0; i < SIZES; i++)
        for (int j = 0; j < SIZES; j++) {
            size_t common = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
            unsigned char *block = malloc(sizes[i]);
            memset(block, i + 1, sizes[i]);
            block = realloc(block, sizes[j]);
            EXPECT((block != NULL) == (sizes[j] != 0));
            EXPECT(!block || (is_aligned(block, 16) && is_filled(block, common, (unsigned char)(i + 1))));
            EXPECT(!block || malloc_usable_size(block) >= sizes[j]);
            if (block)
                memset(block, 0x5a, sizes[j]);
            free(block);
        }
    expect_sound_heap();
}

static void test_growing_step_by_step(void)
{
    size_t size = 1;
    unsigned char *block = realloc(NULL, size);
    block[0] = 0;
    for (size_t next; size < 40000000; size = next) {
        next = size + size / 5 + 1;
        block = realloc(block, next);
        EXPECT(block);
        EXPECT(block[size - 1] == (unsigned char)(size - 1) && block[size / 2] == (unsigned char)(size / 2));
        for (size_t i = size; i < next; i++)
            block[i] = (unsigned char)i;
    }
    for (size_t i = 0; i < size; i++)
        EXPECT(block[i] == (unsigned char)i);
    while (size > 10) {
        size -= size / 3;
        block = realloc(block, size);
        EXPECT(block[size - 1] == (unsigned char)(size - 1) && block[size / 2] == (unsigned char)(size / 2));
    }
    free(block);
    expect_sound_heap();
}

static void test_alignments(void)
{
    for (size_t alignment = 1; alignment <= 16 << 20; alignment *= 2)
        for (int i = 0; i < SIZES; i += 3) {
            unsigned char *block = memalign(alignment, sizes[i]);
            EXPECT(block && is_aligned(block, alignment) && is_aligned(block, 16));
            memset(block, 7, sizes[i]);
            struct heap_block found;
            EXPECT(heap_find(block + sizes[i], &found) && found.address == block && found.size == sizes[i]);
            if (sizes[i] > 0) {
                block = realloc(block, sizes[i] + 1000);
                EXPECT(block && is_filled(block, sizes[i], 7));
            }
            free(block);
        }
    void *odd = memalign(no_power, 10), *page = valloc(10), *pages = pvalloc(10);
    EXPECT(is_aligned(odd, 64) && is_aligned(page, (size_t)sysconf(_SC_PAGESIZE)));
    EXPECT(is_aligned(pages, (size_t)sysconf(_SC_PAGESIZE)));
    EXPECT(malloc_usable_size(pages) >= (size_t)sysconf(_SC_PAGESIZE));
    free(odd);
    free(page);
    free(pages);
    expect_sound_heap();
}

static void test_posix_memalign(void)
{
    void *block = &block;
    errno = 0;
    EXPECT(posix_memalign(&block, 3, 10) == EINVAL && posix_memalign(&block, 0, 10) == EINVAL);
    EXPECT(posix_memalign(&block, 3 * sizeof(void *), 10) == EINVAL);
    EXPECT(posix_memalign(&block, 64, too_large) == ENOMEM);
    EXPECT(block == &block && errno == 0);
    EXPECT(posix_memalign(&block, 256, 10) == 0 && is_aligned(block, 256));
    free(block);
    block = aligned_alloc(128, 256);
    EXPECT(is_aligned(block, 128));
    free(block);
}

#define EXPECT_NO_MEMORY(call) EXPECT((errno = 0, (call) == NULL && errno == ENOMEM))

static void test_refusals(void)
{
    void *block = malloc(100);
    EXPECT_NO_MEMORY(malloc(too_large));
    EXPECT_NO_MEMORY(malloc(SIZE_MAX));
    EXPECT_NO_MEMORY(malloc(SIZE_MAX - 64));
    EXPECT_NO_MEMORY(calloc(too_large, 2));
    EXPECT_NO_MEMORY(calloc(SIZE_MAX / 4, 5));
    EXPECT_NO_MEMORY(realloc(block, too_large));
    EXPECT_NO_MEMORY(reallocarray(block, too_large, 2));
    EXPECT_NO_MEMORY(memalign(64, SIZE_MAX - 63));
    EXPECT_NO_MEMORY(memalign(too_large, 1));
    EXPECT_NO_MEMORY(pvalloc(SIZE_MAX));
    EXPECT((errno = 0, memalign(largest, 1) == NULL && errno == EINVAL));
    block = reallocarray(block, 50, 4);
    EXPECT(block && malloc_usable_size(block) >= 200);
    errno = 77;
    free(block);
    block = malloc(50000000);
    free(block);
    EXPECT(errno == 77);
    expect_sound_heap();
}

int main(void)
{
    test_every_size();
    test_empty_blocks_are_distinct();
    test_zeroing();
    test_every_resize();
    test_growing_step_by_step();
    test_alignments();
    test_posix_memalign();
    test_refusals();
    return 0;
}
