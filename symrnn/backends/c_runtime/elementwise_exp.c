/* ---- exp and expm1 ------------------------------------------------------------------------------------------- */
/* x = n ln 2 + r with |r| <= ln(2)/2; e^r - 1 = r + r^2 q(r), where q is the polynomial with the smallest largest
   error relative to e^r - 1 (Remez): 0.11 ulp in f32, 0.08 ulp in f64. LN2_HIGH has so few digits that n times it
   is exact. Adding ROUNDER to a number rounds it to an integer, which then stands in the low bits of the sum.
   Largest error of the results, subnormal ones too: exp 1.1 ulp, expm1 2 ulp. */
#if REAL_IS_DOUBLE
#define MANTISSA 52
#define BIAS 1023
#define ROUNDER R(0x1.8p52)
#define LN2_HIGH R(0x1.62e42feep-1)
#define LN2_LOW R(0x1.a39ef35793c76p-33)
#define EXP_LEAST R(-746)
#define EXP_MOST R(710)
#define EXPM1_LEAST R(-40)
#else
#define MANTISSA 23
#define BIAS 127
#define ROUNDER R(0x1.8p23)
#define LN2_HIGH R(0x1.63p-1)
#define LN2_LOW R(-0x1.bd0106p-13)
#define EXP_LEAST R(-104)
#define EXP_MOST R(89)
#define EXPM1_LEAST R(-20)
#endif
#define LOG2_E R(1.4426950408889634074)

/* 2^n of n given by the low bits of `shifted` = n + ROUNDER */
static INLINE vec exp_scale(mask exponent) { return v_from_bits((exponent + m_set(BIAS)) << MANTISSA); }

/* e^r - 1 for |r| <= ln(2)/2; even and odd powers apart, which halves the chain of dependent operations */
static INLINE vec exp_polynomial(vec r) {
    const vec s = r * r;
#if REAL_IS_DOUBLE
    vec even = s * R(2.7626326553278736999e-7) + R(2.4801504445869689854e-5);
    vec odd = s * R(2.511447658353812942e-8) + R(2.7557227946747926599e-6);
    even = even * s + R(1.3888888932378904939e-3);
    odd = odd * s + R(1.9841269903034072439e-4);
    even = even * s + R(4.1666666666573624376e-2);
    odd = odd * s + R(8.3333333333145919967e-3);
    even = even * s + R(0.500000000000000555);
    odd = odd * s + R(0.16666666666666685995);
#else
    vec even = s * R(1.394645098485510977e-3) + R(4.1666282015683173593e-2);
    vec odd = s * R(8.3665839495538506669e-3) + R(0.16666542992109447062);
    even = even * s + R(0.50000000619359901309);
#endif
    return s * (odd * r + even) + r;
}

/* x within [least, most]; NaN stays */
static INLINE vec exp_clamp(vec x, real least, real most) {
    x = v_select(v_lt(x, v_set(least)), v_set(least), x);
    return v_select(v_lt(v_set(most), x), v_set(most), x);
}
/* p = e^r - 1 and the bits of n, of a clamped x */
static INLINE vec exp_reduced(vec x, mask *n) {
    const vec shifted = x * LOG2_E + ROUNDER;
    const vec whole = shifted - ROUNDER;
    *n = v_bits(shifted) - v_bits(v_set(ROUNDER));
    return exp_polynomial(x - whole * LN2_HIGH - whole * LN2_LOW);
}

/* e^x of a clamped x. The power of two is multiplied in two halves: the result may be subnormal or infinite. */
static INLINE vec exp_of_clamped(vec x) {
    mask n;
    const vec p = exp_reduced(x, &n);
    const mask half = ((n + m_set(2 * BIAS)) >> 1) - m_set(BIAS);
    return (p + R(1)) * exp_scale(half) * exp_scale(n - half);
}
static INLINE vec v_exp(vec x) { return exp_of_clamped(exp_clamp(x, EXP_LEAST, EXP_MOST)); }

/* e^x - 1, right near 0 too: 2^n p + (2^n - 1). Halved, because 2^n may be one power too large. */
static INLINE vec v_expm1(vec x) {
    mask n;
    const vec p = exp_reduced(exp_clamp(x, EXPM1_LEAST, EXP_MOST), &n);
    const vec scale = exp_scale(n - m_set(1));
    const vec y = (scale * p + (scale - R(0.5))) * R(2);
    return v_select(v_lt(v_abs(x), v_set(R(1e-30))), x, y); /* subnormal x must not be halved */
}

/* e^-|x|, which the accurate derivatives of sigmoid and tanh are written in */
static INLINE vec v_exp_neg_abs(vec x) {
    const vec a = v_abs(x);
    return exp_of_clamped(-v_select(v_lt(v_set(-EXP_LEAST), a), v_set(-EXP_LEAST), a));
}
