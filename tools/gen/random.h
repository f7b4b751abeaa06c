/* Random numbers by hashing, so that person 7 of seed 1 is the same in any chunk, schema and run.
 * Everything is derived from (seed, what, index); nothing depends on the order of generation. */
#ifndef KHOP_GEN_RANDOM_H
#define KHOP_GEN_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* splitmix64's finaliser (Steele, Lea and Flood 2014). */
static inline uint64_t gen_mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static inline uint64_t gen_hash(uint64_t seed, uint64_t value) {
  return gen_mix(seed * 0x9e3779b97f4a7c15u + value + 0x632be59bd9b4e019u);
}

typedef struct gen_random {
  uint64_t state;
} gen_random;

static inline uint64_t gen_next(gen_random *r) { return gen_mix(r->state += 0x9e3779b97f4a7c15u); }

/* 0 .. bound-1; the bias of 2^-32 does not matter here. */
static inline uint32_t gen_below(gen_random *r, uint32_t bound) {
  return (uint32_t)(((gen_next(r) >> 32) * bound) >> 32);
}

/* Four small draws for the price of one: 0 .. bound-1 from the low 16 bits, which it uses up. */
static inline uint32_t gen_slice(uint64_t *bits, uint32_t bound) {
  uint32_t low = (uint32_t)(*bits & 0xffff);
  *bits >>= 16;
  return low * bound >> 16;
}

/* true `rate` times in 10,000. */
static inline bool gen_chance(gen_random *r, uint32_t rate) { return gen_below(r, 10000) < rate; }

/* Weighted choice in constant time: Vose's alias method. */
enum { GEN_PICKER_MAX = 512 };
typedef struct gen_picker {
  uint32_t count;
  uint32_t limit[GEN_PICKER_MAX]; /* below: the column itself; at or above: its alias */
  uint16_t alias[GEN_PICKER_MAX];
} gen_picker;

/* `count` weights, at most GEN_PICKER_MAX, one of them not zero; stride in bytes between them. */
void gen_picker_init(gen_picker *p, const uint16_t *weights, size_t count, size_t stride_bytes);

static inline uint32_t gen_pick(const gen_picker *p, uint64_t bits) {
  uint32_t column = (uint32_t)(((bits >> 32) * p->count) >> 32);
  return (uint32_t)bits < p->limit[column] ? column : p->alias[column];
}

#endif
