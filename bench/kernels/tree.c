// A binary search tree of heap nodes: insertions and look-ups by loops, a sum by recursion.

#include "kernel.h"

enum { KEYS = 100000 };

struct node {
    struct node *left, *right;
    uint32_t key, count;
};

static void insert(struct node **root, uint32_t key)
{
    struct node **place = root;

    while (*place && (*place)->key != key)
        place = key < (*place)->key ? &(*place)->left : &(*place)->right;
    if (!*place) {
        *place = must_alloc(sizeof **place);
        **place = (struct node){.key = key};
    }
    (*place)->count++;
}

static const struct node *find(const struct node *node, uint32_t key)
{
    while (node && node->key != key)
        node = key < node->key ? node->left : node->right;
    return node;
}

static uint64_t sum_of(const struct node *node, uint32_t depth)
{
    if (!node)
        return depth;
    return (uint64_t)node->key * node->count + sum_of(node->left, depth + 1) + sum_of(node->right, depth + 1);
}

static void destroy(struct node *node)
{
    if (!node)
        return;
    destroy(node->left);
    destroy(node->right);
    free(node);
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 11);

    for (long i = 0; i < rounds; i++) {
        uint32_t random = (uint32_t)i + 1, found = 0;
        struct node *root = NULL;
        for (int j = 0; j < KEYS; j++)
            insert(&root, next_random(&random) % 1000003);
        for (int j = 0; j < KEYS; j++)
            found += find(root, next_random(&random) % 1000003) != NULL;
        sum = mix(mix(sum, found), sum_of(root, 0));
        destroy(root);
    }
    print_sum("tree", sum);
}
