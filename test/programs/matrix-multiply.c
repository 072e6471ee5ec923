// Matrix products in double, float and int, in the loop orders that vectorise and the one that does not.

#include <stdio.h>

enum { N = 48 };

static double a[N][N], b[N][N], c[N][N];
static float fa[N][N], fb[N][N], fc[N][N];
static int ia[N][N], ib[N][N], ic[N][N];

static void multiply_ijk(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < N; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
}

static void multiply_ikj(void)
{
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++) {
                fc[i][j] += fa[i][k] * fb[k][j];
                ic[i][j] += ia[i][k] * ib[k][j];
            }
}

int main(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (i * j) % 13 * 0.5;
            b[i][j] = (i + j) % 7 - 3;
            fa[i][j] = (float)((i - j) % 5);
            fb[i][j] = (float)((i * 3 + j) % 9) * 0.25f;
            ia[i][j] = i - 2 * j;
            ib[i][j] = (i ^ j) & 15;
        }
    for (int round = 0; round < 3; round++) {
        multiply_ijk();
        multiply_ikj();
        double trace = 0, float_trace = 0;
        long int_trace = 0;
        for (int i = 0; i < N; i++) {
            trace += c[i][i];
            float_trace += (double)fc[i][N - 1 - i];
            int_trace += ic[i][i];
            for (int j = 0; j < N; j++)
                a[i][j] = c[i][j] / 1024;
        }
        printf("%.9f %.9f %ld\n", trace, float_trace, int_trace);
    }
    return 0;
}
