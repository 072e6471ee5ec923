// A recursive call is polled before, where the expression begins: nothing of it is under way, and the frame is small.
// RUN: %points | %FileCheck %s
int depth(int n, int limit)
{
    return n < limit ? 3 - depth(n * 2 + 1, limit) : 0;
}
// CHECK-LABEL: define {{.*}}@depth(
// CHECK:       cond.true:
// CHECK-NOT:     mul
// CHECK:         call void @hlckpt.poll() {{.*}}[ "deopt"(ptr @hlckpt.function.depth, i32 0, i32 2,
// CHECK:         mul
// CHECK:         call i32 @depth({{.*}}) [ "deopt"(ptr @hlckpt.function.depth, i32 1, i32 0) ]
