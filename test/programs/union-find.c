// Disjoint sets with path compression by index and by pointer; a minimum spanning tree built on it.

#include <stdio.h>
#include <stdlib.h>

struct set {
    struct set *parent;
    int rank, members;
};

struct edge {
    short from, to;
    unsigned weight;
};

static struct set *find(struct set *set)
{
    struct set *root = set;
    while (root->parent != root)
        root = root->parent;
    while (set != root) {
        struct set *next = set->parent;
        set->parent = root;
        set = next;
    }
    return root;
}

static int unite(struct set *a, struct set *b)
{
    a = find(a);
    b = find(b);
    if (a == b)
        return 0;
    if (a->rank < b->rank) {
        struct set *kept = a;
        a = b;
        b = kept;
    }
    b->parent = a;
    a->members += b->members;
    a->rank += a->rank == b->rank;
    return 1;
}

static void sort(struct edge *edges, int count)
{
    for (int gap = count / 2; gap; gap /= 2)
        for (int i = gap; i < count; i++) {
            struct edge edge = edges[i];
            int j = i;
            for (; j >= gap && edges[j - gap].weight > edge.weight; j -= gap)
                edges[j] = edges[j - gap];
            edges[j] = edge;
        }
}

int main(void)
{
    enum { VERTICES = 200, EDGES = 900 };
    struct set *sets = malloc(VERTICES * sizeof *sets);
    struct edge edges[EDGES];
    unsigned seed = 7;
    for (int i = 0; i < VERTICES; i++)
        sets[i] = (struct set){&sets[i], 0, 1};
    for (int i = 0; i < EDGES; i++) {
        seed = seed * 1103515245u + 12345u;
        edges[i] = (struct edge){(short)(seed >> 8) % VERTICES & 127, (short)(i % VERTICES),
                                 (seed >> 4) % 10000 * 1000 + (unsigned)i};
    }
    sort(edges, EDGES);
    unsigned long long total = 0;
    int used = 0;
    for (int i = 0; i < EDGES; i++) {
        struct edge *edge = &edges[i];
        if (edge->from < 0)
            continue;
        if (unite(&sets[edge->from], &sets[edge->to])) {
            total += edge->weight;
            if (++used % 20 == 0)
                printf("%d %llu %d\n", used, total, find(&sets[edge->to])->members);
        }
    }
    printf("%d %llu\n", used, total);
    free(sets);
    return 0;
}
