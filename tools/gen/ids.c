/* Which personal ID a row shows, and the faults planted in it. See job.h for the kinds. */
#include "job.h"

enum { tag_shown = 901, tag_fault };

static bool id_planted(uint32_t slot) { return slot >= GEN_SLOT_SHARED_OWNER && slot <= GEN_SLOT_SWAP_SECOND; }

/* Known without making the row, because a copy's fault depends on what its first row shows. */
static bool id_shown(const gen_job *job, const gen_core *core, uint32_t slot, uint32_t copy) {
  if (id_planted(slot)) return true;
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

static void id_plant(const gen_job *job, const gen_core *core, uint32_t slot, char id[GEN_ID_BYTES]) {
  static const char *const no_provinces[] = {"003", "005", "007", "009", "013", "050", "097", "098"};
  static const char *const placeholders[] = {"000000000000", "111111111111", "999999999999", "888888888888"};
  static const char *const runs[] = {"123456789012", "012345678901", "987654321098", "234567890123"};
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
    case GEN_SLOT_PLACEHOLDER:
      memcpy(id, placeholders[key % 4], 13);
      return;
    case GEN_SLOT_SEQUENTIAL:
      memcpy(id, runs[key % 4], 13);
      return;
    case GEN_SLOT_LOST_ZERO:
      memmove(id, id + 1, 12);
      return;
    case GEN_SLOT_FORMAT:
      id_break_format(id, key);
      return;
    default:
      break;
  }
  /* a number that nobody else has, so that no second fault is planted by chance */
  gen_personal_id(&job->world, core, 1, id);
  if (slot == GEN_SLOT_PROVINCE) memcpy(id, no_provinces[key % 8], 3);
  if (slot == GEN_SLOT_SEX) id[3] ^= 1;
  if (slot == GEN_SLOT_YEAR) id[5] = (char)('0' + (id[5] - '0' + 1 + key % 9) % 10);
}

void gen_id_show(gen_job *job, const gen_ticket *ticket, const gen_core *core, gen_subject *subject) {
  subject->id[0] = 0;
  subject->id_fixed = false;
  if (!id_shown(job, core, ticket->slot, ticket->copy)) return;
  gen_personal_id(&job->world, core, 0, subject->id);
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
  if (id_planted(ticket->slot)) {
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

/* A copy against the first row, where both show a number. */
static void report_copy(gen_job *job, const gen_ticket *ticket, const gen_core *core, const gen_subject *s) {
  char valid[GEN_ID_BYTES];
  gen_ticket first;
  gen_personal_id(&job->world, core, 0, valid);
  if (!s->id[0] || strcmp(valid, s->id) == 0 || !id_shown(job, core, ticket->slot, 0)) return;
  if (!gen_plan_find(&job->plan, ticket->entity, 0, &first)) return;
  bool reissued = ticket->slot == GEN_SLOT_MULTIPLE && ticket->copy == 1;
  gen_fault_add(job, reissued ? GEN_ID_MULTIPLE : GEN_ID_NEAR, &first, ticket, s->id);
}

/* The second of two people is the one who reports. */
static void report_pair(gen_job *job, const gen_ticket *ticket, gen_fault fault, uint32_t slot, const char *id) {
  uint64_t other;
  gen_ticket first;
  if (!gen_plan_neighbour(&job->plan, ticket->entity, slot, &other)) return;
  if (gen_plan_find(&job->plan, other, 0, &first)) gen_fault_add(job, fault, &first, ticket, id);
}

void gen_id_report(gen_job *job, const gen_ticket *ticket, const gen_core *core, const gen_subject *subject) {
  const gen_subject *s = subject;
  static const gen_fault alone[] = {[GEN_SLOT_FORMAT] = GEN_ID_FORMAT,
                                    [GEN_SLOT_PROVINCE] = GEN_ID_PROVINCE,
                                    [GEN_SLOT_LOST_ZERO] = GEN_ID_LOST_ZERO,
                                    [GEN_SLOT_OLD_NUMBER] = GEN_ID_OLD_NUMBER,
                                    [GEN_SLOT_PLACEHOLDER] = GEN_ID_PLACEHOLDER,
                                    [GEN_SLOT_SEQUENTIAL] = GEN_ID_SEQUENTIAL};
  uint32_t slot = ticket->slot;
  if (!s->id[0]) return;
  if (ticket->copy) report_copy(job, ticket, core, s);
  if (slot == GEN_SLOT_SHARED) report_pair(job, ticket, GEN_ID_SHARED, GEN_SLOT_SHARED_OWNER, s->id);
  if (slot == GEN_SLOT_SWAP_SECOND) report_pair(job, ticket, GEN_ID_SWAPPED, GEN_SLOT_SWAP_FIRST, s->id);
  if (slot < sizeof alone / sizeof *alone && alone[slot]) {
    gen_fault_add(job, alone[slot], ticket, NULL, s->id);
    if (slot != GEN_SLOT_PROVINCE) return;
  }
  report_digits(job, ticket, s);
}
