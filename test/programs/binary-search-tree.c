// A treap with parent pointers: insertion with rotations, deletion, walks by recursion and by the parent pointers.

#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *left, *right, *parent;
    int key;
    unsigned priority;
};

static unsigned random_state = 1;

static unsigned random_number(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> 8;
}

static struct node *adopt(struct node *parent, struct node **place, struct node *child)
{
    *place = child;
    if (child)
        child->parent = parent;
    return parent;
}

static struct node *insert(struct node *tree, struct node *fresh)
{
    if (!tree)
        return fresh;
    struct node **side = fresh->key < tree->key ? &tree->left : &tree->right;
    adopt(tree, side, insert(*side, fresh));
    struct node *child = *side;
    if (child->priority <= tree->priority)
        return tree;
    if (side == &tree->left)
        adopt(child, &child->right, adopt(tree, &tree->left, child->right));
    else
        adopt(child, &child->left, adopt(tree, &tree->right, child->left));
    return child;
}

static struct node *join(struct node *a, struct node *b)
{
    if (!a || !b)
        return a ? a : b;
    if (a->priority > b->priority)
        return adopt(a, &a->right, join(a->right, b));
    return adopt(b, &b->left, join(a, b->left));
}

static struct node *take_out(struct node *tree, int key)
{
    if (!tree)
        return NULL;
    if (tree->key == key) {
        struct node *rest = join(tree->left, tree->right);
        free(tree);
        return rest;
    }
    struct node **side = key < tree->key ? &tree->left : &tree->right;
    return adopt(tree, side, take_out(*side, key));
}

static struct node *next(struct node *node)
{
    if (node->right) {
        for (node = node->right; node->left;)
            node = node->left;
        return node;
    }
    while (node->parent && node == node->parent->right)
        node = node->parent;
    return node->parent;
}

static long walk(struct node *tree)
{
    long sum = 0;
    if (!tree)
        return 0;
    while (tree->left)
        tree = tree->left;
    for (; tree; tree = next(tree))
        sum = (sum * 13 + tree->key) % 1000003;
    return sum;
}

static int height(const struct node *tree)
{
    if (!tree)
        return 0;
    int left = height(tree->left), right = height(tree->right);
    return 1 + (left > right ? left : right);
}

int main(void)
{
    struct node *tree = NULL;
    for (int i = 0; i < 1500; i++) {
        struct node *node = calloc(1, sizeof *node);
        node->key = (int)(random_number() % 5000);
        node->priority = random_number();
        tree = insert(tree, node);
        tree->parent = NULL;
        if (i % 3 == 2) {
            tree = take_out(tree, (int)(random_number() % 5000));
            if (tree)
                tree->parent = NULL;
        }
        if (i % 100 == 99)
            printf("%d %ld %d\n", i, walk(tree), height(tree));
    }
    while (tree) {
        tree = take_out(tree, tree->key);
        if (tree)
            tree->parent = NULL;
    }
    return 0;
}
