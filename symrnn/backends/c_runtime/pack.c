/* ---- packing: the right factor of a product, in the order in which the tile reads it ------------------------- */
/* Columns are cut into panels of 3 vectors; the last ones have 2 or 1, and never 3 + 1 (2 + 2 keeps more sums in
   flight). A panel holds its rows one after the other; columns past N are 0. Panel with first column j: P + K * j. */
static INLINE size_t pack_vectors(size_t N) { return (N + LANES - 1) / LANES; }
static INLINE size_t pack_panel(size_t vectors_left) {
    return vectors_left == 4 ? 2 : vectors_left < PANEL ? vectors_left : PANEL;
}
/* How many numbers a packed K x N factor takes. */
STATIC size_t packed_size(size_t K, size_t N) { return K * pack_vectors(N) * LANES; }

/* One panel of `width` columns, of which `used` exist in B; a row of B is `row` apart, a column `column`. */
static void pack_one(size_t K, size_t width, size_t used, const real *B, size_t row, size_t column, real *P) {
    for (size_t k = 0; k < K; k++) {
        real *to = P + k * width;
        const real *from = B + k * row;
        if (column == 1)
            for (size_t j = 0; j < used; j++) to[j] = from[j];
        else
            for (size_t j = 0; j < used; j++) to[j] = from[j * column];
        for (size_t j = used; j < width; j++) to[j] = 0;
    }
}
static SEPARATE void pack_any(size_t K, size_t N, const real *B, size_t row, size_t column, real *P) {
    for (size_t j = 0, left = pack_vectors(N); left;) {
        const size_t vectors = pack_panel(left), width = vectors * LANES;
        pack_one(K, width, N - j < width ? N - j : width, B + j * column, row, column, P + K * j);
        j += width;
        left -= vectors;
    }
}
/* B is K x N with rows ldb apart. */
STATIC void pack_n(size_t K, size_t N, const real *B, size_t ldb, real *P) { pack_any(K, N, B, ldb, 1, P); }
/* B is N x K with rows ldb apart; what is packed is its transpose. */
STATIC void pack_t(size_t K, size_t N, const real *B, size_t ldb, real *P) { pack_any(K, N, B, 1, ldb, P); }
