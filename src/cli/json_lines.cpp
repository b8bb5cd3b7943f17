#include "cli/json_lines.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "io/write_file.h"

namespace convlab {

namespace fs = std::filesystem;

void JsonLines::Close::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
}

JsonLines::JsonLines(std::string target) : target_(std::move(target)) {
  if (target_.empty() || to_stdout()) return;
  std::error_code ignored;
  const fs::file_status status = fs::status(target_, ignored);
  if (!fs::exists(status) || fs::is_directory(status)) {
    check_writable(target_);
  } else if (::access(target_.c_str(), W_OK) != 0) {
    fail("[file] {}: cannot be written: {}", target_, std::strerror(errno));
  }
}

void JsonLines::open() {
  if (target_.empty()) return;
  file_.reset(to_stdout() ? stdout : std::fopen(target_.c_str(), "w"));
  if (!file_) fail("[file] {}: cannot be written: {}", target_, std::strerror(errno));
}

void JsonLines::write(const nlohmann::ordered_json& object) {
  if (!file_) return;
  const std::string line =
      object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (std::fputs(line.c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0) {
    const std::string reason = std::strerror(errno);
    file_.reset();
    fail("[file] {}: writing failed: {}", to_stdout() ? "standard output" : target_, reason);
  }
}

}  // namespace convlab
