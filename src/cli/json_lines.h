#pragma once

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace convlab {

/// Where `--json FILE|-` goes: one object a line, each flushed at once.
class JsonLines {
 public:
  /// `target` is a file, "-" for standard output, or empty: then nothing is written. Throws Error
  /// when the file could not be written; it is left alone until `open`.
  explicit JsonLines(std::string target);

  /// Begins, which empties the file.
  void open();
  /// Does nothing before open. Throws Error when writing fails.
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
