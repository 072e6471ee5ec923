// Recursion in tail position is a loop, as at -O2 without the pass: the stack does not grow, and there is one poll.
// RUN: %points | %FileCheck %s
unsigned gcd(unsigned a, unsigned b)
{
    return b ? gcd(b, a % b) : a;
}
// CHECK-LABEL: define {{.*}}@gcd(
// CHECK-NOT:   call {{.*}}@gcd
// CHECK:       body.poll:
// CHECK:         call void @hlckpt.poll()
// CHECK-NEXT:    br label %body
// CHECK-NOT:   call {{.*}}@gcd
// CHECK:       ret i32
