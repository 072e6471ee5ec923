#ifndef STATE_STUBS_H
#define STATE_STUBS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SECTIONS 3

struct bytes {
    char *data;
    size_t size;
};

void *block_new(size_t size); // a block of the program's heap
struct image_writer *memory_writer(void);
struct bytes memory_section(struct image_writer *w, size_t index); // types, frames, objects
struct image *memory_image(const struct bytes sections[SECTIONS]); // NULL if they are not MessagePack
void memory_image_free(struct image *image);

// What stands for thread.c. A thread-local's instance in a thread lies `distance` bytes behind that in the one before.
struct test_threads {
    uint32_t count;
    pid_t tids[4];
    pthread_t handles[4];
    ptrdiff_t distance;
    bool has_key;
    pthread_key_t key; // of number 5
};
extern struct test_threads test_threads;
void test_take_holds(uint32_t number); // what thread_hold was told of this thread

#endif
