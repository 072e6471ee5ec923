// A loop polls once an iteration, behind the step of a `for` and on the way back, also from a `continue`.
// RUN: %points | %FileCheck %s
int sum(const int *values, int n)
{
    int total = 0;
    for (int i = 0; i < n; i++) {
        if (values[i] < 0)
            continue;
        total += values[i];
    }
    return total;
}
// CHECK-LABEL: define {{.*}}@sum(
// CHECK:       for.cond: {{.*}}preds = %[[LATCH:[a-z.]*poll]], %entry
// CHECK:       for.inc:
// CHECK:         br label %[[LATCH]]
// CHECK:       [[LATCH]]:
// CHECK:         call void @hlckpt.poll()
// CHECK-NEXT:    br label %for.cond
// CHECK-NOT:     call void @hlckpt.poll()
// CHECK:       ret i32
