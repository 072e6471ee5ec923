// A bundle holds the live variables: values where the address is not taken, else addresses; what is dead is not there.
// RUN: %points | %FileCheck %s
void note(int *);

int walk(int n)
{
    int total = 0, dead = n * 2, box[4] = {0}, seen = 0;
    note(&seen);
    total = dead;
    for (int i = 0; i < n; i++) {
        int fresh = box[i & 3] + seen;
        total += fresh;
    }
    return total;
}
// The call: `total` is overwritten before it is read, `i` has not begun.
// CHECK-LABEL: define {{.*}}@walk(
// CHECK:       call void @hlckpt.poll()
// CHECK:       %[[N:.*]] = load i32, ptr %n.addr
// CHECK-NEXT:  %[[DEAD:.*]] = load i32, ptr %dead
// CHECK-NEXT:  call void @note({{.*}}) [ "deopt"(ptr @hlckpt.function.walk, i32 1, i32 4, i32 %[[N]], ptr %{{[a-z0-9]+}}, i32 %[[DEAD]], ptr %{{[a-z0-9]+}}) ]
// The poll: `dead` and `fresh` are over.
// CHECK:       for.cond.poll:
// CHECK-NEXT:  %[[N:.*]] = load i32, ptr %n.addr
// CHECK-NEXT:  %[[TOTAL:.*]] = load i32, ptr %total
// CHECK-NEXT:  %[[I:.*]] = load i32, ptr %i
// CHECK-NEXT:  call void @hlckpt.poll() {{.*}}[ "deopt"(ptr @hlckpt.function.walk, i32 2, i32 5, i32 %[[N]], ptr %{{[a-z0-9]+}}, ptr %{{[a-z0-9]+}}, i32 %[[TOTAL]], i32 %[[I]]) ]
