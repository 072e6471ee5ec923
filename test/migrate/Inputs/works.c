// Works for a second or two on a tree that grows and shrinks, and prints what it comes to.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *left, *right;
    unsigned key;
    char text[24];
};

static struct node *insert(struct node *tree, unsigned key)
{
    if (!tree) {
        tree = calloc(1, sizeof *tree);
        tree->key = key;
        snprintf(tree->text, sizeof tree->text, "key %u", key);
    } else if (key < tree->key) {
        tree->left = insert(tree->left, key);
    } else if (key > tree->key) {
        tree->right = insert(tree->right, key);
    }
    return tree;
}

static unsigned long sum(const struct node *tree)
{
    return tree ? sum(tree->left) + sum(tree->right) + tree->key + strlen(tree->text) : 0;
}

static void release(struct node *tree)
{
    if (!tree)
        return;
    release(tree->left);
    release(tree->right);
    free(tree);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 100;
    struct node *tree = NULL;
    unsigned random = 1;
    for (int i = 1; i <= rounds; i++) {
        for (int j = 0; j < 30; j++)
            tree = insert(tree, (random = random * 1103515245 + 12345) >> 8);
        unsigned long total = 0;
        for (int j = 0; j < 30; j++)
            total += sum(tree);
        printf("%d %lu\n", i, total);
        if (i % 20 == 0) {
            release(tree);
            tree = NULL;
        }
    }
    return 0;
}
