// A binary heap of pointers to events, with a comparison function, driving a small simulation of queues.

#include <stdio.h>
#include <stdlib.h>

struct event {
    double time;
    int kind, serial;
    void (*handle)(struct event *);
};

static struct event **heap;
static int count, capacity, serial, waiting, busy, served;
static double now, total_wait;
static unsigned seed = 99;

static double random_time(double mean)
{
    seed = seed * 1664525u + 1013904223u;
    return mean * ((seed >> 16) + 1) / 32768.0;
}

static int before(const struct event *a, const struct event *b)
{
    return a->time != b->time ? a->time < b->time : a->serial < b->serial;
}

static void schedule(double delay, int kind, void (*handle)(struct event *))
{
    struct event *event = malloc(sizeof *event);
    *event = (struct event){now + delay, kind, serial++, handle};
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 4;
        heap = realloc(heap, (size_t)capacity * sizeof(struct event *));
    }
    int at = count++;
    for (; at && before(event, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = event;
}

static struct event *next_event(void)
{
    struct event *first = heap[0], *last = heap[--count];
    int at = 0;
    for (int child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(heap[child + 1], heap[child]))
            child++;
        if (!before(heap[child], last))
            break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return first;
}

static void leave(struct event *event)
{
    served++;
    total_wait += waiting * 0.25 + event->kind;
    if (waiting) {
        waiting--;
        schedule(random_time(3), event->kind ^ 1, leave);
    } else {
        busy--;
    }
}

static void arrive(struct event *event)
{
    if (busy < 2) {
        busy++;
        schedule(random_time(3), event->kind, leave);
    } else {
        waiting++;
    }
    schedule(random_time(2), event->serial % 3, arrive);
}

int main(void)
{
    schedule(0, 0, arrive);
    schedule(0.5, 1, arrive);
    for (int i = 0; i < 6000; i++) {
        struct event *event = next_event();
        now = event->time;
        event->handle(event);
        free(event);
        if (i % 500 == 0)
            printf("%d %.6f %d %d %d %.4f\n", i, now, waiting, busy, served, total_wait);
    }
    while (count)
        free(heap[--count]);
    free(heap);
    return 0;
}
