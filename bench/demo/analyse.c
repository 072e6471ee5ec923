// Reads the licence texts that every Debian system carries, learns how each is written, and writes imitations:
//
//     ./analyse [rounds [folder]]       writes report.txt and log.txt here, and its progress to standard output
//
// It is an ordinary program and knows nothing of checkpoints. Its state is what programs of this kind have: a hash
// table of words that grows, postings that point from words to texts, a Markov model per text whose states point to
// words, Huffman trees, a ranking of the best imitations, two open output files, and a random generator.
//
//     text      a file as a sequence of words
//     word      a distinct word of all texts, with one posting for each text that has it
//     state     two successive words of a text, with the words that followed them
//     imitation words drawn from a text's model, compared with every text
//
// D1  Every word pointer of a text, state or imitation points into the one vocabulary.
// D2  A number that decides something is rounded to a multiple of 2^-24 first, so that processors that compute with
//     more digits than they store (the x87) decide alike. Logarithms are computed here: no libm differs.
//
// Limits: words are ASCII letters, at most 31 of them; a longer word is cut.

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum {
    MAX_TEXTS = 20,
    MAX_LETTERS = 31,
    MODEL_BUCKETS = 4096,
    IMITATION_LENGTH = 400,
    RANKED = 12,
    TOP_WORDS = 24,
    DEFAULT_ROUNDS = 4000,
};

struct posting {
    struct posting *next;
    struct text *text;
    uint32_t count;
};

struct word {
    struct word *next; // in its bucket
    struct posting *postings;
    uint32_t hash;
    uint32_t total;
    double rarity; // ln(texts / texts that have it)
    char *spelling;
};

struct vocabulary {
    struct word **buckets;
    uint32_t size; // a power of two
    uint32_t used;
};

struct successor {
    struct successor *next;
    struct word *word;
    uint32_t count;
};

struct state {
    struct state *next; // in its bucket
    struct word *first, *second;
    struct successor *successors;
    uint32_t total; // of the successors' counts
};

struct text {
    const char *name;
    struct word **words;
    uint32_t length, capacity;
    double norm;          // of its tf-idf vector
    struct state **model; // MODEL_BUCKETS buckets
    uint32_t imitated;    // times it was the source of an imitation
    uint32_t mistaken;    // times another text was nearer to the imitation
};

struct imitation {
    struct imitation *next; // the next worse one
    struct text *source;
    struct text *nearest;
    double likeness;
    uint32_t round;
    uint32_t distance; // in words, to the nearest text
    char *opening;
};

struct analysis {
    struct vocabulary vocabulary;
    struct text texts[MAX_TEXTS];
    int text_count;
    struct imitation *best;
    uint32_t random;
    uint64_t checksum;
    FILE *report, *log;
};

// ---- small things -----------------------------------------------------------------------------------------------

static void *must_alloc(size_t size)
{
    void *block = calloc(1, size);
    if (!block) {
        fprintf(stderr, "analyse: out of memory: %lu bytes\n", (unsigned long)size);
        exit(1);
    }
    return block;
}

static FILE *must_open(const char *name)
{
    FILE *file = fopen(name, "w");
    if (!file) {
        perror(name);
        exit(1);
    }
    return file;
}

static char *copy_string(const char *string)
{
    size_t size = strlen(string) + 1;
    return memcpy(must_alloc(size), string, size);
}

// Marsaglia's xorshift32.
static uint32_t next_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static double rounded(double x)
{
    return (double)(int64_t)(x * 16777216.0 + 0.5) / 16777216.0;
}

// ln x for x >= 1: x = m * 2^k with m in [1, 2), and ln m = 2 artanh((m - 1) / (m + 1)).
static double natural_log(double x)
{
    double sum = 0, halvings = 0;

    for (; x >= 2; x /= 2)
        halvings++;
    double t = (x - 1) / (x + 1), power = t;
    for (int i = 1; i < 40; i += 2) {
        sum += power / i;
        power *= t * t;
    }
    return rounded(halvings * 0.69314718055994530942 + 2 * sum);
}

// Newton's iteration from above, until it no longer falls.
static double square_root(double x)
{
    double root = x > 1 ? x : 1, next = (root + x / root) / 2;

    while (next < root) {
        root = next;
        next = (root + x / root) / 2;
    }
    return rounded(root);
}

static void add_to_checksum(struct analysis *a, uint64_t value)
{
    for (int i = 0; i < 64; i += 8)
        a->checksum = (a->checksum ^ ((value >> i) & 0xff)) * UINT64_C(0x100000001b3);
}

// ---- sorting ----------------------------------------------------------------------------------------------------

typedef int compare_words(const struct word *, const struct word *);

static int by_spelling(const struct word *a, const struct word *b)
{
    return strcmp(a->spelling, b->spelling);
}

static int by_frequency(const struct word *a, const struct word *b)
{
    if (a->total != b->total)
        return a->total < b->total ? 1 : -1;
    return by_spelling(a, b);
}

// Merge sort: `from` and `to` hold the same words, and `to` receives them in order.
static void merge_sort(struct word **to, struct word **from, uint32_t length, compare_words *compare)
{
    if (length < 2)
        return;
    uint32_t half = length / 2, left = 0, right = half;
    merge_sort(from, to, half, compare);
    merge_sort(from + half, to + half, length - half, compare);
    for (uint32_t i = 0; i < length; i++) {
        int take_left = right == length || (left < half && compare(from[left], from[right]) <= 0);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

// ---- the vocabulary ---------------------------------------------------------------------------------------------

static void grow_vocabulary(struct vocabulary *v)
{
    uint32_t size = v->size ? 2 * v->size : 256;
    struct word **buckets = must_alloc(size * sizeof *buckets);

    for (uint32_t i = 0; i < v->size; i++)
        for (struct word *word = v->buckets[i], *next; word; word = next) {
            next = word->next;
            word->next = buckets[word->hash & (size - 1)];
            buckets[word->hash & (size - 1)] = word;
        }
    free(v->buckets);
    v->buckets = buckets;
    v->size = size;
}

// The word of this spelling, made if it is new.
static struct word *intern(struct vocabulary *v, const char *spelling)
{
    uint32_t hash = 0x811c9dc5;

    for (const char *p = spelling; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 0x01000193;
    if (v->used == v->size)
        grow_vocabulary(v);
    struct word **bucket = &v->buckets[hash & (v->size - 1)];
    for (struct word *word = *bucket; word; word = word->next)
        if (word->hash == hash && !strcmp(word->spelling, spelling))
            return word;
    struct word *word = must_alloc(sizeof *word);
    *word = (struct word){.next = *bucket, .hash = hash, .spelling = copy_string(spelling)};
    v->used++;
    return *bucket = word;
}

static uint32_t count_in(const struct word *word, const struct text *text)
{
    for (const struct posting *p = word->postings; p; p = p->next)
        if (p->text == text)
            return p->count;
    return 0;
}

static void append_word(struct text *text, struct word *word)
{
    if (text->length == text->capacity) {
        text->capacity = text->capacity ? 2 * text->capacity : 64;
        text->words = realloc(text->words, text->capacity * sizeof *text->words);
        if (!text->words)
            exit(1);
    }
    text->words[text->length++] = word;
}

static void count_word(struct word *word, struct text *text)
{
    if (!word->postings || word->postings->text != text) {
        struct posting *posting = must_alloc(sizeof *posting);
        *posting = (struct posting){.next = word->postings, .text = text};
        word->postings = posting;
    }
    word->postings->count++;
    word->total++;
}

// The words of the vocabulary in an order, in a block of the caller's.
static struct word **sorted_words(const struct vocabulary *v, compare_words *compare)
{
    struct word **words = must_alloc(v->used * sizeof *words), **scratch = must_alloc(v->used * sizeof *scratch);
    uint32_t used = 0;

    for (uint32_t i = 0; i < v->size; i++)
        for (struct word *word = v->buckets[i]; word; word = word->next)
            words[used++] = word;
    memcpy(scratch, words, used * sizeof *words);
    merge_sort(words, scratch, used, compare);
    free(scratch);
    return words;
}

// ---- reading ----------------------------------------------------------------------------------------------------

static int read_word(FILE *file, char spelling[MAX_LETTERS + 1])
{
    int c = getc(file), length = 0;

    while (c != EOF && !isalpha(c))
        c = getc(file);
    for (; c != EOF && isalpha(c); c = getc(file))
        if (length < MAX_LETTERS)
            spelling[length++] = (char)tolower(c);
    spelling[length] = 0;
    return length;
}

static void read_text(struct analysis *a, const char *folder, const char *name)
{
    char path[512], spelling[MAX_LETTERS + 1];
    struct text *text = &a->texts[a->text_count];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    text->name = name;
    while (read_word(file, spelling)) {
        struct word *word = intern(&a->vocabulary, spelling);
        append_word(text, word);
        count_word(word, text);
    }
    fclose(file);
    if (text->length > IMITATION_LENGTH)
        a->text_count++;
    fprintf(a->log, "read %s: %u words, vocabulary %u\n", name, text->length, a->vocabulary.used);
}

static void read_texts(struct analysis *a, const char *folder)
{
    static const char *const names[] = {
        "Apache-2.0", "Artistic", "CC0-1.0",  "GFDL-1.2", "GFDL-1.3", "GPL-1",   "GPL-2",
        "GPL-3",      "LGPL-2",   "LGPL-2.1", "LGPL-3",   "MPL-1.1",  "MPL-2.0",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        read_text(a, folder, names[i]);
    if (a->text_count == 0) {
        fprintf(stderr, "analyse: no text of more than %d words in %s\n", IMITATION_LENGTH, folder);
        exit(1);
    }
    printf("read %d texts, %u different words\n", a->text_count, a->vocabulary.used);
}

static void report_frequent_words(struct analysis *a)
{
    struct word **words = sorted_words(&a->vocabulary, by_frequency);

    fprintf(a->report, "The most frequent words\n");
    for (uint32_t i = 0; i < TOP_WORDS && i < a->vocabulary.used; i++)
        fprintf(a->report, "%6u %s\n", words[i]->total, words[i]->spelling);
    free(words);
}

// ---- likeness of texts ------------------------------------------------------------------------------------------

static void weigh_words(struct analysis *a)
{
    struct word **words = sorted_words(&a->vocabulary, by_spelling);
    double squares[MAX_TEXTS] = {0};

    for (uint32_t i = 0; i < a->vocabulary.used; i++) {
        int texts = 0;
        for (struct posting *p = words[i]->postings; p; p = p->next)
            texts++;
        words[i]->rarity = natural_log((double)a->text_count / (texts < a->text_count ? texts : a->text_count));
        for (struct posting *p = words[i]->postings; p; p = p->next) {
            double weight = p->count * words[i]->rarity;
            squares[p->text - a->texts] += weight * weight;
        }
    }
    for (int i = 0; i < a->text_count; i++)
        a->texts[i].norm = square_root(rounded(squares[i]));
    free(words);
}

// The cosine between a sequence of words and each text, in the space of words weighed by rarity.
static void compare_with_texts(const struct analysis *a, struct word *const *words, uint32_t length, double *cosines)
{
    double square = 0;

    for (int i = 0; i < a->text_count; i++)
        cosines[i] = 0;
    for (uint32_t i = 0; i < length; i++) {
        double weight = words[i]->rarity;
        uint32_t times = 0;
        for (uint32_t j = 0; j < length; j++)
            times += words[j] == words[i];
        square += times * weight * weight;
        for (int j = 0; j < a->text_count; j++)
            cosines[j] += weight * weight * count_in(words[i], &a->texts[j]);
    }
    for (int i = 0; i < a->text_count; i++)
        cosines[i] = rounded(cosines[i] / (a->texts[i].norm * square_root(rounded(square)) + 1e-9));
}

static void report_likeness(struct analysis *a)
{
    double cosines[MAX_TEXTS];

    fprintf(a->report, "\nLikeness of each text's opening to every text\n");
    for (int i = 0; i < a->text_count; i++) {
        struct text *text = &a->texts[i];
        compare_with_texts(a, text->words, text->length < 2000 ? text->length : 2000, cosines);
        fprintf(a->report, "%-10s", text->name);
        for (int j = 0; j < a->text_count; j++)
            fprintf(a->report, " %.3f", cosines[j]);
        fprintf(a->report, "\n");
    }
}

// ---- Markov models ----------------------------------------------------------------------------------------------

static struct state *find_state(struct state **model, struct word *first, struct word *second, int make)
{
    struct state **bucket = &model[(first->hash * 31 + second->hash) % MODEL_BUCKETS];

    for (struct state *s = *bucket; s; s = s->next)
        if (s->first == first && s->second == second)
            return s;
    if (!make)
        return NULL;
    struct state *state = must_alloc(sizeof *state);
    *state = (struct state){.next = *bucket, .first = first, .second = second};
    return *bucket = state;
}

static void count_successor(struct state *state, struct word *word)
{
    struct successor *s = state->successors;

    while (s && s->word != word)
        s = s->next;
    if (!s) {
        s = must_alloc(sizeof *s);
        *s = (struct successor){.next = state->successors, .word = word};
        state->successors = s;
    }
    s->count++;
    state->total++;
}

static void learn(struct analysis *a, struct text *text)
{
    uint32_t states = 0;

    text->model = must_alloc(MODEL_BUCKETS * sizeof *text->model);
    for (uint32_t i = 0; i + 2 < text->length; i++) {
        struct state *state = find_state(text->model, text->words[i], text->words[i + 1], 1);
        states += state->total == 0;
        count_successor(state, text->words[i + 2]);
    }
    fprintf(a->log, "learnt %s: %u states\n", text->name, states);
}

static struct word *draw_successor(const struct state *state, uint32_t *random)
{
    uint32_t draw = next_random(random) % state->total;
    const struct successor *s = state->successors;

    for (; draw >= s->count; s = s->next)
        draw -= s->count;
    return s->word;
}

// Words drawn from the text's model; where the model ends, it starts again at a random place of the text.
static struct word **imitate(struct analysis *a, const struct text *text)
{
    struct word **words = must_alloc(IMITATION_LENGTH * sizeof *words);
    uint32_t at = 0;

    while (at < IMITATION_LENGTH) {
        struct state *state = at < 2 ? NULL : find_state(text->model, words[at - 2], words[at - 1], 0);
        if (state) {
            words[at++] = draw_successor(state, &a->random);
        } else {
            uint32_t start = next_random(&a->random) % (text->length - 2);
            words[at++] = text->words[start];
            if (at < IMITATION_LENGTH)
                words[at++] = text->words[start + 1];
        }
    }
    return words;
}

// ---- edit distance ----------------------------------------------------------------------------------------------

static uint32_t least(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t d = a < b ? a : b;
    return d < c ? d : c;
}

// The fewest insertions, deletions and changes of words that make some passage of `text` out of `words`
// (Sellers 1980): one row of the table is kept, and a passage may begin and end anywhere.
static uint32_t distance_to_passage(struct word *const *words, uint32_t length, const struct text *text)
{
    uint32_t *row = must_alloc((text->length + 1) * sizeof *row), best = length;

    for (uint32_t i = 0; i < length; i++) {
        uint32_t diagonal = row[0];
        row[0] = i + 1;
        for (uint32_t j = 1; j <= text->length; j++) {
            uint32_t above = row[j];
            row[j] = least(diagonal + (words[i] != text->words[j - 1]), above + 1, row[j - 1] + 1);
            diagonal = above;
        }
    }
    for (uint32_t j = 0; j <= text->length; j++)
        best = row[j] < best ? row[j] : best;
    free(row);
    return best;
}

// ---- Huffman codes ----------------------------------------------------------------------------------------------

struct leaf_or_branch {
    struct leaf_or_branch *zero, *one; // both NULL in a leaf
    uint32_t weight;
    uint32_t order; // settles equal weights
    int letter;
};

static int is_lighter(const struct leaf_or_branch *a, const struct leaf_or_branch *b)
{
    return a->weight != b->weight ? a->weight < b->weight : a->order < b->order;
}

static struct leaf_or_branch *take_lightest(struct leaf_or_branch **nodes, int *count)
{
    int lightest = 0;

    for (int i = 1; i < *count; i++)
        if (is_lighter(nodes[i], nodes[lightest]))
            lightest = i;
    struct leaf_or_branch *node = nodes[lightest];
    nodes[lightest] = nodes[--*count];
    return node;
}

static struct leaf_or_branch *build_tree(const uint32_t weights[27])
{
    struct leaf_or_branch *nodes[27];
    int count = 0;
    uint32_t order = 0;

    for (int i = 0; i < 27; i++)
        if (weights[i]) {
            nodes[count] = must_alloc(sizeof **nodes);
            *nodes[count++] = (struct leaf_or_branch){.weight = weights[i], .order = order++, .letter = i};
        }
    while (count > 1) {
        struct leaf_or_branch *zero = take_lightest(nodes, &count), *one = take_lightest(nodes, &count);
        struct leaf_or_branch *branch = must_alloc(sizeof *branch);
        *branch = (struct leaf_or_branch){zero, one, zero->weight + one->weight, order++, -1};
        nodes[count++] = branch;
    }
    return nodes[0];
}

// Bits that all the letters under this node take, and the tree is freed on the way.
static uint32_t measure_and_free(struct leaf_or_branch *node, uint32_t depth)
{
    uint32_t bits = node->weight * depth;

    if (node->zero)
        bits = measure_and_free(node->zero, depth + 1) + measure_and_free(node->one, depth + 1);
    free(node);
    return bits;
}

// Bytes of the words, with a blank after each, in a Huffman code of their own.
static uint32_t huffman_size(struct word *const *words, uint32_t length)
{
    uint32_t weights[27] = {0};

    for (uint32_t i = 0; i < length; i++) {
        for (const char *p = words[i]->spelling; *p; p++)
            weights[*p - 'a' + 1]++;
        weights[0]++;
    }
    return (measure_and_free(build_tree(weights), 0) + 7) / 8;
}

// ---- rounds -----------------------------------------------------------------------------------------------------

static char *join_words(struct word *const *words, int count)
{
    char *joined = must_alloc((size_t)count * (MAX_LETTERS + 1) + 1), *end = joined;

    for (int i = 0; i < count; i++)
        end += sprintf(end, i ? " %s" : "%s", words[i]->spelling);
    return joined;
}

static struct imitation **find_rank(struct analysis *a, double likeness)
{
    struct imitation **place = &a->best;
    while (*place && (*place)->likeness >= likeness)
        place = &(*place)->next;
    return place;
}

static void rank(struct analysis *a, struct imitation *imitation)
{
    struct imitation **place = find_rank(a, imitation->likeness);
    int kept = 0;

    imitation->next = *place;
    *place = imitation;
    for (place = &a->best; *place && kept < RANKED; kept++)
        place = &(*place)->next;
    while (*place) {
        struct imitation *dropped = *place;
        *place = dropped->next;
        free(dropped->opening);
        free(dropped);
    }
}

static struct text *nearest_text(struct analysis *a, struct word *const *words, uint32_t *distance)
{
    struct text *nearest = NULL;

    for (int i = 0; i < a->text_count; i++) {
        uint32_t d = distance_to_passage(words, IMITATION_LENGTH, &a->texts[i]);
        add_to_checksum(a, d);
        if (!nearest || d < *distance) {
            nearest = &a->texts[i];
            *distance = d;
        }
    }
    return nearest;
}

static void do_round(struct analysis *a, uint32_t round)
{
    struct text *source = &a->texts[round % (uint32_t)a->text_count];
    struct word **words = imitate(a, source);
    struct imitation *imitation = must_alloc(sizeof *imitation);
    double cosines[MAX_TEXTS];

    compare_with_texts(a, words, IMITATION_LENGTH, cosines);
    *imitation = (struct imitation){.source = source, .round = round, .likeness = cosines[source - a->texts]};
    imitation->nearest = nearest_text(a, words, &imitation->distance);
    imitation->opening = join_words(words, 12);
    source->imitated++;
    source->mistaken += imitation->nearest != source;
    uint32_t size = huffman_size(words, IMITATION_LENGTH);
    add_to_checksum(a, size);
    fprintf(a->report, "%5u %-10s %.3f %4u from %-10s %4u bytes: %s\n", round, source->name, imitation->likeness,
            imitation->distance, imitation->nearest->name, size, imitation->opening);
    rank(a, imitation);
    free(words);
}

static void do_rounds(struct analysis *a, uint32_t rounds)
{
    fprintf(a->report, "\nImitations: likeness to the source, words to change to the nearest text, size\n");
    for (uint32_t round = 0; round < rounds; round++) {
        do_round(a, round);
        fprintf(a->log, "round %u done, random state %08x\n", round, a->random);
        if (round % 8 == 0)
            fflush(a->log);
        if ((round + 1) % 100 == 0)
            printf("%u rounds, checksum %016llx\n", round + 1, (unsigned long long)a->checksum);
    }
}

static void report_ranking(struct analysis *a)
{
    fprintf(a->report, "\nThe most faithful imitations\n");
    for (struct imitation *i = a->best; i; i = i->next)
        fprintf(a->report, "%.3f round %5u of %-10s nearest %-10s %s\n", i->likeness, i->round, i->source->name,
                i->nearest->name, i->opening);
    fprintf(a->report, "\nImitated, and nearer to another text\n");
    for (int i = 0; i < a->text_count; i++)
        fprintf(a->report, "%-10s %5u %5u\n", a->texts[i].name, a->texts[i].imitated, a->texts[i].mistaken);
    fprintf(a->report, "checksum %016llx\n", (unsigned long long)a->checksum);
}

int main(int argc, char **argv)
{
    uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : DEFAULT_ROUNDS;
    static struct analysis a = {.random = 2463534242u, .checksum = UINT64_C(0xcbf29ce484222325)};

    a.report = must_open("report.txt");
    a.log = must_open("log.txt");
    read_texts(&a, argc > 2 ? argv[2] : "/usr/share/common-licenses");
    report_frequent_words(&a);
    weigh_words(&a);
    report_likeness(&a);
    for (int i = 0; i < a.text_count; i++)
        learn(&a, &a.texts[i]);
    do_rounds(&a, rounds);
    report_ranking(&a);
    if (fclose(a.report) || fclose(a.log)) {
        perror("report.txt or log.txt");
        return 1;
    }
    printf("done, checksum %016llx\n", (unsigned long long)a.checksum);
    return 0;
}
