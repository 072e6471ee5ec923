// hop: threads
// Blocks are allocated by one thread, grown by the next, freed by the last.
#include <pthread.h>
#include <string.h>

#include "work.h"

#define STAGES 4
#define ITEMS  40

struct item {
    size_t length;
    char *text;
};

struct slot {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct item *item;
};

static struct slot slots[STAGES - 1];

static void hand_on(struct slot *s, struct item *item)
{
    pthread_mutex_lock(&s->lock);
    while (s->item)
        pthread_cond_wait(&s->changed, &s->lock);
    s->item = item;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static struct item *take(struct slot *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->item)
        pthread_cond_wait(&s->changed, &s->lock);
    struct item *item = s->item;
    s->item = NULL;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return item;
}

static struct item *make(unsigned number)
{
    struct item *item = malloc(sizeof *item);
    item->text = malloc(16);
    item->length = (size_t)snprintf(item->text, 16, "item %u", number);
    return item;
}

static void grow(struct item *item, unsigned stage)
{
    size_t more = work(stage + (unsigned)item->length, 10) % 20 + 1;
    item->text = realloc(item->text, item->length + more + 1);
    for (size_t i = 0; i < more; i++)
        item->text[item->length++] = (char)('a' + work((unsigned)i, 2) % 26);
    item->text[item->length] = '\0';
}

static void *run(void *argument)
{
    unsigned stage = *(unsigned *)argument, sum = 0;
    for (unsigned i = 0; i < ITEMS; i++) {
        struct item *item = stage ? take(&slots[stage - 1]) : make(i);
        grow(item, stage);
        if (stage < STAGES - 1) {
            hand_on(&slots[stage], item);
            continue;
        }
        for (size_t j = 0; j < item->length; j++)
            sum = sum * 31 + (unsigned char)item->text[j];
        free(item->text);
        free(item);
    }
    *(unsigned *)argument = sum;
    return NULL;
}

int main(void)
{
    pthread_t threads[STAGES];
    unsigned numbers[STAGES];
    for (int i = 0; i < STAGES - 1; i++) {
        ok(pthread_mutex_init(&slots[i].lock, NULL));
        ok(pthread_cond_init(&slots[i].changed, NULL));
    }
    for (unsigned i = 0; i < STAGES; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < STAGES; i++)
        ok(pthread_join(threads[i], NULL));
    printf("%u\n", numbers[STAGES - 1]);
    return 0;
}
