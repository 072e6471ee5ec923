// hop: threads
// Threads write to one stream in turns, and each to a file of its own.
#include <pthread.h>

#include "work.h"

#define COUNT  3
#define ROUNDS 25

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned turn;

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument, x = mine;
    char name[16];
    snprintf(name, sizeof name, "output-%u", mine);
    FILE *file = fopen(name, "w");
    for (int i = 0; i < ROUNDS; i++) {
        x = work(x, 20);
        fprintf(file, "%d: %u\n", i, x);
        pthread_mutex_lock(&lock);
        while (turn % COUNT != mine)
            pthread_cond_wait(&changed, &lock);
        printf("thread %u: ", mine);
        x = work(x, 5);
        printf("%u\n", x);
        turn++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    ok(fclose(file));
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < COUNT; i++)
        ok(pthread_join(threads[i], NULL));
    return 0;
}
