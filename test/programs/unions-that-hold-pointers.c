// hop: small targets=64bit+le
// A union of pointers and scalars: nothing but the program's own logic knows which member is the current one.

#include <stdio.h>
#include <stdlib.h>

struct cell {
    int kind; // 0 number, 1 text, 2 pair, 3 reference to a cell
    union {
        double number;
        const char *text;
        struct {
            struct cell *head, *tail;
        } pair;
        struct cell *reference;
    };
};

static struct cell *new_cell(int kind)
{
    struct cell *cell = calloc(1, sizeof *cell);
    cell->kind = kind;
    return cell;
}

static struct cell *cons(struct cell *head, struct cell *tail)
{
    struct cell *cell = new_cell(2);
    cell->pair.head = head;
    cell->pair.tail = tail;
    return cell;
}

static struct cell *item(int seed, struct cell *earlier)
{
    static const char *const words[] = {"ash", "birch", "cedar"};
    struct cell *cell = new_cell(seed % 3 == 2 && earlier ? 3 : seed % 3 == 1);
    if (cell->kind == 3)
        cell->reference = earlier;
    else if (cell->kind == 1)
        cell->text = words[seed % 7 % 3];
    else
        cell->number = seed * 1.5;
    return cell;
}

static void print(const struct cell *cell)
{
    for (; cell; cell = cell->pair.tail) {
        const struct cell *head = cell->pair.head;
        while (head->kind == 3)
            head = head->reference;
        if (head->kind == 1)
            printf(" %s", head->text);
        else
            printf(" %g", head->number);
    }
    printf("\n");
}

int main(void)
{
    struct cell *list = NULL, local = {0, {.number = 0.25}};
    union {
        struct cell *cell;
        unsigned long long number;
    } either = {.number = 12345678901234567ULL};
    for (int i = 0; i < 24; i++) {
        list = cons(item(i, list ? list->pair.head : &local), list);
        if (i == 12)
            either.cell = list;
        print(list);
    }
    print(either.cell);
    while (list) {
        struct cell *next = list->pair.tail;
        free(list->pair.head);
        free(list);
        list = next;
    }
    return 0;
}
