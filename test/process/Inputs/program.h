// A program of two halves, of which the state is a table of pointers:
//
//     PROGRAM run            before(); after();
//     PROGRAM capture DIR    before(); an image in DIR; status 75, nothing flushed
//     PROGRAM restore DIR    the image's files, streams, handles and settings; the pointers; after()
//
// A test defines before, after and `pointers`, and compares what the program has written in the end.
#ifndef PROGRAM_H
#define PROGRAM_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "heap.h"
#include "image.h"
#include "options.h"
#include "process.h"
#include "state.h"
#include "thread.h"

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

enum { POINTERS = 8 };
static void *pointers[POINTERS];
static void before(void);
static void after(void);

// ---- stubs

struct options options;
struct thread main_thread;
static struct handle_hooks hooks;

void state_set_handle_hooks(struct handle_hooks h)
{
    hooks = h;
}
bool state_add_root(struct root root)
{
    (void)root;
    return true;
}
bool heap_find(const void *pointer, struct heap_block *out)
{
    (void)pointer, (void)out;
    return false;
}
void *hlckpt_arena_malloc(size_t size)
{
    return malloc(size);
}
void *hlckpt_arena_calloc(size_t count, size_t size)
{
    return calloc(count, size);
}
void *hlckpt_arena_realloc(void *block, size_t size)
{
    return realloc(block, size);
}
void hlckpt_arena_free(void *block)
{
    free(block);
}

// ---- the state: the numbers of the handles, in a file beside the image

static void write_pointers(const char *folder)
{
    char path[1000];
    uint64_t ids[POINTERS];
    for (int i = 0; i < POINTERS; i++)
        if (!hooks.number(pointers[i], &ids[i]))
            ids[i] = UINT64_MAX;
    snprintf(path, sizeof path, "%s/pointers", folder);
    FILE *file = fopen(path, "w");
    CHECK(file && fwrite(ids, sizeof ids, 1, file) == 1 && fclose(file) == 0);
}

static void read_pointers(const char *folder)
{
    char path[1000];
    uint64_t ids[POINTERS];
    snprintf(path, sizeof path, "%s/pointers", folder);
    FILE *file = fopen(path, "r");
    CHECK(file && fread(ids, sizeof ids, 1, file) == 1 && fclose(file) == 0);
    for (int i = 0; i < POINTERS; i++)
        pointers[i] = hooks.pointer(ids[i]);
}

static void capture(const char *folder)
{
    struct failure f = {0};
    uint64_t sequence, size;
    main_thread.error_number = errno;
    sigprocmask(SIG_BLOCK, NULL, &main_thread.mask);
    process_before_fork();
    struct image_writer *w = image_writer_open(folder, NULL, &f);
    CHECK(w);
    write_pointers(folder);
    if (!process_capture(w, &f)) {
        fprintf(stderr, "%s\n", f.text);
        _exit(1);
    }
    CHECK(image_writer_commit(w, 2, &sequence, &size, &f));
}

static void restore(const char *folder)
{
    struct failure f = {0};
    char path[1000];
    snprintf(path, sizeof path, "%s/latest", folder);
    struct image *image = image_open(path, &f);
    struct process *process = image ? process_read(image, &f) : NULL;
    if (!process || !process_prepare(process, &f)) {
        fprintf(stderr, "%s\n", f.text);
        _exit(76);
    }
    read_pointers(folder);
    process_run(process);
    image_close(image);
}

int main(int argc, char **argv, char **envp)
{
    process_start(argc, argv, envp);
    CHECK(argc == 2 || argc == 3);
    if (strcmp(argv[1], "restore") == 0)
        restore(argv[2]);
    else
        before();
    if (strcmp(argv[1], "capture") == 0) {
        capture(argv[2]);
        _exit(75);
    }
    after();
    return 0;
}

#endif
