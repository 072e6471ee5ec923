// hop: threads
// Many threads with frames of different depths, a list each, a lock for all.
#include <pthread.h>

#include "work.h"

#define COUNT 32

struct node {
    struct node *next;
    unsigned value;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long total;

static struct node *build(unsigned x, unsigned depth)
{
    struct node *n = malloc(sizeof *n);
    n->value = work(x, 5) % 100;
    n->next = depth ? build(x + 1, depth - 1) : NULL;
    return n;
}

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument;
    struct node *list = build(mine, mine % 7 + 3);
    for (int round = 0; round < 5; round++)
        for (struct node *n = list; n; n = n->next) {
            n->value += work(n->value, 3) % 10;
            pthread_mutex_lock(&lock);
            total += n->value;
            pthread_mutex_unlock(&lock);
        }
    for (struct node *n = list, *next; n; n = next) {
        next = n->next;
        *(unsigned *)argument = *(unsigned *)argument * 17 + n->value;
        free(n);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT], sum = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_join(threads[i], NULL));
        sum = sum * 7 + numbers[i];
    }
    printf("sum %u, total %lu\n", sum, total);
    return 0;
}
