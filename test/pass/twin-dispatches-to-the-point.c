// The twin has no parameters: it takes the frame's variables from the runtime and goes on behind its point, at a call by calling the next twin.
// RUN: %points | %FileCheck %s
long weigh(int);

long total(int n)
{
    long sum = 0;
    for (int i = 0; i < n; i++)
        sum += weigh(i);
    return sum;
}
// CHECK:       @hlckpt.function.total = internal constant { ptr, ptr, i32 } { ptr @hlckpt.module, ptr @total.hlckpt.twin, i32 0 }
// CHECK-LABEL: define internal i64 @total.hlckpt.twin()
// CHECK-SAME:  section "hlckpt_twin"
// CHECK:       %[[SLOTS:.*]] = call ptr @hlckpt_resume_enter(ptr @hlckpt.function.total)
// CHECK:       %[[HEAD:.*]] = getelementptr i8, ptr %[[SLOTS]], i64 -16
// CHECK:       %[[POINT:.*]] = load i32, ptr %[[HEAD]]
// CHECK:       switch i32 %[[POINT]], label %[[IMPOSSIBLE:.*]] [
// CHECK-NEXT:  i32 0, label %[[POLL:.*]]
// CHECK-NEXT:  i32 1, label %[[CALL:.*]]
// CHECK:       [[POLL]]:
// CHECK-NEXT:  call void @hlckpt_resume_values(ptr %[[SLOTS]])
// CHECK:       call void @hlckpt_resume_run()
// CHECK-NEXT:  br label %[[BEHIND_POLL:.*]],
// CHECK:       [[CALL]]:
// CHECK-NEXT:  call void @hlckpt_resume_values(ptr %[[SLOTS]])
// CHECK:       %[[CALLEE:.*]] = call ptr @hlckpt_resume_callee()
// CHECK:       call i64 %[[CALLEE]]() [ "deopt"(ptr @hlckpt.function.total, i32 1, i32 3,
// CHECK:       br label %[[BEHIND_CALL:.*]],
// The rest of the iteration, outside the loop, which keeps its one entry.
// CHECK:       [[BEHIND_POLL]]:
// CHECK:       call i64 @weigh(
// CHECK:       br label %[[BEHIND_CALL]],
// CHECK:       [[BEHIND_CALL]]:
// CHECK:       [[IMPOSSIBLE]]:
// CHECK-NEXT:  unreachable
