#pragma once

// Declares the OpenGL functions: those of WebGL 2 directly, on the desktop through ImGui's loader.
#ifdef IMGUI_IMPL_OPENGL_ES3
#include <GLES3/gl3.h>
#else
#include <imgui_impl_opengl3_loader.h>
// ImGui's loader declares only what ImGui uses; this value is part of OpenGL 1.0.
inline constexpr GLint GL_NEAREST = 0x2600;
#endif
