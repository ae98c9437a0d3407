/* ---- elementwise functions that round nothing or follow IEEE 754 in one operation ---------------------------- */
#define SIGN_BIT ((bits)1 << (8 * sizeof(real) - 1))

static INLINE vec v_abs(vec a) { return v_from_bits(v_bits(a) & ~m_set(SIGN_BIT)); }
/* |a| with the sign of b */
static INLINE vec v_copysign(vec a, vec b) {
    return v_from_bits((v_bits(a) & ~m_set(SIGN_BIT)) | (v_bits(b) & m_set(SIGN_BIT)));
}
/* NaN wherever a or b is, as in NumPy; a comparison with NaN is false. */
static INLINE vec v_maximum(vec a, vec b) { return v_select(m_or(v_lt(b, a), m_not(v_eq(a, a))), a, b); }
static INLINE vec v_minimum(vec a, vec b) { return v_select(m_or(v_lt(a, b), m_not(v_eq(a, a))), a, b); }
static INLINE vec v_relu(vec a) { return v_maximum(a, v_set(0)); }
static INLINE vec v_sign(vec a) {
    return v_select(v_eq(a, v_set(0)), v_set(0), v_select(v_eq(a, a), v_copysign(v_set(1), a), a));
}
/* 0 below zero, 1 above, `at` at zero */
static INLINE vec v_heaviside(vec a, vec at) {
    return v_select(v_eq(a, v_set(0)), at, v_select(v_eq(a, a), v_truth(v_lt(v_set(0), a)), a));
}
/* a to a small integer power by repeated multiplication; n is a constant where it is called. */
static INLINE vec v_powi(vec a, int n) {
    vec y = v_set(1);
    for (unsigned k = n < 0 ? 0u - (unsigned)n : (unsigned)n; k; k /= 2) {
        if (k % 2) y = y * a;
        a = a * a;
    }
    return n < 0 ? v_set(1) / y : y;
}
