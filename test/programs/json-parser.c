// A parser of JSON into a tree of allocated values, which is then walked, changed, printed again and freed.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NOTHING, TRUTH, NUMBER, STRING, LIST, OBJECT };

struct value {
    enum kind kind;
    double number;
    char *text;          // of a STRING
    struct value *first; // of a LIST or an OBJECT
    struct value *next;
    char *name; // of a member
};

struct reader {
    const char *at;
    int depth, deepest;
};

static struct value *read_value(struct reader *r);

static void skip_space(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static char *read_text(struct reader *r)
{
    size_t length = 0;
    char *text = malloc(1);
    for (r->at++; *r->at && *r->at != '"'; r->at++) {
        if (*r->at == '\\')
            r->at++;
        text = realloc(text, length + 2);
        text[length++] = *r->at == 'n' ? '\n' : *r->at;
    }
    text[length] = '\0';
    r->at++;
    return text;
}

static void read_members(struct reader *r, struct value *parent, char end)
{
    struct value **link = &parent->first;
    if (++r->depth > r->deepest)
        r->deepest = r->depth;
    for (r->at++; skip_space(r), *r->at && *r->at != end;) {
        char *name = NULL;
        if (parent->kind == OBJECT) {
            name = read_text(r);
            skip_space(r);
            r->at++;
        }
        struct value *member = read_value(r);
        member->name = name;
        *link = member;
        link = &member->next;
        skip_space(r);
        r->at += *r->at == ',';
    }
    r->at++;
    r->depth--;
}

static struct value *read_value(struct reader *r)
{
    struct value *value = calloc(1, sizeof *value);
    skip_space(r);
    if (*r->at == '{' || *r->at == '[') {
        value->kind = *r->at == '{' ? OBJECT : LIST;
        read_members(r, value, *r->at == '{' ? '}' : ']');
    } else if (*r->at == '"') {
        value->kind = STRING;
        value->text = read_text(r);
    } else if (isdigit((unsigned char)*r->at) || *r->at == '-') {
        char *end;
        value->kind = NUMBER;
        value->number = strtod(r->at, &end);
        r->at = end;
    } else {
        value->kind = *r->at == 'n' ? NOTHING : TRUTH;
        value->number = *r->at == 't';
        while (isalpha((unsigned char)*r->at))
            r->at++;
    }
    return value;
}

static void print(const struct value *value)
{
    if (value->name)
        printf("\"%s\":", value->name);
    switch (value->kind) {
    case NOTHING:
        printf("null");
        break;
    case TRUTH:
        printf(value->number != 0 ? "true" : "false");
        break;
    case NUMBER:
        printf("%g", value->number);
        break;
    case STRING:
        printf("\"%s\"", value->text);
        break;
    default:
        printf(value->kind == LIST ? "[" : "{");
        for (const struct value *v = value->first; v; v = v->next) {
            print(v);
            printf(v->next ? "," : "");
        }
        printf(value->kind == LIST ? "]" : "}");
    }
}

static double sum(const struct value *value, double weight)
{
    double total = value->kind == NUMBER ? value->number * weight : 0;
    for (const struct value *v = value->first; v; v = v->next)
        total += sum(v, weight / 2);
    return total;
}

static void reverse(struct value *value)
{
    struct value *result = NULL;
    for (struct value *v = value->first, *next; v; v = next) {
        next = v->next;
        v->next = result;
        result = v;
        reverse(v);
    }
    value->first = result;
}

static void release(struct value *value)
{
    for (struct value *v = value->first, *next; v; v = next) {
        next = v->next;
        release(v);
    }
    free(value->text);
    free(value->name);
    free(value);
}

int main(void)
{
    const char *text = "{ \"name\": \"a \\\"quoted\\\" name\", \"sizes\": [1, 2.5, -3e2, [4, [5, [6]]]],\n"
                       "  \"flags\": {\"on\": true, \"off\": false, \"none\": null, \"empty\": {}, \"list\": []},\n"
                       "  \"deep\": {\"a\": {\"b\": {\"c\": {\"d\": [0.125, {\"e\": \"end\"}]}}}}, \"last\": 42 }";
    for (int round = 0; round < 5; round++) {
        struct reader reader = {text, 0, 0};
        struct value *value = read_value(&reader);
        for (int i = 0; i < round; i++)
            reverse(value);
        print(value);
        printf("\n%d %.6f %d\n", reader.deepest, sum(value, 1 + round), (int)(reader.at - text) == (int)strlen(text));
        release(value);
    }
    return 0;
}
