// hop: small
// _Complex of two widths in scalars, arrays, structures, arguments and results.

#include <complex.h>
#include <stdio.h>

static volatile int rounds = 40; // not known to the compiler, so that it keeps the loop as it is

struct signal {
    int length;
    float complex first;
    double complex points[16];
};

static double complex rotate(double complex z)
{
    return z * (0.8 + 0.6 * I);
}

static float complex conjugate(float complex z)
{
    __imag__ z = -__imag__ z;
    return z;
}

static double complex sum_of(const struct signal *signal)
{
    double complex sum = 0;
    for (int i = 0; i < signal->length; i++)
        sum += signal->points[i];
    return sum;
}

int main(void)
{
    struct signal signal = {16, 1.5f - 2.5f * I, {0}};
    double complex z = 1, total = 0;
    for (int i = 0; i < 16; i++)
        signal.points[i] = i - 8 + 0.5 * i * I;
    for (int round = 0; round < rounds; round++) {
        z = rotate(z);
        for (int i = 0; i < 16; i++)
            signal.points[i] = signal.points[i] * 0.5 + z;
        signal.first = conjugate(signal.first) + 0.25f;
        total += sum_of(&signal) - signal.first;
        printf("%d %.12g %.12g %.6g %.6g\n", round, creal(total), cimag(total), (double)crealf(signal.first),
               (double)cimagf(signal.first));
    }
    return 0;
}
