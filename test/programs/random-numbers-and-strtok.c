// hop: small
// State hidden in the C library: rand, random, drand48, strtok, and of one's own: rand_r, strtok_r.

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char text[] = "one,two;three four,,five;six seven;eight,nine ten", own[] = "a-b-c-d-e-f-g-h-i-j-k-l";
    unsigned seed = 3;
    char *place = NULL, *token = strtok(text, ",; "), *part = strtok_r(own, "-", &place);
    srand(7);
    srandom(8);
    srand48(9);
    for (int i = 0; token || part || i < 30; i++) {
        int a = rand() % 1000;
        long b = random() % 1000;
        double c = drand48();
        printf("%d %s %s %d %ld %.6f %d\n", i, token ? token : "-", part ? part : "-", a, b, c, rand_r(&seed) % 1000);
        token = token ? strtok(NULL, ",; ") : NULL;
        part = part ? strtok_r(NULL, "-", &place) : NULL;
    }
    return 0;
}
