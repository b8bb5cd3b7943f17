#pragma once

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace convlab {

/// The output of `--json FILE|-`: one JSON object per line, flushed after each.
class JsonLines {
 public:
  /// `target` is a file, "-" for standard output, or empty to write nothing. Throws Error if the
  /// file is not writable; does not create or change it before `open`.
  explicit JsonLines(std::string target);

  /// Opens the file and empties it. Throws Error if that fails.
  void open();
  /// Writes one line; does nothing before `open`. Throws Error if writing fails.
  void write(const nlohmann::ordered_json& object);

  bool to_stdout() const { return target_ == "-"; }

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };

  std::string target_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace convlab
