// cut THREADS: as many threads; every fourth computes, the others wait for a condition that never comes.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static volatile int is_over;

static void compute(unsigned *x)
{
    for (int i = 0; i < 2000; i++)
        *x = *x * 1664525u + 1013904223u;
}

static void *work(void *argument)
{
    unsigned x = *(unsigned *)argument;
    while (x % 4 && !is_over) {
        pthread_mutex_lock(&lock);
        pthread_cond_wait(&never, &lock);
        pthread_mutex_unlock(&lock);
    }
    while (!is_over) {
        compute(&x);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); // the machine is idle, for the most part
    }
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) - 1 : 0, numbers[1024];
    pthread_t threads[1024];
    if (count > 1024)
        return 1;
    for (unsigned i = 0; i < count; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
            return 1;
    }
    unsigned x = 1;
    for (time_t end = time(NULL) + 12; time(NULL) < end;)
        compute(&x);
    is_over = 1;
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&never);
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("%d\n", x != 0);
    return 0;
}
