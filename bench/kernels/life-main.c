// Conway's life on a torus with the whole loop nest in main.

#include "kernel.h"

enum { SIDE = 256 };

static uint8_t now[SIDE][SIDE], then[SIDE][SIDE];

int main(int argc, char **argv)
{
    uint32_t random = 17;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 3000);

    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++)
            now[i][j] = next_random(&random) >> 31;
    for (long round = 0; round < rounds; round++) {
        uint32_t alive = 0;
        for (int i = 0; i < SIDE; i++) {
            const uint8_t *up = now[(i + SIDE - 1) % SIDE], *row = now[i], *down = now[(i + 1) % SIDE];
            for (int j = 0; j < SIDE; j++) {
                int l = (j + SIDE - 1) % SIDE, r = (j + 1) % SIDE;
                int n = up[l] + up[j] + up[r] + row[l] + row[r] + down[l] + down[j] + down[r];
                then[i][j] = n == 3 || (n == 2 && row[j]);
            }
        }
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) {
                now[i][j] = then[i][j];
                alive += now[i][j];
            }
        sum = mix(sum, alive);
    }
    print_sum("life-main", sum);
}
