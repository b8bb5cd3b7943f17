#pragma once

#include <cstdint>

/// The transforms of Winograd's algorithm F(4×4, 3×3) (Lavin and Gray 2016): a 3×3 convolution of a
/// 6×6 tile is Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, which takes 36 multiplications for 16 outputs instead of
/// 144. The points are 0, ±3/4, ±3/2 and ∞: all factors of the transforms of tiles are exact in
/// binary, and the rounding errors are half of those of the paper's points 0, ±1, ±2 and ∞.
namespace convlab::winograd {

inline constexpr int64_t outputs = 4;    ///< along one side of a tile
inline constexpr int64_t tile = 6;       ///< side of a tile of the input
inline constexpr int64_t products = 36;  ///< per tile

/// Images [batch, in_h, in_w, in_channels] cut into tiles, numbered by image, row and column, and
/// the outputs [batch, out_h, out_w, out_channels] of a convolution with padding.
struct Tiles {
  int64_t rows, columns;  ///< of the tiles of an image
  int64_t in_h, in_w, in_channels;
  int64_t out_h, out_w, out_channels;
  int64_t top, left;  ///< padding
};

/// Transformed tiles or windows: for each of the 36 products a matrix, [tiles, channels] or
/// [inputs, outputs], with its own strides.
struct Matrices {
  float* values;
  int64_t row;     ///< floats between rows
  int64_t matrix;  ///< floats between matrices
};

/// What is added to outputs, [out_channels], and the range to which they are then clamped.
struct Finish {
  const float* bias;
  float min, max;
};

/// The 3×3 windows of a kernel, one for each input and output.
struct Windows {
  const float* values;
  int64_t inputs, outputs;
  int64_t input, output, pixel;  ///< floats between them; the 9 pixels lie in one line
};

struct Functions {
  /// Transforms windows: u = G g Gᵀ, computed in float64.
  void (*kernel)(const Windows& windows, const Matrices& u);
  /// Transforms tiles [first, last) of x: v = Bᵀ d B. `zeros` are in_channels zeros.
  void (*input)(const Tiles& tiles, const float* x, const float* zeros, int64_t first, int64_t last,
                const Matrices& v);
  /// Writes the outputs y = Aᵀ m A of tiles [first, last). `unused` is scratch memory for
  /// out_channels floats.
  void (*output)(const Tiles& tiles, const Matrices& m, const Finish& finish, float* unused,
                 int64_t first, int64_t last, float* y);
};

/// The functions for this processor. All of them give the same bits.
const Functions& functions();

#ifdef __x86_64__
extern const Functions avx2_functions;
extern const Functions avx512_functions;
#endif

}  // namespace convlab::winograd
