#pragma once

#include <array>
#include <cstdint>

// scripts/winograd renews these tables. So far native holds the layers of VGG16 with AVX-512 and 0
// for what is not measured; wasm holds one run with relaxed SIMD under node. Both were measured on
// one thread.

namespace convlab {

/// By input and output channels (winograd_channels), in per cent: the speed of WinogradConv2d
/// relative to a direct convolution of 28×28 images.
using WinogradSpeedups = std::array<std::array<int64_t, 7>, 7>;

inline constexpr std::array<int64_t, 7> winograd_channels{8, 16, 32, 64, 128, 256, 512};

inline constexpr WinogradSpeedups winograd_speedups_native{{
    {0, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 257, 273, 0, 0},
    {0, 0, 0, 0, 301, 329, 0},
    {0, 0, 0, 0, 0, 342, 301},
    {0, 0, 0, 0, 0, 0, 319},
}};

inline constexpr WinogradSpeedups winograd_speedups_wasm{{
    {105, 147, 181, 208, 217, 219, 216},
    {141, 199, 249, 277, 289, 283, 289},
    {184, 245, 289, 319, 330, 295, 307},
    {191, 230, 250, 287, 330, 336, 352},
    {196, 253, 297, 326, 335, 358, 370},
    {194, 252, 305, 318, 352, 354, 358},
    {156, 215, 275, 300, 321, 336, 359},
}};

}  // namespace convlab
