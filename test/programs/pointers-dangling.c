// hop: small
// Pointers that are held but no longer valid, or were never set: to freed blocks, to frames that have ended, garbage.
// The program never follows or prints them; that they exist must not hinder it.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next, *stale;
    int value;
};

static int *leaked;
static struct node *forgotten[8];

static void leave_a_pointer(int value)
{
    int local[4] = {value, value + 1, value + 2, value + 3};
    int sum = 0;
    for (int i = 0; i < 4; i++)
        sum += local[i];
    leaked = &local[sum % 4];
}

int main(void)
{
    struct node *list = NULL, *wild = (struct node *)(uintptr_t)0xdeadbeef, *never[3];
    struct node *small = (struct node *)(uintptr_t)3;
    volatile int use_never = 0;
    long sum = 0;
    for (int i = 0; i < 60; i++) {
        struct node *node = malloc(sizeof *node);
        *node = (struct node){list, forgotten[i % 8], i};
        list = node;
        leave_a_pointer(i);
        if (i % 3 == 2) {
            forgotten[i % 8] = list;
            struct node *next = list->next;
            free(list);
            list = next;
        }
        for (struct node *n = list; n; n = n->next)
            sum = (sum * 7 + n->value) % 1000003;
        if (i % 6 == 0)
            printf("%d %ld\n", i, sum);
    }
    if (use_never)
        printf("%d\n", never[0]->value);
    printf("%d %d %d\n", wild != NULL, small != NULL, leaked != NULL);
    while (list) {
        struct node *next = list->next;
        free(list);
        list = next;
    }
    return 0;
}
