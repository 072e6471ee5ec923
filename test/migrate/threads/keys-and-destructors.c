// hop: threads
// Thread-specific values: destructors run when a thread ends, one sets a value anew; a key is deleted, another takes
// its place.
#include <pthread.h>

#include "work.h"

#define COUNT 5

static pthread_key_t value_key, again_key, plain_key, gone_key;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned freed, rounds;

static void free_value(void *value)
{
    unsigned more = work(*(unsigned *)value, 40);
    pthread_mutex_lock(&lock);
    freed += *(unsigned *)value + more % 10;
    pthread_mutex_unlock(&lock);
    free(value);
}

static void set_again(void *value)
{
    unsigned *left = value;
    pthread_mutex_lock(&lock);
    rounds++;
    pthread_mutex_unlock(&lock);
    if (--*left)
        ok(pthread_setspecific(again_key, left));
    else
        free(left);
}

static unsigned *new_number(unsigned value)
{
    unsigned *number = malloc(sizeof *number);
    *number = value;
    return number;
}

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument;
    must(pthread_getspecific(value_key) == NULL, 1);
    ok(pthread_setspecific(value_key, new_number(mine)));
    ok(pthread_setspecific(again_key, new_number(2)));
    ok(pthread_setspecific(plain_key, argument));
    for (int i = 0; i < 200; i++) {
        unsigned *value = pthread_getspecific(value_key);
        *value += work(mine, 3) % 16;
    }
    must(pthread_getspecific(plain_key) == argument, 1);
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned arguments[COUNT];
    ok(pthread_key_create(&gone_key, NULL));
    ok(pthread_key_create(&value_key, free_value));
    ok(pthread_setspecific(gone_key, arguments));
    ok(pthread_key_delete(gone_key));
    ok(pthread_key_create(&plain_key, NULL));
    ok(pthread_key_create(&again_key, set_again));
    must(pthread_getspecific(plain_key) == NULL, 1);
    ok(pthread_setspecific(plain_key, &freed));
    for (unsigned i = 0; i < COUNT; i++) {
        arguments[i] = i * 100;
        ok(pthread_create(&threads[i], NULL, run, &arguments[i]));
    }
    for (int i = 0; i < COUNT; i++)
        ok(pthread_join(threads[i], NULL));
    must(pthread_getspecific(plain_key) == &freed, 1);
    printf("freed %u, rounds %u\n", freed, rounds);
    return 0;
}
