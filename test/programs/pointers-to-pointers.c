// hop: small
// Pointers to pointers of several depths, to list links and table slots, and a pointer that points to itself.

#include <stdio.h>
#include <stdlib.h>

struct node {
    int key;
    struct node *next;
};

static void insert_sorted(struct node **link, int key)
{
    while (*link && (*link)->key < key)
        link = &(*link)->next;
    struct node *node = malloc(sizeof *node);
    *node = (struct node){key, *link};
    *link = node;
}

static void remove_all(struct node **link, int divisor)
{
    while (*link) {
        struct node *node = *link;
        if (node->key % divisor == 0) {
            *link = node->next;
            free(node);
        } else {
            link = &node->next;
        }
    }
}

static void set_through(int ****deep, int value)
{
    for (int i = 0; i < 3; i++)
        ****deep = ****deep * 2 + value;
}

int main(void)
{
    struct node *list = NULL, **tail = &list;
    int value = 1, other = 2, *p = &value, **pp = &p, ***ppp = &pp;
    void *self = &self;
    const char *words[] = {"a", "b", "c", "d"}, **cursor = words, ***cursors = &cursor;
    for (int i = 0; i < 40; i++) {
        insert_sorted(&list, i * 37 % 101 + 1);
        if (i % 10 == 9)
            remove_all(&list, i % 7 + 2);
        for (tail = &list; *tail; tail = &(*tail)->next)
            value += (*tail)->key;
        set_through(&ppp, i);
        *pp = i % 2 ? &value : &other;
        value %= 10007;
        other %= 10007;
        *cursors = &words[i % 4];
        if (i % 4 == 0)
            printf("%d %d %d %s %d %d\n", value, other, ***ppp, *cursor, *tail == NULL, *(void **)self == &self);
    }
    while (list)
        remove_all(&list, 1);
    return 0;
}
