// qsort and bsearch with comparison functions that have loops of their own: they are called back by the library.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
    int key;
    char name[12];
    double weight;
};

static long comparisons;
static int by_digits;

static int digit_sum(int n)
{
    int sum = 0;
    for (; n; n /= 10)
        sum += n % 10;
    return sum;
}

static int compare_records(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    comparisons++;
    if (by_digits && digit_sum(x->key) != digit_sum(y->key))
        return digit_sum(x->key) - digit_sum(y->key);
    return (x->key > y->key) - (x->key < y->key);
}

static int compare_names(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    while (*x && *x == *y)
        x++, y++;
    return (unsigned char)*x - (unsigned char)*y;
}

int main(void)
{
    enum { COUNT = 24 };
    struct record *records = malloc(COUNT * sizeof *records);
    const char *names[COUNT];
    unsigned seed = 12345;
    for (int round = 0; round < 10; round++) {
        by_digits = round % 2;
        for (int i = 0; i < COUNT; i++) {
            seed = seed * 1103515245u + 12345u;
            records[i].key = (int)(seed >> 16) % 1000 * 61 + i;
            records[i].weight = i / 4.0;
            snprintf(records[i].name, sizeof records[i].name, "n%d", records[i].key % 777);
        }
        qsort(records, COUNT, sizeof *records, compare_records);
        for (int i = 0; i < COUNT; i++)
            names[i] = records[i].name;
        qsort(names, COUNT, sizeof *names, compare_names);
        int found = 0, sum = 0;
        for (int i = 0; i < COUNT * 5; i++)
            sum += digit_sum(records[i % COUNT].key) * i;
        for (int i = 0; i < COUNT; i += 3) {
            struct record *hit = bsearch(&records[i], records, COUNT, sizeof *records, compare_records);
            found += hit && hit->key == records[i].key;
        }
        printf("%d %d %d %s %s %.2f %d\n", sum, records[0].key, records[COUNT - 1].key, names[0], names[COUNT / 2],
               records[COUNT / 3].weight, found);
    }
    printf("%d\n", comparisons > 100);
    free(records);
    return 0;
}
