#pragma once

#include <array>
#include <cstdint>

// Made by scripts/winograd.

namespace convlab {

/// By input and output channels (winograd_channels), in per cent: the speed of WinogradConv2d
/// relative to a direct convolution of 28×28 images.
using WinogradSpeedups = std::array<std::array<int64_t, 7>, 7>;

inline constexpr std::array<int64_t, 7> winograd_channels{8, 16, 32, 64, 128, 256, 512};

inline constexpr WinogradSpeedups winograd_speedups_native{{
    {115, 120, 110, 144, 149, 175, 164},
    {184, 195, 176, 213, 237, 240, 224},
    {237, 241, 231, 271, 288, 290, 283},
    {267, 272, 256, 299, 318, 320, 325},
    {278, 275, 269, 309, 331, 341, 357},
    {272, 275, 266, 302, 339, 360, 329},
    {228, 230, 234, 299, 325, 325, 319},
}};

inline constexpr WinogradSpeedups winograd_speedups_relaxed_simd{{
    {105, 147, 181, 208, 217, 219, 216},
    {141, 199, 249, 277, 289, 283, 289},
    {184, 245, 289, 319, 330, 295, 307},
    {191, 230, 250, 287, 330, 336, 352},
    {196, 253, 297, 326, 335, 358, 370},
    {194, 252, 305, 318, 352, 354, 358},
    {156, 215, 275, 300, 321, 336, 359},
}};

inline constexpr WinogradSpeedups winograd_speedups_simd{{
    {119, 170, 282, 198, 203, 207, 224},
    {172, 210, 246, 254, 254, 258, 273},
    {158, 243, 244, 296, 295, 311, 327},
    {209, 240, 266, 329, 321, 350, 368},
    {186, 185, 362, 424, 366, 368, 383},
    {195, 263, 327, 351, 346, 364, 397},
    {186, 249, 287, 314, 360, 388, 380},
}};

}  // namespace convlab
