/* Which personal ID a row shows, and the faults planted in it. See job.h for the kinds. */
#include "job.h"

enum { tag_shown = 901, tag_fault, tag_swap };

/* Swaps are between strangers in the usual registers, within families where more faults are asked for. */
static bool id_planted(const gen_job *job, uint32_t slot) {
  bool stranger = slot == GEN_SLOT_SWAP_FIRST || slot == GEN_SLOT_SWAP_SECOND;
  if (job->disagrees || (stranger && job->extra_faults)) return false;
  return slot >= GEN_SLOT_SHARED_OWNER && slot <= GEN_SLOT_SWAP_SECOND;
}

bool gen_slot_is_free(const gen_job *job, uint32_t slot) {
  return slot >= job->schema->seconds && (slot < GEN_SLOT_SHARED_OWNER || slot >= GEN_SLOT_OTHER);
}

/* The two of a family who have each other's number: its spouses, or its first two children unless they are twins, whose
 * numbers may say the same. */
static bool swap_partner(const gen_job *job, const gen_core *core, uint64_t *out_other) {
  const gen_family *family = &core->family;
  uint64_t key = gen_hash(family->key, tag_swap);
  gen_ticket mine, theirs;
  if (!job->extra_faults || key % 10000 >= job->extra_faults * 3u) return false;
  bool spouses = family->father_inside && family->mother_inside && key / 10000 % 2;
  if (!spouses && (family->children < 2 || family->twin[1])) return false;
  uint64_t first = family->first + (spouses ? family->children : 0);
  if (core->index != first && core->index != first + 1) return false;
  *out_other = core->index == first ? first + 1 : first;
  return gen_plan_find(&job->plan, core->index, 0, &mine) && gen_plan_find(&job->plan, *out_other, 0, &theirs) &&
         gen_slot_is_free(job, mine.slot) && gen_slot_is_free(job, theirs.slot);
}

/* Known without making the row, because a copy's fault depends on what its first row shows. */
static bool id_shown(const gen_job *job, const gen_core *core, uint32_t slot, uint32_t copy) {
  uint64_t other;
  if (job->disagrees || id_planted(job, slot) || swap_partner(job, core, &other)) return true;
  if ((slot == GEN_SLOT_MULTIPLE || slot == GEN_SLOT_NEAR) && job->schema->seconds > slot) return true;
  uint64_t key = gen_hash(core->key + tag_shown, job->schema->tag + copy);
  return key % 10000 < job->schema->id_share(core, copy);
}

static void id_of_slot(const gen_job *job, const gen_core *core, uint32_t slot, char out[GEN_ID_BYTES]) {
  uint64_t other;
  gen_personal_id(&job->world, core, 0, out);
  if (!gen_plan_neighbour(&job->plan, core->index, slot, &other)) return;
  gen_core neighbour;
  gen_core_find(&job->world, other, &neighbour);
  gen_personal_id(&job->world, &neighbour, 0, out);
}

static void id_break_format(char *id, uint64_t key) {
  switch (key % 3) {
    case 0: /* a digit too many */
      id[12] = (char)('0' + key / 3 % 10);
      id[13] = 0;
      break;
    case 1: /* two too few */
      id[10] = 0;
      break;
    default: /* the letter O for a zero */
      id[0] = 'O';
  }
}

/* What a number of twelve digits alone may show. */
static void id_spoil(uint32_t slot, uint64_t key, char id[GEN_ID_BYTES]) {
  static const char *const no_provinces[] = {"003", "005", "007", "009", "013", "050", "097", "098"};
  static const char *const placeholders[] = {"000000000000", "111111111111", "999999999999", "888888888888"};
  static const char *const runs[] = {"123456789012", "012345678901", "987654321098", "234567890123"};
  if (slot == GEN_SLOT_PLACEHOLDER) memcpy(id, placeholders[key % 4], 13);
  if (slot == GEN_SLOT_SEQUENTIAL) memcpy(id, runs[key % 4], 13);
  if (slot == GEN_SLOT_LOST_ZERO) memmove(id, id + 1, 12);
  if (slot == GEN_SLOT_FORMAT) id_break_format(id, key);
  if (slot == GEN_SLOT_PROVINCE) memcpy(id, no_provinces[key % 8], 3);
  if (slot == GEN_SLOT_SEX) id[3] ^= 1;
  if (slot == GEN_SLOT_YEAR) id[5] = (char)('0' + (id[5] - '0' + 1 + key % 9) % 10);
}

static void id_plant(const gen_job *job, const gen_core *core, uint32_t slot, char id[GEN_ID_BYTES]) {
  uint64_t key = gen_hash(core->key, tag_fault);
  switch (slot) {
    case GEN_SLOT_SHARED_OWNER:
      return;
    case GEN_SLOT_SHARED:
      id_of_slot(job, core, GEN_SLOT_SHARED_OWNER, id);
      return;
    case GEN_SLOT_SWAP_FIRST:
      id_of_slot(job, core, GEN_SLOT_SWAP_SECOND, id);
      return;
    case GEN_SLOT_SWAP_SECOND:
      id_of_slot(job, core, GEN_SLOT_SWAP_FIRST, id);
      return;
    case GEN_SLOT_OLD_NUMBER:
      gen_old_id(core, 0, id);
      return;
    case GEN_SLOT_PROVINCE:
    case GEN_SLOT_SEX:
    case GEN_SLOT_YEAR: /* a number that nobody else has, so that no second fault is planted by chance */
      gen_personal_id(&job->world, core, 1, id);
      break;
    default:
      break;
  }
  id_spoil(slot, key, id);
}

/* Which of the slots GEN_SLOT_FORMAT to GEN_SLOT_SEQUENTIAL the two numbers of a couple's row are spoilt as, 0: none. Couples are few: eight
 * slots more for each. */
static uint32_t couple_slot(uint32_t slot) {
  enum { MORE_FIRST = 128, MORE_LAST = 191, KINDS = GEN_SLOT_SEQUENTIAL - GEN_SLOT_FORMAT + 1 };
  if (slot >= MORE_FIRST && slot <= MORE_LAST) slot = GEN_SLOT_FORMAT + (slot - MORE_FIRST) % KINDS;
  return slot >= GEN_SLOT_FORMAT && slot <= GEN_SLOT_SEQUENTIAL && slot != GEN_SLOT_OLD_NUMBER ? slot : 0;
}

/* Couples whose second row has other numbers: issued anew, or a digit wrong. */
enum { COUPLE_MULTIPLE = GEN_SLOT_MULTIPLE, COUPLE_NEAR = 6, COUPLE_LAST = 9 };

bool gen_couple_numbered(const gen_job *job, uint32_t slot) {
  return job->extra_faults && (couple_slot(slot) || (slot >= COUPLE_MULTIPLE && slot <= COUPLE_LAST));
}

static void couple_change(gen_job *job, const gen_ticket *ticket, const gen_core *core, gen_subject *s) {
  gen_ticket first;
  gen_random r = {gen_hash(core->key, tag_fault + s->female)};
  const bool is_near = ticket->slot >= COUPLE_NEAR;
  if (is_near) gen_digit_error(s->id, 6, 12, &r);
  for (size_t i = 6; i < 12 && !is_near; i++) s->id[i] = (char)('0' + gen_below(&r, 10));
  if (gen_plan_find(&job->plan, ticket->entity, 0, &first)) gen_fault_add(job, is_near ? GEN_ID_NEAR : GEN_ID_MULTIPLE, &first, ticket, s->id);
}

void gen_id_show(gen_job *job, const gen_ticket *ticket, const gen_core *core, gen_subject *subject) {
  subject->id[0] = 0;
  subject->id_fixed = false;
  if (!id_shown(job, core, ticket->slot, ticket->copy)) return;
  gen_personal_id(&job->world, core, 0, subject->id);
  uint64_t other;
  if (swap_partner(job, core, &other)) {
    gen_core theirs;
    gen_core_find(&job->world, other, &theirs);
    gen_personal_id(&job->world, &theirs, 0, subject->id);
    subject->id_fixed = true;
  }
  if (ticket->copy == 1 && ticket->slot == GEN_SLOT_MULTIPLE) {
    gen_personal_id(&job->world, core, 1, subject->id);
    subject->id_fixed = true;
  }
  if (ticket->copy == 1 && ticket->slot == GEN_SLOT_NEAR) {
    gen_random r = {gen_hash(core->key, tag_fault)};
    gen_digit_error(subject->id, 6, 12, &r);
    subject->id_fixed = true;
  }
  /* the first row of several is right, so that what differs is the copy's fault */
  if (ticket->copy == 0 && ticket->slot < job->schema->seconds) subject->id_fixed = true;
  if (id_planted(job, ticket->slot)) {
    id_plant(job, core, ticket->slot, subject->id);
    subject->id_fixed = true;
  }
}

/* The digits of sex, century and year against what the row says of them. */
static void report_digits(gen_job *job, const gen_ticket *ticket, const gen_subject *s) {
  unsigned born = (unsigned)(1900 + (s->id[3] - '0') / 2 * 100 + (s->id[4] - '0') * 10 + s->id[5] - '0');
  if (!s->sex_missing && ((s->id[3] - '0') & 1) != s->female) gen_fault_add(job, GEN_ID_SEX, ticket, NULL, s->id);
  if (born != s->birth.year) gen_fault_add(job, GEN_ID_YEAR, ticket, NULL, s->id);
}

/* One digit differs, or two neighbours stand in the other order. */
static bool is_near(const char *a, const char *b) {
  size_t differ[3] = {0}, count = 0;
  for (size_t i = 0; a[i] && b[i] && count < 3; i++) {
    if (a[i] != b[i]) differ[count++] = i;
  }
  if (strlen(a) != strlen(b) || count > 2) return false;
  return count < 2 || (differ[1] == differ[0] + 1 && a[differ[0]] == b[differ[1]] && a[differ[1]] == b[differ[0]]);
}

/* A copy against the first row, where both show a number. */
static void report_copy(gen_job *job, const gen_ticket *ticket, const gen_core *core, const gen_subject *s) {
  char valid[GEN_ID_BYTES];
  gen_ticket first;
  gen_personal_id(&job->world, core, 0, valid);
  if (!s->id[0] || strcmp(valid, s->id) == 0 || !id_shown(job, core, ticket->slot, 0)) return;
  if (id_planted(job, ticket->slot) || !gen_plan_find(&job->plan, ticket->entity, 0, &first)) return;
  gen_fault_add(job, is_near(valid, s->id) ? GEN_ID_NEAR : GEN_ID_MULTIPLE, &first, ticket, s->id);
}

/* The second of two people is the one who reports. */
static void report_pair(gen_job *job, const gen_ticket *ticket, gen_fault fault, uint32_t slot, const char *id) {
  uint64_t other;
  gen_ticket first;
  if (!gen_plan_neighbour(&job->plan, ticket->entity, slot, &other)) return;
  if (gen_plan_find(&job->plan, other, 0, &first)) gen_fault_add(job, fault, &first, ticket, id);
}

static void report_family_swap(gen_job *job, const gen_ticket *ticket, const gen_core *core, const char *id) {
  uint64_t other;
  gen_ticket first;
  if (!swap_partner(job, core, &other) || other > core->index) return;
  if (gen_plan_find(&job->plan, other, 0, &first)) gen_fault_add(job, GEN_ID_SWAPPED, &first, ticket, id);
}

static const gen_fault faults_alone[] = {[GEN_SLOT_FORMAT] = GEN_ID_FORMAT,
                                        [GEN_SLOT_PROVINCE] = GEN_ID_PROVINCE,
                                        [GEN_SLOT_LOST_ZERO] = GEN_ID_LOST_ZERO,
                                        [GEN_SLOT_OLD_NUMBER] = GEN_ID_OLD_NUMBER,
                                        [GEN_SLOT_PLACEHOLDER] = GEN_ID_PLACEHOLDER,
                                        [GEN_SLOT_SEQUENTIAL] = GEN_ID_SEQUENTIAL};

void gen_couple_spoil(gen_job *job, const gen_ticket *ticket, const gen_core *core, gen_subject *s) {
  const uint32_t slot = couple_slot(ticket->slot);
  if (!gen_couple_numbered(job, ticket->slot) || strlen(s->id) != 12) return;
  if (!slot && ticket->copy == 1) couple_change(job, ticket, core, s);
  if (!slot) return;
  id_spoil(slot, gen_hash(core->key, tag_fault + s->female), s->id);
  if (faults_alone[slot]) gen_fault_add(job, faults_alone[slot], ticket, NULL, s->id);
  if (slot == GEN_SLOT_PROVINCE || !faults_alone[slot]) report_digits(job, ticket, s);
}

void gen_id_report(gen_job *job, const gen_ticket *ticket, const gen_core *core, const gen_subject *subject) {
  const gen_subject *s = subject;
  uint32_t slot = ticket->slot;
  if (!s->id[0] || job->disagrees) return;
  if (ticket->copy) report_copy(job, ticket, core, s);
  if (slot == GEN_SLOT_SHARED) report_pair(job, ticket, GEN_ID_SHARED, GEN_SLOT_SHARED_OWNER, s->id);
  if (slot == GEN_SLOT_SWAP_SECOND && id_planted(job, slot)) report_pair(job, ticket, GEN_ID_SWAPPED, GEN_SLOT_SWAP_FIRST, s->id);
  report_family_swap(job, ticket, core, s->id);
  if (slot < sizeof faults_alone / sizeof *faults_alone && faults_alone[slot]) {
    gen_fault_add(job, faults_alone[slot], ticket, NULL, s->id);
    if (slot != GEN_SLOT_PROVINCE) return;
  }
  report_digits(job, ticket, s);
}
