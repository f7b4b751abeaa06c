/* See score.h. */
#include "model/score.h"

#include <math.h>

static int32_t fixed_point(double weight) {
  const double most = 100000; /* bits; keeps the sum of all comparisons inside an int32 */
  double clamped = fmin(fmax(weight, -most), most);
  return (int32_t)lround(clamped * WEIGHT_UNIT);
}

/* The chance that two records agree on the term at all. Of a field that is what its levels with term frequencies share out
 * among them; a word agrees in far more pairs than those at the levels that ask for more than the word. */
static double agreement_chance(const model *m, const schema *s, size_t comparison, size_t term) {
  const comparison_model *learned = &m->comparisons[comparison];
  double chance = 0;
  if (schema_term_part(term) != TERM_WHOLE) return fmax(m->word_agreement[term], 1e-9);
  for (size_t l = 1; l < learned->level_count; l++) {
    if (!learned->levels[l].fixed && s->comparisons[comparison].levels[l - 1].term == (int)term) chance += learned->levels[l].u;
  }
  return fmin(chance, 1);
}

/* How common a value of this code is. Of the c records that hold it two are the pair, which says nothing of chance; but
 * before any record is seen the value of an agreeing pair is expected to be as common as such values are, which counts as
 * one record among 1 / chance. A table's values were counted among others than the pair. */
static double value_share(uint8_t code, double chance, double rows, bool is_table) {
  double count = frequency_count(code);
  return is_table ? count / FREQUENCY_REFERENCE_RECORDS : (fmax(count - 2, 0) + 1) / (rows + 1 / chance);
}

/* Agreement on a value that a share of all records hold weighs log2(chance / share) more than agreement at large, at
 * whichever level it is. Of a value that is missing nothing is known. */
static void add_frequency(frequency_table *table, double chance, double rows, bool is_table) {
  for (unsigned code = 0; code < FREQUENCY_UNKNOWN; code++) {
    table->adjust[code] = fixed_point(log2(chance / fmin(value_share((uint8_t)code, chance, rows, is_table), 1)));
  }
}

void score_tables_make(score_tables *t, const model *m, const schema *s, const feature_layout *layout, uint64_t rows) {
  *t = (score_tables){.comparison_count = m->comparison_count};
  for (size_t c = 0; c < m->comparison_count; c++) {
    int32_t most = 0;
    for (size_t l = 1; l < m->comparisons[c].level_count; l++) {
      const level_model *level = &m->comparisons[c].levels[l];
      t->weights[c][l] = fixed_point(level->weight);
      if (level->share > 0 || (level->fixed && t->weights[c][l])) t->reasons[c] |= (uint16_t)(1u << l);
      int term = s->comparisons[c].levels[l - 1].term;
      if (term < 0 || level->fixed) continue;
      frequency_table *table = &t->frequencies[t->frequency_count];
      t->frequency_count += feature_is_counted(feature_term(layout, (size_t)term)); /* else no pair is at this level; what is hopeless stays the same */
      *table = (frequency_table){.comparison = c, .level = (uint8_t)l, .term = (size_t)term};
      add_frequency(table, agreement_chance(m, s, c, table->term), (double)rows, m->frequency_tables[term]);
      if (table->adjust[0] > most) most = table->adjust[0];
    }
    t->frequency_most += most;
  }
  for (size_t i = 0; i < m->correction_count; i++) {
    const level_correction *by = &m->corrections[i];
    t->corrections[t->correction_count++] = (correction_term){(uint8_t)by->first, (uint8_t)by->second, (uint8_t)by->first_level,
                                                              (uint8_t)by->second_level, fixed_point(by->bits)};
  }
  t->prior = fixed_point(probability_to_weight(m->prior));
  t->match = fixed_point(probability_to_weight(m->match_threshold));
  t->review = fixed_point(probability_to_weight(m->review_threshold));
  if (t->review > t->match) t->review = t->match;
}

static int32_t adjustment(const frequency_table *table, const comparer *c, size_t left, size_t right) {
  const uint8_t *codes = c->columns.columns[schema_term_field(table->term)].frequencies[schema_term_part(table->term)];
  return table->adjust[codes[left] > codes[right] ? codes[left] : codes[right]];
}

static int32_t frequency_part(const score_tables *t, const comparer *c, size_t p, size_t left, size_t right) {
  int32_t sum = 0;
  for (size_t i = 0; i < t->frequency_count; i++) {
    const frequency_table *table = &t->frequencies[i];
    if (c->levels[table->comparison][p] != table->level) continue;
    sum += adjustment(table, c, left, right);
  }
  return sum;
}

static void add_correction(const correction_term *by, const comparer *c, size_t count, int32_t *weights) {
  const uint8_t *first = c->levels[by->first], *second = c->levels[by->second];
  for (size_t p = 0; p < count; p++) weights[p] += first[p] == by->first_level && second[p] == by->second_level ? by->adjust : 0;
}

void score_count_reasons(const score_tables *t, const comparer *c, const pair_list *pairs, level_counts *counts) {
  for (size_t i = 0; i < t->comparison_count; i++) {
    for (unsigned reasons = t->reasons[i]; reasons; reasons &= reasons - 1) {
      unsigned level = (unsigned)__builtin_ctz(reasons);
      counts->pairs[i][level] += comparer_count(c, i, (uint8_t)level, pairs);
    }
  }
}

void score_pairs(const score_tables *t, const comparer *c, const pair_list *pairs, int32_t *weights) {
  for (size_t p = 0; p < pairs->count; p++) weights[p] = t->prior;
  for (size_t i = 0; i < t->comparison_count; i++) {
    c->wide->add_weights(c->levels[i], t->weights[i], pairs->count, weights);
  }
  for (size_t i = 0; i < t->correction_count; i++) add_correction(&t->corrections[i], c, pairs->count, weights);
  int32_t hopeless = t->review - t->frequency_most;
  for (size_t p = 0; p < pairs->count; p++) {
    if (weights[p] >= hopeless) weights[p] += frequency_part(t, c, p, pairs->left[p], pairs->right[p]);
  }
}

int32_t score_explain(const score_tables *t, const comparer *c, const pair_list *pairs, size_t p,
                      score_part out_parts[SCHEMA_COMPARISONS_MAX]) {
  int32_t sum = t->prior;
  for (size_t i = 0; i < t->comparison_count; i++) {
    uint8_t level = c->levels[i][p];
    out_parts[i] = (score_part){.level = level, .covered = comparer_covers(c, i, p)};
    out_parts[i].weight = t->weights[i][level];
    for (size_t f = 0; f < t->frequency_count; f++) {
      const frequency_table *table = &t->frequencies[f];
      if (table->comparison != i || table->level != level) continue;
      out_parts[i].table = table;
      out_parts[i].frequency = adjustment(table, c, pairs->left[p], pairs->right[p]);
    }
    for (size_t k = 0; k < t->correction_count; k++) {
      const correction_term *by = &t->corrections[k];
      if (by->second != i || by->second_level != level || by->first_level != out_parts[by->first].level) continue;
      out_parts[i].correction += by->adjust;
      out_parts[i].corrects = by->first;
    }
    sum += out_parts[i].weight + out_parts[i].frequency + out_parts[i].correction;
  }
  return sum;
}
