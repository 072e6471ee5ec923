// A poll in code that was inlined stands for several frames: each has a record of its own, the innermost comes first.
// RUN: %optimised | %FileCheck %s
static int inner(int n)
{
    int total = 1;
    for (int i = 1; i < n; i++)
        total = total * i % 1000003;
    return total;
}

static int middle(int n, int factor)
{
    return inner(n) * factor;
}

int outer(int n, int factor)
{
    return middle(n + 1, factor) + factor;
}
// CHECK-LABEL: define {{.*}}@outer(
// CHECK:       save:
// CHECK:       call {{.*}}@hlckpt_frame({{[a-z ]*}}@hlckpt.function.inner,
// CHECK-NOT:   br
// CHECK:       call {{.*}}@hlckpt_frame({{[a-z ]*}}@hlckpt.function.middle,
// CHECK-NOT:   br
// CHECK:       call {{.*}}@hlckpt_frame({{[a-z ]*}}@hlckpt.function.outer,
// CHECK:       br label %unwind
