// hop: small targets=64bit,i386,armhf
// Structures of several shapes given through "...", beside scalars of every kind. (Compiled plainly by
// clang 19 for 32-bit PowerPC it crashes.)

#include <stdarg.h>
#include <stdio.h>

static volatile int rounds = 30; // not known to the compiler, so that it keeps the loop as it is

struct small {
    short a, b;
};
struct floats {
    float x, y;
};
struct doubles {
    double x, y, z;
};
struct mixed {
    int n;
    double d;
    char text[9];
};
struct large {
    long long words[7];
};

static double total(const char *kinds, ...)
{
    va_list list;
    double sum = 0;
    va_start(list, kinds);
    for (const char *kind = kinds; *kind; kind++) {
        switch (*kind) {
        case 'i':
            sum += va_arg(list, int);
            break;
        case 'q':
            sum += (double)va_arg(list, long long);
            break;
        case 'd':
            sum += va_arg(list, double);
            break;
        case 's': {
            struct small small = va_arg(list, struct small);
            sum += small.a * small.b;
            break;
        }
        case 'f': {
            struct floats floats = va_arg(list, struct floats);
            sum += (double)(floats.x - floats.y);
            break;
        }
        case 'D': {
            struct doubles doubles = va_arg(list, struct doubles);
            sum += doubles.x + doubles.y * doubles.z;
            break;
        }
        case 'm': {
            struct mixed mixed = va_arg(list, struct mixed);
            for (int i = 0; mixed.text[i]; i++)
                sum += mixed.text[i] - 'a' + mixed.n * mixed.d;
            break;
        }
        case 'L': {
            struct large large = va_arg(list, struct large);
            for (int i = 0; i < 7; i++)
                sum += (double)large.words[i];
            break;
        }
        }
    }
    va_end(list);
    return sum;
}

int main(void)
{
    struct small small = {3, 4};
    struct floats floats = {1.5f, 0.25f};
    struct doubles doubles = {1, 2, 3};
    struct mixed mixed = {2, 0.5, "abcd"};
    struct large large = {{1, 2, 3, 4, 5, 6, 7}};
    for (int i = 0; i < rounds; i++) {
        for (int j = 0; j < rounds * 2; j++)
            large.words[j % 7] += j;
        printf("%d %.4f", i, total("isdLf", i, small, i / 4.0, large, floats));
        printf(" %.4f", total("DqmsfLi", doubles, 10000000000LL * i, mixed, small, floats, large, -i));
        printf(" %.4f\n", total("iiiiiiiidddddddddmDs", 1, 2, 3, 4, 5, 6, 7, 8, .1, .2, .3, .4, .5, .6, .7, .8, .9,
                                mixed, doubles, small));
        small.a = (short)(small.a + 1);
        floats.y *= 1.5f;
        doubles.z -= i;
        mixed.text[i % 4] = (char)('a' + i % 26);
        large.words[i % 7] *= 3;
    }
    return 0;
}
