// The whole process allocates from this heap: the C library, in a dynamic and in a static program, at start and at
// exit. RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t RUN: %clang
// %cflags -O1 -fno-builtin -static %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t.static && %t.static
#define _GNU_SOURCE
#include "heap-test.h"

#include <malloc.h>
#include <pthread.h>

static bool is_ours(const void *pointer)
{
    struct heap_block found;
    return heap_find(pointer, &found) && found.address == pointer;
}

static void *early;

__attribute__((constructor(101))) static void allocate_early(void)
{
    early = malloc(10);
}

static void use_library(void)
{
    char *copy = strdup("copy"), *text = NULL, *line = NULL;
    size_t line_size = 0;
    EXPECT(is_ours(copy) && asprintf(&text, "%s %d", copy, 7) == 6 && is_ours(text));
    FILE *stream = fmemopen(text, 6, "r");
    EXPECT(is_ours(stream) && getline(&line, &line_size, stream) == 6 && is_ours(line));
    fclose(stream);
    free(line);
    free(text);
    free(copy);
}

static pthread_key_t key;

// Runs after the thread's cache was flushed, in one of the later rounds of destructors.
static void allocate_late(void *rounds)
{
    use_library();
    if ((uintptr_t)rounds > 1)
        pthread_setspecific(key, (void *)((uintptr_t)rounds - 1));
}

static void *work(void *unused)
{
    pthread_setspecific(key, (void *)3);
    use_library();
    return unused;
}

static void at_exit(void)
{
    use_library();
    expect_sound_heap();
}

int main(void)
{
    pthread_t thread;
    EXPECT(is_ours(early));
    use_library();
    EXPECT(pthread_key_create(&key, allocate_late) == 0);
    EXPECT(pthread_create(&thread, NULL, work, NULL) == 0 && pthread_join(thread, NULL) == 0);
    EXPECT(mallopt(M_ARENA_MAX, 1) == 1 && mallinfo2().arena > 0);
    malloc_trim(0);
    malloc_stats();
    EXPECT(malloc_info(0, stderr) == 0);
    expect_sound_heap();
    free(early);
    return atexit(at_exit);
}
