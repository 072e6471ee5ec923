// Jacobi relaxation of Laplace's equation on a square: a two-dimensional stencil that vectorises.

#include "kernel.h"

enum { N = 402 };

static double first[N][N], second[N][N];

static void relax(double (*restrict to)[N], const double (*restrict from)[N])
{
    for (int i = 1; i < N - 1; i++)
        for (int j = 1; j < N - 1; j++)
            to[i][j] = 0.25 * (from[i - 1][j] + from[i + 1][j] + from[i][j - 1] + from[i][j + 1]);
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 4000);

    for (int i = 0; i < N; i++)
        first[0][i] = second[0][i] = 1.0;
    for (long i = 0; i < rounds; i++) {
        relax(second, (const double(*)[N])first);
        relax(first, (const double(*)[N])second);
    }
    for (int i = 0; i < N; i++)
        sum = mix_double(sum, first[i][N / 2]);
    print_sum("jacobi", sum);
}
