/* See evaluate_print.h. */
#include <stdio.h>

#include "evaluate_print.h"

static void print_json(const khop_link_quality *q) {
  const struct {
    const char *name;
    uint64_t count;
  } counts[] = {{"left_records", q->left_records},       {"right_records", q->right_records},     {"missing_pairs", q->missing_pairs},
                {"true_positives", q->true_positives},   {"false_positives", q->false_positives}, {"false_negatives", q->false_negatives},
                {"conflict_true", q->conflict_true},     {"conflict_false", q->conflict_false},   {"review_true", q->review_true},
                {"review_false", q->review_false}};
  printf("{\"from\":\"truth\",");
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) printf("\"%s\":%llu,", counts[i].name, (unsigned long long)counts[i].count);
  printf("\"precision\":%.6f,\"recall\":%.6f,\"f1\":%.6f}\n", q->precision, q->recall, q->f1);
}

void evaluate_print_links(const khop_link_quality *q, bool json) {
  if (json) {
    print_json(q);
    return;
  }
  printf("records        %s left, %s right\n", show_count(q->left_records), show_count(q->right_records));
  printf("links          precision %.4f  recall %.4f  F1 %.4f  (%s right, %s wrong, %s missed)\n", q->precision, q->recall, q->f1,
         show_count(q->true_positives), show_count(q->false_positives), show_count(q->false_negatives));
  printf("conflicts      %s of one entity, %s not\n", show_count(q->conflict_true), show_count(q->conflict_false));
  printf("for review     %s of one entity, %s not\n", show_count(q->review_true), show_count(q->review_false));
  if (q->missing_pairs) printf("not scored     %s true pairs with a record that the result does not have\n", show_count(q->missing_pairs));
}

static void print_quality_json(const khop_pair_quality *q) {
  printf("\"true_positives\":%llu,\"false_positives\":%llu,\"false_negatives\":%llu,\"precision\":%.6f,\"recall\":%.6f,\"f1\":%.6f",
         (unsigned long long)q->true_positives, (unsigned long long)q->false_positives, (unsigned long long)q->false_negatives, q->precision,
         q->recall, q->f1);
}

static void print_entities_json(const khop_entity_quality *q) {
  printf("{\"from\":\"truth\",\"registers\":[");
  for (size_t n = 0; n < q->register_count; n++) {
    printf("%s{\"register\":\"%s\",\"records\":%llu}", n ? "," : "", q->registers[n].name, (unsigned long long)q->registers[n].records);
  }
  printf("],\"missing_pairs\":%llu,", (unsigned long long)q->missing_pairs);
  print_quality_json(&q->whole);
  printf(",\"pairs\":[");
  for (size_t p = 0; p < q->pair_count; p++) {
    const khop_register_pair *pair = &q->pairs[p];
    printf("%s{\"left\":\"%s\",\"right\":\"%s\",", p ? "," : "", q->registers[pair->left].name, q->registers[pair->right].name);
    print_quality_json(&pair->quality);
    putchar('}');
  }
  printf("]}\n");
}

static void print_quality(const char *name, const khop_pair_quality *q) {
  printf("%-14s precision %.4f  recall %.4f  F1 %.4f  (%s right, %s wrong, %s missed)\n", name, q->precision, q->recall, q->f1,
         show_count(q->true_positives), show_count(q->false_positives), show_count(q->false_negatives));
}

void evaluate_print_entities(const khop_entity_quality *q, bool json) {
  if (json) {
    print_entities_json(q);
    return;
  }
  printf("records       ");
  for (size_t n = 0; n < q->register_count; n++) printf("%s %s %s", n ? "," : "", show_count(q->registers[n].records), q->registers[n].name);
  putchar('\n');
  print_quality("entities", &q->whole);
  for (size_t p = 0; p < q->pair_count; p++) {
    char name[2 * KHOP_REGISTER_NAME_BYTES + 8];
    snprintf(name, sizeof name, "  %s, %s", q->registers[q->pairs[p].left].name, q->registers[q->pairs[p].right].name);
    print_quality(name, &q->pairs[p].quality);
  }
  if (q->missing_pairs) printf("not scored     %s true pairs with a record that the result does not have\n", show_count(q->missing_pairs));
}
