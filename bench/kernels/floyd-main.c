// All shortest paths (Floyd-Warshall) with the whole loop nest in main.

#include "kernel.h"

enum { NODES = 220 };

static int32_t distance[NODES][NODES];

int main(int argc, char **argv)
{
    uint32_t random = 23;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 60);

    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < NODES; i++)
            for (int j = 0; j < NODES; j++)
                distance[i][j] = i == j ? 0 : (int32_t)(next_random(&random) % 10000) + 1;
        for (int k = 0; k < NODES; k++)
            for (int i = 0; i < NODES; i++) {
                int32_t first = distance[i][k];
                for (int j = 0; j < NODES; j++) {
                    int32_t through = first + distance[k][j];
                    if (through < distance[i][j])
                        distance[i][j] = through;
                }
            }
        for (int i = 0; i < NODES; i++)
            sum = mix(sum, (uint64_t)distance[i][(i + 7) % NODES]);
    }
    print_sum("floyd-main", sum);
}
