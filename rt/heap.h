// The program's heap: this runtime defines the whole malloc family for the process, so that a capture can ask of any
// word whether it points into a live block, and into which.
//
// malloc, free and their kin are thread-safe and have the semantics of glibc's. A block is `live` from the allocation
// that returned it until it is freed. What follows is for the runtime: looking blocks up and enumerating them.
#ifndef HLCKPT_RT_HEAP_H
#define HLCKPT_RT_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct heap_block {
    void *address;
    size_t size;    // bytes, as the program asked for them
    uint32_t *mark; // the capture's own word in the block's header; 0 until set after heap_clear_marks()
};

// The live block with address <= pointer <= address + size: one past the end counts, and belongs to one block only.
// False for free memory and for any value that is no pointer into the heap; memory outside the heap is never read.
// No other thread may free the block meanwhile; for values that may be garbage, no other thread may free anything.
bool heap_find(const void *pointer, struct heap_block *out);

// The alignment that a live block was asked for with, a power of two; 1 when it was not, or when that was forgotten.
size_t heap_alignment(const void *address);

// Makes the marks of all blocks 0, at no cost a block. For one thread while the others are stopped.
void heap_clear_marks(void);

// Visits every live block, in no particular order. The visitor must not allocate or free, nor may another thread.
void heap_for_each(void (*visit)(struct heap_block *, void *), void *context);

// Checks the whole structure. False: the first fault found is described in `fault`. No other thread may allocate.
bool heap_check(char *fault, size_t fault_size);

// Around a fork, which then finds no thread inside the heap or the arena. fork() calls them by itself; what forks
// without fork()'s handlers calls them around it. Calls nest.
void heap_fork_prepare(void);
void heap_fork_parent(void);
void heap_fork_child(void);

#pragma GCC visibility pop
#endif
