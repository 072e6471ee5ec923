// hop: threads
// Threads point into each other's stacks: to variables, into arrays, along a ring of structs.
#include <pthread.h>

#include "work.h"

#define COUNT 5

struct place {
    struct place *next;
    unsigned *counter;
    unsigned value;
};

static struct place *places[COUNT];
static pthread_barrier_t barrier;

static unsigned walk(const struct place *p, int steps, unsigned x)
{
    for (int i = 0; i < steps; i++, p = p->next)
        x = work(x + p->value, 4);
    return x;
}

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument;
    unsigned counters[4] = {mine};
    struct place here = {.value = mine * 10};
    places[mine] = &here;
    pthread_barrier_wait(&barrier);
    struct place *other = places[(mine + 1) % COUNT];
    here.next = other;
    here.counter = &counters[mine % 4];
    pthread_barrier_wait(&barrier);
    unsigned x = mine;
    for (int round = 0; round < 20; round++) {
        x = walk(&here, 2 * COUNT, x);
        pthread_barrier_wait(&barrier);
        ++*other->counter; // in the other's stack
        other->value += x % 10;
        pthread_barrier_wait(&barrier);
    }
    must(walk(&here, COUNT, 0) == walk(&here, COUNT, 0), 1);
    must(here.next == other && here.counter == &counters[mine % 4], 1);
    *(unsigned *)argument = x + counters[mine % 4];
    pthread_barrier_wait(&barrier); // nobody's stack goes before
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT]; // on main's stack
    ok(pthread_barrier_init(&barrier, NULL, COUNT));
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < COUNT; i++)
        ok(pthread_join(threads[i], NULL));
    for (int i = 0; i < COUNT; i++)
        printf("%u\n", numbers[i]);
    return 0;
}
