// LU decomposition with partial pivoting, and a solution by substitution.

#include "kernel.h"

enum { N = 240 };

static double matrix[N][N];

static void swap_rows(double (*a)[N], double *b, int i, int j)
{
    for (int k = 0; k < N; k++) {
        double kept = a[i][k];
        a[i][k] = a[j][k];
        a[j][k] = kept;
    }
    double kept = b[i];
    b[i] = b[j];
    b[j] = kept;
}

static void decompose(double (*a)[N], double *b)
{
    for (int k = 0; k < N; k++) {
        int best = k;
        for (int i = k + 1; i < N; i++)
            if (a[i][k] * a[i][k] > a[best][k] * a[best][k])
                best = i;
        if (best != k)
            swap_rows(a, b, k, best);
        for (int i = k + 1; i < N; i++) {
            double factor = a[i][k] / a[k][k];
            for (int j = k; j < N; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
}

static void substitute(const double (*a)[N], double *b)
{
    for (int i = N - 1; i >= 0; i--) {
        for (int j = i + 1; j < N; j++)
            b[i] -= a[i][j] * b[j];
        b[i] /= a[i][i];
    }
}

int main(int argc, char **argv)
{
    uint32_t random = 13;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 450);
    double right[N];

    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < N; i++) {
            right[i] = i;
            for (int j = 0; j < N; j++)
                matrix[i][j] = next_fraction(&random);
        }
        decompose(matrix, right);
        substitute((const double(*)[N])matrix, right);
        sum = mix_double(sum, right[round % N]);
    }
    print_sum("lu", sum);
}
