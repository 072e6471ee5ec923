// hop: threads
// Two threads take turns by semaphores; others share places that a semaphore counts.
#include <pthread.h>
#include <semaphore.h>

#include "work.h"

#define TURNS  60
#define GUESTS 5
#define PLACES 2

static sem_t ping, pong, places;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned ball = 1, inside, most, visits;

static void *play(void *argument)
{
    sem_t **mine = argument;
    for (int i = 0; i < TURNS; i++) {
        ok(sem_wait(mine[0]));
        ball = work(ball, 10) + (mine[0] == &ping);
        ok(sem_post(mine[1]));
    }
    return NULL;
}

static void *visit(void *argument)
{
    unsigned x = *(unsigned *)argument;
    for (int i = 0; i < 30; i++) {
        ok(sem_wait(&places));
        pthread_mutex_lock(&lock);
        inside++;
        visits++;
        most = inside > most ? inside : most;
        must(inside <= PLACES, 1);
        pthread_mutex_unlock(&lock);
        x = work(x, 15);
        pthread_mutex_lock(&lock);
        inside--;
        pthread_mutex_unlock(&lock);
        ok(sem_post(&places));
    }
    *(unsigned *)argument = x;
    return NULL;
}

int main(void)
{
    pthread_t players[2], guests[GUESTS];
    sem_t *hands[2][2] = {{&ping, &pong}, {&pong, &ping}};
    unsigned numbers[GUESTS];
    int value;
    ok(sem_init(&ping, 0, 1));
    ok(sem_init(&pong, 0, 0));
    ok(sem_init(&places, 0, PLACES));
    for (int i = 0; i < 2; i++)
        ok(pthread_create(&players[i], NULL, play, hands[i]));
    for (unsigned i = 0; i < GUESTS; i++) {
        numbers[i] = i;
        ok(pthread_create(&guests[i], NULL, visit, &numbers[i]));
    }
    for (int i = 0; i < 2; i++)
        ok(pthread_join(players[i], NULL));
    for (int i = 0; i < GUESTS; i++) {
        ok(pthread_join(guests[i], NULL));
        printf("%d: %u\n", i, numbers[i]);
    }
    ok(sem_getvalue(&places, &value));
    printf("ball %u, visits %u, places %d\n", ball, visits, value);
    return 0;
}
