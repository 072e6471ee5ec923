// A lock that nobody else wants, taken and given back again and again.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long count;

// A second thread, so that the C library does not take the ways of a process that has only one.
static void *stand_by(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

int main(int argc, char **argv)
{
    static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t thread;
    unsigned long rounds = 400000UL * (unsigned long)(argc > 1 ? atoi(argv[1]) : 100);
    pthread_mutex_lock(&gate);
    if (pthread_create(&thread, NULL, stand_by, &gate) != 0)
        return 1;
    for (unsigned long i = 0; i < rounds; i++) {
        pthread_mutex_lock(&lock);
        count += i & 1;
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_unlock(&gate);
    pthread_join(thread, NULL);
    printf("%lu\n", count);
    return 0;
}
