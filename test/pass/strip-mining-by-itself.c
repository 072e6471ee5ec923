// The poll leaves the inner loop with the values at the end of the chunk; a loop with another point is left alone.
// RUN: %clang -g -O1 -Xclang -disable-llvm-passes -fno-discard-value-names -S -emit-llvm %s -o - | %opt -S -passes='hlckpt-points,function(sroa,loop-simplify,loop-rotate,hlckpt-strip-mine),verify' | %FileCheck %s
void fill(int *a, unsigned n)
{
    for (unsigned i = 0; i != n; i++)
        a[i] = 1;
}
// CHECK-LABEL: define {{.*}}@fill(
// CHECK:       chunk.header:
// CHECK:         %left = phi
// CHECK:         %chunk = call {{.*}}@llvm.umin
// CHECK:       chunk.latch:
// CHECK-NEXT:    %[[I:.*]] = phi i32
// CHECK-NEXT:    call void @hlckpt.poll() {{.*}}[ "deopt"(ptr @hlckpt.function.fill, i32 0, i32 3, ptr %a, i32 %n, i32 %[[I]]) ]
// CHECK:         br i1 %done, label %{{.*}}, label %chunk.header
// CHECK:       for.body:
// CHECK-NOT:     hlckpt.poll
// CHECK:       for.end:

void weigh(int);
void visit(int n)
{
    for (int i = 0; i < n; i++)
        weigh(i);
}
// CHECK-LABEL: define {{.*}}@visit(
// CHECK-NOT:   chunk
// CHECK:       ret void
