// atexit, on_exit and strtok keep what they remember in the program's heap, under roots of the state, so that it is
// captured and restored like the program's own data.
//
// The handlers are a list of three words each: kind, function, argument; it ends with a kind of 0. The array is one of
// pointers, so that functions and arguments are translated.
//
// Not handled: at_quick_exit, and handlers that shared libraries register: the restored process registers those afresh.
#define _GNU_SOURCE
#include "library.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "state.h"

enum { KIND, FUNCTION, ARGUMENT, WORDS };
enum { KIND_ATEXIT = 1, KIND_ON_EXIT = 2 };

static char **handlers; // in the program's heap
static pthread_mutex_t handlers_lock = PTHREAD_MUTEX_INITIALIZER;
static bool hooked; // run_handlers is registered with libc
static char *strtok_rest;

extern int __cxa_atexit(void (*function)(void *), void *argument, void *object);

// ---------------------------------------------------------------- exit handlers

static size_t capacity_of(char **array)
{
    struct heap_block block;
    return array && heap_find(array, &block) ? block.size / sizeof *array : 0;
}

static size_t count_words(void)
{
    size_t capacity = capacity_of(handlers), count = 0;
    while (count + WORDS < capacity && handlers[count + KIND])
        count += WORDS;
    return count;
}

static bool pop(char *words[WORDS])
{
    pthread_mutex_lock(&handlers_lock);
    size_t count = count_words();
    if (count) {
        memcpy(words, handlers + count - WORDS, WORDS * sizeof *words);
        handlers[count - WORDS + KIND] = NULL;
    }
    pthread_mutex_unlock(&handlers_lock);
    return count != 0;
}

// Newest first; a handler may register others, which run next.
// glibc hands the exit status to what __cxa_atexit registers, as a second argument.
static void run_handlers(void *unused, int status)
{
    (void)unused;
    char *words[WORDS];
    while (pop(words)) {
        if ((intptr_t)words[KIND] == KIND_ATEXIT)
            ((void (*)(void))(void *)words[FUNCTION])();
        else
            ((void (*)(int, void *))(void *)words[FUNCTION])(status, words[ARGUMENT]);
    }
}

static bool hook(void)
{
    if (!hooked)
        hooked = __cxa_atexit((void (*)(void *))(void *)run_handlers, NULL, NULL) == 0;
    return hooked;
}

static int push(int kind, void *function, void *argument)
{
    pthread_mutex_lock(&handlers_lock);
    size_t count = count_words(), capacity = capacity_of(handlers);
    bool fits = count + WORDS < capacity;
    if (!fits) {
        char **larger = realloc(handlers, (2 * count + 8 * WORDS + 1) * sizeof *larger);
        if (larger)
            handlers = larger;
        fits = larger != NULL;
    }
    fits = fits && hook();
    if (fits) {
        char *words[] = {(char *)(intptr_t)kind, function, argument, NULL};
        memcpy(handlers + count, words, sizeof words);
    }
    pthread_mutex_unlock(&handlers_lock);
    return fits ? 0 : -1;
}

int atexit(void (*function)(void))
{
    return push(KIND_ATEXIT, (void *)function, NULL);
}

int on_exit(void (*function)(int, void *), void *argument)
{
    return push(KIND_ON_EXIT, (void *)function, argument);
}

// ---------------------------------------------------------------- strtok

char *strtok(char *restrict s, const char *restrict separators)
{
    return strtok_r(s, separators, &strtok_rest);
}

// ---------------------------------------------------------------- start

void library_start(void)
{
    state_add_root((struct root){"atexit", ROOT_POINTER_TO_STRINGS, &handlers});
    state_add_root((struct root){"strtok", ROOT_POINTER, &strtok_rest});
    hook();
}
