// A program of two functions as the runtime sees it: a map made by hand, with one variable, object or pointer of each
// kind, and the means to capture and restore it without a stack.
#ifndef STATE_MODEL_H
#define STATE_MODEL_H

#include <complex.h>
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "hlckpt/map.h"
#include "state-stubs.h"
#include "state.h"

struct hlckpt_module *hlckpt_modules;

// ---- what the program would declare

struct node {
    struct node *next;
    int value;
    long big;
    double weight;
    char name[11];
    bool flag;
    int a : 3;
    unsigned b : 7;
    long double precise;
    const char *text;
    float _Complex z;
    short grid[2][3];
    short *corner; // behind the last element of a grid
};

struct flexible {
    unsigned count;
    struct node *items[];
};

union same { // members of one size
    int number;
    float real;
};

struct link {
    struct link *previous, *next;
};

struct page { // known by its link alone
    int number;
    struct link order;
    short content[3];
};

static struct node *first;
static int counts[5];
static union same either;
static int (*operation)(void);
static void *hole, *small, *past;
static struct link pages;
static const int table[3] = {1, 2, 3};
static const int *in_table;
static _Thread_local int local;
static char literal[] = "a string constant";

static int plus(void)
{
    return 1;
}

static int minus(void)
{
    return -1;
}

static void *address_of_local(void)
{
    return &local;
}

// ---- its map

enum {
    VOID,
    CHAR,
    INT,
    LONG,
    DOUBLE,
    BOOL,
    QUAD,
    SHORT,
    UINT,
    COMPLEX,
    FLOAT,
    FUNCTION,
    NODE,
    P_NODE,
    P_CHAR,
    P_VOID,
    P_FUNCTION,
    P_SHORT,
    NAME,
    ROW,
    GRID,
    SAME,
    COUNTS,
    FLEXIBLE,
    ITEMS,
    P_FLEXIBLE,
    LINK,
    P_LINK,
    PAGE,
    CONTENT,
    TABLE,
    P_INT,
    LABEL,
    TYPES
};

static msgpack_sbuffer map_buffer;
static msgpack_packer map_packer;

static void list(size_t n)
{
    write_array(&map_packer, n);
}

static void number(uint64_t n)
{
    write_uint(&map_packer, n);
}

static void text(const char *s)
{
    write_str(&map_packer, s);
}

static void type_numbers(size_t n, const uint64_t *numbers)
{
    list(n);
    for (size_t i = 0; i < n; i++)
        number(numbers[i]);
}
#define TYPE(...) type_numbers(sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[]){__VA_ARGS__})

static void type_integer(bool is_signed, unsigned bits)
{
    list(3);
    number(HLCKPT_INT);
    write_bool(&map_packer, is_signed);
    number(bits);
}

struct member {
    const char *name;
    unsigned type, width;
    uint64_t bit_offset;
};

static unsigned bit_of_a(void) // where the first bit-field begins, counted as in the map
{
    struct node n;
    memset(&n, 0, sizeof n);
    n.a = -1;
    const unsigned char *bytes = (const unsigned char *)&n;
    for (unsigned i = 0; i < sizeof n * 8; i++)
        if (*(const unsigned char *)&(const uint16_t){1} ? bytes[i / 8] >> i % 8 & 1 : bytes[i / 8] >> (7 - i % 8) & 1)
            return i;
    abort();
}

#define MEMBER(s, m, type) {#m, type, 0, 8 * offsetof(s, m)}
static struct member node_members[] = {MEMBER(struct node, next, P_NODE),
                                       MEMBER(struct node, value, INT),
                                       MEMBER(struct node, big, LONG),
                                       MEMBER(struct node, weight, DOUBLE),
                                       MEMBER(struct node, name, NAME),
                                       MEMBER(struct node, flag, BOOL),
                                       {"a", INT, 3, 0},
                                       {"b", UINT, 7, 0},
                                       MEMBER(struct node, precise, QUAD),
                                       MEMBER(struct node, text, P_CHAR),
                                       MEMBER(struct node, z, COMPLEX),
                                       MEMBER(struct node, grid, GRID),
                                       MEMBER(struct node, corner, P_SHORT)};
static struct member flexible_members[] = {MEMBER(struct flexible, count, UINT), MEMBER(struct flexible, items, ITEMS)};
static struct member same_members[] = {MEMBER(union same, number, INT), MEMBER(union same, real, FLOAT)};
static struct member link_members[] = {MEMBER(struct link, previous, P_LINK), MEMBER(struct link, next, P_LINK)};
static struct member page_members[] = {MEMBER(struct page, number, INT), MEMBER(struct page, order, LINK),
                                       MEMBER(struct page, content, CONTENT)};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void type_aggregate(enum hlckpt_kind kind, const char *name, const struct member *m, size_t count)
{
    list(3);
    number(kind);
    text(name);
    list(count);
    for (size_t i = 0; i < count; i++) {
        list(3);
        text(m[i].name);
        number(m[i].type);
        number(m[i].width);
    }
}

static void layout_aggregate(size_t size, const struct member *m, size_t count)
{
    list(2);
    number(size);
    list(count);
    for (size_t i = 0; i < count; i++)
        number(m[i].bit_offset);
}

// Another version of the program: a field has another name, one is narrower, an array is shorter.
static bool is_other_version;

static void write_types(void)
{
    if (is_other_version) {
        node_members[3].name = "mass";
        node_members[2].type = INT;
    }
    node_members[6].bit_offset = bit_of_a();
    node_members[7].bit_offset = bit_of_a() + 3;
    text("types");
    list(TYPES);
    TYPE(HLCKPT_VOID);
    TYPE(HLCKPT_CHAR);
    type_integer(true, 32);
    type_integer(true, 64);
    TYPE(HLCKPT_FLOAT, 64);
    TYPE(HLCKPT_BOOL);
    TYPE(HLCKPT_FLOAT, 128);
    type_integer(true, 16);
    type_integer(false, 32);
    TYPE(HLCKPT_COMPLEX, 32);
    TYPE(HLCKPT_FLOAT, 32);
    TYPE(HLCKPT_FUNCTION);
    type_aggregate(HLCKPT_STRUCT, "node", node_members, COUNT(node_members));
    TYPE(HLCKPT_POINTER, NODE);
    TYPE(HLCKPT_POINTER, CHAR);
    TYPE(HLCKPT_POINTER, VOID);
    TYPE(HLCKPT_POINTER, FUNCTION);
    TYPE(HLCKPT_POINTER, SHORT);
    TYPE(HLCKPT_ARRAY, CHAR, 11);
    TYPE(HLCKPT_ARRAY, SHORT, 3);
    TYPE(HLCKPT_ARRAY, ROW, 2);
    type_aggregate(HLCKPT_UNION, "same", same_members, COUNT(same_members));
    TYPE(HLCKPT_ARRAY, INT, is_other_version ? 3 : 5);
    type_aggregate(HLCKPT_STRUCT, "flexible", flexible_members, COUNT(flexible_members));
    TYPE(HLCKPT_ARRAY, P_NODE, 0);
    TYPE(HLCKPT_POINTER, FLEXIBLE);
    type_aggregate(HLCKPT_STRUCT, "link", link_members, COUNT(link_members));
    TYPE(HLCKPT_POINTER, LINK);
    type_aggregate(HLCKPT_STRUCT, "page", page_members, COUNT(page_members));
    TYPE(HLCKPT_ARRAY, SHORT, 3);
    TYPE(HLCKPT_ARRAY, INT, 3);
    TYPE(HLCKPT_POINTER, INT);
    TYPE(HLCKPT_POINTER, VOID);
}

static enum hlckpt_float_format long_double_format(void)
{
    int digits = __LDBL_MANT_DIG__;
    return digits == 64    ? HLCKPT_X87
           : digits == 113 ? HLCKPT_IEEE_QUAD
           : digits == 106 ? HLCKPT_DOUBLE_DOUBLE
                           : HLCKPT_IEEE_DOUBLE;
}

static void write_layouts(void)
{
    static const size_t sizes[TYPES] = {[CHAR] = 1,
                                        [INT] = 4,
                                        [LONG] = sizeof(long),
                                        [DOUBLE] = 8,
                                        [BOOL] = 1,
                                        [QUAD] = sizeof(long double),
                                        [SHORT] = 2,
                                        [UINT] = 4,
                                        [COMPLEX] = 8,
                                        [FLOAT] = 4,
                                        [P_NODE] = sizeof(void *),
                                        [P_CHAR] = sizeof(void *),
                                        [P_VOID] = sizeof(void *),
                                        [P_FUNCTION] = sizeof(void *),
                                        [P_SHORT] = sizeof(void *),
                                        [NAME] = 11,
                                        [ROW] = 6,
                                        [GRID] = 12,
                                        [COUNTS] = 20,
                                        [P_FLEXIBLE] = sizeof(void *),
                                        [P_LINK] = sizeof(void *),
                                        [CONTENT] = 6,
                                        [TABLE] = 12,
                                        [P_INT] = sizeof(void *),
                                        [LABEL] = sizeof(void *)};
    text("layouts");
    list(TYPES);
    for (unsigned i = 0; i < TYPES; i++) {
        if (i == NODE)
            layout_aggregate(sizeof(struct node), node_members, COUNT(node_members));
        else if (i == FLEXIBLE)
            layout_aggregate(sizeof(struct flexible), flexible_members, COUNT(flexible_members));
        else if (i == SAME)
            layout_aggregate(sizeof(union same), same_members, COUNT(same_members));
        else if (i == LINK)
            layout_aggregate(sizeof(struct link), link_members, COUNT(link_members));
        else if (i == PAGE)
            layout_aggregate(sizeof(struct page), page_members, COUNT(page_members));
        else if (i == DOUBLE || i == FLOAT || i == COMPLEX || i == QUAD)
            TYPE(sizes[i], i == DOUBLE ? HLCKPT_IEEE_DOUBLE
                           : i == QUAD ? (uint64_t)long_double_format()
                                       : HLCKPT_IEEE_SINGLE);
        else
            TYPE(i == COUNTS && is_other_version ? 12 : sizes[i]);
    }
}

struct symbol {
    const char *name;
    unsigned type, flags;
    void *address;
};
static struct symbol globals[] = {{"first", P_NODE, 0, &first},
                                  {"counts", COUNTS, HLCKPT_STATIC, counts},
                                  {"either", SAME, 0, &either},
                                  {"operation", P_FUNCTION, 0, &operation},
                                  {"hole", P_VOID, 0, &hole},
                                  {"small", P_VOID, 0, &small},
                                  {"past", P_INT, 0, &past},
                                  {"pages", LINK, 0, &pages},
                                  {"table", TABLE, HLCKPT_CONSTANT | HLCKPT_STATIC, (void *)table},
                                  {"in_table", P_INT, 0, &in_table}};
static void *global_addresses[COUNT(globals)];

static void write_symbols(void)
{
    text("globals");
    list(COUNT(globals));
    for (size_t i = 0; i < COUNT(globals); i++) {
        list(4);
        text(globals[i].name);
        number(globals[i].type);
        number(i + 1);
        number(globals[i].flags);
        global_addresses[i] = globals[i].address;
    }
    text("thread_locals");
    list(1);
    list(4);
    text("local");
    number(INT);
    number(20);
    number(0);
    text("callables");
    list(2);
    list(2);
    text("plus");
    number(HLCKPT_STATIC | HLCKPT_DEFINED);
    list(2);
    text("minus");
    number(HLCKPT_DEFINED);
    text("literals");
    list(1);
    number(sizeof literal);
    text("labels");
    list(0);
}

// main's variables: argument of each scalar type, and an array in memory; solve's: a pointer to main's array.
static const struct {
    const char *name;
    unsigned storage, type;
} variables[] = {{"n", HLCKPT_VALUE, INT},         {"total", HLCKPT_VALUE, LONG},     {"x", HLCKPT_VALUE, DOUBLE},
                 {"ready", HLCKPT_VALUE, BOOL},    {"q", HLCKPT_VALUE, QUAD},         {"array", HLCKPT_OBJECT, COUNTS},
                 {"list", HLCKPT_VALUE, P_NODE},   {"inner", HLCKPT_VALUE, P_INT},    {"all", HLCKPT_VALUE, P_FLEXIBLE},
                 {"words", HLCKPT_VALUE, P_CHAR},  {"c", HLCKPT_VALUE, CHAR},         {"end", HLCKPT_VALUE, P_INT},
                 {"middle", HLCKPT_VALUE, P_LINK}, {"nowhere", HLCKPT_VALUE, P_VOID}, {"f", HLCKPT_VALUE, FLOAT}};
#define VARIABLES COUNT(variables)

static void write_function(const char *name, unsigned kind, const char *callee)
{
    list(5);
    text(name);
    number(1);
    number(INT);
    list(VARIABLES);
    for (size_t i = 0; i < VARIABLES; i++) {
        list(4);
        text(variables[i].name);
        number(variables[i].storage);
        number(variables[i].type);
        number(i + 1);
    }
    list(1);
    list(5);
    number(kind);
    number(30);
    number(4);
    text(callee);
    list(VARIABLES);
    for (size_t i = 0; i < VARIABLES; i++)
        number(i);
}

static void write_map_of_model(void)
{
    msgpack_sbuffer_init(&map_buffer);
    msgpack_packer_init(&map_packer, &map_buffer, msgpack_sbuffer_write);
    write_map(&map_packer, 11);
    text("version");
    number(HLCKPT_MAP_VERSION);
    text("file");
    text("model.c");
    write_types();
    text("functions");
    list(2);
    write_function("main", HLCKPT_CALL, "solve");
    write_function("solve", HLCKPT_POLL, "");
    write_symbols();
    write_layouts();
    text("results");
    list(2);
    for (int i = 0; i < 2; i++) {
        list(2);
        text("i32");
        list(1);
        text(i ? "" : "i32");
    }
}

static struct hlckpt_module module;
static struct hlckpt_function functions[2] = {{.module = &module, .index = 0}, {.module = &module, .index = 1}};

static void make_model(void)
{
    static const struct hlckpt_function *const function_addresses[] = {&functions[0], &functions[1]};
    static void *(*const thread_locals[])(void) = {address_of_local};
    static void *callables[2], *literals[1];
    callables[0] = (void *)(uintptr_t)plus;
    callables[1] = (void *)(uintptr_t)minus;
    literals[0] = literal;
    write_map_of_model();
    module = (struct hlckpt_module){.abi = HLCKPT_ABI,
                                    .map_size = (uint32_t)map_buffer.size,
                                    .map = (const unsigned char *)map_buffer.data,
                                    .functions = function_addresses,
                                    .globals = global_addresses,
                                    .thread_locals = thread_locals,
                                    .callables = callables,
                                    .literals = literals};
    hlckpt_modules = &module;
}

// ---- its state

struct frame_memory {
    _Alignas(16) unsigned char slots[VARIABLES * HLCKPT_SLOT_SIZE];
    int array[5];
};
static struct frame_memory stack_memory[2]; // solve's, main's

static void *slot(int frame, const char *name)
{
    for (size_t i = 0; i < VARIABLES; i++)
        if (strcmp(variables[i].name, name) == 0)
            return stack_memory[frame].slots + i * HLCKPT_SLOT_SIZE;
    abort();
}
#define SET(frame, name, type, value) (*(type *)slot(frame, name) = (value))
#define GET(frame, name, type)        (*(type *)slot(frame, name))

static struct node *new_node(int i, struct node *next)
{
    struct node *n = block_new(sizeof *n);
    *n = (struct node){.next = next,
                       .value = -i,
                       .big = i * 1000L,
                       .weight = i / 8.0,
                       .flag = i % 2,
                       .a = i % 7 - 3,
                       .b = (unsigned)i % 128,
                       .precise = i / 16.0L,
                       .text = literal + i % 5,
                       .z = i - 2.5F * I};
    snprintf(n->name, sizeof n->name, "node %d", i);
    for (int k = 0; k < 6; k++)
        n->grid[k / 3][k % 3] = (short)(i * 10 + k);
    n->corner = i % 2 ? &n->grid[0][0] + 6 : &n->grid[1][1];
    return n;
}

static struct page *new_page(int i)
{
    struct page *p = block_new(sizeof *p);
    p->number = i;
    p->content[i % 3] = (short)(i * 111);
    p->order = (struct link){&pages, pages.next};
    pages.next->previous = &p->order;
    pages.next = &p->order;
    return p;
}

static void set_globals(void)
{
    for (int i = 0; i < 5; i++)
        counts[i] = i * 0x01020304;
    either.real = 2.5F;
    operation = minus;
    small = (void *)(intptr_t)-1;
    past = counts + 5;
    in_table = table + 1;
    local = 77;
}

static void set_frame(int frame, struct flexible *all)
{
    for (int i = 0; i < 5; i++)
        stack_memory[frame].array[i] = frame * 100 + i;
    SET(frame, "n", int, -5 - frame);
    SET(frame, "total", long, -70000L * (frame + 1));
    SET(frame, "x", double, 0.1 * (frame + 1));
    SET(frame, "ready", bool, frame == 0);
    SET(frame, "q", long double, 1.25L + frame);
    SET(frame, "array", void *, stack_memory[frame].array);
    SET(frame, "list", struct node *, first);
    SET(frame, "inner", int *, &stack_memory[1].array[2]);
    SET(frame, "all", struct flexible *, all);
    SET(frame, "words", char *, (char *)first->name + 5);
    SET(frame, "c", char, 'z');
    SET(frame, "end", int *, stack_memory[frame].array + 5);
    SET(frame, "middle", struct link *, pages.next);
    SET(frame, "nowhere", void *, (char *)slot(0, "n") + 8); // memory of no object
    SET(frame, "f", float, -1.5F);
}

static void make_state(void)
{
    pages = (struct link){&pages, &pages};
    for (int i = 0; i < 20; i++)
        first = new_node(i, first);
    for (int i = 0; i < 4; i++)
        new_page(i);
    struct flexible *all = block_new(sizeof *all + 7 * sizeof all->items[0]);
    all->count = 7;
    for (int i = 0; i < 7; i++)
        all->items[i] = i ? all->items[i - 1]->next : first;
    hole = block_new(0);
    set_globals();
    set_frame(0, all);
    set_frame(1, all);
}

static bool capture_model(struct image_writer *w, struct failure *f)
{
    struct frame frames[2];
    bool put_off;
    for (int i = 0; i < 2; i++)
        frames[i] = (struct frame){&functions[1 - i], 0, VARIABLES, stack_memory[i].slots};
    struct stack stack = {frames, 2, (char *)stack_memory, (char *)(stack_memory + 2), (char *)stack_memory};
    return state_capture(w, &stack, 1, &put_off, f);
}

static void forget_state(void)
{
    first = NULL;
    memset(counts, 0, sizeof counts);
    memset(&either, 0, sizeof either);
    operation = NULL;
    hole = small = past = NULL;
    pages = (struct link){0};
    in_table = NULL;
    local = 0;
    memset(stack_memory, 0, sizeof stack_memory);
}

static void rebuild(struct state *s)
{
    state_create(s);
    for (int i = 1; i >= 0; i--) {
        struct frame *frame = state_frame(s, 0, (size_t)i);
        frame->slots = stack_memory[i].slots;
        SET(i, "array", void *, stack_memory[i].array);
        state_values(s, 0, frame);
    }
    state_fill(s);
}

#define CHECK(condition)                                                                                               \
    ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

static void check_node(const struct node *n, int i)
{
    CHECK(n->value == -i && n->big == i * 1000L && n->weight == i / 8.0 && n->flag == i % 2);
    CHECK(n->a == i % 7 - 3 && n->b == (unsigned)i % 128 && n->precise == i / 16.0L);
    CHECK(strcmp(n->text, &literal[i % 5]) == 0 && n->z == i - 2.5F * I);
    CHECK(strncmp(n->name, "node ", 5) == 0 && atoi(n->name + 5) == i);
    for (int k = 0; k < 6; k++)
        CHECK(n->grid[k / 3][k % 3] == i * 10 + k);
    CHECK(n->corner == (i % 2 ? &n->grid[0][0] + 6 : &n->grid[1][1]));
}

static void check_frame(int frame)
{
    for (int i = 0; i < 5; i++)
        CHECK(stack_memory[frame].array[i] == frame * 100 + i);
    CHECK(GET(frame, "n", int) == -5 - frame && GET(frame, "total", long) == -70000L * (frame + 1));
    CHECK(GET(frame, "x", double) == 0.1 * (frame + 1) && GET(frame, "ready", bool) == (frame == 0));
    CHECK(GET(frame, "q", long double) == 1.25L + frame && GET(frame, "list", struct node *) == first);
    CHECK(GET(frame, "inner", int *) == &stack_memory[1].array[2]);
    CHECK(GET(frame, "all", struct flexible *)->count == 7 &&
          GET(frame, "all", struct flexible *)->items[2] == first->next->next);
    CHECK(GET(frame, "words", char *) == first->name + 5 && GET(frame, "c", char) == 'z');
    CHECK(GET(frame, "end", int *) == stack_memory[frame].array + 5 && GET(frame, "f", float) == -1.5F);
    CHECK(GET(frame, "middle", struct link *) == pages.next);
    CHECK(GET(frame, "nowhere", void *) && GET(frame, "nowhere", void *) != slot(0, "n"));
}

static void check_state(void)
{
    int i = 20;
    for (const struct node *n = first; n; n = n->next)
        check_node(n, --i);
    CHECK(i == 0);
    for (int k = 0; k < 5; k++)
        CHECK(counts[k] == k * 0x01020304);
    CHECK(either.real == 2.5F && operation == minus && small == (void *)(intptr_t)-1 && past == counts + 5);
    CHECK(in_table == table + 1 && local == 77 && hole);
    i = 4;
    for (const struct link *l = pages.next; l != &pages; l = l->next) {
        const struct page *p = (const struct page *)((const char *)l - offsetof(struct page, order));
        CHECK(p->number == --i && p->content[i % 3] == i * 111 && l->next->previous == l);
    }
    CHECK(i == 0);
    check_frame(0);
    check_frame(1);
}

#endif
