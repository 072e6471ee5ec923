// hop: threads
// The threads of C11: thrd_, mtx_, cnd_, tss_, call_once.
#include <stdbool.h>
#include <threads.h>
#include <time.h>

#include "work.h"

#define COUNT 4

static mtx_t lock, nested, timed;
static cnd_t turn_changed;
static tss_t key;
static once_flag flag = ONCE_FLAG_INIT;
static int turn, freed, inits;
static unsigned long counter;
static thread_local unsigned local;

static void init(void)
{
    inits++;
}

static void free_value(void *value)
{
    mtx_lock(&lock);
    freed += *(int *)value;
    mtx_unlock(&lock);
    free(value);
}

static unsigned nest(unsigned x, int depth)
{
    must(mtx_lock(&nested), thrd_success);
    x = depth ? nest(work(x, 4), depth - 1) : work(x, 10);
    counter += !depth;
    must(mtx_unlock(&nested), thrd_success);
    return x;
}

static void take_turn(int mine, unsigned x)
{
    must(mtx_lock(&lock), thrd_success);
    while (turn % COUNT != mine)
        must(cnd_wait(&turn_changed, &lock), thrd_success);
    printf("turn %d: thread %d %u\n", turn, mine, x);
    turn++;
    must(cnd_broadcast(&turn_changed), thrd_success);
    must(mtx_unlock(&lock), thrd_success);
}

static int run(void *argument)
{
    int mine = *(int *)argument;
    int *value = malloc(sizeof *value);
    *value = mine + 1;
    must(tss_set(key, value), thrd_success);
    local = (unsigned)mine;
    for (int i = 0; i < 12; i++) {
        call_once(&flag, init);
        local = nest(local, 3);
        take_turn(mine, local);
        struct timespec until;
        timespec_get(&until, TIME_UTC);
        until.tv_sec += 600;
        must(mtx_timedlock(&timed, &until), thrd_success);
        local = work(local, 10);
        mtx_unlock(&timed);
        thrd_yield();
    }
    must(tss_get(key) == value, 1);
    must(thrd_equal(thrd_current(), thrd_current()) != 0, 1);
    if (mine % 2)
        thrd_exit(mine * 100);
    thrd_sleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return -mine;
}

int main(void)
{
    thrd_t threads[COUNT];
    int numbers[COUNT];
    must(mtx_init(&lock, mtx_plain), thrd_success);
    must(mtx_init(&nested, mtx_plain | mtx_recursive), thrd_success);
    must(mtx_init(&timed, mtx_timed), thrd_success);
    must(cnd_init(&turn_changed), thrd_success);
    must(tss_create(&key, free_value), thrd_success);
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = i;
        must(thrd_create(&threads[i], run, &numbers[i]), thrd_success);
    }
    for (int i = 0; i < COUNT; i++) {
        int result;
        must(thrd_join(threads[i], &result), thrd_success);
        printf("%d: %d\n", i, result);
    }
    printf("counter %lu, freed %d, inits %d\n", counter, freed, inits);
    mtx_destroy(&lock);
    cnd_destroy(&turn_changed);
    tss_delete(key);
    return 0;
}
