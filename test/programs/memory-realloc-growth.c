// hop: small
// Arrays of several types that grow and shrink by realloc, from NULL to large and back, with their contents checked.

#include <stdio.h>
#include <stdlib.h>

struct sample {
    char kind;
    double value;
    struct sample *previous;
};

int main(void)
{
    int *ints = NULL;
    char *bytes = NULL;
    struct sample **samples = NULL;
    double *doubles = malloc(sizeof *doubles);
    doubles[0] = 0.5;
    int count = 0;
    for (int i = 0; i < 60; i++) {
        ints = realloc(ints, (size_t)(i + 1) * sizeof *ints);
        ints[i] = i * i;
        bytes = realloc(bytes, (size_t)(i + 1) * 500);
        for (int j = 0; j < 5; j++)
            bytes[i * 500 + j * 99] = (char)(i + j);
        if (i % 6 == 5) {
            for (int half = count / 2; count > half;)
                free(samples[--count]);
        }
        samples = realloc(samples, (size_t)(count + 1) * sizeof(struct sample *));
        samples[count] = malloc(sizeof **samples);
        *samples[count] = (struct sample){'s', i / 8.0, count ? samples[count - 1] : NULL};
        count++;
        doubles = realloc(doubles, (size_t)(i % 9 + 1) * sizeof *doubles);
        doubles[i % 9] = doubles[0] + i;
        double sum = doubles[i % 9] + bytes[i / 2 * 500];
        for (struct sample *s = samples[count - 1]; s; s = s->previous)
            sum = sum / 2 + s->value;
        if (i % 5 == 0)
            printf("%d %d %.6f %d\n", i, count, sum, ints[i / 2]);
    }
    while (count)
        free(samples[--count]);
    free(samples);
    free(ints);
    free(bytes);
    free(doubles);
    return 0;
}
