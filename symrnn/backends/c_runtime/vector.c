/* ---- vectors: LANES numbers that are computed with at once --------------------------------------------------- */
#if REAL_IS_DOUBLE
typedef uint64_t bits;
#define MATH(name) name
#else
typedef uint32_t bits;
#define MATH(name) name##f
#endif
#define R(number) ((real)(number))

#if VECTOR_BYTES
typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef bits mask __attribute__((vector_size(VECTOR_BYTES)));
#define LANES (VECTOR_BYTES / sizeof(real))
static INLINE mask v_bits(vec v) { return (mask)v; }
static INLINE vec v_from_bits(mask m) { return (vec)m; }
static INLINE mask v_lt(vec a, vec b) { return (mask)(a < b); }
static INLINE mask v_le(vec a, vec b) { return (mask)(a <= b); }
static INLINE mask v_eq(vec a, vec b) { return (mask)(a == b); }
#else
typedef real vec;
typedef bits mask;
#define LANES ((size_t)1)
static INLINE mask v_bits(vec v) { mask m; memcpy(&m, &v, sizeof m); return m; }
static INLINE vec v_from_bits(mask m) { vec v; memcpy(&v, &m, sizeof v); return v; }
static INLINE mask v_lt(vec a, vec b) { return (mask)0 - (mask)(a < b); }
static INLINE mask v_le(vec a, vec b) { return (mask)0 - (mask)(a <= b); }
static INLINE mask v_eq(vec a, vec b) { return (mask)0 - (mask)(a == b); }
#endif

static INLINE vec v_set(real a) { return a - (vec){0}; } /* -0 - 0 is -0, where -0 + 0 would lose the sign */
static INLINE mask m_set(bits a) { return a | (mask){0}; }
static INLINE mask m_and(mask a, mask b) { return a & b; }
static INLINE mask m_or(mask a, mask b) { return a | b; }
static INLINE mask m_not(mask a) { return ~a; }
static INLINE vec v_select(mask m, vec a, vec b) { return v_from_bits((m & v_bits(a)) | (~m & v_bits(b))); }
static INLINE vec v_truth(mask m) { return v_from_bits(m & v_bits(v_set(1))); }

static INLINE vec v_load(const real *p) { vec v; memcpy(&v, p, sizeof v); return v; }
static INLINE void v_store(real *p, vec v) { memcpy(p, &v, sizeof v); }

/* The first w <= LANES numbers; a load gives 0 for the rest. With w known to be LANES this is a plain load. */
static INLINE vec v_load_part(const real *p, size_t w) {
    real lane[LANES] = {0};
    if (w == LANES) return v_load(p);
    for (size_t i = 0; i < w; i++) lane[i] = p[i];
    return v_load(lane);
}
static INLINE void v_store_part(real *p, vec v, size_t w) {
    real lane[LANES];
    if (w == LANES) { v_store(p, v); return; }
    v_store(lane, v);
    for (size_t i = 0; i < w; i++) p[i] = lane[i];
}
static INLINE vec v_load_strided(const real *p, size_t stride, size_t w) {
    real lane[LANES] = {0};
    for (size_t i = 0; i < w; i++) lane[i] = p[i * stride];
    return v_load(lane);
}
static INLINE void v_store_strided(real *p, size_t stride, vec v, size_t w) {
    real lane[LANES];
    v_store(lane, v);
    for (size_t i = 0; i < w; i++) p[i * stride] = lane[i];
}

static INLINE real v_sum(vec v) {
    real lane[LANES];
    v_store(lane, v);
    for (size_t half = LANES / 2; half; half /= 2)
        for (size_t i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}
/* The largest lane, NaN if there is one. */
static INLINE real v_max_lane(vec v) {
    real lane[LANES];
    v_store(lane, v);
    for (size_t i = 1; i < LANES; i++)
        if (lane[i] > lane[0] || lane[i] != lane[i]) lane[0] = lane[i];
    return lane[0];
}
