// hop: small
// Arrays of two to four dimensions: local, static, of structures, and pointers to their rows and planes.

#include <stdio.h>

static volatile int rounds = 8; // not known to the compiler, so that it keeps the loop as it is

static int cube[4][5][6];
static unsigned char hyper[2][3][4][5];

struct cell {
    short value;
    char mark;
};

static long sum_plane(int (*plane)[6], int rows)
{
    long sum = 0;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < 6; j++)
            sum += plane[i][j] * (i + 1);
    return sum;
}

int main(void)
{
    double grid[3][4] = {{1}, {0, 2}, {0, 0, 3}};
    struct cell board[4][4] = {{{0}}};
    int(*plane)[6] = cube[0], *row = plane[0];
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 5; j++) {
                for (int k = 0; k < 6; k++)
                    cube[i][j][k] += i * j - k + round;
                hyper[i % 2][j % 3][i][j] += (unsigned char)(cube[i][j][0] + 1);
            }
            board[i][round % 4].value = (short)(board[(i + 1) % 4][round % 4].value + i + 1);
            board[i][i].mark = (char)('a' + round);
        }
        plane = cube[round % 4];
        row = plane[round % 5];
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 4; j++)
                grid[i][j] = grid[(i + 1) % 3][(j + 1) % 4] * 0.5 + i + j;
        printf("%ld %d %u %d %c %.6f\n", sum_plane(plane, 5), row[round % 6], hyper[1][2][3][4],
               board[2][round % 4].value, board[3][3].mark, grid[round % 3][round % 4]);
    }
    return 0;
}
