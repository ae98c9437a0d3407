/* ---- large products by a BLAS, where the file is compiled with -DSYMRNN_BLAS ------------------------------------ */
#ifdef SYMRNN_BLAS
#if REAL_IS_DOUBLE
#define BLAS_GEMM SYMRNN_BLAS_NAME(dgemm)
#else
#define BLAS_GEMM SYMRNN_BLAS_NAME(sgemm)
#endif
void BLAS_GEMM(int order, int a, int b, SYMRNN_BLAS_INT M, SYMRNN_BLAS_INT N, SYMRNN_BLAS_INT K, real alpha,
               const real *A, SYMRNN_BLAS_INT lda, const real *B, SYMRNN_BLAS_INT ldb, real beta, real *C,
               SYMRNN_BLAS_INT ldc);

/* Whether the product was large enough to be left to the BLAS, and small enough for it to count. */
static int gemm_by_blas(size_t M, size_t N, size_t K, const real *A, size_t lda, int a_transposed, const real *B,
                        size_t ldb, int b_transposed, real *C, size_t ldc, int add) {
    const size_t sizes[] = {M, N, K, lda, ldb, ldc};
    if (M < 16 || N < 16 || K < 16) return 0;
    for (size_t i = 0; i < 6; i++)
        if (sizes[i] > SYM_BLAS_INT_MOST) return 0;
    BLAS_GEMM(101, a_transposed ? 112 : 111, b_transposed ? 112 : 111, (SYMRNN_BLAS_INT)M, (SYMRNN_BLAS_INT)N,
              (SYMRNN_BLAS_INT)K, 1, A, (SYMRNN_BLAS_INT)lda, B, (SYMRNN_BLAS_INT)ldb, add ? 1 : 0, C,
              (SYMRNN_BLAS_INT)ldc);
    return 1;
}
#else
static INLINE int gemm_by_blas(size_t M, size_t N, size_t K, const real *A, size_t lda, int a_transposed,
                               const real *B, size_t ldb, int b_transposed, real *C, size_t ldc, int add) {
    (void)M, (void)N, (void)K, (void)A, (void)lda, (void)a_transposed, (void)B, (void)ldb, (void)b_transposed;
    (void)C, (void)ldc, (void)add;
    return 0;
}
#endif
