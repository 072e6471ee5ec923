// Conway's life on a torus, the whole loop nest in main, with two boards swapped by pointer.

#include <stdio.h>

enum { HEIGHT = 24, WIDTH = 40 };

static unsigned char boards[2][HEIGHT][WIDTH];

int main(void)
{
    unsigned char(*now)[WIDTH] = boards[0], (*next)[WIDTH] = boards[1];
    for (int i = 0; i < HEIGHT; i++)
        for (int j = 0; j < WIDTH; j++)
            now[i][j] = (i * 7 + j * j * 3 + i * j) % 5 < 2;
    for (int generation = 0; generation < 40; generation++) {
        int alive = 0;
        unsigned hash = 0;
        for (int i = 0; i < HEIGHT; i++)
            for (int j = 0; j < WIDTH; j++) {
                int around = -now[i][j];
                for (int di = -1; di <= 1; di++)
                    for (int dj = -1; dj <= 1; dj++)
                        around += now[(i + di + HEIGHT) % HEIGHT][(j + dj + WIDTH) % WIDTH];
                next[i][j] = around == 3 || (around == 2 && now[i][j]);
                alive += next[i][j];
                hash = hash * 3 + next[i][j];
            }
        unsigned char(*kept)[WIDTH] = now;
        now = next;
        next = kept;
        printf("%d %d %08x\n", generation, alive, hash);
    }
    return 0;
}
