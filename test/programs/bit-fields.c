// hop: small
// Bit-fields of every width and sign, across units, next to plain members, read and written in loops.

#include <stdio.h>

static volatile int rounds = 120; // not known to the compiler, so that it keeps the loop as it is

struct packet {
    unsigned version : 3;
    unsigned urgent : 1;
    signed delta : 5;
    unsigned long long serial : 37;
    unsigned : 0;
    unsigned short port : 13;
    _Bool last : 1;
    char tag;
    int balance : 31;
    unsigned tail : 2;
};

static struct packet next_packet(struct packet p, int step)
{
    p.version++;
    p.urgent = step % 5 == 0;
    p.delta = (signed char)((p.delta + 16 + step) % 32 - 16);
    p.serial = p.serial * 5 + (unsigned)step;
    p.port = (unsigned short)(p.port * 3u + 1);
    p.last = step % 7 == 3;
    p.tag = (char)('a' + step % 26);
    p.balance = p.balance / 3 - step * 1000;
    p.tail = p.tail + 3u;
    return p;
}

static unsigned long checksum(const struct packet *packets, int count)
{
    unsigned long sum = 0;
    for (int i = 0; i < count; i++)
        sum = (sum * 33 + packets[i].version + packets[i].urgent * 8u + (unsigned)(packets[i].delta + 16)) & 0xffffffff;
    return sum;
}

int main(void)
{
    struct packet packets[6] = {{0}}, current = {1, 0, -16, 123456789012, 4242, 1, 'x', -1000000000, 2};
    for (int i = 0; i < rounds; i++) {
        current = next_packet(current, i);
        packets[i % 6] = current;
        if (i % 12 == 0)
            printf("%u %u %d %llu %u %d %c %d %u %lu\n", current.version, current.urgent, current.delta,
                   (unsigned long long)current.serial, current.port, current.last, current.tag, current.balance,
                   current.tail, checksum(packets, 6));
    }
    return 0;
}
