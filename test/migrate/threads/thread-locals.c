// hop: threads
// Thread-local variables: numbers, arrays, structs that point to each other, local to a function, in another's hands.
#include <pthread.h>

#include "work.h"

#define COUNT 5

struct node {
    struct node *next;
    unsigned value;
};

static _Thread_local int number = -1;
static _Thread_local unsigned table[8] = {1, 2, 3, 4};
static _Thread_local struct node first, second;
static _Thread_local unsigned *cursor;
static _Thread_local double sum;
_Thread_local char text[24] = "not set";
static unsigned *published[COUNT], results[COUNT][5];
static struct node *heads[COUNT];
static pthread_barrier_t all_published, all_read;

static unsigned count_calls(void)
{
    static _Thread_local unsigned calls;
    return ++calls;
}

static unsigned *take_locals(int mine)
{
    number = mine;
    first = (struct node){&second, (unsigned)mine};
    second = (struct node){&first, (unsigned)mine * 10};
    cursor = &table[2];
    snprintf(text, sizeof text, "thread %d", mine);
    return &table[5];
}

static void *run(void *argument)
{
    int mine = *(const int *)argument;
    published[mine] = take_locals(mine);
    heads[mine] = &first;
    pthread_barrier_wait(&all_published);
    for (int i = 0; i < 300; i++) {
        table[i % 8] += work((unsigned)mine, 2) % 100;
        sum += 0.25 * mine;
        count_calls();
        cursor = &table[(cursor - table + 1) % 8];
    }
    must(number, mine);
    must(first.next == &second && second.next == &first, 1);
    pthread_barrier_wait(&all_read);
    unsigned others = 0;
    for (int i = 0; i < COUNT; i++)
        others += *published[i] + heads[i]->next->value + work((unsigned)i, 30) % 10;
    must(heads[mine] == &first, 1);
    pthread_barrier_wait(&all_published);
    unsigned *result = results[mine];
    result[0] = table[5];
    result[1] = others;
    result[2] = count_calls();
    result[3] = (unsigned)(cursor - table);
    result[4] = (unsigned)sum + (unsigned)text[7];
    return result;
}

int main(void)
{
    pthread_t threads[COUNT];
    int arguments[COUNT];
    ok(pthread_barrier_init(&all_published, NULL, COUNT));
    ok(pthread_barrier_init(&all_read, NULL, COUNT));
    take_locals(90);
    for (int i = 0; i < COUNT; i++) {
        arguments[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &arguments[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        void *result;
        ok(pthread_join(threads[i], &result));
        const unsigned *r = result;
        printf("%d: %u %u %u %u %u\n", i, r[0], r[1], r[2], r[3], r[4]);
    }
    printf("main: %d %u %u %s\n", number, second.next->value, *cursor, text);
    return 0;
}
