/* Zeros. */
static void TYPED(w_zero)(size_t n, real *y)
{
    for (size_t k = 0; k < n; k++)
        y[k] = 0;
}

/* A copy of n numbers. */
static void TYPED(w_copy)(size_t n, const real *x, real *y)
{
    for (size_t k = 0; k < n; k++)
        y[k] = x[k];
}

/* The sum of n numbers, dx apart. */
static real TYPED(w_sum)(size_t n, const real *x, size_t dx)
{
    size_t k = 0;
    vec total = v_set(0);
    if (dx == 1)
        for (; k + LANES <= n; k += LANES)
            total = total + v_load(x + k);
    real sum = v_sum(total);
    for (; k < n; k++)
        sum += x[k * dx];
    return sum;
}

/* The sum of n products, dx and dy apart. */
static real TYPED(w_dot)(size_t n, const real *x, size_t dx, const real *y, size_t dy)
{
    size_t k = 0;
    vec total = v_set(0);
    if (dx == 1 && dy == 1)
        for (; k + LANES <= n; k += LANES)
            total = total + v_load(x + k) * v_load(y + k);
    real sum = v_sum(total);
    for (; k < n; k++)
        sum += x[k * dx] * y[k * dy];
    return sum;
}

/* The exponential of one number. */
static real TYPED(w_exp)(real x)
{
    return REAL_IS_DOUBLE ? (real)exp((double)x) : (real)expf((float)x);
}

/* exp(x) by its sum along lines of n numbers, shifted so that nothing overflows. */
static void TYPED(w_softmax)(size_t lines, size_t apart, size_t n, size_t step, const real *x, real *y)
{
    for (size_t line = 0; line < lines; line++) {
        const real *from = x + line * apart;
        real *to = y + line * apart, top = from[0], sum = 0;
        for (size_t k = 1; k < n; k++)
            top = from[k * step] > top || from[k * step] != from[k * step] ? from[k * step] : top;
        for (size_t k = 0; k < n; k++)
            sum += to[k * step] = TYPED(w_exp)(from[k * step] - top);
        for (size_t k = 0; k < n; k++)
            to[k * step] /= sum;
    }
}

/* The logarithm of the sum of exp(x) along lines of n numbers, shifted so that nothing overflows. */
static void TYPED(w_logsumexp)(size_t lines, size_t apart, size_t n, size_t step, const real *x, real *y)
{
    for (size_t line = 0; line < lines; line++) {
        const real *from = x + line * apart;
        real top = from[0], sum = 0;
        for (size_t k = 1; k < n; k++)
            top = from[k * step] > top || from[k * step] != from[k * step] ? from[k * step] : top;
        for (size_t k = 0; k < n; k++)
            sum += TYPED(w_exp)(from[k * step] - top);
        y[line] = top + (REAL_IS_DOUBLE ? (real)log((double)sum) : (real)logf((float)sum));
    }
}

/* Running sums along lines of n numbers, from the end where reverse. */
static void TYPED(w_cumsum)(size_t lines, size_t apart, size_t n, size_t step, const real *x, real *y, int reverse)
{
    for (size_t line = 0; line < lines; line++) {
        real sum = 0;
        for (size_t k = 0; k < n; k++) {
            size_t at = line * apart + (reverse ? n - 1 - k : k) * step;
            y[at] = sum += x[at];
        }
    }
}

/* y = A^-1 b by elimination with row exchanges: A (n, n), b and y (n, columns); scratch holds n * n numbers. */
static void TYPED(w_solve)(size_t n, size_t columns, const real *A, const real *b, real *y, real *scratch)
{
    real *L = scratch;
    TYPED(w_copy)(n * n, A, L);
    TYPED(w_copy)(n * columns, b, y);
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++) {
            real a = L[i * n + k], top = L[best * n + k];
            best = (a < 0 ? -a : a) > (top < 0 ? -top : top) ? i : best;
        }
        for (size_t j = 0; best != k && j < n; j++) {
            real held = L[k * n + j];
            L[k * n + j] = L[best * n + j];
            L[best * n + j] = held;
        }
        for (size_t j = 0; best != k && j < columns; j++) {
            real held = y[k * columns + j];
            y[k * columns + j] = y[best * columns + j];
            y[best * columns + j] = held;
        }
        for (size_t i = k + 1; i < n; i++) {
            real factor = L[i * n + k] / L[k * n + k];
            for (size_t j = k + 1; j < n; j++)
                L[i * n + j] -= factor * L[k * n + j];
            for (size_t j = 0; j < columns; j++)
                y[i * columns + j] -= factor * y[k * columns + j];
        }
    }
    for (size_t k = n; k-- > 0;)
        for (size_t j = 0; j < columns; j++) {
            real sum = y[k * columns + j];
            for (size_t i = k + 1; i < n; i++)
                sum -= L[k * n + i] * y[i * columns + j];
            y[k * columns + j] = sum / L[k * n + k];
        }
}

/* C = A B for square matrices. */
static void TYPED(w_matmul)(size_t n, const real *A, const real *B, real *C)
{
    TYPED(w_zero)(n * n, C);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < n; j++)
                C[i * n + j] += A[i * n + k] * B[k * n + j];
}

/* Scratch memory of w_expm, in numbers. */
static size_t TYPED(w_expm_size)(size_t n)
{
    return 7 * n * n;
}

/* The exponential of a matrix: scaling and squaring of the [13/13] Pade approximant (Higham 2005). */
static void TYPED(w_expm)(size_t n, const real *A, real *Y, real *scratch)
{
    static const double pade[14] = {
        64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
        10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0
    };
    real *a = scratch, *square = a + n * n, *power = square + n * n, *even = power + n * n;
    real *odd = even + n * n, *held = odd + n * n, *lu = held + n * n, norm = 0, scale = 1;
    int halvings = 0;
    for (size_t i = 0; i < n; i++) {
        real sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += A[i * n + j] < 0 ? -A[i * n + j] : A[i * n + j];
        norm = sum > norm ? sum : norm;
    }
    for (; norm > R(5.4) && halvings < 1100; halvings++)
        norm /= 2, scale *= 2;
    for (size_t k = 0; k < n * n; k++) {
        a[k] = A[k] / scale;
        power[k] = k % (n + 1) == 0;
        even[k] = odd[k] = 0;
    }
    TYPED(w_matmul)(n, a, a, square);
    for (int order = 0; order < 14; order += 2) {
        for (size_t k = 0; k < n * n; k++) {
            even[k] += (real)(pade[order] / pade[0]) * power[k];
            odd[k] += (real)(pade[order + 1] / pade[0]) * power[k];
        }
        TYPED(w_matmul)(n, power, square, held);
        TYPED(w_copy)(n * n, held, power);
    }
    TYPED(w_matmul)(n, a, odd, held);
    for (size_t k = 0; k < n * n; k++) {
        power[k] = even[k] - held[k];
        held[k] = even[k] + held[k];
    }
    TYPED(w_solve)(n, n, power, held, Y, lu);
    for (; halvings > 0; halvings--) {
        TYPED(w_matmul)(n, Y, Y, held);
        TYPED(w_copy)(n * n, held, Y);
    }
}

/* Scratch memory of w_expm_derivative, in numbers. */
static size_t TYPED(w_expm_derivative_size)(size_t n)
{
    return 8 * n * n + TYPED(w_expm_size)(2 * n);
}

/* d/ds expm(A + s E) at s = 0: the upper right block of the exponential of [[A, E], [0, A]]. */
static void TYPED(w_expm_derivative)(size_t n, const real *A, const real *E, real *Y, real *scratch)
{
    real *whole = scratch, *value = whole + 4 * n * n, top = 0;
    for (size_t k = 0; k < n * n; k++) {
        real e = E[k] < 0 ? -E[k] : E[k];
        top = e > top ? e : top;
    }
    top = top > 0 && top - top == 0 ? top : 1; /* linear in E, whose size must not drown A */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            whole[i * 2 * n + j] = whole[(i + n) * 2 * n + j + n] = A[i * n + j];
            whole[i * 2 * n + j + n] = E[i * n + j] / top;
            whole[(i + n) * 2 * n + j] = 0;
        }
    TYPED(w_expm)(2 * n, whole, value, value + 4 * n * n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            Y[i * n + j] = top * value[i * 2 * n + j + n];
}
