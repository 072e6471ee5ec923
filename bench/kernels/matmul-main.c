// Matrix product with the whole loop nest in main: after a resume the nest goes on in the rebuilt frame itself.

#include "kernel.h"

enum { ROW = 256 };

int main(int argc, char **argv)
{
    uint32_t random = 3;
    uint64_t sum = MIX_START;
    long rows = amount(argc, argv, 28000);
    double(*q)[ROW] = must_alloc(sizeof(double[ROW][ROW]));
    double p[ROW], out[ROW];

    for (int i = 0; i < ROW; i++) {
        out[i] = 0;
        for (int j = 0; j < ROW; j++)
            q[i][j] = next_fraction(&random);
    }
    for (long i = 0; i < rows; i++) {
        for (int k = 0; k < ROW; k++)
            p[k] = (double)((i + k) & 15) * 0.125;
        for (int k = 0; k < ROW; k++)
            for (int j = 0; j < ROW; j++)
                out[j] = out[j] * 0.5 + p[k] * q[k][j];
        sum = mix_double(sum, out[i % ROW]);
    }
    free(q);
    print_sum("matmul-main", sum);
}
