// long double in scalars, arrays, structures, arguments and results. Every value is exact in the narrowest
// format that a target gives the type (53 bits), so that the output is the same everywhere.

#include <stdio.h>

struct sample {
    char tag;
    long double value;
    int weight;
};

static long double average(const struct sample *samples, int count)
{
    long double sum = 0;
    long weights = 0;
    for (int i = 0; i < count; i++) {
        sum += samples[i].value * samples[i].weight;
        weights += samples[i].weight;
    }
    return weights == 64 ? sum / 64 : sum;
}

static struct sample shifted(struct sample sample, long double by)
{
    sample.value += by;
    return sample;
}

int main(void)
{
    struct sample samples[16];
    long double table[4][4] = {{0}}, total = 0.5L, half = 1;

    for (int i = 0; i < 16; i++)
        samples[i] = (struct sample){(char)('a' + i), i * 0.25L, 4};
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 16; i++) {
            samples[i] = shifted(samples[i], i % 2 ? 0.125L : -0.0625L);
            table[i / 4][round % 4] += samples[i].value;
        }
        half = half > 0.001L ? half / 2 : 1;
        total += average(samples, 16) + half;
        if (total > 1024)
            total -= 1024;
        if (round % 30 == 0)
            printf("%d %.10Lf %.10Lf %.10Lf\n", round, total, half, samples[round % 16].value);
    }
    for (int i = 0; i < 4; i++)
        printf("%.6Lf %.6Lf %.6Lf %.6Lf\n", table[i][0], table[i][1], table[i][2], table[i][3]);
    return 0;
}
