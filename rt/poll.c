// A poll loads hlckpt_poll_requested and comes here when it is set: by the helper thread when the interval has passed,
// by the handler of HLCKPT_SIGNAL, or for good under HLCKPT_POLL, which counts polls.
//
// P1  One capture at a time. A poll in another thread stands still while a cut is made (cut.c); at any other time, and
//     in a handler of the program's that interrupts a capture, it goes on at once.
// P2  The program sees no difference: errno is kept.
// P3  A capture that is put off costs little. With the helper thread the flag is cleared and set again after a delay
// that
//     doubles; under HLCKPT_POLL the distance to the next attempt grows with the polls since the first.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "capture.h"
#include "cut.h"
#include "helper.h"
#include "options.h"
#include "poll.h"
#include "stats.h"
#include "thread.h"

#define EAGER 256 // attempts at one poll after the other

volatile uint32_t hlckpt_poll_requested;

static bool disabled; // in processes that the program forks

// Under HLCKPT_POLL: the poll of the next attempt; 0 when there is to be none.
static uint64_t next_attempt;

static void plan_next_attempt(enum capture_result result)
{
    static unsigned attempts;
    uint64_t since = stats.polls - options.poll;
    bool again = result == CAPTURE_PUT_OFF;
    next_attempt = again ? stats.polls + 1 + (++attempts > EAGER ? since / 64 : 0) : 0;
}

static bool count_poll(const void *caller)
{
    if (++stats.polls != next_attempt)
        return false;
    enum capture_result result = capture_now(CAPTURE_AND_EXIT, caller);
    if (result != CAPTURE_CHILD)
        plan_next_attempt(result);
    return result == CAPTURE_CHILD;
}

static bool capture_requested(const void *caller)
{
    hlckpt_poll_requested = 0;
    if (capture_in_flight()) { // a signal came meanwhile
        helper_capture_put_off();
        return false;
    }
    enum capture_result result = capture_now(options.exit ? CAPTURE_AND_EXIT : CAPTURE_BESIDE, caller);
    if (result == CAPTURE_STARTED)
        helper_capture_started();
    if (result == CAPTURE_PUT_OFF)
        helper_capture_put_off();
    return result == CAPTURE_CHILD;
}

// Under HLCKPT_POLL all polls of all threads are counted, one after the other.
static bool claim(void)
{
    while (!capture_claim())
        if (cut_under_way() || !options.count_polls)
            return false;
    return true;
}

static bool answer(const void *caller)
{
    if (!claim())
        return cut_park();
    bool is_copy = options.count_polls ? count_poll(caller) : capture_requested(caller);
    if (!is_copy)
        capture_release();
    return is_copy;
}

static __attribute__((noinline)) bool answer_poll(const void *caller)
{
    static _Thread_local bool is_inside; // P1: in a handler
    int saved = errno;
    if (disabled) {
        hlckpt_poll_requested = 0;
        return false;
    }
    if (is_inside)
        return false;
    is_inside = true;
    bool is_copy = answer(caller);
    is_inside = false;
    errno = saved; // P2
    return is_copy;
}

HLCKPT_POLL_CONVENTION bool hlckpt_poll(void)
{
    return answer_poll(__builtin_return_address(0));
}

static void request_by_signal(int signal)
{
    (void)signal;
    hlckpt_poll_requested = 1;
}

static void disable_in_child(void)
{
    disabled = true;
    hlckpt_poll_requested = 0;
    capture_disable();
    cut_disable();
    thread_forked();
    stats_disable();
}

static bool catch_signal(struct failure *f)
{
    struct sigaction action = {.sa_handler = request_by_signal, .sa_flags = SA_RESTART};
    if (!options.signal || sigaction(options.signal, &action, NULL) == 0)
        return true;
    return fail(f, "%s: cannot catch signal %d: %s", ENV_SIGNAL, options.signal, strerror(errno));
}

bool poll_start(struct failure *f)
{
    static bool is_prepared;
    if (!is_prepared)
        pthread_atfork(NULL, NULL, disable_in_child);
    is_prepared = true;
    if (options.count_polls) {
        next_attempt = options.poll;
        hlckpt_poll_requested = 1;
        return true;
    }
    if ((options.interval || options.signal) && !helper_start(options.interval))
        return fail(f, "no helper thread can be started");
    return catch_signal(f);
}
