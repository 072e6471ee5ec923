// hop: small
// A circular doubly linked list with its head in a local, nodes embedded in larger structures, and a recent-use order.

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct link {
    struct link *previous, *next;
};

struct page {
    int number;
    struct link order;
    char content[6];
};

static struct page *page_of(struct link *link)
{
    return (struct page *)((char *)link - offsetof(struct page, order));
}

static void take_out(struct link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
}

static void put_first(struct link *head, struct link *link)
{
    link->next = head->next;
    link->previous = head;
    head->next->previous = link;
    head->next = link;
}

static struct page *find(struct link *head, int number)
{
    for (struct link *link = head->next; link != head; link = link->next)
        if (page_of(link)->number == number)
            return page_of(link);
    return NULL;
}

int main(void)
{
    struct link head = {&head, &head};
    int count = 0, misses = 0;
    for (int i = 0; i < 90; i++) {
        int wanted = i * i % 23;
        struct page *page = find(&head, wanted);
        if (page) {
            take_out(&page->order);
        } else {
            misses++;
            page = malloc(sizeof *page);
            page->number = wanted;
            snprintf(page->content, sizeof page->content, "p%d", wanted);
            if (++count > 8) {
                struct link *oldest = head.previous;
                take_out(oldest);
                free(page_of(oldest));
                count--;
            }
        }
        put_first(&head, &page->order);
        if (i % 9 == 0)
            printf("%d %d %s %d\n", i, misses, page->content, page_of(head.previous)->number);
    }
    while (head.next != &head) {
        struct link *link = head.next;
        printf(" %d", page_of(link)->number);
        take_out(link);
        free(page_of(link));
    }
    printf("\n");
    return 0;
}
