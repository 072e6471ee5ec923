// hop: threads
// Threads that take a number and give a result: a number, a place in a table, a block of the heap.
#include <pthread.h>
#include <stdint.h>

#include "work.h"

#define COUNT 4

struct answer {
    int number;
    unsigned value;
};

// A block that nothing but a thread's result leads to has no type; these are led to by the table, too.
static struct answer answers[COUNT], *blocks_made[COUNT];

static void *give_number(void *argument)
{
    return (void *)(uintptr_t)(work((unsigned)(uintptr_t)argument, 400) & 0xfff);
}

static void *give_place(void *argument)
{
    struct answer *a = argument;
    a->value = work((unsigned)a->number, 500);
    return a;
}

static void *give_block(void *argument)
{
    struct answer *a = blocks_made[*(const int *)argument] = malloc(sizeof *a);
    a->number = *(const int *)argument;
    a->value = work((unsigned)a->number + 100, 600);
    return a;
}

int main(void)
{
    pthread_t numbers[COUNT], places[COUNT], blocks[COUNT];
    int arguments[COUNT];
    for (int i = 0; i < COUNT; i++) {
        arguments[i] = answers[i].number = i;
        ok(pthread_create(&numbers[i], NULL, give_number, (void *)(uintptr_t)(unsigned)i));
        ok(pthread_create(&places[i], NULL, give_place, &answers[i]));
        ok(pthread_create(&blocks[i], NULL, give_block, &arguments[i]));
    }
    unsigned mine = work(7, 1000);
    for (int i = 0; i < COUNT; i++) {
        void *number, *place, *block;
        ok(pthread_join(numbers[i], &number));
        ok(pthread_join(places[i], &place));
        ok(pthread_join(blocks[i], &block));
        must(place == &answers[i], 1);
        struct answer *a = block;
        printf("%d: %u %u %d:%u\n", i, (unsigned)(uintptr_t)number, answers[i].value, a->number, a->value);
        free(a);
    }
    printf("main %u\n", mine);
    return 0;
}
