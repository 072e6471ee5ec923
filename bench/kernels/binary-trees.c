// Binary trees built and thrown away: the allocator and recursion (after the Benchmarks Game).

#include "kernel.h"

struct tree {
    struct tree *left, *right;
};

static struct tree *grow(int depth)
{
    struct tree *tree = must_alloc(sizeof *tree);

    tree->left = depth > 0 ? grow(depth - 1) : NULL;
    tree->right = depth > 0 ? grow(depth - 1) : NULL;
    return tree;
}

static uint32_t count(const struct tree *tree)
{
    return tree ? 1 + count(tree->left) + count(tree->right) : 0;
}

static void fell(struct tree *tree)
{
    if (!tree)
        return;
    fell(tree->left);
    fell(tree->right);
    free(tree);
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 130);
    struct tree *kept = grow(14);

    for (long i = 0; i < rounds; i++)
        for (int depth = 4; depth <= 16; depth += 3) {
            struct tree *tree = grow(depth);
            sum = mix(sum, count(tree));
            fell(tree);
        }
    sum = mix(sum, count(kept));
    fell(kept);
    print_sum("binary-trees", sum);
}
