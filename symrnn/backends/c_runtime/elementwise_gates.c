/* ---- the gates: tanh, sigmoid and their logarithms ------------------------------------------------------------ */
/* Largest error, anywhere and however small the result: tanh 2.6 ulp, sigmoid 2.5, softplus and logsigmoid 3. Every
   float from 2^-25 to 128 in size was tried; the others, where little is computed, and doubles were sampled. */
/* tanh = (e^2|x| - 1) / (e^2|x| + 1) with the sign of x; from TANH_ONE on it rounds to 1. */
#if REAL_IS_DOUBLE
#define TANH_ONE R(20)
#else
#define TANH_ONE R(9.5)
#endif
static INLINE vec v_tanh(vec x) {
    mask n;
    const vec a = v_abs(x);
    const vec bounded = v_select(v_lt(v_set(TANH_ONE), a), v_set(TANH_ONE), a);
    const vec p = exp_reduced(bounded + bounded, &n);
    const vec scale = exp_scale(n);
    const vec m = scale * p + (scale - R(1));
    return v_copysign(m / (m + R(2)), x);
}

/* 1 / (1 + e^-x) for x >= 0 and e^x / (1 + e^x) below: nothing cancels, nothing overflows. */
static INLINE vec v_sigmoid(vec x) {
    const vec e = v_exp_neg_abs(x);
    return v_select(v_lt(x, v_set(0)), e, v_set(1)) / (e + R(1));
}

/* log(1 + e) for 0 <= e <= 1: 2 artanh(s) with s = e / (2 + e), minimax in s^2 */
static INLINE vec log1p_polynomial(vec e) {
    const vec s = e / (e + R(2)), t = s * s;
#if REAL_IS_DOUBLE
    vec q = t * R(0.084736086774438749249) + R(0.041905359935567219935);
    q = q * t + R(0.060480222262012617375);
    q = q * t + R(0.066511717860525235918);
    q = q * t + R(0.076932231137846828953);
    q = q * t + R(0.090908749061173509912);
    q = q * t + R(0.11111111891163629451);
    q = q * t + R(0.14285714275658297791);
    q = q * t + R(0.20000000000062292158);
    q = q * t + R(0.33333333333333208811);
#else
    vec q = t * R(0.14012570103855374338) + R(0.13999506718062478216);
    q = q * t + R(0.2001085306713842161);
    q = q * t + R(0.33333206512080163153);
#endif
    return (s + s) * (q * t) + (s + s);
}
static INLINE vec v_softplus(vec x) { return v_maximum(x, v_set(0)) + log1p_polynomial(v_exp_neg_abs(x)); }
/* The difference is negated so that it is -0, not 0, where it vanishes. */
static INLINE vec v_logsigmoid(vec x) { return -(log1p_polynomial(v_exp_neg_abs(x)) - v_minimum(x, v_set(0))); }
