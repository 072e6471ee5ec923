// hop: threads
// One thread waits in each of the calls that wait, while main works; then they are let go, one after the other.
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "work.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, held = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static bool is_set;
static int pipes[3][2];
static pthread_t last;

static void *in_mutex(void *a)
{
    ok(pthread_mutex_lock(&held));
    ok(pthread_mutex_unlock(&held));
    return a;
}

static void *in_condition(void *a)
{
    ok(pthread_mutex_lock(&lock));
    while (!is_set)
        ok(pthread_cond_wait(&condition, &lock));
    ok(pthread_mutex_unlock(&lock));
    return a;
}

static void *in_reading(void *a)
{
    ok(pthread_rwlock_rdlock(&written));
    ok(pthread_rwlock_unlock(&written));
    return a;
}

static void *in_writing(void *a)
{
    ok(pthread_rwlock_wrlock(&written));
    ok(pthread_rwlock_unlock(&written));
    return a;
}

static void *in_barrier(void *a)
{
    pthread_barrier_wait(&barrier);
    return a;
}

static void *in_semaphore(void *a)
{
    ok(sem_wait(&semaphore));
    return a;
}

static void *in_read(void *a)
{
    char text[8];
    must(read(pipes[0][0], text, sizeof text), 3);
    must(text[0] == 'a' && text[2] == 'c', 1);
    return a;
}

static void *in_poll(void *a)
{
    struct pollfd fd = {.fd = pipes[1][0], .events = POLLIN};
    char c;
    must(poll(&fd, 1, -1), 1);
    must(fd.revents & POLLIN, POLLIN);
    must(read(pipes[1][0], &c, 1), 1);
    must(c, 'p');
    return a;
}

static void *in_select(void *a)
{
    fd_set set;
    char c;
    FD_ZERO(&set);
    FD_SET(pipes[2][0], &set);
    must(select(pipes[2][0] + 1, &set, NULL, NULL, NULL), 1);
    must(FD_ISSET(pipes[2][0], &set) != 0, 1);
    must(read(pipes[2][0], &c, 1), 1);
    must(c, 's');
    return a;
}

static void *in_join(void *a)
{
    void *result;
    ok(pthread_join(last, &result));
    must(result == &last, 1);
    return a;
}

static void *in_sleep(void *a)
{
    struct timespec start, end;
    clock_gettime(CLOCK_REALTIME, &start);
    must(sleep(1), 0);
    ok(nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL));
    ok(usleep(10000));
    ok(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_nsec = 20000000}, NULL));
    clock_gettime(CLOCK_REALTIME, &end);
    must((end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000 >= 1040, 1);
    return a;
}

static void *(*const waits[])(void *) = {in_mutex, in_condition, in_reading, in_writing, in_barrier, in_semaphore,
                                         in_read,  in_poll,      in_select,  in_sleep,   in_join};
#define COUNT (int)(sizeof waits / sizeof *waits)

static void let_go(int which)
{
    switch (which) {
    case 0:
        ok(pthread_mutex_unlock(&held));
        break;
    case 1:
        ok(pthread_mutex_lock(&lock));
        is_set = true;
        ok(pthread_cond_signal(&condition));
        ok(pthread_mutex_unlock(&lock));
        break;
    case 2:
        ok(pthread_rwlock_unlock(&written));
        break;
    case 4:
        pthread_barrier_wait(&barrier);
        break;
    case 5:
        ok(sem_post(&semaphore));
        break;
    case 6:
        must(write(pipes[0][1], "abc", 3), 3);
        break;
    case 7:
        must(write(pipes[1][1], "p", 1), 1);
        break;
    case 8:
        must(write(pipes[2][1], "s", 1), 1);
        break;
    default:
        break;
    }
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned value = 1;
    ok(pthread_mutex_lock(&held));
    ok(pthread_rwlock_wrlock(&written));
    ok(pthread_barrier_init(&barrier, NULL, 2));
    ok(sem_init(&semaphore, 0, 0));
    for (int i = 0; i < 3; i++)
        ok(pipe(pipes[i]));
    for (int i = 0; i < COUNT; i++) {
        if (waits[i] == in_join)
            last = threads[i - 1];
        ok(pthread_create(&threads[i], NULL, waits[i], i == COUNT - 2 ? (void *)&last : (void *)&threads[i]));
    }
    value = work(value, 2500);
    for (int i = 0; i < COUNT; i++) {
        let_go(i);
        value = work(value, 200);
        if (waits[i] != in_sleep) {
            void *result;
            ok(pthread_join(threads[i], &result));
            must(result == &threads[i], 1);
        }
        printf("%d: %u\n", i, value);
    }
    return 0;
}
