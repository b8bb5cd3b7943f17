// The targets of targets.h under libFuzzer.
//   convlab_fuzz TARGET CORPUS_FOLDER [libFuzzer's options]
//   convlab_fuzz --list    prints the names of the targets
// Writes the target's valid inputs into the folder, which must exist, and starts from all files
// there.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/find_named.h"
#include "fuzz/targets.h"

using namespace convlab;

namespace {

const FuzzTarget* target = nullptr;

void write_seeds(const std::filesystem::path& folder) {
  size_t number = 0;
  for (const Bytes& seed : target->seeds()) {
    std::ofstream file(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
    file.write(reinterpret_cast<const char*>(seed.data()), std::ssize(seed));
    if (!file) fail("cannot write to the folder {}", folder.string());
  }
}

}  // namespace

/// Removes the name of the target from the arguments; libFuzzer reads the others.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) try {
  const std::span all(*arguments, static_cast<size_t>(*count));
  if (*count == 2 && std::string_view(all[1]) == "--list") {
    for (const FuzzTarget& known : fuzz_targets()) std::cout << known.name << '\n';
    std::exit(0);
  }
  if (*count < 3) fail("usage: convlab_fuzz TARGET CORPUS_FOLDER [OPTION…]");
  target = &find_named("target", all[1], fuzz_targets(), &FuzzTarget::name);
  write_seeds(all[2]);
  all[1] = all[0];
  ++*arguments;
  --*count;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << '\n';
  std::exit(1);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  feed(*target, {data, size});
  return 0;
}
