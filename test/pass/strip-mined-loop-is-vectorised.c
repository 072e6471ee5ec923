// A short countable loop polls once a chunk, and the loop within is vectorised as without the pass.
// RUN: %optimised -Rpass=loop-vectorize 2>%t.remarks | %FileCheck %s
// RUN: %FileCheck --check-prefix=REMARK %s <%t.remarks
void saxpy(float *restrict y, const float *restrict x, float a, long n)
{
    for (long i = 0; i < n; i++)
        y[i] += a * x[i];
}
// REMARK:      strip-mined-loop-is-vectorised.c:6:5: remark: vectorized loop (vectorization width: 4
// CHECK-LABEL: define {{.*}}@saxpy(
// CHECK:       %chunk = tail call i64 @llvm.umin.i64(i64 %left, i64 1023)
// CHECK:       vector.body:
// CHECK-NOT:   hlckpt_poll_requested
// CHECK:       br i1 {{.*}}label %vector.body
// CHECK:       chunk.latch:
// CHECK:       load volatile i32, ptr @hlckpt_poll_requested
// CHECK-NOT:   load volatile i32, ptr @hlckpt_poll_requested
// CHECK:       ret void
