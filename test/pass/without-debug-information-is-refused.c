// RUN: %refused | %FileCheck %s
int count(int n)
{
    int i = 0;
    while (i < n)
        i += i % 3 + 1;
    return i;
}
// CHECK: in function count i32 (i32): hlckpt: no debug information, which names the live variables: compile with -g
