// A call with live variables costs nothing on its way: it becomes an invoke, whose landing pad saves the frame when a capture unwinds it.
// RUN: %lowered | %FileCheck %s
int weigh(int);

int twice(int n)
{
    return weigh(n) * n;
}
// CHECK-LABEL: define {{.*}}@twice({{.*}}personality ptr @__gcc_personality_v0
// CHECK:       invoke i32 @weigh(i32 {{.*}})
// CHECK-NEXT:    to label %{{.*}} unwind label %pad
// CHECK:       pad:
// CHECK-NEXT:    landingpad { ptr, i32 }
// CHECK-NEXT:    cleanup
// CHECK-NEXT:    %[[SLOTS:.*]] = call ptr @hlckpt_frame(ptr @hlckpt.function.twice, i32 1048577)
// CHECK:         store i32 %{{.*}}, ptr %{{.*}}, align 16
// CHECK:         br label %unwind
