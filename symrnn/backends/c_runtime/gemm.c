/* ---- the general products: the right factor is packed block by block into `scratch` --------------------------- */
#define BLOCK_N ((size_t)(PANEL * LANES) * (384 / (PANEL * LANES)))

/* Rows of A that many bytes apart fall into the same few sets of the first-level cache: copying them pays. */
#define FAR_APART 2048
#define PACK_ROWS 8

/* Strips of TILE_ROWS rows of A = (K x M) transposed, k by k: what a tile reads stands together. A few rows of memory
   at a time are read from end to end, and whole cache lines written. */
static SEPARATE void gemm_pack_left(size_t M, size_t K, const real *A, size_t lda, real *to) {
    const size_t full = M / TILE_ROWS * TILE_ROWS;
    for (size_t k = 0; k < K; k += PACK_ROWS) {
        const size_t last = K - k < PACK_ROWS ? K : k + PACK_ROWS;
        for (size_t i = 0; i < full; i += TILE_ROWS)
            for (size_t l = k; l < last; l++)
                memcpy(to + i * K + l * TILE_ROWS, A + l * lda + i, TILE_ROWS * sizeof(real));
        for (size_t l = k; l < last; l++)
            for (size_t i = full; i < M; i++) to[full * K + l * TILE_ROWS + i - full] = A[l * lda + i];
    }
}

/* A block of C: rows of A times the packed panels of B. */
static void gemm_block_product(size_t M, size_t N, size_t K, const real *A, size_t row, size_t column, size_t strip,
                               const real *P, real *C, size_t ldc, int add) {
    for (size_t j = 0, left = pack_vectors(N); left;) {
        const size_t vectors = pack_panel(left);
        gemm_panel(vectors, M, K, A, row, column, strip, P + K * j, C + j, ldc, N - j, add);
        j += vectors * LANES;
        left -= vectors;
    }
}

/* How many numbers the general products need as scratch: a block of each factor. */
STATIC size_t gemm_scratch(size_t M, size_t N, size_t K) {
    const size_t m = M < BLOCK_M ? M : BLOCK_M, n = N < BLOCK_N ? N : BLOCK_N, k = K < BLOCK_K ? K : BLOCK_K;
    return k * ((m + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS + pack_vectors(n) * LANES);
}

/* C (+)= A B, or A^T B with `transposed`; B[k*b_row + j*b_column] */
static SEPARATE void gemm_any(size_t M, size_t N, size_t K, const real *A, size_t lda, int transposed, const real *B,
                              size_t b_row, size_t b_column, real *C, size_t ldc, int add, real *scratch) {
    const size_t block = gemm_block(K, BLOCK_K), rows = gemm_block_rows(M);
    const size_t row = transposed ? 1 : lda, column = transposed ? lda : 1;
    const int copied = transposed && lda * sizeof(real) >= FAR_APART;
    if (K == 0 && !add) gemm_clear(M, N, C, ldc);
    for (size_t k = 0; k < K; k += block)
        for (size_t j = 0; j < N; j += BLOCK_N) {
            const size_t depth = K - k < block ? K - k : block, width = N - j < BLOCK_N ? N - j : BLOCK_N;
            real *left = scratch + packed_size(depth, width), *to = C + j;
            pack_any(depth, width, B + k * b_row + j * b_column, b_row, b_column, scratch);
            for (size_t i = 0; i < M; i += rows, to += rows * ldc) {
                const size_t height = M - i < rows ? M - i : rows;
                const real *from = A + i * row + k * column;
                if (copied) gemm_pack_left(height, depth, from, lda, left);
                gemm_block_product(height, width, depth, copied ? left : from, row, copied ? TILE_ROWS : column,
                                   copied ? TILE_ROWS * depth : TILE_ROWS * row, scratch, to, ldc, add || k);
            }
        }
}

/* C (+)= A B: A is M x K, B is K x N. */
STATIC void gemm_nn(size_t M, size_t N, size_t K, const real *A, size_t lda, const real *B, size_t ldb, real *C,
                    size_t ldc, int add, real *scratch) {
    if (!gemm_by_blas(M, N, K, A, lda, 0, B, ldb, 0, C, ldc, add))
        gemm_any(M, N, K, A, lda, 0, B, ldb, 1, C, ldc, add, scratch);
}
/* C (+)= A^T B: A is K x M, B is K x N. */
STATIC void gemm_tn(size_t M, size_t N, size_t K, const real *A, size_t lda, const real *B, size_t ldb, real *C,
                    size_t ldc, int add, real *scratch) {
    if (!gemm_by_blas(M, N, K, A, lda, 1, B, ldb, 0, C, ldc, add))
        gemm_any(M, N, K, A, lda, 1, B, ldb, 1, C, ldc, add, scratch);
}
/* C (+)= A B^T: A is M x K, B is N x K. */
STATIC void gemm_nt(size_t M, size_t N, size_t K, const real *A, size_t lda, const real *B, size_t ldb, real *C,
                    size_t ldc, int add, real *scratch) {
    if (!gemm_by_blas(M, N, K, A, lda, 0, B, ldb, 1, C, ldc, add))
        gemm_any(M, N, K, A, lda, 0, B, 1, ldb, C, ldc, add, scratch);
}
