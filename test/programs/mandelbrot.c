// The Mandelbrot set as text, in doubles, with the innermost loop's values all in registers.

#include <stdio.h>

static int escape(double x, double y, int limit)
{
    double a = 0, b = 0;
    int n = 0;
    for (; n < limit && a * a + b * b <= 4; n++) {
        double next = a * a - b * b + x;
        b = 2 * a * b + y;
        a = next;
    }
    return n;
}

int main(void)
{
    char line[61];
    long total = 0;
    for (int row = 0; row < 24; row++) {
        for (int column = 0; column < 60; column++) {
            int n = escape(column / 20.0 - 2.25, row / 10.0 - 1.15, 200);
            line[column] = " .:-=+*#%@"[n == 200 ? 9 : n % 9];
            total += n;
        }
        line[60] = '\0';
        printf("%s %ld\n", line, total);
    }
    return 0;
}
