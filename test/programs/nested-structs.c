// hop: small
// Structures within structures within arrays, anonymous members, copies by assignment, and pointers to inner parts.

#include <stdio.h>

static volatile int rounds = 60; // not known to the compiler, so that it keeps the loop as it is

struct point {
    short x, y;
};

struct shape {
    char kind;
    struct point corners[4];
    struct {
        double width;
        struct {
            unsigned char red, green, blue;
        } colour;
    } border;
    struct {
        long area;
        int edges;
    };
};

struct drawing {
    struct shape shapes[5];
    struct shape *selected;
    struct point *cursor;
    struct {
        int depth;
        struct shape saved;
    } undo[3];
};

static struct point moved(struct point p, int dx, int dy)
{
    return (struct point){(short)(p.x + dx), (short)(p.y + dy)};
}

static void move_shape(struct shape *shape, int dx, int dy)
{
    for (int i = 0; i < 4; i++)
        shape->corners[i] = moved(shape->corners[i], dx, dy);
    shape->area += shape->corners[2].x - shape->corners[0].y;
}

int main(void)
{
    struct drawing drawing = {0};
    for (int i = 0; i < 5; i++) {
        struct shape *shape = &drawing.shapes[i];
        *shape = (struct shape){.kind = (char)('A' + i), .border.width = i * 0.5, .edges = 4};
        shape->border.colour.green = (unsigned char)(i * 50);
        for (int j = 0; j < 4; j++)
            shape->corners[j] = (struct point){(short)(i * j), (short)(i - j)};
    }
    for (int step = 0; step < rounds; step++) {
        drawing.selected = &drawing.shapes[step * 3 % 5];
        drawing.cursor = &drawing.selected->corners[step % 4];
        drawing.undo[step % 3].saved = *drawing.selected;
        drawing.undo[step % 3].depth = step;
        move_shape(drawing.selected, step % 7 - 3, step % 5 - 2);
        drawing.cursor->x = (short)(drawing.cursor->x + 1);
        drawing.selected->border.colour.blue++;
        if (step % 4 == 3)
            drawing.shapes[(step + 1) % 5] = drawing.undo[(step + 1) % 3].saved;
        if (step % 6 == 0)
            printf("%d %c (%d,%d) %ld %.1f %u %u\n", step, drawing.selected->kind, drawing.cursor->x, drawing.cursor->y,
                   drawing.selected->area, drawing.selected->border.width, drawing.selected->border.colour.green,
                   drawing.selected->border.colour.blue);
    }
    for (int i = 0; i < 3; i++)
        printf("%d %c %d\n", drawing.undo[i].depth, drawing.undo[i].saved.kind, drawing.undo[i].saved.corners[3].y);
    return 0;
}
