/* Hashing: xxh3 for bytes, a finaliser for numbers. Header-only xxHash, so that nothing of it is
 * exported. Values are part of the store's format and of determinism: never seed them by time. */
#ifndef KHOP_BASE_HASH_H
#define KHOP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t hash_bytes(const void *bytes, size_t length) { return XXH3_64bits(bytes, length); }

static inline uint64_t hash_bytes_seeded(const void *bytes, size_t length, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, length, seed);
}

/* A bijection on 64 bits that spreads every input bit (splitmix64's finaliser, Steele et al. 2014). */
static inline uint64_t hash_mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static inline uint64_t hash_combine(uint64_t seed, uint64_t value) {
  return hash_mix(seed * 0x9e3779b97f4a7c15u + value + 0x632be59bd9b4e019u);
}

/* Splitmix64: a small generator for sampling and tests; *state is any seed. */
static inline uint64_t random_next(uint64_t *state) { return hash_mix(*state += 0x9e3779b97f4a7c15u); }

#endif
