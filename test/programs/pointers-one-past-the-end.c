// hop: small
// Pointers one past the end of local, global and heap arrays, and of the element before another object, as loop limits.

#include <stdio.h>
#include <stdlib.h>

static int first[8], second[8];
static char letters[5] = "abcd";

static long sum(const int *from, const int *end)
{
    long total = 0;
    for (; from != end; from++)
        total = total * 3 + *from;
    return total;
}

int main(void)
{
    int local[6], *local_end = local + 6;
    struct {
        int head[3], tail[3];
    } both = {{1, 2, 3}, {4, 5, 6}};
    int *heap = malloc(10 * sizeof *heap), *heap_end = heap + 10;
    int *first_end = &first[8], *second_end = second + sizeof second / sizeof second[0];
    const int *head_end = both.head + 3;
    const char *letters_end = letters + sizeof letters;
    int single = 7, *single_end = &single + 1;

    for (int i = 0; i < 6; i++)
        local[i] = i * i;
    for (int i = 0; i < 8; i++)
        first[i] = second[7 - i] = i + 1;
    for (int *p = heap; p < heap_end; p++)
        *p = (int)(heap_end - p);
    for (int round = 0; round < 10; round++) {
        long total = sum(local, local_end) + sum(first, first_end) - sum(second, second_end) + sum(heap, heap_end);
        total += sum(both.head, head_end) + sum(&single, single_end) + (letters_end - letters);
        for (int *p = heap_end; p-- > heap;)
            *p += round;
        *--local_end += round;
        if (local_end == local)
            local_end = local + 6;
        printf("%d %ld %d\n", round, total, (int)(heap_end - heap));
    }
    free(heap);
    return 0;
}
