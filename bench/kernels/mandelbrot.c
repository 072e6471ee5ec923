// The Mandelbrot set: a scalar floating-point loop that leaves at a bound it does not know.

#include "kernel.h"

enum { SIDE = 512, LIMIT = 200 };

static int escape_time(double cx, double cy)
{
    double x = 0, y = 0;
    int i = 0;

    for (; i < LIMIT && x * x + y * y < 4.0; i++) {
        double next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
    }
    return i;
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rows = amount(argc, argv, 9000);

    for (long row = 0; row < rows; row++) {
        uint32_t row_sum = 0;
        for (int column = 0; column < SIDE; column++)
            row_sum += (uint32_t)escape_time(column * (3.0 / SIDE) - 2.0, (int)(row % SIDE) * (3.0 / SIDE) - 1.5);
        sum = mix(sum, row_sum);
    }
    print_sum("mandelbrot", sum);
}
