// The runtime's own memory, apart from the program's heap (heap.h).
//
// What the runtime and the libraries inside it allocate must neither move the program's heap nor appear in an image.
// Third-party code is linked so that its malloc, calloc, realloc and free are the four functions below.
// All functions are thread-safe; alignment is 16 bytes; failure returns NULL with errno ENOMEM.
#ifndef HLCKPT_RT_ARENA_H
#define HLCKPT_RT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

void *hlckpt_arena_malloc(size_t size);
void *hlckpt_arena_calloc(size_t count, size_t size);
void *hlckpt_arena_realloc(void *address, size_t size); // size 0 keeps a block of size 0; NULL allocates
void hlckpt_arena_free(void *address);                  // keeps errno; NULL is ignored

// Does `pointer` point anywhere into memory of the arena, allocated or not? Any value may be asked about.
bool arena_contains(const void *pointer);

// Around a fork: prepare waits until no other thread is inside the arena. heap_fork_* call these.
void arena_fork_prepare(void);
void arena_fork_release(void); // in the parent and in the child

#pragma GCC visibility pop
#endif
