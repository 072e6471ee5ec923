// Without optimisation a landing pad stores the exception it is given, so that the register allocator knows that the
// registers are taken (pass/lower.c); with it, it does not.
// RUN: %clang -g -O0 -fpass-plugin=%plugin -S -emit-llvm %s -o - | %FileCheck %s
// RUN: %clang -g -O1 -fpass-plugin=%plugin -S -emit-llvm %s -o - | %FileCheck --check-prefix=OPTIMISED %s
// CHECK: [[LANDING:%.*]] = landingpad { ptr, i32 }
// CHECK-NEXT: cleanup
// CHECK-NEXT: store volatile { ptr, i32 } [[LANDING]], ptr [[MEMORY:%.*]]
// OPTIMISED-NOT: store volatile { ptr, i32 }
int unknown(int);

int twice(int n)
{
    return unknown(n) + unknown(n + 1);
}
