// LU decomposition with partial pivoting, rows exchanged by pointer, and the solution of a system with it.

#include <stdio.h>
#include <stdlib.h>

static double magnitude(double x)
{
    return x < 0 ? -x : x;
}

static int decompose(double **a, int *order, int n)
{
    int sign = 1;
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k + 1; i < n; i++)
            if (magnitude(a[i][k]) > magnitude(a[pivot][k]))
                pivot = i;
        if (pivot != k) {
            double *row = a[k];
            a[k] = a[pivot];
            a[pivot] = row;
            int kept = order[k];
            order[k] = order[pivot];
            order[pivot] = kept;
            sign = -sign;
        }
        for (int i = k + 1; i < n; i++) {
            double factor = a[i][k] /= a[k][k];
            for (int j = k + 1; j < n; j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    return sign;
}

static void solve(double **a, const int *order, const double *b, double *x, int n)
{
    for (int i = 0; i < n; i++) {
        x[i] = b[order[i]];
        for (int j = 0; j < i; j++)
            x[i] -= a[i][j] * x[j];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++)
            x[i] -= a[i][j] * x[j];
        x[i] /= a[i][i];
    }
}

int main(void)
{
    for (int n = 5; n <= 45; n += 10) {
        double **a = malloc((size_t)n * sizeof *a), b[45], x[45];
        int order[45];
        for (int i = 0; i < n; i++) {
            a[i] = malloc((size_t)n * sizeof **a);
            order[i] = i;
            b[i] = i * 0.5 - 3;
            for (int j = 0; j < n; j++)
                a[i][j] = 1.0 / (1 + (i * 7 + j * 3) % 11) + (i == j);
        }
        int sign = decompose(a, order, n);
        solve(a, order, b, x, n);
        double determinant = sign, sum = 0;
        for (int i = 0; i < n; i++) {
            determinant *= a[i][i];
            sum += x[i];
            free(a[i]);
        }
        printf("%d %a %a %d\n", n, determinant, sum, order[n / 2]);
        free(a);
    }
    return 0;
}
