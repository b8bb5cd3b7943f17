#pragma once

// Declares the OpenGL functions: those of WebGL 2 directly, on the desktop through ImGui's loader.
#ifdef IMGUI_IMPL_OPENGL_ES3
#include <GLES3/gl3.h>
#else
#include <imgui_impl_opengl3_loader.h>
// ImGui's loader declares only what ImGui uses; these functions are part of OpenGL 1.2.
inline constexpr GLint GL_NEAREST = 0x2600;
inline constexpr GLenum GL_TEXTURE_WRAP_S = 0x2802;
inline constexpr GLenum GL_TEXTURE_WRAP_T = 0x2803;
inline constexpr GLint GL_CLAMP_TO_EDGE = 0x812F;
#endif
