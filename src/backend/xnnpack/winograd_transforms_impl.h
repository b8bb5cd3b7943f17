#pragma once

#include <cstdint>
#include <cstring>

#include "backend/xnnpack/winograd_transforms.h"

// Included by one file for each kind of processor, which is compiled with that processor's options.
// Everything is local to these files, and no function of the standard library is used: the linker
// could keep an inline function of one of them for the whole program.

namespace convlab::winograd {
namespace {

// The points 0, ±a, ±b and ∞.
constexpr float a = 0.75F;
constexpr float b = 1.5F;
constexpr float a2 = a * a;
constexpr float b2 = b * b;

// Written out, because GCC ignores a vector size that depends on a template parameter.
template <int64_t lanes>
struct VectorOf;
template <>
struct VectorOf<1> {
  using Type = float;
};
template <>
struct VectorOf<2> {
  using Type = float __attribute__((vector_size(8)));
};
template <>
struct VectorOf<4> {
  using Type = float __attribute__((vector_size(16)));
};
template <>
struct VectorOf<8> {
  using Type = float __attribute__((vector_size(32)));
};
template <>
struct VectorOf<16> {
  using Type = float __attribute__((vector_size(64)));
};

template <int64_t lanes>
struct DoublesOf;
template <>
struct DoublesOf<1> {
  using Type = double;
};
template <>
struct DoublesOf<2> {
  using Type = double __attribute__((vector_size(16)));
};
template <>
struct DoublesOf<4> {
  using Type = double __attribute__((vector_size(32)));
};
template <>
struct DoublesOf<8> {
  using Type = double __attribute__((vector_size(64)));
};

template <class Vector>
inline void load(const float* from, Vector& value) {
  std::memcpy(&value, from, sizeof value);
}

template <class Vector>
inline void store(const Vector& value, float* to) {
  std::memcpy(to, &value, sizeof value);
}

// u = G g, where row p of G is (1, p, p²) / Π (p - q) over the other finite points q.
template <class Vector>
[[gnu::always_inline]] inline void transform_window(const Vector (&g)[3], Vector (&u)[tile]) {
  constexpr double pa = a;
  constexpr double pb = b;
  constexpr double at_zero = 1 / (pa * pa * pb * pb);
  constexpr double at_a = 1 / (2 * pa * pa * (pa * pa - pb * pb));
  constexpr double at_b = 1 / (2 * pb * pb * (pb * pb - pa * pa));
  const Vector even_a = g[0] + pa * pa * g[2];
  const Vector even_b = g[0] + pb * pb * g[2];
  u[0] = at_zero * g[0];
  u[1] = at_a * (even_a + pa * g[1]);
  u[2] = at_a * (even_a - pa * g[1]);
  u[3] = at_b * (even_b + pb * g[1]);
  u[4] = at_b * (even_b - pb * g[1]);
  u[5] = g[2];
}

// v = Bᵀ d.
template <class Vector>
[[gnu::always_inline]] inline void transform_input(const Vector (&d)[tile], Vector (&v)[tile]) {
  const Vector even_a = d[4] - b2 * d[2];
  const Vector odd_a = a * (d[3] - b2 * d[1]);
  const Vector even_b = d[4] - a2 * d[2];
  const Vector odd_b = b * (d[3] - a2 * d[1]);
  v[0] = (a2 * b2) * d[0] - (a2 + b2) * d[2] + d[4];
  v[1] = even_a + odd_a;
  v[2] = even_a - odd_a;
  v[3] = even_b + odd_b;
  v[4] = even_b - odd_b;
  v[5] = (a2 * b2) * d[1] - (a2 + b2) * d[3] + d[5];
}

// y = Aᵀ m.
template <class Vector>
[[gnu::always_inline]] inline void transform_output(const Vector (&m)[tile], Vector (&y)[outputs]) {
  const Vector sum_a = m[1] + m[2];
  const Vector difference_a = m[1] - m[2];
  const Vector sum_b = m[3] + m[4];
  const Vector difference_b = m[3] - m[4];
  y[0] = m[0] + sum_a + sum_b;
  y[1] = a * difference_a + b * difference_b;
  y[2] = a2 * sum_a + b2 * sum_b;
  y[3] = (a2 * a) * difference_a + (b2 * b) * difference_b + m[5];
}

// The outputs of one input, whose windows begin at `from`, from `first` on; returns the first that
// is left.
template <int64_t lanes>
inline int64_t kernel_outputs(const float* from, const Windows& windows, int64_t first, float* u,
                              int64_t matrix) {
  using Vector = typename DoublesOf<lanes>::Type;
  for (; first + lanes <= windows.outputs; first += lanes) {
    Vector half[tile][3];  // [column of the transform][row of the window]
    for (int64_t row = 0; row < 3; ++row) {
      Vector g[3];
      Vector transformed[tile];
      for (int64_t k = 0; k < 3; ++k) {
        const float* pixel = from + first * windows.output + (row * 3 + k) * windows.pixel;
        double values[lanes];
        for (int64_t lane = 0; lane < lanes; ++lane) values[lane] = pixel[lane * windows.output];
        std::memcpy(&g[k], values, sizeof g[k]);
      }
      transform_window(g, transformed);
      for (int64_t k = 0; k < tile; ++k) half[k][row] = transformed[k];
    }
    for (int64_t column = 0; column < tile; ++column) {
      Vector transformed[tile];
      transform_window(half[column], transformed);
      for (int64_t row = 0; row < tile; ++row) {
        float* to = u + (row * tile + column) * matrix + first;
        if constexpr (lanes == 1) {
          *to = static_cast<float>(transformed[row]);
        } else {
          store(__builtin_convertvector(transformed[row], typename VectorOf<lanes>::Type), to);
        }
      }
    }
  }
  return first;
}

// Channels [first, last) of a tile whose pixels lie at `pixels`. Fetches what lies `ahead` floats
// further along the rows, which tiles soon need.
template <int64_t lanes>
inline int64_t input_channels(const float* const* pixels, int64_t ahead, int64_t first,
                              int64_t last, float* v, int64_t matrix) {
  using Vector = typename VectorOf<lanes>::Type;
  for (; first + lanes <= last; first += lanes) {
    Vector half[tile][tile];  // [column of the transform][row of the tile]
    for (int64_t row = 0; row < tile; ++row) {
      Vector d[tile];
      Vector transformed[tile];
      for (int64_t k = 0; k < tile; ++k) load(pixels[row * tile + k] + first, d[k]);
      for (int64_t k = tile - outputs; k < tile; ++k)
        __builtin_prefetch(pixels[row * tile + k] + ahead + first);
      transform_input(d, transformed);
      for (int64_t k = 0; k < tile; ++k) half[k][row] = transformed[k];
    }
    for (int64_t column = 0; column < tile; ++column) {
      Vector transformed[tile];
      transform_input(half[column], transformed);
      for (int64_t row = 0; row < tile; ++row)
        store(transformed[row], v + (row * tile + column) * matrix + first);
    }
  }
  return first;
}

template <int64_t lanes>
inline int64_t output_channels(const float* m, int64_t matrix, const Finish& finish, int64_t first,
                               int64_t last, float* const* pixels) {
  using Vector = typename VectorOf<lanes>::Type;
  const Vector min = finish.min - Vector{};
  const Vector max = finish.max - Vector{};
  for (; first + lanes <= last; first += lanes) {
    Vector half[outputs][tile];  // [row of the output][column of the transform]
    for (int64_t column = 0; column < tile; ++column) {
      Vector d[tile];
      Vector transformed[outputs];
      for (int64_t row = 0; row < tile; ++row)
        load(m + (row * tile + column) * matrix + first, d[row]);
      transform_output(d, transformed);
      for (int64_t row = 0; row < outputs; ++row) half[row][column] = transformed[row];
    }
    Vector bias;
    load(finish.bias + first, bias);
    for (int64_t row = 0; row < outputs; ++row) {
      Vector y[outputs];
      transform_output(half[row], y);
      for (int64_t column = 0; column < outputs; ++column) {
        const Vector sum = y[column] + bias;
        const Vector raised = sum < min ? min : sum;  // NaN stays NaN
        const Vector clamped = raised > max ? max : raised;
        store(clamped, pixels[row * outputs + column] + first);
      }
    }
  }
  return first;
}

/// The position of a tile, which steps through the tiles in order.
struct Position {
  Position(const Tiles& tiles, int64_t index)
      : image(index / (tiles.rows * tiles.columns)),
        row(index / tiles.columns % tiles.rows),
        column(index % tiles.columns) {}

  void next(const Tiles& tiles) {
    if (++column < tiles.columns) return;
    column = 0;
    if (++row < tiles.rows) return;
    row = 0;
    ++image;
  }

  int64_t image, row, column;
};

template <int64_t lanes>
void transform_kernels(const Windows& windows, const Matrices& u) {
  for (int64_t input = 0; input < windows.inputs; ++input) {
    const float* from = windows.values + input * windows.input;
    float* to = u.values + input * u.row;
    const int64_t output = kernel_outputs<lanes>(from, windows, 0, to, u.matrix);
    kernel_outputs<1>(from, windows, output, to, u.matrix);
  }
}

template <int64_t lanes>
void transform_inputs(const Tiles& tiles, const float* x, const float* zeros, int64_t first,
                      int64_t last, const Matrices& v) {
  const int64_t channels = tiles.in_channels;
  const int64_t ahead = 2 * outputs * channels;
  Position at(tiles, first);
  float* to = v.values;
  for (int64_t index = first; index < last; ++index, at.next(tiles), to += v.row) {
    const float* pixels[tile * tile];
    for (int64_t k = 0; k < tile * tile; ++k) {
      const int64_t row = at.row * outputs - tiles.top + k / tile;
      const int64_t column = at.column * outputs - tiles.left + k % tile;
      const bool inside = row >= 0 && row < tiles.in_h && column >= 0 && column < tiles.in_w;
      pixels[k] =
          inside ? x + ((at.image * tiles.in_h + row) * tiles.in_w + column) * channels : zeros;
    }
    int64_t channel = input_channels<lanes>(pixels, ahead, 0, channels, to, v.matrix);
    channel = input_channels<4>(pixels, ahead, channel, channels, to, v.matrix);
    input_channels<1>(pixels, ahead, channel, channels, to, v.matrix);
  }
}

template <int64_t lanes>
void transform_outputs(const Tiles& tiles, const Matrices& m, const Finish& finish, float* unused,
                       int64_t first, int64_t last, float* y) {
  const int64_t channels = tiles.out_channels;
  Position at(tiles, first);
  const float* from = m.values;
  for (int64_t index = first; index < last; ++index, at.next(tiles), from += m.row) {
    float* pixels[outputs * outputs];
    for (int64_t k = 0; k < outputs * outputs; ++k) {
      const int64_t row = at.row * outputs + k / outputs;
      const int64_t column = at.column * outputs + k % outputs;
      const bool inside = row < tiles.out_h && column < tiles.out_w;
      pixels[k] =
          inside ? y + ((at.image * tiles.out_h + row) * tiles.out_w + column) * channels : unused;
    }
    int64_t channel = output_channels<lanes>(from, m.matrix, finish, 0, channels, pixels);
    channel = output_channels<4>(from, m.matrix, finish, channel, channels, pixels);
    output_channels<1>(from, m.matrix, finish, channel, channels, pixels);
  }
}

}  // namespace
}  // namespace convlab::winograd
