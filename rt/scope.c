// Dynamic allocas. A function's open blocks form a list, newest first, of plain heap blocks:
//
//     *scope -> {next, block} -> {next, block} -> NULL        each `block` is a heap block of exactly the size asked
//     for
//
// A node is an array of two pointers and nothing else, so it is captured like any object of the program.
#define _GNU_SOURCE
#include <stdlib.h>

#include "hlckpt/abi.h"
#include "log.h"

#define HEAP_ALIGNMENT 16 // malloc's, on every target

struct scope_node {
    void *next;
    void *block;
};

// An alloca cannot fail; what it would do is overflow the stack.
static _Noreturn void no_memory(size_t size)
{
    log_line(LOG_ERROR, "no memory for a variable-length array of %zu bytes", size);
    abort();
}

void *hlckpt_scope_allocate(void **scope, size_t size, size_t alignment)
{
    void *block = alignment > HEAP_ALIGNMENT ? aligned_alloc(alignment, size) : malloc(size);
    struct scope_node *node = block ? malloc(sizeof *node) : NULL;
    if (!node)
        no_memory(size);
    *node = (struct scope_node){*scope, block};
    *scope = node;
    return block;
}

void hlckpt_scope_release(void **scope, void *mark)
{
    while (*scope != mark) {
        struct scope_node *node = *scope;
        *scope = node->next;
        free(node->block);
        free(node);
    }
}
