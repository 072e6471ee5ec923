// hop: small
// A matrix as an array of pointers to rows, rows shared and swapped, and a sparse matrix of pointers to elements.

#include <stdio.h>
#include <stdlib.h>

struct element {
    int value;
    struct element *right, *down;
};

static int **new_matrix(int rows, int columns)
{
    int **matrix = malloc((size_t)rows * sizeof *matrix);
    for (int i = 0; i < rows; i++) {
        matrix[i] = calloc((size_t)columns, sizeof **matrix);
        for (int j = 0; j < columns; j++)
            matrix[i][j] = i * columns + j;
    }
    return matrix;
}

static void swap_rows(int **a, int **b)
{
    int *kept = *a;
    *a = *b;
    *b = kept;
}

int main(void)
{
    int **matrix = new_matrix(6, 7), *diagonal[6], *shared = matrix[2];
    struct element cells[5][5] = {{{0}}}, *(*grid)[5] = malloc(5 * sizeof *grid);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) {
            cells[i][j] = (struct element){i - j, j < 4 ? &cells[i][j + 1] : NULL, i < 4 ? &cells[i + 1][j] : NULL};
            grid[j][i] = (i + j) % 2 ? &cells[i][j] : NULL;
        }
    for (int round = 0; round < 12; round++) {
        long sum = 0;
        swap_rows(&matrix[round % 6], &matrix[(round * 2 + 1) % 6]);
        for (int i = 0; i < 6; i++) {
            diagonal[i] = &matrix[i][i];
            *diagonal[i] += round;
        }
        for (int i = 0; i < 6; i++)
            sum = sum * 5 + *diagonal[5 - i] + (matrix[i] == shared ? shared[0] : 0);
        for (int i = 0; i < 5; i++)
            for (struct element *e = grid[round % 5][i]; e; e = (round + i) % 2 ? e->right : e->down)
                sum += e->value++;
        printf("%d %ld %d\n", round, sum % 100003, shared[round % 7]);
    }
    for (int i = 0; i < 6; i++)
        free(matrix[i]);
    free(matrix);
    free(grid);
    return 0;
}
