// Two-dimensional arrays of variable length, passed with their dimensions, and pointers to rows of variable length.

#include <stdio.h>
#include <stdlib.h>

static void multiply(int n, int m, double out[n][n], double a[n][m], double b[m][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            out[i][j] = 0;
            for (int k = 0; k < m; k++)
                out[i][j] += a[i][k] * b[k][j];
        }
}

static double trace(int n, double a[n][n])
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i][i];
    return sum;
}

static double work(int n, int m)
{
    double a[n][m], b[m][n];
    double(*product)[n] = malloc(sizeof(double[n][n]));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            a[i][j] = (i + 2 * j) % 7 * 0.5;
            b[j][i] = (3 * i + j) % 5 - 2;
        }
    double sum = 0;
    for (int round = 0; round < 3; round++) {
        multiply(n, m, product, a, b);
        a[round % n][round % m] += 1;
        double(*row)[m] = &a[n / 2];
        (*row)[m - 1] -= 0.25;
        sum += trace(n, product) + (double)(sizeof a[0] / sizeof a[0][0]);
    }
    free(product);
    return sum;
}

int main(void)
{
    for (int n = 1; n < 30; n += 4)
        printf("%d %.4f %.4f\n", n, work(n, 31 - n), work(n, n));
    return 0;
}
