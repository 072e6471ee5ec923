// hop: threads
// main ends by pthread_exit; the others go on, and the last of them ends the process.
#include <pthread.h>

#include "work.h"

#define COUNT 3

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned values[COUNT], left = COUNT;

static void *run(void *argument)
{
    unsigned *x = argument;
    for (int i = 0; i < 60; i++)
        *x = work(*x, 20);
    pthread_mutex_lock(&lock);
    if (--left == 0) {
        for (int i = 0; i < COUNT; i++)
            printf("%u\n", values[i]);
        fflush(stdout);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    for (unsigned i = 0; i < COUNT; i++) {
        values[i] = i;
        ok(pthread_create(&thread, NULL, run, &values[i]));
        ok(pthread_detach(thread));
    }
    work(1, 100);
    pthread_exit(NULL);
}
