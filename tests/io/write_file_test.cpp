#include "io/write_file.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "data/file.h"

namespace convlab {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

/// An empty folder that is removed with the object.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("convlab-write-" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  fs::path operator/(const char* name) const { return path_ / name; }
  int64_t entries() const {
    return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
  }

 private:
  fs::path path_;
};

const std::vector<uint8_t> old_content{1, 2, 3};
const std::vector<uint8_t> new_content{4, 5};

}  // namespace

TEST_CASE("write_file creates a file or replaces it as a whole and leaves no other files") {
  const Folder folder;
  write_file(folder / "a", old_content);
  CHECK(read_file(folder / "a") == old_content);
  write_file(folder / "a", new_content);
  CHECK(read_file(folder / "a") == new_content);
  write_file(folder / "a", {});
  CHECK(read_file(folder / "a").empty());
  CHECK(folder.entries() == 1);
}

TEST_CASE("write_file replaces the file behind a symbolic link, not the link") {
  const Folder folder;
  write_file(folder / "a", old_content);
  fs::create_symlink("a", folder / "link");
  write_file(folder / "link", new_content);
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_file(folder / "a") == new_content);
}

TEST_CASE("write_file and check_writable refuse invalid paths and leave no files") {
  const Folder folder;
  fs::create_directory(folder / "folder");
  for (const auto& write :
       {+[](const fs::path& path) { write_file(path, new_content); }, +check_writable}) {
    CHECK_THROWS_MATCHES(write(folder / "missing/a"), Error,
                         MessageMatches(ContainsSubstring("no folder")));
    CHECK_THROWS_MATCHES(write(folder / "folder"), Error,
                         MessageMatches(ContainsSubstring("regular file")));
    CHECK_THROWS_AS(write(folder / "folder/"), Error);
    CHECK_THROWS_AS(write(""), Error);
    CHECK(folder.entries() == 1);
  }
}

TEST_CASE("check_writable does not change an existing file") {
  const Folder folder;
  write_file(folder / "a", old_content);
  check_writable(folder / "a");
  check_writable(folder / "b");
  CHECK(read_file(folder / "a") == old_content);
  CHECK(folder.entries() == 1);
}

}  // namespace convlab
