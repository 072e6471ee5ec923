// A 5 by 5 convolution over three planes, five loops deep, with the whole loop nest in main.

#include "kernel.h"

enum { PLANES = 3, SIDE = 128, TAPS = 5 };

static float image[PLANES][SIDE + TAPS][SIDE + TAPS], filter[PLANES][TAPS][TAPS], out[SIDE][SIDE];

int main(int argc, char **argv)
{
    uint32_t random = 19;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 1200);

    for (int p = 0; p < PLANES; p++) {
        for (int i = 0; i < SIDE + TAPS; i++)
            for (int j = 0; j < SIDE + TAPS; j++)
                image[p][i][j] = (float)next_fraction(&random);
        for (int i = 0; i < TAPS; i++)
            for (int j = 0; j < TAPS; j++)
                filter[p][i][j] = (float)next_fraction(&random) - 0.5f;
    }
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) {
                float value = 0;
                for (int p = 0; p < PLANES; p++)
                    for (int u = 0; u < TAPS; u++)
                        for (int v = 0; v < TAPS; v++)
                            value += image[p][i + u][j + v] * filter[p][u][v];
                out[i][j] = value;
            }
        image[round % PLANES][round % SIDE][(round * 7) % SIDE] = out[round % SIDE][(round * 3) % SIDE] * 0.25f;
        sum = mix_double(sum, (double)out[(round * 5) % SIDE][round % SIDE]);
    }
    print_sum("convolution-main", sum);
}
