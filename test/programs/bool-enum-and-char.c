// hop: small
// The narrow types: _Bool in arithmetic, enums with negative and large values, characters of every width.

#include <stdio.h>
#include <uchar.h>
#include <wchar.h>

static volatile int rounds = 12; // not known to the compiler, so that it keeps the loop as it is

enum weekday { MONDAY = 1, TUESDAY, SUNDAY = 7 };
enum sign { NEGATIVE = -1, ZERO, POSITIVE };
enum wide { TOP = 0x7fffffff };

struct day {
    enum weekday weekday;
    _Bool holiday;
    signed char mood;
    unsigned char grade;
};

static enum sign sign_of(int value)
{
    return value < 0 ? NEGATIVE : value > 0 ? POSITIVE : ZERO;
}

int main(void)
{
    struct day days[7];
    _Bool all = 1, any = 0;
    enum wide top = TOP;
    char16_t c16 = u'\u00e9';
    char32_t c32 = U'\U0001f600';
    wchar_t wide[8] = L"abcdefg";

    for (int i = 0; i < 7; i++) {
        days[i] = (struct day){(enum weekday)(i + 1), i > 4, (signed char)(i * 40 - 128), (unsigned char)(i * 40)};
        all = all && days[i].holiday;
        any |= days[i].holiday;
    }
    int sum = 0, count[3] = {0};
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 7; i++) {
            struct day *day = &days[(i * 3 + round) % 7];
            day->mood = (signed char)(day->mood ^ 0x55);
            day->grade = (unsigned char)(day->grade + day->mood);
            day->holiday = day->grade & 4;
            sum += day->weekday * (day->holiday ? -1 : 1) + day->mood;
            count[sign_of(day->mood) + 1]++;
        }
        c16 = (char16_t)(c16 * 3);
        c32 += (char32_t)round;
        wide[round % 7] = (wchar_t)(wide[round % 7] + 1);
        printf("%d: %d %u %lu\n", round, sum, (unsigned)c16, (unsigned long)c32);
    }
    for (int i = 0; i < 7; i++)
        printf("%d %d %d %u %ld\n", days[i].weekday, days[i].holiday, days[i].mood, days[i].grade, (long)wide[i]);
    printf("%d %d %d %d %d %d\n", all, any, count[0], count[1], count[2], (int)top);
    return 0;
}
