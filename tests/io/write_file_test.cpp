#include "io/write_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "data/file.h"

#ifndef __EMSCRIPTEN__
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#endif

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

#ifndef __EMSCRIPTEN__  // WebAssembly has no other processes

namespace {

/// The number of a process that has ended.
pid_t ended_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  REQUIRE(child > 0);
  waitpid(child, nullptr, 0);
  return child;
}

}  // namespace

TEST_CASE("write_file and check_writable delete what killed processes have left behind") {
  const Folder folder;
  const auto temporary = [](const auto& name, const auto& pid) {
    return fmt::format("{}.{}.tmp", name, pid);
  };
  const auto create = [&](const std::string& name) {
    write_file(folder / name.c_str(), old_content);
    return folder / name.c_str();
  };
  const pid_t ended = ended_process();
  const std::vector<std::string> kept{temporary("a", getppid()),
                                      temporary("a", 1),
                                      temporary("b", ended),
                                      temporary("aa", ended),
                                      temporary("a.b", ended),
                                      temporary("a", fmt::format("0{}", ended)),
                                      temporary("a", -ended),
                                      temporary("a", "x"),
                                      fmt::format("a.{}.tmp2", ended),
                                      fmt::format("a.{}", ended),
                                      fmt::format("A.{}.tmp", ended),
                                      "a..tmp",
                                      "a.tmp"};
  for (const auto& write :
       {+[](const fs::path& path) { write_file(path, new_content); }, +check_writable}) {
    for (const std::string& name : kept) create(name);
    const fs::path folder_of_that_name = folder / temporary("a", ended_process()).c_str();
    fs::create_directory(folder_of_that_name);
    const fs::path link = folder / temporary("a", ended_process()).c_str();
    fs::create_symlink("elsewhere", link);
    const fs::path dead = create(temporary("a", ended));
    const fs::path own = create(temporary("a", getpid()));
    write(folder / "a");
    CHECK_FALSE(fs::exists(dead));
    CHECK_FALSE(fs::exists(own));
    CHECK(fs::exists(folder_of_that_name));
    CHECK(fs::is_symlink(link));
    for (const std::string& name : kept) CHECK(fs::exists(folder / name.c_str()));
  }
}

TEST_CASE("write_file deletes what was left behind in the current folder, too") {
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder / "");
  const std::string left = fmt::format("a.{}.tmp", ended_process());
  write_file(left, old_content);
  write_file("a", new_content);
  CHECK_FALSE(fs::exists(left));
  fs::current_path(before);
}

TEST_CASE("write_file keeps a temporary file that is locked, though its process is not known") {
  const Folder folder;
  const fs::path file = folder / fmt::format("a.{}.tmp", ended_process()).c_str();
  write_file(file, old_content);
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(flock(descriptor, LOCK_EX) == 0);
  write_file(folder / "a", new_content);
  CHECK(fs::exists(file));
  close(descriptor);
  write_file(folder / "a", new_content);
  CHECK_FALSE(fs::exists(file));
}

#endif

#ifndef __EMSCRIPTEN__

TEST_CASE("write_file keeps the permissions of a file, and refuses a write-protected one") {
  const Folder folder;
  write_file(folder / "a", old_content);
  fs::permissions(folder / "a", fs::perms{0640});
  write_file(folder / "a", new_content);
  CHECK(fs::status(folder / "a").permissions() == fs::perms{0640});
  fs::permissions(folder / "a", fs::perms{0440});
  for (const auto& call : {+[](const fs::path& path) { write_file(path, old_content); },
                           +[](const fs::path& path) { check_writable(path); }}) {
    CHECK_THROWS_MATCHES(call(folder / "a"), Error,
                         MessageMatches(ContainsSubstring("is write-protected")));
  }
  CHECK(read_file(folder / "a") == new_content);
  CHECK(folder.entries() == 1);
}

TEST_CASE("write_file takes the longest name that a file system takes") {
  const Folder folder;
  const std::string longest(255, 'n');
  write_file(folder / longest.c_str(), old_content);
  write_file(folder / longest.c_str(), new_content);
  CHECK(read_file(folder / longest.c_str()) == new_content);
  CHECK(folder.entries() == 1);
  CHECK_THROWS_AS(write_file(folder / std::string(256, 'n').c_str(), old_content), Error);
}

TEST_CASE("write_file follows symbolic links to files that exist or not, and refuses a loop") {
  const Folder folder;
  write_file(folder / "file", old_content);
  fs::create_symlink("file", folder / "link");
  fs::create_symlink("link", folder / "link to link");
  write_file(folder / "link to link", new_content);
  CHECK(read_file(folder / "file") == new_content);
  CHECK(fs::is_symlink(folder / "link to link"));
  fs::create_symlink("new", folder / "dangling");
  write_file(folder / "dangling", old_content);
  CHECK(read_file(folder / "new") == old_content);
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  CHECK_THROWS_MATCHES(write_file(folder / "a", old_content), Error,
                       MessageMatches(ContainsSubstring("loop of symbolic links")));
  CHECK(fs::is_symlink(folder / "a"));
}

#endif

}  // namespace convlab
