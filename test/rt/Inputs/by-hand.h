// A program instrumented by hand: what the pass does to a function is done here with the C extension for cleanups,
// which clang turns into the same landing pads. The state, the process and the image are stubs: an image is a text
// file,
//
//     HLCKPT_DIR/image      "FUNCTION POINT VALUE", a line a frame, innermost first
//
// so that these tests are about the stack alone.
#ifndef BY_HAND_H
#define BY_HAND_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hlckpt.h"
#include "hlckpt/abi.h"
#include "hlckpt/env.h"
#include "heap.h"
#include "image.h"
#include "options.h"
#include "process.h"
#include "state.h"
#include "thread-image.h"
#include "type.h"

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

// ---- a module with three functions

static struct hlckpt_module module;
enum { MAIN, MIDDLE, LEAF };
static struct hlckpt_function functions[] = {{&module, NULL, MAIN}, {&module, NULL, MIDDLE}, {&module, NULL, LEAF}};

extern const char text_begin[] __asm__("__start_hlckpt_text");
extern const char text_end[] __asm__("__stop_hlckpt_text");

__attribute__((constructor)) static void register_module(void)
{
    module.abi = HLCKPT_ABI;
    module.text_begin = text_begin;
    module.text_end = text_end;
    hlckpt_register(&module);
}

// ---- a function with migration points

#define INSTRUMENTED __attribute__((noinline, section("hlckpt_text")))

static bool is_copy; // the capturing process

struct variables {
    int function;
    uint32_t point;
    long value;
};

static inline void save_frame(int function, uint32_t point, long value)
{
    long *slot = hlckpt_frame(&functions[function], point + HLCKPT_MOST_POINTS);
    *slot = value;
}

static inline void landing_pad(struct variables *v)
{
    if (is_copy && v->function >= 0)
        save_frame(v->function, v->point, v->value);
}

// At the top of a function: its calls are migration points at which `initial` is live.
#define VARIABLES(function, point, initial)                                                                            \
    __attribute__((cleanup(landing_pad))) struct variables variables = {function, point, initial}

// In a function without VARIABLES.
#define POLL(function, point, value)                                                                                   \
    do {                                                                                                               \
        if (hlckpt_poll_requested && hlckpt_poll()) {                                                                  \
            save_frame(function, point, value);                                                                        \
            hlckpt_unwind();                                                                                           \
        }                                                                                                              \
    } while (0)

// ---- stubs

struct image_writer {
    FILE *file;
};
static struct image_writer writer;
static void (*before_capture)(void); // in the capturing process, for mischief

struct image_writer *image_writer_open(const char *folder, const char *compress, struct failure *f)
{
    char path[1000];
    (void)compress;
    snprintf(path, sizeof path, "%s/image", folder);
    writer.file = fopen(path, "w");
    return writer.file ? &writer : (fail(f, "cannot write %s", path), NULL);
}
bool state_capture(struct image_writer *w, const struct stack *stacks, size_t count, bool *put_off, struct failure *f)
{
    (void)f, (void)put_off;
    CHECK(count == 1);
    if (before_capture)
        before_capture();
    for (size_t i = 0; i < stacks->count; i++) {
        const struct frame *frame = &stacks->frames[i];
        fprintf(w->file, "%u %u %ld\n", (unsigned)frame->function->index, (unsigned)frame->point,
                *(long *)frame->slots);
    }
    return true;
}
bool image_writer_commit(struct image_writer *w, unsigned keep, uint64_t *sequence, uint64_t *size, struct failure *f)
{
    (void)keep, (void)f;
    *sequence = 1;
    *size = (uint64_t)ftell(w->file);
    return fclose(w->file) == 0;
}
void image_writer_abandon(struct image_writer *w)
{
    fclose(w->file);
}
void image_write_meta(struct image_writer *w)
{
    (void)w;
}
const char *state_describe(const struct frame *frame, char *buffer, size_t size)
{
    snprintf(buffer, size, "function %u", (unsigned)frame->function->index);
    return buffer;
}
void heap_fork_child(void)
{
    is_copy = true;
}
void heap_fork_prepare(void) {}
void heap_fork_parent(void) {}
bool heap_find(const void *pointer, struct heap_block *out)
{
    (void)pointer, (void)out;
    return false;
}
bool state_add_root(struct root root)
{
    (void)root;
    return true;
}
size_t state_root_count(void)
{
    return 0;
}
void state_clear_roots_from(size_t count)
{
    (void)count;
}
bool threads_add_roots(struct failure *f)
{
    (void)f;
    return true;
}
bool threads_write(struct image_writer *w, struct failure *f)
{
    (void)w, (void)f;
    return true;
}
void process_start(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
}
void process_before_fork(void) {}
bool process_capture(struct image_writer *w, struct failure *f)
{
    (void)w, (void)f;
    return true;
}

// Reading the text file again.
struct image {
    size_t count;
    struct frame frames[100];
    long values[100];
};
struct state {
    struct image *image;
};
static struct image read_image;
static struct state read_state = {&read_image};
static size_t filled; // calls of state_fill

struct image *image_open(const char *path, struct failure *f)
{
    FILE *file = fopen(path, "r");
    unsigned function, point;
    struct image *image = &read_image;
    while (file && image->count < 100 && fscanf(file, "%u %u %ld", &function, &point, &image->values[image->count]) == 3)
        image->frames[image->count++] = (struct frame){&functions[function], point, 1, NULL};
    if (file)
        fclose(file);
    return image->count ? image : (fail(f, "'%s' is not an image", path), NULL);
}
void image_close(struct image *image)
{
    (void)image;
}
const struct program *program_load(struct failure *f)
{
    static const struct program nothing;
    (void)f;
    return &nothing;
}
struct state *state_read(const struct image *image, struct failure *f)
{
    (void)image, (void)f;
    return &read_state;
}
size_t state_frame_count(const struct state *s, size_t thread)
{
    CHECK(thread == 0);
    return s->image->count;
}
struct frame *state_frame(struct state *s, size_t thread, size_t index)
{
    CHECK(thread == 0 && index < s->image->count);
    return &s->image->frames[index];
}
void state_create(struct state *s)
{
    (void)s;
}
void state_values(struct state *s, size_t thread, struct frame *frame)
{
    CHECK(thread == 0);
    memcpy(frame->slots, &s->image->values[frame - s->image->frames], sizeof(long));
}
void state_fill(struct state *s)
{
    (void)s;
    filled++;
}
void state_free(struct state *s)
{
    (void)s;
}
bool threads_read(const struct image *image, struct failure *f)
{
    (void)image, (void)f;
    return true;
}
bool threads_check(const struct state *state, struct failure *f)
{
    (void)state, (void)f;
    return true;
}
void threads_name_handles(void) {}
struct process *process_read(const struct image *image, struct failure *f)
{
    (void)image, (void)f;
    return (struct process *)&read_image; // never looked into
}
bool process_prepare(struct process *p, struct failure *f)
{
    (void)p, (void)f;
    return true;
}
void process_run(struct process *p)
{
    (void)p;
}

#endif
