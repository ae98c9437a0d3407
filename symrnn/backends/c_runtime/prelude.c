/* ---- once per file: headers, instruction set, names ---------------------------------------------------------- */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A vector holds as many numbers as one register. SYMRNN_SCALAR (or a compiler without vector types) makes it one. */
#if !defined(__GNUC__) && !defined(SYMRNN_SCALAR)
#define SYMRNN_SCALAR
#endif
#if defined(__AVX512F__)
#define REGISTER_BYTES 64
#elif defined(__AVX__)
#define REGISTER_BYTES 32
#else
#define REGISTER_BYTES 16
#endif
#ifdef SYMRNN_SCALAR
#define VECTOR_BYTES 0
#elif !defined(VECTOR_BYTES)
#define VECTOR_BYTES REGISTER_BYTES
#endif

/* Rows of a register tile: tile rows x PANEL vectors must fit the registers beside one panel row and one factor. */
#ifndef TILE_ROWS
#if defined(__AVX512F__) || defined(__aarch64__)
#define TILE_ROWS 8
#else
#define TILE_ROWS 4
#endif
#endif
#define PANEL 3

#if defined(__clang__)
#define SEPARATE __attribute__((noinline))
#elif defined(__GNUC__)
#define SEPARATE __attribute__((noinline, noclone)) /* large, and called from several places: one copy is enough */
#else
#define SEPARATE
#endif
#if defined(__GNUC__)
#define STATIC static __attribute__((unused))
#define INLINE inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("GCC unroll 16")
#define RESTRICT __restrict__
#else
#define STATIC static
#define INLINE inline
#define UNROLL
#define RESTRICT
#endif

/* Without it the compiler reads a loaded vector again from memory wherever it is used, and loads are the bottleneck. */
#if VECTOR_BYTES == REGISTER_BYTES && defined(__x86_64__)
#define KEEP_IN_REGISTER(v) __asm__("" : "+v"(v))
#elif VECTOR_BYTES == REGISTER_BYTES && defined(__aarch64__)
#define KEEP_IN_REGISTER(v) __asm__("" : "+w"(v))
#else
#define KEEP_IN_REGISTER(v)
#endif

/* A condition that the compiler must not write a loop twice for. */
#if defined(__GNUC__)
#define OPAQUE(flag) __asm__("" : "+r"(flag))
#define PREFETCH(address) __builtin_prefetch(address, 1)
#else
#define OPAQUE(flag)
#define PREFETCH(address)
#endif

/* With SYMRNN_BLAS large products of two unpacked factors are left to a BLAS, which whoever links this file names:
   SYMRNN_BLAS_NAME says how its functions are called, SYMRNN_BLAS_INT what it counts with. */
#ifdef SYMRNN_BLAS
#ifndef SYMRNN_BLAS_NAME
#define SYMRNN_BLAS_NAME(name) cblas_##name
#endif
#ifndef SYMRNN_BLAS_INT
#define SYMRNN_BLAS_INT int
#endif
#define SYM_BLAS_INT_MOST ((size_t)(((uint64_t)1 << (8 * sizeof(SYMRNN_BLAS_INT) - 1)) - 1))
#endif

/* Every name below is one function for float and one for double: v_exp is v_exp_f32, then v_exp_f64. */
#define SYM_JOIN2(name, suffix) name##_##suffix
#define SYM_JOIN(name, suffix) SYM_JOIN2(name, suffix)
#define TYPED(name) SYM_JOIN(name, REAL_NAME)
