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
    {100, 100, 100, 100, 100, 100, 100},
    {100, 100, 100, 100, 100, 100, 100},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
}};

inline constexpr WinogradSpeedups winograd_speedups_wasm{{
    {100, 100, 100, 100, 100, 100, 100},
    {100, 100, 100, 100, 100, 100, 100},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
    {100, 100, 200, 200, 200, 200, 200},
}};

}  // namespace convlab
