// hop: small
// Pointers into the middle of things: members, elements, bytes, inner arrays; on the stack, in globals, in the heap.

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int rounds = 40; // not known to the compiler, so that it keeps the loop as it is

struct inner {
    short numbers[5];
    double value;
};

struct outer {
    char name[10];
    struct inner inners[3];
    struct {
        int low, high;
    } range;
};

static struct outer global = {"global", {{{1, 2, 3, 4, 5}, 0.5}}, {1, 9}};

static struct outer *owner_of(int *high)
{
    return (struct outer *)((char *)high - offsetof(struct outer, range.high));
}

int main(void)
{
    struct outer local = {"local", {{{6, 7, 8, 9, 10}, 1.5}}, {2, 8}};
    struct outer *heap = malloc(2 * sizeof *heap);
    heap[0] = local;
    heap[1] = global;
    struct outer *all[] = {&local, &global, &heap[0], &heap[1]};

    for (int i = 0; i < rounds; i++) {
        struct outer *o = all[i % 4];
        char *letter = &o->name[i % 5];
        short *number = &o->inners[i % 3].numbers[i % 5];
        double *value = &o->inners[(i + 1) % 3].value;
        int *high = &o->range.high;
        short(*numbers)[5] = &o->inners[i % 3].numbers;
        unsigned char *byte = (unsigned char *)&o->name[2];
        for (int j = 0; j < 3; j++) {
            *letter = (char)(*letter + 1);
            *number = (short)(*number + (*numbers)[j]);
            *value = *value * 0.5 + j;
            *high += *number % 7;
            byte[j] ^= 1;
        }
        struct outer *owner = owner_of(high);
        printf("%d %s %d %.4f %d %d\n", i, owner->name, *number, *value, *high, owner == o);
    }
    free(heap);
    return 0;
}
