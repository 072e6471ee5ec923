// The map stands in a section of its own, with tables of addresses beside it; hlckpt-inspect shows it.
// RUN: %hlckpt-cc -c %s -o %t.o && llvm-readelf-19 -S %t.o | %FileCheck --check-prefix=SECTION %s
// RUN: %inspect --map --neutral %t.o | %FileCheck %s
struct node {
    struct node *next;
    long weight : 7;
    char name[];
};

static struct node *first;
_Thread_local unsigned visits;

static int is_light(const struct node *n)
{
    return n->weight < 3;
}

int (*choice)(const struct node *) = is_light;

long count(void)
{
    long found = 0;
    for (struct node *n = first; n; n = n->next, visits++)
        found += choice(n);
    return found;
}
// SECTION-DAG: hlckpt_text {{.*}} AX
// SECTION-DAG: hlckpt_twin {{.*}} AX
// SECTION-DAG: hlckpt_map {{.*}} A
// CHECK-LABEL: types
// CHECK-DAG:     struct node
// CHECK-DAG:       struct node * next
// CHECK-DAG:       int64 weight : 7
// CHECK-DAG:       char [] name
// CHECK-LABEL: functions
// CHECK:         count at [[#@LINE-16]], int64
// CHECK-NEXT:      variable found at [[#@LINE-15]], int64
// CHECK-NEXT:      variable n at [[#@LINE-15]], struct node *
// CHECK-NEXT:      0  poll at [[#@LINE-15]]:18 : found n
// CHECK-NEXT:      1  call at [[#@LINE-16]]:18 of (indirect) : found n
// CHECK-LABEL: globals
// CHECK-DAG:     first
// CHECK-DAG:     choice
// CHECK-LABEL: thread_locals
// CHECK:         visits
// CHECK-LABEL: callables
// CHECK:         is_light
