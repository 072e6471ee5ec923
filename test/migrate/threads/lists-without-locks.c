// hop: threads
// A stack of nodes with an atomic head: every node that is pushed is popped once, by whomever.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "work.h"

#define PUSHERS 3
#define POPPERS 2
#define NODES   80 // of each pusher

struct node {
    struct node *next;
    unsigned value;
};

static _Atomic(struct node *) head, graveyard;
static atomic_uint popped;

static void push(_Atomic(struct node *) *list, struct node *n)
{
    struct node *before = atomic_load(list);
    do
        n->next = before;
    while (!atomic_compare_exchange_weak(list, &before, n));
}

// Takes the whole list: no node can come back meanwhile.
static struct node *pop_all(void)
{
    return atomic_exchange(&head, NULL);
}

static void *push_nodes(void *argument)
{
    unsigned mine = *(unsigned *)argument;
    for (unsigned i = 0; i < NODES; i++) {
        struct node *n = malloc(sizeof *n);
        n->value = work(mine * NODES + i, 8) % 1000;
        push(&head, n);
    }
    return NULL;
}

static void *pop_nodes(void *argument)
{
    unsigned long *sum = argument;
    while (atomic_load(&popped) < PUSHERS * NODES)
        for (struct node *n = pop_all(), *next; n; n = next) {
            next = n->next;
            *sum += n->value;
            push(&graveyard, n);
            atomic_fetch_add(&popped, 1);
        }
    return NULL;
}

int main(void)
{
    pthread_t pushers[PUSHERS], poppers[POPPERS];
    unsigned numbers[PUSHERS], dead = 0;
    unsigned long sums[POPPERS] = {0}, total = 0;
    for (unsigned i = 0; i < POPPERS; i++)
        ok(pthread_create(&poppers[i], NULL, pop_nodes, &sums[i]));
    for (unsigned i = 0; i < PUSHERS; i++) {
        numbers[i] = i;
        ok(pthread_create(&pushers[i], NULL, push_nodes, &numbers[i]));
    }
    for (int i = 0; i < PUSHERS; i++)
        ok(pthread_join(pushers[i], NULL));
    for (int i = 0; i < POPPERS; i++) {
        ok(pthread_join(poppers[i], NULL));
        total += sums[i];
    }
    for (struct node *n = graveyard, *next; n; n = next, dead++) {
        next = n->next;
        free(n);
    }
    printf("total %lu, nodes %u\n", total, dead);
    return 0;
}
