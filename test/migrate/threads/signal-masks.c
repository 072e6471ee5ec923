// hop: threads
// Each thread blocks signals of its own; a signal sent to a thread is handled by that thread, or waits in vain.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>

#include "work.h"

#define COUNT 4

static const int signals[COUNT] = {SIGUSR1, SIGUSR2, SIGWINCH, SIGALRM};
static _Thread_local volatile sig_atomic_t handled;

static void handle(int signal)
{
    (void)signal;
    handled++;
}

static unsigned blocked(void)
{
    sigset_t set;
    unsigned bits = 0;
    ok(pthread_sigmask(SIG_SETMASK, NULL, &set));
    for (int i = 0; i < COUNT; i++)
        bits |= (unsigned)sigismember(&set, signals[i]) << i;
    return bits;
}

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signals[mine]);
    ok(pthread_sigmask(SIG_BLOCK, &set, NULL));
    unsigned value = mine;
    for (int i = 0; i < 50; i++) {
        value = work(value, 20);
        must(blocked(), 1u << mine);
        ok(pthread_kill(pthread_self(), signals[(mine + 1) % COUNT]));
        must(handled, i + 1);
    }
    return (void *)(size_t)(value % 1000);
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned arguments[COUNT];
    struct sigaction action = {.sa_handler = handle};
    for (int i = 0; i < COUNT; i++)
        ok(sigaction(signals[i], &action, NULL));
    for (unsigned i = 0; i < COUNT; i++) {
        arguments[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &arguments[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        void *result;
        ok(pthread_join(threads[i], &result));
        printf("%d: %d\n", i, (int)(size_t)result);
    }
    must(blocked(), 0);
    must(handled, 0);
    return 0;
}
