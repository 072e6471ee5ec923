// The program's heap: a general allocator in which a pointer to anywhere in a block finds the block.
//
// Blocks up to 32 KiB lie in slots of a size class, which tile a run of pages (heap-pages.h); larger ones have a run or
// a mapping of their own.
//
//     address --heap-pages.h--> run --division--> slot: [ struct header | payload | unused ]
//
// Small blocks go through a cache for each thread: for each class two lists, the loaded one and a full spare (the
// magazines of Bonwick and Adams, "Magazines and Vmem", USENIX 2001). Whole batches move between a thread's cache and
// the class's central list, so that a lock is taken once in some hundred calls.
//
// H1  Every live block has its header in the 16 bytes before its address. So one past the end of a block is at most
//     the start of the next header, never the next block, and an address belongs to a block if the byte before it does.
// H2  The header of every slot that was cut (run->cut of them) is valid; `state` is FREE exactly while the slot is in a
//     thread's list or a central one.
// H3  Locks are taken in the order central[0], central[1], ..., the one of the pages, the arena's. A thread that holds
//     a central lock only tries for other central locks.
//
// Not handled: what other threads have in their caches is lost to a forked child.
#define _GNU_SOURCE
#include "heap.h"
#include "arena.h"
#include "heap-pages.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CLASSES = 40,           // 16, 32, ... 128 bytes of payload, then four a doubling up to SMALL_MAX
    SMALL_MAX = 32 << 10,   // bytes; larger blocks have a run or a segment of their own
    BATCH_BYTES = 16 << 10, // what a thread takes from a central list at once
    BATCH_MAX = 256,        // blocks
};
#define SIZE_LIMIT (PTRDIFF_MAX - 4 * CHUNK) // of a block with its alignment, so that no sum below overflows

enum state {
    FREE,    // a slot without a block
    SLOT,    // a slot's block
    SHIFTED, // a slot whose block begins `size` bytes further in, for its alignment
    INNER,   // that block
    LARGE,   // a block with a run or a segment of its own
};

struct header {
    _Alignas(BLOCK_HEADER) union {
        size_t size;         // while live: what was asked for, bytes
        struct header *next; // while free
    };
    uint32_t mark;       // valid if `generation` is the heap's
    uint16_t generation; // 0: never marked
    uint8_t class;       // of the slot
    uint8_t state;       // enum state
};
static_assert(sizeof(struct header) == BLOCK_HEADER, "H1");

// Free blocks of one class that move as one, linked through their headers; kept in the first one's payload.
struct batch {
    struct batch *next;
    size_t count;
};
static_assert(sizeof(struct batch) <= BLOCK_HEADER, "fits the smallest payload");

// ---- size classes ----

static inline unsigned class_of(size_t size)
{
    unsigned last = (unsigned)size - (size != 0);
    unsigned exponent = 31 - (unsigned)__builtin_clz(last | 64);
    return (exponent - 6) * 4 + (last >> (exponent - 2));
}

static size_t class_capacity(unsigned class)
{
    unsigned exponent = class < 8 ? 6 : 6 + (class - 4) / 4;
    unsigned step = class < 8 ? class : 4 + (class - 4) % 4;
    return (size_t)(step + 1) << (exponent - 2);
}

static size_t slot_size(unsigned class)
{
    return class_capacity(class) + sizeof(struct header);
}

static unsigned batch_of(unsigned class)
{
    size_t count = BATCH_BYTES / slot_size(class);
    return count < 2 ? 2 : count > BATCH_MAX ? BATCH_MAX : (unsigned)count;
}

static unsigned run_units(unsigned class)
{
    return class_capacity(class) <= 8192 ? 4 : 16;
}

static unsigned slots_of(const struct unit *run)
{
    return (unsigned)((size_t)run->length * UNIT / slot_size(run->class));
}

// ---- central lists ----

static struct central {
    pthread_mutex_t lock;
    struct batch *batches;
    _Atomic size_t idle; // blocks in `batches`; written under the lock
    struct unit *run;    // the one that slots are being cut from
    char *uncut;         // the next one
    unsigned uncut_count;
    unsigned runs; // opened so far
} central[CLASSES] = {[0 ... CLASSES - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

static void add_idle(struct central *c, size_t count)
{
    size_t idle = atomic_load_explicit(&c->idle, memory_order_relaxed);
    atomic_store_explicit(&c->idle, idle + count, memory_order_relaxed);
}

static void push_batch(struct central *c, struct header *list, size_t count)
{
    struct batch *batch = (struct batch *)(list + 1);
    *batch = (struct batch){.next = c->batches, .count = count};
    c->batches = batch;
    add_idle(c, count);
}

static struct header *pop_batch(struct central *c, unsigned *count)
{
    struct batch *batch = c->batches;
    c->batches = batch->next;
    *count = (unsigned)batch->count;
    add_idle(c, -batch->count);
    return (struct header *)batch - 1;
}

static void give_batch(unsigned class, struct header *list, size_t count)
{
    pthread_mutex_lock(&central[class].lock);
    push_batch(&central[class], list, count);
    pthread_mutex_unlock(&central[class].lock);
}

static struct header *pop_all(struct central *c)
{
    struct header *all = NULL;
    unsigned count;
    while (c->batches) {
        struct header *list = pop_batch(c, &count), *last = list;
        while (last->next)
            last = last->next;
        last->next = all;
        all = list;
    }
    return all;
}

static void push_all(struct central *c, unsigned class, struct header *list)
{
    while (list) {
        struct header *last = list, *rest;
        unsigned count = 1;
        for (; last->next && count < batch_of(class); count++)
            last = last->next;
        rest = last->next;
        last->next = NULL;
        push_batch(c, list, count);
        list = rest;
    }
}

// Forgets a slot of a run in which all are idle. With the last one the run goes: its bytes, otherwise 0.
static size_t drop_slot(struct unit *run)
{
    if (--run->cut)
        return 0;
    size_t bytes = run->length * UNIT;
    run->idle = 0;
    pages_release_run(run);
    return bytes;
}

// Counts the blocks of a central list by run, and gives back the runs of which it has every slot.
static size_t reclaim_class(struct central *c, unsigned class)
{
    struct header *all = pop_all(c), *kept = NULL, *next;
    size_t recovered = 0;
    for (struct header *block = all; block; block = block->next)
        run_of(block)->idle++;
    for (struct header *block = all; block; block = next) {
        next = block->next;
        if (run_of(block)->idle == slots_of(run_of(block))) {
            recovered += drop_slot(run_of(block));
        } else {
            block->next = kept;
            kept = block;
        }
    }
    for (struct header *block = kept; block; block = block->next)
        run_of(block)->idle = 0;
    push_all(c, class, kept);
    return recovered;
}

// Gives the runs in which no slot is used to whoever needs one. `held`: the class whose lock the thread has, or
// CLASSES.
static size_t reclaim_runs(unsigned held)
{
    size_t recovered = 0;
    for (unsigned class = 0; class < CLASSES; class ++)
        if (class != held && pthread_mutex_trylock(&central[class].lock) == 0) {
            recovered += reclaim_class(&central[class], class);
            pthread_mutex_unlock(&central[class].lock);
        }
    return recovered;
}

static size_t idle_bytes(void)
{
    size_t idle = 0;
    for (unsigned class = 0; class < CLASSES; class ++)
        idle += slot_size(class) * atomic_load_explicit(&central[class].idle, memory_order_relaxed);
    return idle;
}

// A run from wherever one can be had; NULL if there is no memory. `held` as above.
static struct unit *new_run(enum kind kind, unsigned length, unsigned held, bool *zeroed)
{
    struct unit *run = pages_take_run(kind, length, false, zeroed);
    if (!run && pages_reclaim_due(idle_bytes())) {
        pages_reclaimed(reclaim_runs(held));
        run = pages_take_run(kind, length, false, zeroed);
    }
    return run ? run : pages_take_run(kind, length, true, zeroed);
}

// Where the slots of the next run begin. Slots of about a page would otherwise lie at the same few offsets in their
// pages in every run, and share a few cache sets.
static uint32_t slots_offset(struct central *c, const struct unit *run)
{
    size_t slack = run->length * UNIT - slots_of(run) * slot_size(run->class);
    size_t step = slots_of(run) * (size_t)BLOCK_HEADER;
    return (uint32_t)(c->runs++ * step % (slack + 1)) & ~(uint32_t)(BLOCK_HEADER - 1);
}

static bool open_run(struct central *c, unsigned class)
{
    bool zeroed;
    struct unit *run = new_run(RUN_SLOTS, run_units(class), class, &zeroed);
    if (!run)
        return false;
    run->class = class;
    run->cut = 0;
    run->idle = 0;
    run->offset = slots_offset(c, run);
    c->run = run;
    c->uncut = run_address(run) + run->offset;
    c->uncut_count = slots_of(run);
    return true;
}

static struct header *cut_batch(struct central *c, unsigned class, unsigned *count)
{
    if (c->uncut_count == 0 && !open_run(c, class))
        return NULL;
    size_t size = slot_size(class);
    char *slot = c->uncut;
    *count = c->uncut_count < batch_of(class) ? c->uncut_count : batch_of(class);
    for (unsigned left = *count; left; left--, slot += size) {
        struct header *next = left > 1 ? (struct header *)(slot + size) : NULL;
        *(struct header *)slot = (struct header){.next = next, .class = class, .state = FREE};
    }
    struct header *list = (struct header *)c->uncut;
    c->uncut = slot;
    c->uncut_count -= *count;
    c->run->cut += *count;
    return list;
}

static struct header *fetch_batch(unsigned class, unsigned *count)
{
    struct central *c = &central[class];
    pthread_mutex_lock(&c->lock);
    struct header *list = c->batches ? pop_batch(c, count) : cut_batch(c, class, count);
    pthread_mutex_unlock(&c->lock);
    return list;
}

// ---- thread caches ----

// A thread's free blocks of one class. All zero before a thread's first call and after its last: both fast paths then
// find nothing to do and leave it to the slow ones.
struct magazine {
    struct header *loaded;
    struct header *spare; // a full batch, or NULL
    unsigned room;        // how many blocks `loaded` is short of a full batch
};

static __thread struct cache {
    struct magazine magazines[CLASSES];
    enum { UNUSED, ATTACHED, EXITED } phase;
    unsigned fork_depth;
} cache __attribute__((tls_model("initial-exec")));

static pthread_key_t cache_key;
static bool has_cache_key;

static void flush_list(unsigned class, struct header *list)
{
    size_t count = 0;
    for (struct header *block = list; block; block = block->next)
        count++;
    if (count)
        give_batch(class, list, count);
}

static void flush_cache(void *unused)
{
    (void)unused;
    for (unsigned class = 0; class < CLASSES; class ++) {
        struct magazine magazine = cache.magazines[class];
        cache.magazines[class] = (struct magazine){0};
        flush_list(class, magazine.loaded);
        flush_list(class, magazine.spare);
    }
    cache.phase = EXITED;
}

// Run by the first allocation of the process: fork handlers registered later, whose prepare parts run earlier, may
// still use the heap.
static void register_handlers(void)
{
    has_cache_key = pthread_key_create(&cache_key, flush_cache) == 0;
    pthread_atfork(heap_fork_prepare, heap_fork_parent, heap_fork_child);
}

// Readies the thread's cache. False: the thread is exiting, and what it frees must go to the central list at once.
static bool attach_cache(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (cache.phase != UNUSED)
        return cache.phase == ATTACHED;
    cache.phase = ATTACHED;
    for (unsigned class = 0; class < CLASSES; class ++)
        cache.magazines[class].room = batch_of(class);
    pthread_once(&once, register_handlers);
    if (has_cache_key)
        pthread_setspecific(cache_key, &cache);
    return true;
}

static struct header *pop_slot(struct magazine *magazine)
{
    struct header *block = magazine->loaded;
    if (__builtin_expect(block != NULL, 1)) {
        magazine->loaded = block->next;
        magazine->room++;
    }
    return block;
}

static void push_slot(struct magazine *magazine, struct header *block)
{
    block->state = FREE;
    block->next = magazine->loaded;
    magazine->loaded = block;
    magazine->room--;
}

__attribute__((noinline)) static struct header *take_slot_slowly(unsigned class)
{
    struct magazine *magazine = &cache.magazines[class];
    bool attached = attach_cache();
    if (magazine->loaded) // attaching may allocate
        return pop_slot(magazine);
    unsigned count = batch_of(class);
    struct header *list = magazine->spare ? magazine->spare : fetch_batch(class, &count);
    magazine->spare = NULL;
    if (!list)
        return NULL;
    if (attached) {
        magazine->loaded = list->next;
        magazine->room = batch_of(class) - (count - 1);
    } else if (list->next) {
        give_batch(class, list->next, count - 1);
    }
    return list;
}

static void put_slot_slowly(struct header *block)
{
    struct magazine *magazine = &cache.magazines[block->class];
    if (!attach_cache()) {
        block->state = FREE;
        block->next = NULL;
        give_batch(block->class, block, 1);
        return;
    }
    if (magazine->room == 0) {
        if (magazine->spare)
            give_batch(block->class, magazine->spare, batch_of(block->class));
        magazine->spare = magazine->loaded;
        magazine->loaded = NULL;
        magazine->room = batch_of(block->class);
    }
    push_slot(magazine, block);
}

// ---- small blocks ----

static void *set_live(struct header *block, size_t size, enum state state)
{
    block->size = size;
    block->generation = 0;
    block->state = state;
    return block + 1;
}

static inline void *allocate_small(size_t size)
{
    unsigned class = class_of(size);
    struct header *block = pop_slot(&cache.magazines[class]);
    if (__builtin_expect(block == NULL, 0))
        block = take_slot_slowly(class);
    return block ? set_live(block, size, SLOT) : NULL;
}

// The header of the slot around an address in a run of slots; NULL if none was cut there.
static struct header *slot_around(const struct unit *run, uintptr_t address)
{
    size_t size = slot_size(run->class);
    uintptr_t start = (uintptr_t)run_address(run) + run->offset;
    size_t index = address >= start ? (address - start) / size : run->cut;
    return index < run->cut ? (struct header *)(start + index * size) : NULL;
}

static struct header *slot_of_inner(struct header *block)
{
    return slot_around(run_of(block), (uintptr_t)block);
}

static void *allocate_small_aligned(size_t alignment, size_t size)
{
    char *address = allocate_small(size + alignment - BLOCK_HEADER);
    if (!address)
        return NULL;
    struct header *slot = (struct header *)address - 1;
    size_t shift = -(uintptr_t)address & (alignment - 1);
    slot->size = size;
    if (shift == 0)
        return address;
    struct header *block = (struct header *)(address + shift) - 1;
    block->class = slot->class;
    set_live(block, size, INNER);
    slot->size = shift;
    slot->state = SHIFTED;
    return block + 1;
}

// ---- large blocks ----

static size_t units_for(size_t size)
{
    return (LINE + size + UNIT - 1) >> UNIT_BITS;
}

static bool has_run(size_t alignment, size_t size)
{
    return units_for(size + alignment) < RUN_UNITS_MAX;
}

static struct header *take_large_run(size_t alignment, size_t size, bool *zeroed)
{
    size_t need = size + (alignment > LINE ? alignment : 0);
    unsigned length = (unsigned)units_for(need);
    struct unit *run = new_run(RUN_LARGE, length, CLASSES, zeroed);
    if (!run)
        return NULL;
    size_t lines = (length * UNIT - LINE - need) / LINE; // the spare ones serve to spread blocks over the cache sets
    uintptr_t address = (uintptr_t)run_address(run);
    uintptr_t payload = address + LINE + (address >> UNIT_BITS) % (lines + 1) * LINE;
    run->offset = (uint32_t)(round_up(payload, alignment) - address - sizeof(struct header));
    return (struct header *)(address + run->offset);
}

static struct header *huge_block(struct segment *segment)
{
    return segment ? (struct header *)((char *)segment + segment->offset) : NULL;
}

// A block outside the size classes. *zeroed: its payload is zero. `alignment` is a power of two.
static void *allocate_large(size_t alignment, size_t size, bool *zeroed)
{
    if (alignment < LINE)
        alignment = LINE;
    if (size > SIZE_LIMIT || alignment > SIZE_LIMIT - size)
        return NULL;
    struct header *block = has_run(alignment, size) ? take_large_run(alignment, size, zeroed)
                                                    : huge_block(pages_take_huge(alignment, size, zeroed));
    if (!block)
        return NULL;
    block->class = 0;
    return set_live(block, size, LARGE);
}

static void release_large(struct header *block)
{
    struct segment *segment = pages_find((uintptr_t)block);
    block->state = FREE;
    if (segment->offset)
        pages_release_huge(segment);
    else
        pages_release_run(run_of(block));
}

// ---- resizing ----

static size_t capacity_of(struct header *block)
{
    if (block->state == SLOT)
        return class_capacity(block->class);
    struct segment *segment = pages_find((uintptr_t)block);
    uintptr_t end;
    if (segment->offset)
        end = (uintptr_t)segment + segment->mapped;
    else if (block->state == LARGE)
        end = (uintptr_t)run_address(run_of(block)) + run_of(block)->length * UNIT;
    else
        end = (uintptr_t)slot_of_inner(block) + slot_size(block->class);
    return end - (uintptr_t)(block + 1);
}

// Resizes a large block without copying, if it can be and stays large. NULL: it cannot.
static struct header *resize_large(struct header *block, size_t size)
{
    struct segment *segment = pages_find((uintptr_t)block);
    if (size <= SMALL_MAX || size > SIZE_LIMIT)
        return NULL;
    if (segment->offset)
        return has_run(LINE, size) ? NULL : huge_block(pages_resize_huge(segment, size));
    struct unit *run = run_of(block);
    size_t length = (run->offset + sizeof(struct header) + size + UNIT - 1) >> UNIT_BITS;
    return length <= RUN_UNITS_MAX && pages_resize_run(run, (unsigned)length) ? block : NULL;
}

static inline void *allocate(size_t size)
{
    bool zeroed;
    return __builtin_expect(size <= SMALL_MAX, 1) ? allocate_small(size) : allocate_large(BLOCK_HEADER, size, &zeroed);
}

static inline void release(struct header *block);

static void *resize(struct header *block, size_t size)
{
    size_t capacity = capacity_of(block);
    if (size <= capacity && size + LINE >= capacity / 2) {
        block->size = size;
        return block + 1;
    }
    struct header *resized = block->state == LARGE ? resize_large(block, size) : NULL;
    if (resized) {
        resized->size = size;
        return resized + 1;
    }
    void *moved = allocate(size);
    if (moved) {
        memcpy(moved, block + 1, block->size < size ? block->size : size);
        release(block);
    } else if (size <= capacity) {
        block->size = size;
        return block + 1;
    }
    return moved;
}

// ---- the malloc family ----

static void die(const char *message)
{
    if (write(STDERR_FILENO, message, strlen(message)) < 0)
        abort();
    abort();
}

static inline void *or_no_memory(void *address)
{
    if (__builtin_expect(address == NULL, 0))
        errno = ENOMEM;
    return address;
}

__attribute__((noinline)) static void release_slowly(struct header *block)
{
    int saved_errno = errno;
    if (block->state == SLOT) {
        put_slot_slowly(block);
    } else if (block->state == INNER) {
        block->state = FREE;
        put_slot_slowly(slot_of_inner(block));
    } else if (block->state == LARGE) {
        release_large(block);
    } else {
        die("hlckpt: free(): not a live block: freed twice, or never allocated\n");
    }
    errno = saved_errno;
}

static inline void release(struct header *block)
{
    if (__builtin_expect(block->state == SLOT, 1)) {
        struct magazine *magazine = &cache.magazines[block->class];
        if (__builtin_expect(magazine->room != 0, 1)) {
            push_slot(magazine, block);
            return;
        }
    }
    release_slowly(block);
}

static void *allocate_zeroed(size_t size)
{
    bool zeroed = false;
    void *address = size <= SMALL_MAX ? allocate_small(size) : allocate_large(BLOCK_HEADER, size, &zeroed);
    return address && !zeroed ? memset(address, 0, size) : address;
}

static void *allocate_aligned(size_t alignment, size_t size)
{
    bool zeroed;
    if (alignment <= BLOCK_HEADER)
        return allocate(size);
    if (alignment <= SMALL_MAX && size <= SMALL_MAX - alignment)
        return allocate_small_aligned(alignment, size);
    return allocate_large(alignment, size, &zeroed);
}

void *malloc(size_t size)
{
    return or_no_memory(allocate(size));
}

void free(void *address)
{
    if (address)
        release((struct header *)address - 1);
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    return or_no_memory(__builtin_mul_overflow(count, size, &bytes) ? NULL : allocate_zeroed(bytes));
}

void *realloc(void *address, size_t size)
{
    if (!address)
        return malloc(size);
    if (size == 0) {
        free(address);
        return NULL;
    }
    struct header *block = (struct header *)address - 1;
    if (block->state != SLOT && block->state != INNER && block->state != LARGE)
        die("hlckpt: realloc(): not a live block: freed, or never allocated\n");
    return or_no_memory(resize(block, size));
}

void *reallocarray(void *address, size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? or_no_memory(NULL) : realloc(address, bytes);
}

// ---- alignments that were asked for ----
//
// A table without chains: a newer block may displace an older one. Freed blocks stay in it, since an address has the
// alignment whoever has it next. An entry is the address with the logarithm of the alignment in its low bits.
#define ALIGNED_SLOTS 1024

static _Atomic uintptr_t aligned_blocks[ALIGNED_SLOTS];

static _Atomic uintptr_t *aligned_slot(const void *address)
{
    return &aligned_blocks[((uintptr_t)address >> 5) * 2654435761u >> 8 & (ALIGNED_SLOTS - 1)];
}

static void *note_alignment(void *address, size_t alignment)
{
    if (address && alignment > BLOCK_HEADER && alignment <= SIZE_MAX >> 1)
        *aligned_slot(address) = (uintptr_t)address | ((unsigned)__builtin_ctzl(alignment) & 31);
    return address;
}

size_t heap_alignment(const void *address)
{
    uintptr_t entry = *aligned_slot(address);
    return (entry & ~(uintptr_t)31) == (uintptr_t)address ? (size_t)1 << (entry & 31) : 1;
}

// An alignment that is no power of two is rounded up to one, as in glibc.
void *memalign(size_t alignment, size_t size)
{
    size_t power = BLOCK_HEADER;
    if (alignment > SIZE_MAX / 2 + 1) {
        errno = EINVAL;
        return NULL;
    }
    while (power < alignment)
        power *= 2;
    return or_no_memory(note_alignment(allocate_aligned(power, size), power));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **address, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    int saved_errno = errno;
    void *memory = memalign(alignment, size);
    errno = saved_errno;
    if (!memory)
        return ENOMEM;
    *address = memory;
    return 0;
}

void *valloc(size_t size)
{
    return memalign(pages_size(), size);
}

void *pvalloc(size_t size)
{
    if (size > PTRDIFF_MAX)
        return or_no_memory(NULL);
    return memalign(pages_size(), round_up(size, pages_size()));
}

// What was asked for: a program may use all of what is told here, and an image holds no more than that.
size_t malloc_usable_size(void *address)
{
    return address ? ((struct header *)address - 1)->size : 0;
}

// The rest of glibc's malloc.h, so that a static program does not get glibc's allocator beside this one.

int mallopt(int parameter, int value)
{
    (void)parameter;
    (void)value;
    return 1;
}

int malloc_trim(size_t pad)
{
    (void)pad;
    size_t recovered = reclaim_runs(CLASSES);
    return pages_drop_kept() || recovered;
}

struct mallinfo2 mallinfo2(void)
{
    size_t mapped = pages_mapped(), idle = idle_bytes();
    return (struct mallinfo2){.arena = mapped, .fordblks = idle, .uordblks = mapped - idle};
}

struct mallinfo mallinfo(void)
{
    struct mallinfo2 info = mallinfo2();
    return (struct mallinfo){.arena = (int)info.arena, .fordblks = (int)info.fordblks, .uordblks = (int)info.uordblks};
}

int malloc_info(int options, FILE *stream)
{
    if (options != 0)
        return EINVAL;
    struct mallinfo2 info = mallinfo2();
    fprintf(stream, "<malloc version=\"hlckpt\"><system type=\"current\" size=\"%zu\"/></malloc>\n", info.arena);
    return 0;
}

void malloc_stats(void)
{
    malloc_info(0, stderr);
}

// ---- looking up ----

static uint16_t generation = 1; // that of valid marks

// The header of the block or free slot that the byte at `address` may belong to; NULL if none.
static struct header *header_around(struct segment *segment, uintptr_t address)
{
    if (segment->offset)
        return huge_block(segment);
    const struct unit *unit = &segment->units[(address - (uintptr_t)segment) >> UNIT_BITS];
    const struct unit *run = unit - unit->back;
    if (unit - run >= run->length)
        return NULL;
    if (run->kind == RUN_LARGE)
        return (struct header *)(run_address(run) + run->offset);
    if (run->kind != RUN_SLOTS)
        return NULL;
    struct header *slot = slot_around(run, address);
    return slot && slot->state == SHIFTED ? (struct header *)((char *)slot + slot->size) : slot;
}

static void describe(struct header *block, struct heap_block *out)
{
    if (block->generation != generation) {
        block->generation = generation;
        block->mark = 0;
    }
    *out = (struct heap_block){.address = block + 1, .size = block->size, .mark = &block->mark};
}

bool heap_find(const void *pointer, struct heap_block *out)
{
    uintptr_t address = (uintptr_t)pointer;
    struct segment *segment = pages_find(address - 1); // H1
    struct header *block = segment ? header_around(segment, address - 1) : NULL;
    if (!block || block->state == FREE || address < (uintptr_t)(block + 1))
        return false;
    if (address - (uintptr_t)(block + 1) > block->size || block->size > capacity_of(block))
        return false;
    describe(block, out);
    return true;
}

static void for_each_in_run(const struct unit *run, void (*visit)(struct header *, void *), void *context)
{
    char *address = run_address(run) + run->offset;
    if (run->kind == RUN_LARGE)
        visit((struct header *)address, context);
    if (run->kind != RUN_SLOTS)
        return;
    for (unsigned i = 0; i < run->cut; i++) {
        struct header *slot = (struct header *)(address + i * slot_size(run->class));
        if (slot->state != FREE)
            visit(slot->state == SHIFTED ? (struct header *)((char *)slot + slot->size) : slot, context);
    }
}

struct header_visitor {
    void (*visit)(struct header *, void *);
    void *context;
};

static void for_each_in_segment(struct segment *segment, void *context)
{
    const struct header_visitor *visitor = context;
    if (segment->offset && huge_block(segment)->state != FREE)
        visitor->visit(huge_block(segment), visitor->context);
    for (unsigned i = 1; !segment->offset && i < UNITS; i += segment->units[i].length)
        for_each_in_run(&segment->units[i], visitor->visit, visitor->context);
}

static void for_each_header(void (*visit)(struct header *, void *), void *context)
{
    pages_for_each(for_each_in_segment, &(struct header_visitor){visit, context});
}

struct visitor {
    void (*visit)(struct heap_block *, void *);
    void *context;
};

static void visit_block(struct header *block, void *context)
{
    const struct visitor *visitor = context;
    struct heap_block described;
    describe(block, &described);
    visitor->visit(&described, visitor->context);
}

void heap_for_each(void (*visit)(struct heap_block *, void *), void *context)
{
    for_each_header(visit_block, &(struct visitor){visit, context});
}

static void forget_mark(struct header *block, void *unused)
{
    (void)unused;
    block->generation = 0;
}

void heap_clear_marks(void)
{
    if (generation == UINT16_MAX) { // the numbers start anew, so no block may keep one
        for_each_header(forget_mark, NULL);
        generation = 0;
    }
    generation++;
}

// ---- fork ----

void heap_fork_prepare(void)
{
    if (cache.fork_depth++)
        return;
    for (unsigned class = 0; class < CLASSES; class ++)
        pthread_mutex_lock(&central[class].lock);
    pages_lock();
    arena_fork_prepare();
}

void heap_fork_parent(void)
{
    if (--cache.fork_depth)
        return;
    arena_fork_release();
    pages_unlock();
    for (unsigned class = 0; class < CLASSES; class ++)
        pthread_mutex_unlock(&central[class].lock);
}

void heap_fork_child(void)
{
    heap_fork_parent();
}

// ---- checking ----

struct check {
    char *fault;
    size_t fault_size;
    bool failed;
};

__attribute__((format(printf, 2, 3))) static void fail(struct check *check, const char *format, ...)
{
    if (check->failed)
        return;
    check->failed = true;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(check->fault, check->fault_size, format, arguments);
    va_end(arguments);
}

static void check_header(struct header *block, void *context)
{
    struct check *check = context;
    struct heap_block found;
    if (block->state != SLOT && block->state != INNER && block->state != LARGE)
        fail(check, "block %p: state %d where a live block's was expected", (void *)(block + 1), block->state);
    else if (block->size > capacity_of(block))
        fail(check, "block %p: size %zu exceeds its capacity %zu", (void *)(block + 1), block->size,
             capacity_of(block));
    else if (!heap_find((char *)(block + 1) + block->size, &found) || found.address != block + 1)
        fail(check, "block %p: not found by the address one past its end", (void *)(block + 1));
}

static size_t check_list(struct check *check, struct header *list, unsigned class)
{
    size_t count = 0;
    for (struct header *block = list; block && !check->failed; block = block->next, count++)
        if (block->state != FREE || block->class != class || slot_of_inner(block) != block)
            fail(check, "free block %p: state %u, class %u in a list of class %u", (void *)block, block->state,
                 block->class, class);
    return count;
}

static void check_class(struct check *check, unsigned class)
{
    const struct magazine *magazine = &cache.magazines[class];
    size_t idle = 0;
    for (struct batch *batch = central[class].batches; batch && !check->failed; batch = batch->next) {
        if (check_list(check, (struct header *)batch - 1, class) != batch->count)
            fail(check, "class %u: a batch is not of %zu blocks as it says", class, batch->count);
        idle += batch->count;
    }
    if (idle != central[class].idle)
        fail(check, "class %u: %zu idle blocks, recorded as %zu", class, idle, (size_t)central[class].idle);
    if (cache.phase != ATTACHED)
        return;
    if (check_list(check, magazine->loaded, class) + magazine->room != batch_of(class))
        fail(check, "class %u: the loaded list does not leave room for %u", class, magazine->room);
    if (magazine->spare && check_list(check, magazine->spare, class) != batch_of(class))
        fail(check, "class %u: the spare list is not a full batch", class);
}

bool heap_check(char *fault, size_t fault_size)
{
    struct check check = {.fault = fault, .fault_size = fault_size};
    check.failed = !pages_check(fault, fault_size);
    for (unsigned class = 0; class < CLASSES; class ++)
        check_class(&check, class);
    if (!check.failed)
        for_each_header(check_header, &check);
    return !check.failed;
}
