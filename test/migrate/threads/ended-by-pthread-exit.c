// hop: threads
// Threads end from deep inside, with a result.
#include <pthread.h>

#include "work.h"

#define COUNT 4

static unsigned results[COUNT];

static _Noreturn void end(unsigned *place)
{
    pthread_exit(place);
}

static unsigned search(unsigned x, unsigned depth, unsigned *place)
{
    x = work(x, 15);
    *place = x;
    if (depth == 0)
        end(place);
    return search(x, depth - 1, place) + 1;
}

static void *run(void *argument)
{
    unsigned *place = argument;
    search(*place, 20, place);
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        results[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &results[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        void *result;
        work(9, 200);
        ok(pthread_join(threads[i], &result));
        must(result == &results[i], 1);
        printf("%d: %u\n", i, results[i]);
    }
    return 0;
}
