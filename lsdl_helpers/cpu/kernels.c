/* One layer's product, y[b][r] = sum over c of w[r][c] * x[b][c], in six ways.

   All arrays stand row by row. `rows` is a multiple of 4 and `columns` of 64 (kernels.py pads
   with zeros). Four rows and two inputs at a time: eight sums are under way at once, so that none
   waits for its last addition, and a block of four rows is still in the cache for the next pair
   of inputs. The rungs differ only in what one step multiplies and adds. All of it is done
   `repeats` times, since to call from Python takes as long as a small product. */

#include <stdint.h>

#define ROWS 4

/* A rung: NAME_step is one step of LANES products, NAME_sum adds the lanes up. */
#define RUNG(NAME, TARGET, WEIGHT, INPUT, OUTPUT, VECTOR, LANES)                                \
    TARGET static inline __attribute__((always_inline)) void NAME##_block(                      \
        const WEIGHT *w, const INPUT *x, OUTPUT *y, int rows, int columns, const int inputs) {  \
        VECTOR sums[ROWS][2] = {0};                                                             \
        for (int c = 0; c < columns; c += LANES)                                                \
            for (int r = 0; r < ROWS; r++)                                                      \
                for (int b = 0; b < inputs; b++)                                                \
                    sums[r][b] = NAME##_step(sums[r][b], w + (long)r * columns + c,             \
                                             x + (long)b * columns + c);                        \
        for (int r = 0; r < ROWS; r++)                                                          \
            for (int b = 0; b < inputs; b++) y[(long)b * rows + r] = NAME##_sum(sums[r][b]);    \
    }                                                                                           \
    TARGET void NAME(const WEIGHT *w, const INPUT *x, OUTPUT *y, int rows, int columns,         \
                     int batch, int repeats) {                                                  \
        for (int k = 0; k < repeats; k++)                                                       \
            for (int r = 0; r < rows; r += ROWS) {                                              \
                int b = 0;                                                                      \
                for (; b + 2 <= batch; b += 2)                                                  \
                    NAME##_block(w + (long)r * columns, x + (long)b * columns,                  \
                                 y + (long)b * rows + r, rows, columns, 2);                     \
                if (b < batch)                                                                  \
                    NAME##_block(w + (long)r * columns, x + (long)b * columns,                  \
                                 y + (long)b * rows + r, rows, columns, 1);                     \
            }                                                                                   \
    }

static inline float scalar_float_step(float sum, const float *w, const float *x) {
    return sum + *w * *x;
}
static inline float scalar_float_sum(float sum) { return sum; }
RUNG(scalar_float, , float, float, float, float, 1)

static inline int32_t scalar_int8_step(int32_t sum, const int8_t *w, const uint8_t *x) {
    return sum + *w * *x;
}
static inline int32_t scalar_int8_sum(int32_t sum) { return sum; }
RUNG(scalar_int8, , int8_t, uint8_t, int32_t, int32_t, 1)

#ifdef __x86_64__
#include <immintrin.h>

/* SSE: a product and an addition for 4 floats. */
static inline __m128 sse_float_step(__m128 sums, const float *w, const float *x) {
    return _mm_add_ps(sums, _mm_mul_ps(_mm_loadu_ps(w), _mm_loadu_ps(x)));
}
static inline float sse_float_sum(__m128 sums) {
    float s[4];
    _mm_storeu_ps(s, sums);
    return s[0] + s[1] + s[2] + s[3];
}
RUNG(sse_float, , float, float, float, __m128, 4)

/* SSSE3: 16 products, added in pairs to 16 bits, where they saturate; in pairs to 32 bits; and
   to the sum. Three instructions. */
#define SSSE3 __attribute__((target("ssse3")))
SSSE3 static inline __m128i ssse3_int8_step(__m128i sums, const int8_t *w, const uint8_t *x) {
    __m128i pairs = _mm_maddubs_epi16(_mm_loadu_si128((const __m128i *)x),
                                      _mm_loadu_si128((const __m128i *)w));
    return _mm_add_epi32(sums, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
}
SSSE3 static inline int32_t ssse3_int8_sum(__m128i sums) {
    int32_t s[4];
    _mm_storeu_si128((__m128i *)s, sums);
    return s[0] + s[1] + s[2] + s[3];
}
RUNG(ssse3_int8, SSSE3, int8_t, uint8_t, int32_t, __m128i, 16)

/* AVX-512: a product and an addition for 16 floats, in one instruction. */
#define AVX512 __attribute__((target("avx512f")))
AVX512 static inline __m512 avx512_float_step(__m512 sums, const float *w, const float *x) {
    return _mm512_fmadd_ps(_mm512_loadu_ps(w), _mm512_loadu_ps(x), sums);
}
AVX512 static inline float avx512_float_sum(__m512 sums) { return _mm512_reduce_add_ps(sums); }
RUNG(avx512_float, AVX512, float, float, float, __m512, 16)

/* VNNI: 64 products, added in fours to 32 bits and to the sum, in one instruction. */
#define VNNI __attribute__((target("avx512f,avx512vnni")))
VNNI static inline __m512i vnni_int8_step(__m512i sums, const int8_t *w,
                                          const uint8_t *x) {
    return _mm512_dpbusd_epi32(sums, _mm512_loadu_si512(x),
                               _mm512_loadu_si512(w));
}
VNNI static inline int32_t vnni_int8_sum(__m512i sums) { return _mm512_reduce_add_epi32(sums); }
RUNG(vnni_int8, VNNI, int8_t, uint8_t, int32_t, __m512i, 64)

int has_ssse3(void) { return __builtin_cpu_supports("ssse3") != 0; }
int has_avx512(void) { return __builtin_cpu_supports("avx512f") != 0; }
int has_vnni(void) { return __builtin_cpu_supports("avx512vnni") != 0; }
#endif
