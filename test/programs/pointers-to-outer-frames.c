// hop: small
// Pointers down the stack: to scalars, members and array elements in the frames of every caller, through recursion.

#include <stdio.h>

struct counter {
    int hits;
    struct counter *outer;
    long *total;
};

static int descend(struct counter *outer, int depth, int *best, char (*marks)[8])
{
    struct counter mine = {depth, outer, outer->total};
    int local = depth * 3;
    for (int i = 0; i < 3; i++) {
        (*marks)[(depth + i) % 8]++;
        *mine.total += local + i;
        if (local > *best)
            *best = local;
    }
    if (depth < 6) {
        int *mine_or_outer = depth % 2 ? &local : best;
        int found = descend(&mine, depth + 1, mine_or_outer, marks);
        local += found;
    }
    for (struct counter *c = &mine; c; c = c->outer)
        c->hits++;
    return local + mine.hits;
}

int main(void)
{
    long total = 0;
    struct counter root = {0, NULL, &total};
    int best = 0;
    char marks[8] = {0};
    for (int round = 0; round < 8; round++) {
        int result = descend(&root, round % 3, &best, &marks);
        printf("%d %d %ld %d %d %d\n", round, result, total, best, root.hits, marks[round]);
    }
    return 0;
}
