// The runtime's own memory: power-of-two blocks with free lists, cut from regions that are never given back; a block
// too large for that has a region of its own, which is.
//
//     region   [ struct region | block | block | ... ]        found by walking a list: there are few
//     block    [ struct block, 16 bytes | payload ]
//
// A1  Every byte that was handed out lies in a region of the list, which is what arena_contains() answers from.
// A2  A block's `order` is written when it is cut, and never changes; 0 says that it has a region of its own.
//
// Slow but plain, with one lock: captures allocate little, and grow few large buffers, which mremap makes cheap.
#define _GNU_SOURCE
#include "arena.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    MIN_ORDER = 5,            // the smallest block has 32 bytes with its header
    MAX_ORDER = 17,           // the largest one that shares a region
    FIRST_REGION = 256 << 10, // bytes; each next one is twice as large
    LAST_REGION = 4 << 20,
};

struct block {
    _Alignas(16) union {
        size_t size;        // while allocated: what was asked for, bytes
        struct block *next; // while free
    };
    uint32_t order; // log2 of the block's bytes with header
};
static_assert(sizeof(struct block) == 16, "a payload is aligned to 16 bytes");

struct region {
    _Alignas(16) struct region *next;
    struct region *previous;
    size_t size; // bytes, with this header
};

static struct {
    pthread_mutex_t lock;
    struct region *regions;
    struct block *free[MAX_ORDER + 1]; // by order
    char *rest;                        // of the newest shared region
    size_t rest_size;
    size_t next_region;
} arena = {.lock = PTHREAD_MUTEX_INITIALIZER, .next_region = FIRST_REGION};

static size_t round_to_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) & ~(page - 1);
}

static void link_region(struct region *region, size_t size)
{
    region->size = size;
    region->previous = NULL;
    region->next = arena.regions;
    if (region->next)
        region->next->previous = region;
    arena.regions = region;
}

static void unlink_region(struct region *region)
{
    *(region->previous ? &region->previous->next : &arena.regions) = region->next;
    if (region->next)
        region->next->previous = region->previous;
}

static struct region *map_region(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    link_region(memory, size);
    return memory;
}

// Cuts what is left of the newest region into free blocks, so that nothing is lost when the next one replaces it.
static void retire_rest(void)
{
    for (uint32_t order = MAX_ORDER; order >= MIN_ORDER; order--) {
        while (arena.rest_size >= (size_t)1 << order) {
            struct block *block = (struct block *)arena.rest;
            *block = (struct block){.next = arena.free[order], .order = order};
            arena.free[order] = block;
            arena.rest += (size_t)1 << order;
            arena.rest_size -= (size_t)1 << order;
        }
    }
}

static bool refill_rest(void)
{
    retire_rest();
    size_t size = round_to_pages(arena.next_region);
    struct region *region = map_region(size);
    if (!region)
        return false;
    if (arena.next_region < LAST_REGION)
        arena.next_region *= 2;
    arena.rest = (char *)(region + 1);
    arena.rest_size = size - sizeof *region;
    return true;
}

static struct block *take_shared(uint32_t order)
{
    struct block *block = arena.free[order];
    if (block) {
        arena.free[order] = block->next;
        return block;
    }
    if (arena.rest_size < (size_t)1 << order && !refill_rest())
        return NULL;
    block = (struct block *)arena.rest;
    block->order = order;
    arena.rest += (size_t)1 << order;
    arena.rest_size -= (size_t)1 << order;
    return block;
}

static struct block *take_own_region(size_t size)
{
    struct region *region = map_region(round_to_pages(sizeof *region + sizeof(struct block) + size));
    if (!region)
        return NULL;
    struct block *block = (struct block *)(region + 1);
    block->order = 0;
    return block;
}

static uint32_t order_of(size_t size)
{
    uint32_t order = MIN_ORDER;
    while ((size_t)1 << order < size + sizeof(struct block))
        order++;
    return order;
}

static bool is_shared(size_t size)
{
    return size <= ((size_t)1 << MAX_ORDER) - sizeof(struct block);
}

static bool is_too_large(size_t size)
{
    return size > PTRDIFF_MAX - (size_t)LAST_REGION;
}

void *hlckpt_arena_malloc(size_t size)
{
    struct block *block = NULL;
    if (!is_too_large(size)) {
        pthread_mutex_lock(&arena.lock);
        block = is_shared(size) ? take_shared(order_of(size)) : take_own_region(size);
        pthread_mutex_unlock(&arena.lock);
    }
    if (!block) {
        errno = ENOMEM;
        return NULL;
    }
    block->size = size;
    return block + 1;
}

void *hlckpt_arena_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *address = hlckpt_arena_malloc(bytes);
    if (address && is_shared(bytes)) // a region of its own is new and zero
        memset(address, 0, bytes);
    return address;
}

void hlckpt_arena_free(void *address)
{
    if (!address)
        return;
    int saved_errno = errno;
    struct block *block = (struct block *)address - 1;
    pthread_mutex_lock(&arena.lock);
    if (block->order != 0) {
        block->next = arena.free[block->order];
        arena.free[block->order] = block;
    } else {
        struct region *region = (struct region *)block - 1;
        unlink_region(region);
        munmap(region, region->size);
    }
    pthread_mutex_unlock(&arena.lock);
    errno = saved_errno;
}

// Gives a block with a region of its own another size; the block may move. NULL: there is no memory, nothing changed.
static struct block *resize_own_region(struct block *block, size_t size)
{
    struct region *region = (struct region *)block - 1;
    size_t bytes = round_to_pages(sizeof *region + sizeof *block + size);
    pthread_mutex_lock(&arena.lock);
    unlink_region(region);
    void *moved = mremap(region, region->size, bytes, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED)
        link_region(region, region->size);
    else
        link_region(moved, bytes);
    pthread_mutex_unlock(&arena.lock);
    return moved == MAP_FAILED ? NULL : (struct block *)((struct region *)moved + 1);
}

void *hlckpt_arena_realloc(void *address, size_t size)
{
    if (!address)
        return hlckpt_arena_malloc(size);
    struct block *block = (struct block *)address - 1;
    if (block->order != 0 && size + sizeof *block <= (size_t)1 << block->order && !is_too_large(size)) {
        block->size = size;
        return address;
    }
    if (block->order == 0 && !is_shared(size) && !is_too_large(size)) {
        block = resize_own_region(block, size);
        if (!block) {
            errno = ENOMEM;
            return NULL;
        }
        block->size = size;
        return block + 1;
    }
    void *moved = hlckpt_arena_malloc(size);
    if (moved) {
        memcpy(moved, address, block->size < size ? block->size : size);
        hlckpt_arena_free(address);
    }
    return moved;
}

bool arena_contains(const void *pointer)
{
    bool found = false;
    pthread_mutex_lock(&arena.lock);
    for (struct region *region = arena.regions; region && !found; region = region->next)
        found = (uintptr_t)pointer - (uintptr_t)region < region->size;
    pthread_mutex_unlock(&arena.lock);
    return found;
}

void arena_fork_prepare(void)
{
    pthread_mutex_lock(&arena.lock);
}

void arena_fork_release(void)
{
    pthread_mutex_unlock(&arena.lock);
}
