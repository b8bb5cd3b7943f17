// For tests/net/fetch.test.mjs: fetches the files of a data set that is described in JSON, the
// first argument: {"entry": {"name", "downloads": [{"url", "file", "bytes", "sha256"}]}, "folder",
// "mirror", "stall_seconds", "retry_seconds", "stop_after"}. Prints an event in JSON per line.
#include <cstdio>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "net/fetch_files.h"

namespace {

using convlab::CatalogDownload;
using convlab::DownloadProgress;
using nlohmann::json;

class Listener final : public convlab::FetchListener {
 public:
  explicit Listener(uint64_t stop_after) : stop_after_(stop_after) {}

  void present(const CatalogDownload& file) override {
    print({{"event", "present"}, {"file", file.file}});
  }
  void progress(const CatalogDownload&, const DownloadProgress& progress) override {
    received_ = progress.received;
  }
  void notice(const CatalogDownload& file, const std::string& text) override {
    print({{"event", "notice"}, {"file", file.file}, {"text", text}});
  }
  void finished(const CatalogDownload& file, const DownloadProgress& progress) override {
    print({{"event", "finished"},
           {"file", file.file},
           {"bytes", progress.bytes},
           {"received", progress.received},
           {"total", progress.total ? json(*progress.total) : json(nullptr)}});
  }
  bool stopped() override { return received_ >= stop_after_; }

 private:
  static void print(const json& event) { std::printf("%s\n", event.dump().c_str()); }

  uint64_t stop_after_;
  uint64_t received_ = 0;
};

convlab::CatalogEntry read_entry(const json& text) {
  convlab::CatalogEntry entry{.name = text.at("name"), .get = "elsewhere"};
  for (const json& file : text.at("downloads")) {
    CatalogDownload& added = entry.downloads.emplace_back(CatalogDownload{
        .url = file.at("url"), .file = file.at("file"), .sha256 = file.value("sha256", "")});
    if (file.contains("bytes")) added.bytes = file.at("bytes").get<uint64_t>();
  }
  return entry;
}

int run(const json& arguments) {
  Listener listener(arguments.value("stop_after", std::numeric_limits<uint64_t>::max()));
  const convlab::FetchOptions options{.folder = arguments.at("folder").get<std::string>(),
                                      .mirror = arguments.value("mirror", ""),
                                      .stall_seconds = arguments.value("stall_seconds", 20.0),
                                      .retry_seconds = arguments.value("retry_seconds", 0.01)};
  return convlab::fetch_files(read_entry(arguments.at("entry")), options, listener) ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(json::parse(argc > 1 ? argv[1] : ""));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
