// A chained hash table that grows: counts generated words, then looks them all up again.

#include "kernel.h"

struct entry {
    struct entry *next;
    uint32_t hash, count;
    char word[8];
};

struct table {
    struct entry **buckets;
    uint32_t size, used;
};

static uint32_t hash_word(const char *word)
{
    uint32_t hash = 0x811c9dc5;
    for (; *word; word++)
        hash = (hash ^ (uint8_t)*word) * 0x01000193;
    return hash;
}

static void grow(struct table *t)
{
    uint32_t size = t->size ? 2 * t->size : 64;
    struct entry **buckets = calloc(size, sizeof *buckets);

    if (!buckets)
        exit(1);
    for (uint32_t i = 0; i < t->size; i++)
        for (struct entry *e = t->buckets[i], *next; e; e = next) {
            next = e->next;
            e->next = buckets[e->hash & (size - 1)];
            buckets[e->hash & (size - 1)] = e;
        }
    free(t->buckets);
    t->buckets = buckets;
    t->size = size;
}

static struct entry *find(const struct table *t, const char *word, uint32_t hash)
{
    struct entry *e = t->size ? t->buckets[hash & (t->size - 1)] : NULL;
    while (e && (e->hash != hash || strcmp(e->word, word)))
        e = e->next;
    return e;
}

static void count(struct table *t, const char *word)
{
    uint32_t hash = hash_word(word);
    struct entry *e = find(t, word, hash);

    if (!e) {
        if (t->used == t->size)
            grow(t);
        e = must_alloc(sizeof *e);
        e->next = t->buckets[hash & (t->size - 1)];
        e->hash = hash;
        e->count = 0;
        strcpy(e->word, word);
        t->buckets[hash & (t->size - 1)] = e;
        t->used++;
    }
    e->count++;
}

static void make_word(uint32_t *random, char word[8])
{
    uint32_t bits = next_random(random);
    int length = 2 + (int)(bits & 3);

    for (int i = 0; i < length; i++) {
        bits = bits >> 5 | bits << 27;
        word[i] = (char)('a' + (bits & 15));
    }
    word[length] = 0;
}

int main(int argc, char **argv)
{
    struct table table = {0};
    uint32_t random = 5;
    uint64_t sum = MIX_START;
    long words = amount(argc, argv, 2800000);
    char word[8];

    for (long i = 0; i < words; i++) {
        make_word(&random, word);
        count(&table, word);
    }
    random = 5;
    for (long i = 0; i < words; i++) {
        make_word(&random, word);
        sum += find(&table, word, hash_word(word))->count;
    }
    print_sum("table", mix(sum, table.used));
}
