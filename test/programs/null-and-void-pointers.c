// hop: small
// Null pointers of every kind, void pointers to things of several types, pointers kept as integers of their own width.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct holder {
    void *what;
    void (*show)(const void *);
    struct holder *none;
};

static void show_int(const void *what)
{
    printf(" %d", *(const int *)what);
}

static void show_real(const void *what)
{
    printf(" %.2f", *(const double *)what);
}

static void show_text(const void *what)
{
    printf(" %s", (const char *)what);
}

int main(void)
{
    int number = 5;
    double real = 0.5;
    char text[12] = "text";
    char *heap = strdup("heap");
    struct holder holders[5] = {
        {&number, show_int, NULL}, {&real, show_real, NULL}, {text, show_text, NULL}, {heap, show_text, NULL}, {0}};
    struct holder *none = NULL;
    FILE *no_file = NULL;
    for (int i = 0; i < 30; i++) {
        for (int j = 0; j < 5; j++) {
            struct holder *holder = &holders[(i + j) % 5];
            if (holder->what)
                holder->show(holder->what);
            else
                printf(" null");
        }
        uintptr_t difference = (uintptr_t)&holders[i % 5] - (uintptr_t)&holders[0];
        number += i;
        real *= 1.5;
        text[i % 4] = (char)('a' + i % 26);
        heap[i % 4] = (char)('z' - i % 26);
        printf(" %d %d\n", (int)(difference / sizeof(struct holder)), none == NULL && no_file == NULL);
    }
    free(heap);
    return 0;
}
