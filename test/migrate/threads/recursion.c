// hop: threads
// Threads deep in recursion of their own, with state in every frame.
#include <pthread.h>

#include "work.h"

#define COUNT 3

static unsigned place(int row, unsigned columns, unsigned down, unsigned up, int size, unsigned char *board)
{
    unsigned found = 0;
    if (row == size)
        return 1;
    for (int column = 0; column < size; column++) {
        unsigned c = 1u << column, d = 1u << (row + column), u = 1u << (row - column + size);
        if (columns & c || down & d || up & u)
            continue;
        board[row] = (unsigned char)column;
        found += place(row + 1, columns | c, down | d, up | u, size, board);
    }
    return found;
}

static unsigned ackermann(unsigned m, unsigned n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static void *run(void *argument)
{
    unsigned *x = argument;
    unsigned char board[8];
    *x = *x % 2 ? ackermann(2, 20 + *x) : place(0, 0, 0, 0, 5 + (int)*x / 2, board);
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_join(threads[i], NULL));
        printf("%u\n", numbers[i]);
    }
    return 0;
}
