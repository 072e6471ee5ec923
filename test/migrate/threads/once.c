// hop: threads
// What is to be done once is done once, however often the program moves.
#include <pthread.h>

#include "work.h"

#define COUNT    4
#define CONTROLS 10

static pthread_once_t controls[CONTROLS];
static pthread_once_t late = PTHREAD_ONCE_INIT;
static unsigned done[CONTROLS], late_done;

#define INIT(n)                                                                                                        \
    static void init_##n(void)                                                                                         \
    {                                                                                                                  \
        done[n] += work(n, 20) % 100 + 1;                                                                              \
    }
INIT(0) INIT(1) INIT(2) INIT(3) INIT(4) INIT(5) INIT(6) INIT(7) INIT(8) INIT(9)

static void (*const inits[CONTROLS])(void) = {init_0, init_1, init_2, init_3, init_4,
                                              init_5, init_6, init_7, init_8, init_9};

static void init_late(void)
{
    late_done++;
}

static void *run(void *argument)
{
    unsigned x = *(unsigned *)argument;
    for (unsigned i = 0; i < 4 * CONTROLS; i++) {
        unsigned n = i / 4;
        ok(pthread_once(&controls[n], inits[n]));
        must(done[n] > 0, 1);
        x = work(x, 20);
    }
    *(unsigned *)argument = x;
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT];
    for (int i = 0; i < CONTROLS; i++)
        controls[i] = (pthread_once_t)PTHREAD_ONCE_INIT;
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_join(threads[i], NULL));
        printf("%d: %u\n", i, numbers[i]);
    }
    for (int i = 0; i < 3; i++) {
        ok(pthread_once(&late, init_late));
        work(1, 50);
    }
    for (int i = 0; i < CONTROLS; i++)
        printf("done %u\n", done[i]);
    printf("late %u\n", late_done);
    return 0;
}
