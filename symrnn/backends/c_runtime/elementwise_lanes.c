/* ---- elementwise functions that are taken lane by lane from the C library ------------------------------------ */
#define LANE_BY_LANE(name, value) \
    static INLINE vec name(vec a) { \
        real lane[LANES]; \
        v_store(lane, a); \
        UNROLL for (size_t i = 0; i < LANES; i++) { const real x = lane[i]; lane[i] = value; } \
        return v_load(lane); \
    }
#define LANE_BY_LANE_2(name, value) \
    static INLINE vec name(vec a, vec b) { \
        real lane[LANES], other[LANES]; \
        v_store(lane, a); \
        v_store(other, b); \
        UNROLL for (size_t i = 0; i < LANES; i++) { const real x = lane[i], y = other[i]; lane[i] = value; } \
        return v_load(lane); \
    }

LANE_BY_LANE(v_sqrt, MATH(sqrt)(x))
LANE_BY_LANE(v_floor, MATH(floor)(x))
LANE_BY_LANE(v_rint, MATH(rint)(x))
LANE_BY_LANE(v_log, MATH(log)(x))
LANE_BY_LANE(v_log1p, MATH(log1p)(x))
LANE_BY_LANE(v_sin, MATH(sin)(x))
LANE_BY_LANE(v_cos, MATH(cos)(x))
LANE_BY_LANE(v_erf, MATH(erf)(x))
LANE_BY_LANE_2(v_pow, MATH(pow)(x, y))
LANE_BY_LANE_2(v_atan2, MATH(atan2)(x, y))
LANE_BY_LANE_2(v_hypot, MATH(hypot)(x, y))

/* The remainder with the sign of the divisor, as in Python; 0 has it too. */
static INLINE real s_mod(real x, real y) {
    const real rest = MATH(fmod)(x, y);
    if (rest == 0) return MATH(copysign)(R(0), y);
    return (rest < 0) != (y < 0) ? rest + y : rest;
}
LANE_BY_LANE_2(v_mod, s_mod(x, y))
