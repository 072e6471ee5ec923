// An image whose files are gone, cut off or replaced is refused before anything runs, and nothing is changed by that.
// RUN: rm -rf %t.dir && mkdir %t.dir && cd %t.dir && %hlckpt-cc -O2 %s -o %t && echo 1 2 3 4 5 6 7 8 9 >numbers
// RUN: sh -c "%t run >expected" && rm sums && sh -c "HLCKPT_POLL=5 %t run >out; test \$? = 75" && cp out saved
//
// RUN: mv numbers away && sh -c "%restore --exe %t hlckpt-images/latest 2>log 1<>out; test \$? = 76"
// RUN: %FileCheck --check-prefix=GONE %s <log && cmp out saved
// GONE: hlckpt: cannot resume {{.*}}: file '{{.*}}/numbers' cannot be opened again: No such file or directory
// RUN: echo 1 2 >numbers && sh -c "%restore --exe %t hlckpt-images/latest 2>log 1<>out; test \$? = 76"
// RUN: %FileCheck --check-prefix=SHORT %s <log && cmp out saved
// SHORT: hlckpt: cannot resume {{.*}}: file '{{.*}}/numbers' has 4 bytes where 18 are needed
// RUN: mv away numbers && sh -c "%restore --exe %t hlckpt-images/latest 2>log >out; test \$? = 76"
// RUN: %FileCheck --check-prefix=OUTPUT %s <log && cp saved out
// OUTPUT: hlckpt: cannot resume {{.*}}: standard output has 0 bytes where 14 are needed
//
// RUN: echo garbage >>out && echo garbage >>sums && %restore --exe %t hlckpt-images/latest 1<>out
// RUN: cmp out expected && test "$(cat sums)" = "1 3 6 10 15 21 28 36 45 "
#include <stdio.h>

int main(void)
{
    FILE *numbers = fopen("numbers", "r"), *sums = fopen("sums", "w");
    int sum = 0;
    printf("the beginning\n");
    fflush(stdout);
    for (int number; fscanf(numbers, "%d", &number) == 1;) {
        sum += number;
        fprintf(sums, "%d ", sum);
        fflush(sums);
    }
    printf("%d\n", sum);
    return 0;
}
