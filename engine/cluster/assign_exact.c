/* The Hungarian method with potentials: one shortest augmenting path a left record, O(n^3). See assign_exact.h. */
#include "cluster/assign_exact.h"

enum { nobody = ASSIGN_SIDE_MAX, side_max = ASSIGN_SIDE_MAX };
/* Columns are the right records and as many places to stay alone in, so that every left record finds one. */
enum { columns_max = 2 * ASSIGN_SIDE_MAX };

typedef struct search {
  const gain_matrix *m;
  size_t columns;
  int64_t left_price[side_max + 1], price[columns_max + 1];
  size_t owner[columns_max + 1]; /* left record of a column; nobody */
} search;

static int64_t cost_of(const search *s, size_t left, size_t column) {
  if (column >= s->m->right_count) return 0;
  int64_t gain = s->m->gains[left][column];
  return gain > 0 ? -gain : 0;
}

/* Finds a column for `left`, moving others on where that is best. Column s->columns stands for the start. */
static void augment(search *s, size_t left) {
  int64_t least[columns_max];
  size_t before[columns_max], at = s->columns;
  bool seen[columns_max + 1] = {false};
  for (size_t c = 0; c < s->columns; c++) least[c] = INT64_MAX;
  s->owner[at] = left;
  while (s->owner[at] != nobody) {
    size_t row = s->owner[at], next = 0;
    int64_t step = INT64_MAX;
    seen[at] = true;
    for (size_t c = 0; c < s->columns; c++) {
      if (seen[c]) continue;
      int64_t reduced = cost_of(s, row, c) - s->left_price[row] - s->price[c];
      if (reduced < least[c]) least[c] = reduced, before[c] = at;
      if (least[c] < step) step = least[c], next = c;
    }
    for (size_t c = 0; c <= s->columns; c++) {
      if (seen[c]) s->left_price[s->owner[c]] += step, s->price[c] -= step;
      else least[c] -= step;
    }
    at = next;
  }
  for (; at != s->columns; at = before[at]) s->owner[at] = s->owner[before[at]];
}

void assign_exact(const gain_matrix *m, size_t out_right[ASSIGN_SIDE_MAX]) {
  search s = {.m = m, .columns = m->right_count + m->left_count};
  for (size_t c = 0; c <= s.columns; c++) s.owner[c] = nobody;
  for (size_t left = 0; left < m->left_count; left++) {
    augment(&s, left);
    s.owner[s.columns] = nobody;
  }
  for (size_t left = 0; left < side_max; left++) out_right[left] = nobody;
  for (size_t c = 0; c < m->right_count; c++) {
    if (s.owner[c] != nobody && m->gains[s.owner[c]][c] > 0) out_right[s.owner[c]] = c;
  }
}
