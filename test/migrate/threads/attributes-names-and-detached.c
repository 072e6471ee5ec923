// hop: threads
// Threads with attributes: size of the stack, detached, named. The attributes themselves live across captures.
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include "work.h"

#define COUNT 4

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static int left = 2 * COUNT;
static unsigned results[2 * COUNT];
static char names[2 * COUNT][16];

// As deep as half a megabyte.
static unsigned dig(unsigned x, int depth)
{
    volatile char room[4096];
    room[0] = (char)x;
    unsigned below = depth ? dig(step(x), depth - 1) : x;
    return below + (unsigned char)room[0];
}

static void *run(void *argument)
{
    unsigned number = (unsigned)((char(*)[16])argument - names);
    char name[16];
    snprintf(name, sizeof name, "worker-%u", number);
    ok(pthread_setname_np(pthread_self(), name));
    unsigned value = work(number, 800) + (number < COUNT ? dig(number, 40) : 0);
    ok(pthread_getname_np(pthread_self(), names[number], sizeof names[number]));
    pthread_mutex_lock(&lock);
    results[number] = value;
    if (--left == 0)
        pthread_cond_signal(&done);
    pthread_mutex_unlock(&lock);
    return argument;
}

int main(void)
{
    pthread_attr_t big, plain;
    pthread_t joined[COUNT], detached;
    size_t size;
    int kind;
    ok(pthread_attr_init(&big));
    ok(pthread_attr_init(&plain));
    ok(pthread_attr_setstacksize(&big, 4 << 20));
    ok(pthread_attr_setdetachstate(&plain, PTHREAD_CREATE_DETACHED));
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_create(&joined[i], &big, run, names[i]));
        ok(pthread_create(&detached, &plain, run, names[COUNT + i]));
        work(1, 100);
    }
    ok(pthread_attr_getstacksize(&big, &size));
    must(size, 4 << 20);
    ok(pthread_attr_getdetachstate(&plain, &kind));
    must(kind, PTHREAD_CREATE_DETACHED);
    pthread_mutex_lock(&lock);
    while (left)
        pthread_cond_wait(&done, &lock);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < COUNT; i++) {
        void *result;
        ok(pthread_join(joined[i], &result));
        must(result == names[i], 1);
    }
    for (int i = 0; i < 2 * COUNT; i++)
        printf("%s %u\n", names[i], results[i]);
    ok(pthread_attr_destroy(&big));
    ok(pthread_attr_destroy(&plain));
    return 0;
}
