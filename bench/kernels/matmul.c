// Matrix product in a function, i-k-j order: the inner loop vectorises.

#include "kernel.h"

enum { N = 300 };

static double a[N][N], b[N][N], c[N][N];

static void multiply(double (*restrict out)[N], const double (*restrict p)[N], const double (*restrict q)[N])
{
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++)
                out[i][j] += p[i][k] * q[k][j];
}

int main(int argc, char **argv)
{
    uint32_t random = 3;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 80);

    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = next_fraction(&random);
            b[i][j] = next_fraction(&random);
        }
    for (long i = 0; i < rounds; i++)
        multiply(c, a, b);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            sum = mix_double(sum, c[i][j]);
    print_sum("matmul", sum);
}
