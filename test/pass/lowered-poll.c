// A poll is the load of a flag and a branch to a cold block. There the runtime tells whether this is the process that captures; if so the frame is saved in slots of 16 bytes, and unwinding starts.
// RUN: %lowered | %FileCheck %s
int sum(int n)
{
    int total = 0;
    for (int i = 0; i < n; i++)
        total += i;
    return total;
}
// CHECK-LABEL: define {{.*}}@sum(
// CHECK:       %requested = load volatile i32, ptr @hlckpt_poll_requested
// CHECK-NEXT:  %[[WANTED:.*]] = icmp ne i32 %requested, 0
// CHECK-NEXT:  br i1 %[[WANTED]], label %poll, label %[[ON:[0-9a-z.]+]], {{.*}}!prof
// CHECK:       poll:
// CHECK-NEXT:    %[[CAPTURES:.*]] = call {{.*}}i1 @hlckpt_poll()
// CHECK-NEXT:    br i1 %[[CAPTURES]], label %save, label %[[ON]],
// CHECK:       save:
// CHECK-NEXT:    %[[SLOTS:.*]] = call {{.*}}ptr @hlckpt_frame(ptr @hlckpt.function.sum, i32 3145728)
// CHECK:         getelementptr inbounds i8, ptr %[[SLOTS]], i64 0
// CHECK:         getelementptr inbounds i8, ptr %[[SLOTS]], i64 16
// CHECK:         getelementptr inbounds i8, ptr %[[SLOTS]], i64 32
// CHECK:         br label %unwind
// CHECK:       unwind:
// CHECK-NEXT:    %[[EXCEPTION:.*]] = call ptr @hlckpt_unwind()
// CHECK-NEXT:    call void @_Unwind_Resume(ptr %[[EXCEPTION]])
// CHECK-NEXT:    unreachable
