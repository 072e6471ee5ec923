// A program that makes images as time passes is killed again and again; resumed from the last image each time, it writes
// what it would have written in one go.
// RUN: rm -rf %t.dir && mkdir %t.dir && cd %t.dir && %hlckpt-cc -O2 %s -o app && ./app >expected
// RUN: sh %S/Inputs/kill-and-resume %restore ./app && cmp expected out
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *left, *right;
    unsigned key;
};

static struct node *insert(struct node *tree, unsigned key)
{
    if (!tree) {
        tree = calloc(1, sizeof *tree);
        tree->key = key;
    } else if (key < tree->key) {
        tree->left = insert(tree->left, key);
    } else if (key > tree->key) {
        tree->right = insert(tree->right, key);
    }
    return tree;
}

static unsigned long sum(const struct node *tree)
{
    return tree ? sum(tree->left) + sum(tree->right) + tree->key : 0;
}

int main(void)
{
    struct node *tree = NULL;
    unsigned random = 1;
    for (int i = 1; i <= 400; i++) {
        for (int j = 0; j < 50; j++)
            tree = insert(tree, (random = random * 1103515245 + 12345) >> 8);
        unsigned long total = 0;
        for (int j = 0; j < 40; j++)
            total += sum(tree);
        printf("%d %lu\n", i, total);
    }
    return 0;
}
