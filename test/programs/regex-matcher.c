// A backtracking matcher of regular expressions, and one that simulates an automaton of linked states.

#include <stdio.h>
#include <stdlib.h>

static int match_here(const char *pattern, const char *text);

static int match_star(int c, const char *pattern, const char *text)
{
    do {
        if (match_here(pattern, text))
            return 1;
    } while (*text && (*text++ == c || c == '.'));
    return 0;
}

static int match_here(const char *pattern, const char *text)
{
    if (!pattern[0])
        return 1;
    if (pattern[1] == '*')
        return match_star(pattern[0], pattern + 2, text);
    if (pattern[0] == '$' && !pattern[1])
        return !*text;
    if (*text && (pattern[0] == '.' || pattern[0] == *text))
        return match_here(pattern + 1, text + 1);
    return 0;
}

static int match(const char *pattern, const char *text)
{
    if (pattern[0] == '^')
        return match_here(pattern + 1, text);
    do {
        if (match_here(pattern, text))
            return 1;
    } while (*text++);
    return 0;
}

struct state {
    int accepts; // a character, '.', or -1 for the end
    struct state *next, *loop;
};

static struct state *compile(const char *pattern)
{
    struct state *first = NULL, **link = &first;
    for (; *pattern; pattern++) {
        struct state *state = calloc(1, sizeof *state);
        state->accepts = *pattern;
        if (pattern[1] == '*') {
            state->loop = state;
            pattern++;
        }
        *link = state;
        link = &state->next;
    }
    *link = calloc(1, sizeof **link);
    (*link)->accepts = -1;
    return first;
}

static int simulate(const struct state *first, const char *text)
{
    const struct state *now[32], *next[32];
    int count = 0, most = 0;
    now[count++] = first;
    for (;; text++) {
        int next_count = 0;
        for (int i = 0; i < count; i++)
            if (now[i]->loop && count < 32) {
                int known = 0;
                for (int j = 0; j < count; j++)
                    known |= now[j] == now[i]->next;
                if (!known)
                    now[count++] = now[i]->next;
            }
        most = count > most ? count : most;
        if (!*text)
            break;
        for (int i = 0; i < count; i++)
            if (now[i]->accepts == '.' || now[i]->accepts == *text)
                next[next_count++] = now[i]->loop ? now[i] : now[i]->next;
        for (int i = 0; i < next_count; i++)
            now[i] = next[i];
        count = next_count;
    }
    for (int i = 0; i < count; i++)
        if (now[i]->accepts == -1)
            return most;
    return -most;
}

int main(void)
{
    static const char *const patterns[] = {"a*b*c", ".*x.*y", "ab.d", "a*a*a*b", "^a.*z$", "cat", "z*"};
    static const char *const texts[] = {"aaabbbc", "12x34y", "abcd", "aaaaaaaaaaaaaaaac", "abcxyz", "concatenate", ""};
    for (int p = 0; p < 7; p++) {
        struct state *states = compile(patterns[p]);
        for (int t = 0; t < 7; t++)
            printf(" %d/%d", match(patterns[p], texts[t]), simulate(states, texts[t]));
        printf(" %s\n", patterns[p]);
        while (states) {
            struct state *next = states->next;
            free(states);
            states = next;
        }
    }
    return 0;
}
