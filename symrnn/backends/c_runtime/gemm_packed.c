/* ---- the product with a packed right factor ------------------------------------------------------------------ */
/* Rows of k that a panel keeps in the first-level cache, and rows of A that the second level keeps meanwhile. */
#define BLOCK_K (VECTOR_BYTES ? (size_t)24576 / (PANEL * (VECTOR_BYTES ? VECTOR_BYTES : 1)) : 512)
#define BLOCK_M ((size_t)64)

/* `total` cut into equal blocks of at most `most` */
static INLINE size_t gemm_block(size_t total, size_t most) {
    const size_t blocks = (total + most - 1) / most;
    return blocks ? (total + blocks - 1) / blocks : 1;
}

/* The same for rows of A; blocks end where tiles do. */
static INLINE size_t gemm_block_rows(size_t M) {
    return (gemm_block(M, BLOCK_M) + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
}

/* All rows of one panel. A[i*row + k*column] within TILE_ROWS rows; the next ones begin `strip` later. */
static INLINE void gemm_rows(const size_t vectors, size_t M, size_t K, const real *A, size_t row, size_t column,
                             size_t strip, const real *P, real *C, size_t ldc, size_t used, int add) {
    for (; M >= TILE_ROWS; M -= TILE_ROWS, A += strip, C += TILE_ROWS * ldc)
        tile(TILE_ROWS, vectors, K, A, row, column, P, C, ldc, used, add);
    if (TILE_ROWS > 4 && M >= 4) {
        tile(4, vectors, K, A, row, column, P, C, ldc, used, add);
        M -= 4, A += 4 * row, C += 4 * ldc;
    }
    if (M >= 2) {
        tile(2, vectors, K, A, row, column, P, C, ldc, used, add);
        M -= 2, A += 2 * row, C += 2 * ldc;
    }
    if (M) tile(1, vectors, K, A, row, column, P, C, ldc, used, add);
}
static SEPARATE void gemm_panel(size_t vectors, size_t M, size_t K, const real *A, size_t row, size_t column,
                                size_t strip, const real *P, real *C, size_t ldc, size_t used, int add) {
    if (vectors == 3) gemm_rows(3, M, K, A, row, column, strip, P, C, ldc, used, add);
    else if (vectors == 2) gemm_rows(2, M, K, A, row, column, strip, P, C, ldc, used, add);
    else gemm_rows(1, M, K, A, row, column, strip, P, C, ldc, used, add);
}

static void gemm_clear(size_t M, size_t N, real *C, size_t ldc) {
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) C[i * ldc + j] = 0;
}

/* One row of C: all panels in one go, because each is over soon. */
static SEPARATE void gemm_one_row(size_t N, size_t K, const real *A, const real *P, real *C, int add) {
    for (size_t j = 0, left = pack_vectors(N); left;) {
        const size_t vectors = pack_panel(left);
        if (vectors == 3) tile(1, 3, K, A, 0, 1, P + K * j, C + j, 0, N - j, add);
        else if (vectors == 2) tile(1, 2, K, A, 0, 1, P + K * j, C + j, 0, N - j, add);
        else tile(1, 1, K, A, 0, 1, P + K * j, C + j, 0, N - j, add);
        j += vectors * LANES;
        left -= vectors;
    }
}

/* C[M x N] (+)= A[M x K] P, where P was packed from K x N. */
STATIC void gemm_packed(size_t M, size_t N, size_t K, const real *A, size_t lda, const real *P, real *C, size_t ldc,
                        int add) {
    const size_t block = gemm_block(K, BLOCK_K), rows = gemm_block_rows(M);
    if (K == 0 && !add) gemm_clear(M, N, C, ldc);
    if (M == 1 && K) {
        gemm_one_row(N, K, A, P, C, add);
        return;
    }
    for (size_t k = 0; k < K; k += block) {
        const size_t depth = K - k < block ? K - k : block;
        for (size_t i = 0; i < M; i += rows)
            for (size_t j = 0, left = pack_vectors(N); left;) {
                const size_t vectors = pack_panel(left), width = vectors * LANES;
                gemm_panel(vectors, M - i < rows ? M - i : rows, depth, A + i * lda + k, lda, 1, TILE_ROWS * lda,
                           P + K * j + k * width, C + i * ldc + j, ldc, N - j, add || k);
                j += width;
                left -= vectors;
            }
    }
}
