// A pointer to what was freed leads into a block that is another struct now: that does not tell what the block is.
#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
struct job {
    struct job *next;
    unsigned number;
};
struct entry {
    struct entry *next;
    unsigned key;
    unsigned long count;
};
static struct entry *volatile entries;
static struct job *volatile job_list;
static __attribute__((noinline)) unsigned work(unsigned x, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        x = x % 2 ? x * 1664525u + i : x / 2 + 7;
    return x;
}
static __attribute__((noinline)) unsigned use(struct job *held, unsigned x)
{
    x = work(x, 4000);
    return x + held->number;
}
int main(void)
{
    struct job *held = malloc(sizeof *held), *old[40];
    for (int i = 0; i < 40; i++) {
        old[i] = malloc(sizeof **old);
        old[i]->number = 9;
        old[i]->next = NULL;
    }
    held->next = old[7];
    held->number = 1;
    uintptr_t where = (uintptr_t)old[7];
    for (int i = 0; i < 40; i++)
        free(old[i]);
    int hit = 0;
    for (unsigned i = 0; i < 60; i++) {
        struct entry *e = malloc(sizeof *e);
        *e = (struct entry){entries, i, 100 + i};
        entries = e;
        hit |= (uintptr_t)e == where;
    }
    fprintf(stderr, "hit %d\n", hit);
    for (int i = 0; i < 40; i++)
        old[i] = NULL;
    unsigned x = use(held, 5), sum = 0;
    for (struct entry *e = entries; e; e = e->next)
        sum = sum * 31 + e->key * 7 + (unsigned)e->count;
    printf("%u %u\n", x, sum);
    return 0;
}
