// hop: small
// A directed graph in the heap, with cycles and nodes that point to themselves; searched in depth and in breadth.

#include <stdio.h>
#include <stdlib.h>

struct vertex;

struct edge {
    struct vertex *to;
    struct edge *next;
    float length;
};

struct vertex {
    struct edge *edges;
    struct vertex *found_from, *self;
    int number, mark;
    double distance;
};

static void connect(struct vertex *from, struct vertex *to, float length)
{
    struct edge *edge = malloc(sizeof *edge);
    *edge = (struct edge){to, from->edges, length};
    from->edges = edge;
}

static int depth_first(struct vertex *vertex, int *order)
{
    int reached = 1;
    vertex->mark = ++*order;
    for (struct edge *edge = vertex->edges; edge; edge = edge->next)
        if (!edge->to->mark)
            reached += depth_first(edge->to, order);
    return reached;
}

static void shortest(struct vertex **vertices, int count, struct vertex *from)
{
    for (int i = 0; i < count; i++) {
        vertices[i]->distance = 1e9;
        vertices[i]->found_from = NULL;
    }
    from->distance = 0;
    for (int changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < count; i++)
            for (struct edge *e = vertices[i]->edges; e; e = e->next)
                if (vertices[i]->distance + (double)e->length < e->to->distance) {
                    e->to->distance = vertices[i]->distance + (double)e->length;
                    e->to->found_from = vertices[i]->self;
                    changed = 1;
                }
    }
}

int main(void)
{
    enum { COUNT = 24 };
    struct vertex *vertices[COUNT];
    for (int i = 0; i < COUNT; i++) {
        vertices[i] = calloc(1, sizeof *vertices[i]);
        vertices[i]->number = i;
        vertices[i]->self = vertices[i];
    }
    for (int i = 0; i < COUNT; i++) {
        connect(vertices[i], vertices[(i * 5 + 3) % COUNT], (float)(i % 7) + 0.5f);
        connect(vertices[i], vertices[(i * 7 + 1) % COUNT], (float)(i % 5) + 0.25f);
        connect(vertices[i], vertices[i], 1);
    }
    int order = 0;
    for (int i = 0; i < COUNT; i++)
        if (!vertices[i]->mark)
            printf("component of %d: %d\n", i, depth_first(vertices[i], &order));
    shortest(vertices, COUNT, vertices[3]);
    for (int i = 0; i < COUNT; i++) {
        printf("%d mark %d distance %.2f path", i, vertices[i]->mark, vertices[i]->distance);
        for (struct vertex *v = vertices[i]; v; v = v->found_from)
            printf(" %d", v->number);
        printf("\n");
        for (struct edge *e = vertices[i]->edges; e;) {
            struct edge *next = e->next;
            free(e);
            e = next;
        }
        vertices[i]->edges = NULL;
    }
    for (int i = 0; i < COUNT; i++)
        free(vertices[i]);
    return 0;
}
