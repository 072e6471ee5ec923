// RUN: %refused -g | %FileCheck %s
int count(int n)
{
    while (n > 0) {
        __asm__ goto("" : : : : out);
        n--;
    }
out:
    return n;
}
// CHECK: asm-goto-is-refused.c:5:9: {{.*}}hlckpt: asm goto in a function that may be captured is not supported
