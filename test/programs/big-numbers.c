// Arithmetic on numbers of any length: factorials, powers, Fibonacci numbers and digits of pi.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct number {
    int length, capacity;
    uint32_t *digits; // to the base of 10^9, least first
};

static const uint32_t BASE = 1000000000;

static struct number from_int(uint32_t value)
{
    struct number n = {1, 4, malloc(4 * sizeof(uint32_t))};
    n.digits[0] = value;
    return n;
}

static void push(struct number *n, uint32_t digit)
{
    if (n->length == n->capacity)
        n->digits = realloc(n->digits, (size_t)(n->capacity *= 2) * sizeof *n->digits);
    n->digits[n->length++] = digit;
}

static void multiply_small(struct number *n, uint32_t by)
{
    uint64_t carry = 0;
    for (int i = 0; i < n->length; i++) {
        carry += (uint64_t)n->digits[i] * by;
        n->digits[i] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
    if (carry)
        push(n, (uint32_t)carry);
}

static void add(struct number *a, const struct number *b)
{
    uint32_t carry = 0;
    for (int i = 0; i < b->length || carry; i++) {
        if (i == a->length)
            push(a, 0);
        carry += a->digits[i] + (i < b->length ? b->digits[i] : 0);
        a->digits[i] = carry % BASE;
        carry /= BASE;
    }
}

static struct number multiply(const struct number *a, const struct number *b)
{
    struct number product = {a->length + b->length, a->length + b->length, calloc((size_t)(a->length + b->length), 4)};
    for (int i = 0; i < a->length; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < b->length || carry; j++) {
            carry += product.digits[i + j] + (j < b->length ? (uint64_t)a->digits[i] * b->digits[j] : 0);
            product.digits[i + j] = (uint32_t)(carry % BASE);
            carry /= BASE;
        }
    }
    while (product.length > 1 && product.digits[product.length - 1] == 0)
        product.length--;
    return product;
}

static void print(const char *name, const struct number *n)
{
    printf("%s %u", name, n->digits[n->length - 1]);
    for (int i = n->length - 1; i-- > 0;)
        printf("%09u", n->digits[i]);
    printf("\n");
}

static void print_pi(int count)
{
    int remainders[200], size = count * 10 / 3;
    for (int i = 0; i < size; i++)
        remainders[i] = 2;
    for (int n = 0; n < count; n++) {
        int carry = 0;
        for (int i = size - 1; i > 0; i--) {
            int x = remainders[i] * 10 + carry;
            remainders[i] = x % (2 * i + 1);
            carry = x / (2 * i + 1) * i;
        }
        int x = remainders[0] * 10 + carry;
        remainders[0] = x % 10;
        printf("%d ", x / 10);
    }
    printf("\n");
}

int main(void)
{
    struct number factorial = from_int(1), a = from_int(0), b = from_int(1), power = from_int(7);
    for (uint32_t i = 1; i <= 100; i++) {
        multiply_small(&factorial, i);
        if (i % 20 == 0)
            print("factorial", &factorial);
    }
    for (int i = 0; i < 400; i++) {
        add(&a, &b);
        struct number kept = a;
        a = b;
        b = kept;
    }
    print("fibonacci", &a);
    for (int i = 0; i < 7; i++) {
        struct number square = multiply(&power, &power);
        free(power.digits);
        power = square;
    }
    print("power", &power);
    print_pi(50);
    free(factorial.digits);
    free(a.digits);
    free(b.digits);
    free(power.digits);
    return 0;
}
