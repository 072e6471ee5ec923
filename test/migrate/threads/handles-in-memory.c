// hop: threads
// Handles of threads in variables, structs, lists; compared, handed on, joined by others than the creator.
#include <pthread.h>
#include <stdbool.h>

#include "work.h"

#define COUNT 5

struct worker {
    struct worker *next;
    pthread_t handle, creator;
    bool is_joined;
    unsigned number, value;
};

static pthread_t main_handle, last_handle;
static struct worker *workers;

// Each joins the one that was made before it.
static void *run(void *argument)
{
    struct worker *w = argument;
    pthread_t self = pthread_self();
    must(pthread_equal(w->creator, main_handle) != 0, 1);
    must(pthread_equal(self, main_handle), 0);
    for (int i = 0; i < 40; i++) {
        w->value = work(w->value + w->number, 20);
        must(pthread_equal(self, pthread_self()) != 0, 1);
    }
    if (w->next) {
        void *result;
        ok(pthread_join(w->next->handle, &result));
        must(result == w->next, 1);
        w->next->is_joined = true;
    }
    return w;
}

int main(void)
{
    main_handle = pthread_self();
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    ok(pthread_mutex_lock(&gate));
    for (unsigned i = 0; i < COUNT; i++) {
        struct worker *w = calloc(1, sizeof *w);
        *w = (struct worker){.next = workers, .creator = pthread_self(), .number = i};
        ok(pthread_create(&w->handle, NULL, run, w));
        last_handle = w->handle;
        workers = w;
        work(i, 50);
    }
    ok(pthread_mutex_unlock(&gate));
    void *result;
    must(pthread_equal(last_handle, workers->handle) != 0, 1);
    ok(pthread_join(last_handle, &result));
    must(result == workers, 1);
    must(pthread_equal(main_handle, pthread_self()) != 0, 1);
    for (struct worker *w = workers, *next; w; w = next) {
        next = w->next;
        printf("%u: %u %d\n", w->number, w->value, w->is_joined);
        free(w);
    }
    return 0;
}
