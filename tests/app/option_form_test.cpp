#include "app/widgets/option_form.h"

#include <imgui.h>

#include <catch2/catch_test_macros.hpp>

#include "app/headless.h"

using namespace convlab;

namespace {

const OptionForm form{
    .group = "optimizer",
    .kind = "sgd",
    .title = "SGD",
    .defaults = {{"momentum", 0.0}, {"steps", int64_t{2}}, {"nesterov", false}},
    .fields = {{.name = "momentum", .type = "number", .min = 0, .max = 1, .help = "inertia"},
               {.name = "steps", .type = "integer", .min = 1, .max = 9, .help = "how often"},
               {.name = "nesterov", .type = "flag", .help = "look ahead"}}};

/// Draws the form in a context of its own and types into it.
struct FormSession {
  HeadlessGraphics graphics;
  View view{graphics, Operation{}};  // has a context with a font
  Options values;
  bool changed = false;

  void draw() {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {400, 300};
    io.DeltaTime = 0.016F;
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({400, 300});
    ImGui::Begin("form", nullptr, ImGuiWindowFlags_NoTitleBar);
    changed = draw_option_form(form, values) || changed;
    ImGui::End();
    ImGui::Render();
  }

  void click(float y) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddMousePosEvent(350, y);
    draw();
    io.AddMouseButtonEvent(0, true);
    draw();
    io.AddMouseButtonEvent(0, false);
    draw();
  }

  void press(ImGuiKey key) {
    ImGui::GetIO().AddKeyEvent(key, true);
    draw();
    ImGui::GetIO().AddKeyEvent(key, false);
    draw();
  }

  /// Replaces the text of the field at height `y` and presses Enter.
  void type(float y, const char* text) {
    click(y);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    press(ImGuiKey_A);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    draw();
    ImGui::GetIO().AddInputCharactersUTF8(text);
    draw();
    draw();
    press(ImGuiKey_Enter);
  }
};

constexpr float first_row = 15;  // within the first field
constexpr float row = 38;        // height of a field and its spacing

}  // namespace

TEST_CASE("option form: a typed number is kept within its limits, the default is left out") {
  FormSession session;
  session.draw();
  session.type(first_row, "0.5");
  CHECK(session.changed);
  CHECK(session.values == Options{{"momentum", 0.5}});
  session.type(first_row, "7");
  CHECK(session.values == Options{{"momentum", 1.0}});
  session.type(first_row + row, "30");
  CHECK(session.values == Options{{"momentum", 1.0}, {"steps", int64_t{9}}});
  session.type(first_row, "0");
  CHECK(session.values == Options{{"steps", int64_t{9}}});
}

TEST_CASE("option form: names are shown in words") {
  CHECK(option_label("weight_decay") == "Weight decay");
  CHECK(option_label("seed") == "Seed");
}
