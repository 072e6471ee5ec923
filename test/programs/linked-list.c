// hop: small
// A singly linked list in the heap: built, reversed, merged, sorted, filtered and freed.

#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};

static struct node *push(struct node *list, int value)
{
    struct node *node = malloc(sizeof *node);
    node->next = list;
    node->value = value;
    return node;
}

static struct node *reverse(struct node *list)
{
    struct node *result = NULL;
    while (list) {
        struct node *next = list->next;
        list->next = result;
        result = list;
        list = next;
    }
    return result;
}

static struct node *merge(struct node *a, struct node *b)
{
    struct node head = {NULL, 0}, *tail = &head;
    while (a && b) {
        struct node **least = a->value <= b->value ? &a : &b;
        tail->next = *least;
        tail = tail->next;
        *least = (*least)->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static struct node *sort(struct node *list)
{
    if (!list || !list->next)
        return list;
    struct node *slow = list, *fast = list->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    struct node *second = slow->next;
    slow->next = NULL;
    return merge(sort(list), sort(second));
}

static long hash(const struct node *list)
{
    long sum = 7;
    for (; list; list = list->next)
        sum = (sum * 31 + list->value) % 1000003;
    return sum;
}

int main(void)
{
    struct node *list = NULL;
    for (int i = 0; i < 60; i++)
        list = push(list, i * 37 % 61);
    printf("%ld\n", hash(list));
    list = reverse(list);
    printf("%ld\n", hash(list));
    list = sort(list);
    printf("%ld\n", hash(list));
    for (struct node **link = &list; *link;) {
        struct node *node = *link;
        if (node->value % 3) {
            link = &node->next;
            continue;
        }
        *link = node->next;
        free(node);
    }
    printf("%ld\n", hash(list));
    while (list) {
        struct node *next = list->next;
        free(list);
        list = next;
    }
    return 0;
}
