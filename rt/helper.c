// One thread with all signals blocked, so that no signal of the program ever arrives here. It sleeps until the next
// thing to be done is due:
//
//     request    the interval has passed: set hlckpt_poll_requested
//     retry      a capture was put off: set it again after RETRY_FIRST, doubled with each further time up to RETRY_MOST
//     reap       a capture is in flight: see whether it has ended, after REAP_FIRST, doubled up to REAP_MOST
//
// H1  It allocates nothing and takes no lock, so the copy that is forked beside it finds none held by it.
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "clock.h"
#include "cut.h"
#include "helper.h"
#include "log.h"

#define MILLISECOND UINT64_C(1000000)
#define RETRY_FIRST (1 * MILLISECOND)
#define RETRY_MOST  (1000 * MILLISECOND)
#define REAP_FIRST  (1 * MILLISECOND)
#define REAP_MOST   (50 * MILLISECOND)
#define NEVER       UINT64_MAX

static bool runs;
static uint64_t interval;
static sem_t wake, started;
static atomic_bool was_put_off;

// Of the thread alone.
struct schedule {
    uint64_t request, retry, reap; // when due, on the monotonic clock
    uint64_t retry_delay, reap_delay;
};

bool helper_runs(void)
{
    return runs;
}

void helper_capture_started(void)
{
    sem_post(&wake);
}

void helper_capture_put_off(void)
{
    atomic_store(&was_put_off, true);
    sem_post(&wake);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void sleep_until_due(const struct schedule *s)
{
    uint64_t due = earlier(s->request, earlier(s->retry, s->reap));
    if (due == NEVER) {
        sem_wait(&wake);
        return;
    }
    struct timespec deadline = {.tv_sec = (time_t)(due / 1000000000), .tv_nsec = (long)(due % 1000000000)};
    sem_clockwait(&wake, CLOCK_MONOTONIC, &deadline);
}

static void plan_retry(struct schedule *s, uint64_t now)
{
    s->retry_delay = s->retry_delay ? earlier(2 * s->retry_delay, RETRY_MOST) : RETRY_FIRST;
    s->retry = now + s->retry_delay;
}

static void look_after_flight(struct schedule *s, uint64_t now)
{
    enum capture_result result;
    if (!capture_in_flight()) {
        s->reap = NEVER;
        s->reap_delay = 0;
    } else if (!capture_reap(&result)) {
        s->reap_delay = s->reap_delay ? earlier(2 * s->reap_delay, REAP_MOST) : REAP_FIRST;
        s->reap = now + s->reap_delay;
    } else {
        s->reap = NEVER;
        s->reap_delay = 0;
        if (result == CAPTURE_PUT_OFF)
            plan_retry(s, now);
        else
            s->retry_delay = 0;
    }
}

static void *help(void *unused)
{
    cut_tolerate_thread(gettid());
    sem_post(&started);
    struct schedule s = {interval ? clock_now() + interval : NEVER, NEVER, NEVER, 0, 0};
    for (;;) {
        sleep_until_due(&s);
        uint64_t now = clock_now();
        look_after_flight(&s, now);
        if (atomic_exchange(&was_put_off, false))
            plan_retry(&s, now);
        if (now >= s.retry) {
            s.retry = NEVER;
            hlckpt_poll_requested = 1;
        }
        if (now >= s.request) {
            s.request = now + interval;
            if (!capture_in_flight())
                hlckpt_poll_requested = 1;
        }
    }
    return unused;
}

bool helper_start(uint64_t every)
{
    pthread_t thread;
    sigset_t all, before;
    interval = every;
    sem_init(&wake, 0, 0);
    sem_init(&started, 0, 0);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    runs = pthread_create(&thread, NULL, help, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    while (runs && sem_wait(&started) != 0)
        continue;
    if (runs)
        pthread_detach(thread);
    return runs;
}
