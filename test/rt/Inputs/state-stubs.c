// What the state needs of the rest of the runtime, made of the C library: a heap that knows its blocks, an arena that a
// sanitizer can watch, an image whose sections lie in memory and may be damaged at will.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "blocking.h"
#include "heap.h"
#include "image.h"
#include "log.h"
#include "memory-map.h"
#include "state-stubs.h"
#include "thread.h"

// ---- heap

#define BLOCKS_MOST 4096

static struct block {
    char *address;
    size_t size;
    uint32_t mark;
} blocks[BLOCKS_MOST];
static size_t block_count;

void *block_new(size_t size)
{
    blocks[block_count] = (struct block){calloc(1, size + 1), size, 0};
    return blocks[block_count++].address;
}

bool heap_find(const void *pointer, struct heap_block *out)
{
    for (size_t i = 0; i < block_count; i++) {
        struct block *b = &blocks[i];
        if ((const char *)pointer < b->address || (const char *)pointer > b->address + b->size)
            continue;
        *out = (struct heap_block){b->address, b->size, &b->mark};
        return true;
    }
    return false;
}

size_t heap_alignment(const void *address)
{
    (void)address;
    return 1;
}

void heap_clear_marks(void)
{
    for (size_t i = 0; i < block_count; i++)
        blocks[i].mark = 0;
}

// ---- arena

void *hlckpt_arena_malloc(size_t size)
{
    return malloc(size);
}

void *hlckpt_arena_calloc(size_t count, size_t size)
{
    return calloc(count, size);
}

void *hlckpt_arena_realloc(void *address, size_t size)
{
    return realloc(address, size ? size : 1);
}

void hlckpt_arena_free(void *address)
{
    free(address);
}

// ---- threads

#define HOLDS_MOST 64

struct test_threads test_threads;

static struct test_hold {
    uint32_t number, times;
    void *object;
    void (*take)(void *object);
} test_holds[HOLDS_MOST];
static size_t test_hold_count;

uint32_t thread_of_tid(pid_t kernel_tid)
{
    for (uint32_t i = 0; i < test_threads.count; i++)
        if (test_threads.tids[i] == kernel_tid)
            return i;
    return THREAD_NONE;
}

uint32_t thread_of_handle(pthread_t handle)
{
    for (uint32_t i = 0; i < test_threads.count; i++)
        if (pthread_equal(test_threads.handles[i], handle))
            return i;
    return THREAD_NONE;
}

pthread_t thread_handle(uint32_t number)
{
    return test_threads.handles[number];
}

ptrdiff_t thread_local_offset(uint32_t number)
{
    return (ptrdiff_t)number * test_threads.distance;
}

uint32_t thread_key_number(pthread_key_t key)
{
    return test_threads.has_key && key == test_threads.key ? 5 : THREAD_NONE;
}

pthread_key_t thread_key(uint32_t number)
{
    return number == 5 ? test_threads.key : (pthread_key_t)-1;
}

bool thread_hold(uint32_t number, void *object, void (*take)(void *object), uint32_t times)
{
    if (test_hold_count == HOLDS_MOST)
        abort();
    test_holds[test_hold_count++] = (struct test_hold){number, times, object, take};
    return true;
}

void test_take_holds(uint32_t number)
{
    for (size_t i = 0; i < test_hold_count; i++)
        for (uint32_t k = 0; test_holds[i].number == number && k < test_holds[i].times; k++)
            test_holds[i].take(test_holds[i].object);
}

bool blocking_is_call(const char *callee)
{
    return strncmp(callee, "hlckpt_", strlen("hlckpt_")) == 0;
}

// ---- the rest

bool memory_allows(const void *address, enum permission permission)
{
    (void)address, (void)permission;
    return true;
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list arguments;
    if (level != LOG_ERROR || getenv("QUIET"))
        return;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

// ---- image

static const char *const names[SECTIONS] = {SECTION_TYPES, SECTION_FRAMES, SECTION_OBJECTS};

struct image_writer {
    msgpack_sbuffer buffers[SECTIONS];
    msgpack_packer packer;
};

struct image {
    msgpack_unpacked sections[SECTIONS];
};

static size_t section_index(const char *name)
{
    size_t i = 0;
    while (strcmp(names[i], name) != 0)
        i++;
    return i;
}

struct image_writer *memory_writer(void)
{
    struct image_writer *w = calloc(1, sizeof *w);
    for (size_t i = 0; i < SECTIONS; i++)
        msgpack_sbuffer_init(&w->buffers[i]);
    return w;
}

msgpack_packer *image_section_begin(struct image_writer *w, const char *name)
{
    msgpack_packer_init(&w->packer, &w->buffers[section_index(name)], msgpack_sbuffer_write);
    return &w->packer;
}

void image_section_end(struct image_writer *w)
{
    (void)w;
}

struct bytes memory_section(struct image_writer *w, size_t index)
{
    return (struct bytes){w->buffers[index].data, w->buffers[index].size};
}

struct image *memory_image(const struct bytes sections[SECTIONS])
{
    struct image *image = calloc(1, sizeof *image);
    for (size_t i = 0; i < SECTIONS; i++) {
        size_t used = 0;
        msgpack_unpacked_init(&image->sections[i]);
        if (msgpack_unpack_next(&image->sections[i], sections[i].data, sections[i].size, &used) !=
            MSGPACK_UNPACK_SUCCESS) {
            memory_image_free(image);
            return NULL;
        }
    }
    return image;
}

void memory_image_free(struct image *image)
{
    for (size_t i = 0; i < SECTIONS; i++)
        msgpack_unpacked_destroy(&image->sections[i]);
    free(image);
}

const msgpack_object *image_section(const struct image *image, const char *name, struct failure *f)
{
    (void)f;
    return &image->sections[section_index(name)].data;
}

void write_str(msgpack_packer *p, const char *s)
{
    msgpack_pack_str(p, strlen(s));
    msgpack_pack_str_body(p, s, strlen(s));
}

void write_key(msgpack_packer *p, const char *key)
{
    write_str(p, key);
}

void write_bin(msgpack_packer *p, const void *data, size_t size)
{
    msgpack_pack_bin(p, size);
    msgpack_pack_bin_body(p, data, size);
}
