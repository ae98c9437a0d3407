/* ---- the register tile: rows x vectors of C stay in registers while k runs ----------------------------------- */
static SEPARATE void tile_edge(size_t rows, size_t used, const real *edge, size_t width, real *C, size_t ldc, int add) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < used; j++)
            C[i * ldc + j] = add ? C[i * ldc + j] + edge[i * width + j] : edge[i * width + j];
}
/* C[i, :] (+)= sum over k of A[i*row + k*column] * P[k*width ...], for `rows` rows and `vectors` vectors, both
   constants where it is called. Few sums would wait for each other, so a small tile splits k into `phases`
   independent sums. `used` columns of C exist. */
static INLINE void tile(const size_t rows, const size_t vectors, size_t K, const real *RESTRICT A, size_t row,
                        size_t column, const real *RESTRICT P, real *RESTRICT C, size_t ldc, size_t used,
                        int add) {
    const size_t phases = rows * vectors >= 8 ? 1 : rows * vectors >= 4 ? 2 : 4;
    const size_t width = vectors * LANES;
    int whole = used >= width, add_here = whole && add; /* at the edge of C the tile is first put aside */
    OPAQUE(whole);
    OPAQUE(add_here);
    real edge[TILE_ROWS * PANEL * LANES], *to = whole ? C : edge;
    const size_t apart = whole ? ldc : width;
    UNROLL for (size_t i = 0; i < rows; i++) { /* C is wanted when the sums are done */
        PREFETCH(to + i * apart);
        PREFETCH(to + i * apart + width - 1);
    }
    vec sum[4][TILE_ROWS][PANEL];
    size_t k = 0;
    UNROLL for (size_t p = 0; p < phases; p++)
        UNROLL for (size_t i = 0; i < rows; i++)
            UNROLL for (size_t j = 0; j < vectors; j++) sum[p][i][j] = v_set(0);
    for (; k + phases <= K; k += phases)
        UNROLL for (size_t p = 0; p < phases; p++) {
            vec b[PANEL];
            UNROLL for (size_t j = 0; j < vectors; j++) {
                b[j] = v_load(P + (k + p) * width + j * LANES);
                KEEP_IN_REGISTER(b[j]);
            }
            UNROLL for (size_t i = 0; i < rows; i++) {
                vec a = v_set(A[i * row + (k + p) * column]);
                KEEP_IN_REGISTER(a);
                UNROLL for (size_t j = 0; j < vectors; j++) sum[p][i][j] += a * b[j];
            }
        }
    for (; k < K; k++)
        UNROLL for (size_t i = 0; i < rows; i++) {
            const vec a = v_set(A[i * row + k * column]);
            UNROLL for (size_t j = 0; j < vectors; j++) sum[0][i][j] += a * v_load(P + k * width + j * LANES);
        }
    UNROLL for (size_t i = 0; i < rows; i++)
        UNROLL for (size_t j = 0; j < vectors; j++) {
            vec y = sum[0][i][j];
            UNROLL for (size_t p = 1; p < phases; p++) y += sum[p][i][j];
            v_store(to + i * apart + j * LANES, add_here ? v_load(to + i * apart + j * LANES) + y : y);
        }
    if (!whole) tile_edge(rows, used, edge, width, C, ldc, add);
}
