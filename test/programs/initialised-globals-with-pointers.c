// hop: small
// Globals whose initialisers hold addresses: of each other, of their own members, of functions, of strings, of arrays.

#include <stdio.h>

struct node {
    const char *name;
    struct node *links[3];
    int (*weight)(const struct node *);
    int *into;
};

static int numbers[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
static int *const last = &numbers[9], *const end = numbers + 10;

static int by_name(const struct node *node)
{
    int sum = 0;
    for (const char *c = node->name; *c; c++)
        sum += *c;
    return sum;
}

static int by_number(const struct node *node)
{
    int sum = 0;
    for (const int *n = node->into; n < end; n++)
        sum += *n;
    return sum;
}

static struct node nodes[4];
struct node root = {"root", {&nodes[0], &nodes[1], &root}, by_name, &numbers[3]};
static struct node nodes[4] = {{"first", {&nodes[1], &root, 0}, by_number, numbers},
                               {"second", {&nodes[3], &nodes[2], &nodes[0]}, by_name, numbers + 5},
                               {"third", {&root, &nodes[3], &nodes[3]}, by_number, &numbers[9]},
                               {&"fourth"[2], {&nodes[2], &root, &nodes[1]}, by_number, numbers + 7}};
static struct node **const entrance = &root.links[1];
static const char *const table[2][2] = {{"a", "b"}, {"c", "d"}};

int main(void)
{
    struct node *current = *entrance;
    for (int i = 0; i < 50; i++) {
        int weight = current->weight(current);
        struct node *next = current->links[weight % 3];
        *current->into += i % 5;
        if (i % 7 == 0) {
            struct node *kept = current->links[0];
            current->links[0] = current->links[1];
            current->links[1] = kept;
        }
        if (i % 5 == 0)
            printf("%d %s %d %d %s\n", i, current->name, weight, *last, table[i % 2][weight % 2]);
        current = next ? next : &root;
    }
    return 0;
}
