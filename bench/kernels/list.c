// A linked list in random order: every step waits for the load before it.

#include "kernel.h"

enum { NODES = 60000 };

struct node {
    struct node *next;
    uint32_t key;
    uint32_t visits;
};

// One cycle through all the nodes (Sattolo's shuffle).
static struct node *build(struct node *nodes)
{
    uint32_t random = 11;
    uint32_t *order = must_alloc(NODES * sizeof *order);

    for (uint32_t i = 0; i < NODES; i++)
        order[i] = i;
    for (uint32_t i = NODES - 1; i > 0; i--) {
        uint32_t j = next_random(&random) % i, kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (uint32_t i = 0; i < NODES; i++) {
        nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
        nodes[order[i]].key = next_random(&random);
        nodes[order[i]].visits = 0;
    }
    free(order);
    return nodes;
}

// Walks until a key matches: the trip count is not known beforehand.
static struct node *walk(struct node *node, uint32_t mask, uint32_t wanted, uint64_t *sum)
{
    uint64_t s = *sum;
    do {
        node = node->next;
        node->visits++;
        s += node->key ^ node->visits;
    } while ((node->key & mask) != wanted);
    *sum = s;
    return node;
}

int main(int argc, char **argv)
{
    uint64_t sum = 0;
    long rounds = amount(argc, argv, 65000);
    struct node *nodes = must_alloc(NODES * sizeof *nodes);
    struct node *node = build(nodes);

    for (long i = 0; i < rounds; i++)
        node = walk(node, 0x3ff, (uint32_t)(i & 7), &sum);
    free(nodes);
    print_sum("list", sum);
}
