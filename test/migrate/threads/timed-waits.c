// hop: threads
// Waits with a time limit: some run out, some are answered long before.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <time.h>

#include "work.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, held = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t real, monotonic;
static sem_t none, some;
static bool answered;

static struct timespec after(clockid_t clock, long milliseconds)
{
    struct timespec t;
    ok(clock_gettime(clock, &t));
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += milliseconds % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static int wait_in_vain(pthread_cond_t *condition, clockid_t clock, long milliseconds)
{
    struct timespec until = after(clock, milliseconds);
    int error = 0;
    ok(pthread_mutex_lock(&lock));
    while (error == 0)
        error = pthread_cond_timedwait(condition, &lock, &until);
    ok(pthread_mutex_unlock(&lock));
    return error;
}

static void *wait_for_answer(void *argument)
{
    struct timespec until = after(CLOCK_MONOTONIC, 600000);
    ok(pthread_mutex_lock(&lock));
    while (!answered)
        ok(pthread_cond_timedwait(&monotonic, &lock, &until));
    ok(pthread_mutex_unlock(&lock));
    until = after(CLOCK_REALTIME, 600000);
    ok(sem_timedwait(&some, &until));
    return argument;
}

static void *wait_for_nothing(void *argument)
{
    struct timespec until = after(CLOCK_REALTIME, 40);
    must(pthread_mutex_timedlock(&held, &until), ETIMEDOUT);
    must(wait_in_vain(&real, CLOCK_REALTIME, 30), ETIMEDOUT);
    must(wait_in_vain(&monotonic, CLOCK_MONOTONIC, 30), ETIMEDOUT);
    until = after(CLOCK_REALTIME, 20);
    must(sem_timedwait(&none, &until), -1);
    must(errno, ETIMEDOUT);
    until = after(CLOCK_REALTIME, 20);
    must(pthread_rwlock_timedrdlock(&written, &until), ETIMEDOUT);
    until = after(CLOCK_REALTIME, 20);
    must(pthread_rwlock_timedwrlock(&written, &until), ETIMEDOUT);
    return argument;
}

int main(void)
{
    pthread_condattr_t attributes;
    pthread_t patient, hasty;
    ok(pthread_condattr_init(&attributes));
    ok(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    unsigned value = work(1, 200);
    ok(pthread_cond_init(&monotonic, &attributes));
    ok(pthread_condattr_destroy(&attributes));
    ok(pthread_cond_init(&real, NULL));
    ok(sem_init(&none, 0, 0));
    ok(sem_init(&some, 0, 0));
    ok(pthread_mutex_lock(&held));
    ok(pthread_rwlock_wrlock(&written));
    ok(pthread_create(&patient, NULL, wait_for_answer, &none));
    ok(pthread_create(&hasty, NULL, wait_for_nothing, &some));
    for (int i = 0; i < 40; i++) {
        value = work(value, 20);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    ok(pthread_join(hasty, NULL));
    ok(pthread_mutex_unlock(&held));
    ok(pthread_rwlock_unlock(&written));
    ok(pthread_mutex_lock(&lock));
    answered = true;
    ok(pthread_cond_signal(&monotonic));
    ok(pthread_mutex_unlock(&lock));
    value = work(value, 200);
    ok(sem_post(&some));
    ok(pthread_join(patient, NULL));
    printf("%u\n", value);
    return 0;
}
