// hop: threads
// Threads with unequal work meet at a barrier: at most captures some wait there already.
#include <pthread.h>

#include "work.h"

#define COUNT  5
#define PHASES 12

static pthread_barrier_t barrier;
static unsigned cells[2][COUNT], serial[COUNT];

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument;
    for (unsigned phase = 0; phase < PHASES; phase++) {
        const unsigned *from = cells[phase % 2];
        unsigned x = from[mine] + 3 * from[(mine + 1) % COUNT] + from[(mine + COUNT - 1) % COUNT];
        cells[(phase + 1) % 2][mine] = work(x, 10 + 60 * ((mine + phase) % COUNT));
        int result = pthread_barrier_wait(&barrier);
        if (result == PTHREAD_BARRIER_SERIAL_THREAD)
            serial[mine]++;
        else
            must(result, 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT], sum = 0;
    ok(pthread_barrier_init(&barrier, NULL, COUNT));
    for (unsigned i = 0; i < COUNT; i++)
        cells[0][i] = numbers[i] = i;
    for (unsigned i = 0; i < COUNT; i++)
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    for (int i = 0; i < COUNT; i++)
        ok(pthread_join(threads[i], NULL));
    ok(pthread_barrier_destroy(&barrier));
    for (int i = 0; i < COUNT; i++) {
        printf("%u\n", cells[PHASES % 2][i]);
        sum += serial[i];
    }
    printf("serial %u\n", sum);
    return 0;
}
