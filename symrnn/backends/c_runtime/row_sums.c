/* ---- sums over rows ------------------------------------------------------------------------------------------ */
/* out[j] (+)= sum over i of A[i, j]: the gradient of a bias. Four vectors of columns at once keep four sums going. */
STATIC void row_sums(size_t M, size_t N, const real *A, size_t lda, real *out, int add) {
    size_t j = 0;
    for (; j + 4 * LANES <= N; j += 4 * LANES) {
        vec sum[4];
        UNROLL for (size_t p = 0; p < 4; p++) sum[p] = add ? v_load(out + j + p * LANES) : v_set(0);
        for (size_t i = 0; i < M; i++)
            UNROLL for (size_t p = 0; p < 4; p++) sum[p] += v_load(A + i * lda + j + p * LANES);
        UNROLL for (size_t p = 0; p < 4; p++) v_store(out + j + p * LANES, sum[p]);
    }
    for (; j < N; j += LANES) {
        const size_t w = N - j < LANES ? N - j : LANES;
        vec sum = add ? v_load_part(out + j, w) : v_set(0);
        for (size_t i = 0; i < M; i++) sum += v_load_part(A + i * lda + j, w);
        v_store_part(out + j, sum, w);
    }
}
