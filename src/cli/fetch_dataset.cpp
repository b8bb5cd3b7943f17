#include "cli/fetch_dataset.h"

#include <fmt/format.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/interrupt.h"
#include "cli/status_line.h"
#include "cli/values.h"
#include "core/counted.h"
#include "core/error.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "data/catalog.h"
#include "net/fetch_files.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

double speed(const DownloadProgress& progress) {
  return progress.seconds > 0 ? static_cast<double>(progress.received) / progress.seconds : 0;
}

std::string speed_text(const DownloadProgress& progress) {
  return bytes_text(static_cast<uint64_t>(speed(progress))) + "/s";
}

/// "train-images-idx3-ubyte.gz [########            ] 41 %  3.9 of 9.5 MiB  2.1 MiB/s  0:03 left"
std::string progress_text(const CatalogDownload& file, const DownloadProgress& progress) {
  if (!progress.total || *progress.total == 0)
    return fmt::format("{} {}  {}", file.file, bytes_text(progress.bytes), speed_text(progress));
  const double fraction =
      static_cast<double>(progress.bytes) / static_cast<double>(*progress.total);
  const auto missing = static_cast<double>(*progress.total - progress.bytes);
  return fmt::format("{} {} {:.0f} %  {} of {}  {}{}", file.file, bar_text(fraction),
                     100 * fraction, bytes_text(progress.bytes), bytes_text(*progress.total),
                     speed_text(progress),
                     left_text(speed(progress) > 0 ? missing / speed(progress) : -1));
}

class Listener final : public FetchListener {
 public:
  Listener() : status_(stdout, monotonic_seconds) {}

  void present(const CatalogDownload& file) override {
    status_.line(fmt::format("{}  is there already{}", file.file,
                             file.sha256.empty() ? "" : ", SHA-256 checked"));
  }
  void progress(const CatalogDownload& file, const DownloadProgress& progress) override {
    status_.update([&](size_t columns) {
      std::string text = progress_text(file, progress);
      if (text.size() > columns) text.resize(columns);
      return text;
    });
  }
  void notice(const CatalogDownload& file, const std::string& text) override {
    status_.line(fmt::format("{}  {}", file.file, text));
  }
  void finished(const CatalogDownload& file, const DownloadProgress& progress) override {
    status_.line(fmt::format("{}  {} in {}, {}{}", file.file, bytes_text(progress.bytes),
                             duration(progress.seconds), speed_text(progress),
                             file.sha256.empty() ? "" : ", SHA-256 checked"));
  }
  bool stopped() override { return interrupt_.received() != 0; }

  int signal() const { return interrupt_.received(); }
  void line(const std::string& text) { status_.line(text); }

 private:
  StatusLine status_;
  Interrupt interrupt_;
};

fs::path folder_for(const FetchArguments& arguments) {
  if (!arguments.data_dir.empty()) return fs::path(arguments.data_dir) / arguments.name;
  fs::path folder = cache_folder(arguments.name, process_environment());
  if (folder.empty())
    fail("[fetch] no folder to write to: HOME is not set; expected --data-dir DIR");
  return folder;
}

std::string mirror() {
  const char* value = std::getenv("CONVLAB_DATA_MIRROR");
  const std::string url = value != nullptr ? value : "";
  if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    fail("CONVLAB_DATA_MIRROR is '{}'; expected an address that begins with http:// or https://",
         url);
  return url;
}

/// "4 files, 29.5 MiB"
std::string size_text(const CatalogEntry& entry) {
  uint64_t bytes = 0;
  for (const CatalogDownload& file : entry.downloads) {
    if (!file.bytes) return counted(entry.downloads.size(), "file");
    bytes += *file.bytes;
  }
  return counted(entry.downloads.size(), "file") + ", " + bytes_text(bytes);
}

}  // namespace

int fetch_dataset(const FetchArguments& arguments) {
  const CatalogEntry& entry = find_entry(arguments.name);
  const std::string given = arguments.data_dir.empty() ? "" : " --data-dir " + arguments.data_dir;
  return fetch_entry(entry, folder_for(arguments),
                     [&] { return fmt::format("--data {}{}", entry.name, given); });
}

int fetch_entry(const CatalogEntry& entry, const fs::path& folder,
                const std::function<std::string()>& check, const std::optional<Excerpt>& excerpt) {
  const FetchOptions options{.folder = folder, .mirror = mirror(), .excerpt = excerpt};
  Listener listener;
  listener.line(fmt::format("{}: {}\n  licence: {}\n  source: {}\n  {}, to {}", entry.title,
                            entry.description, entry.licence, entry.source,
                            excerpt ? "parts of a file" : size_text(entry),
                            options.folder.string()));
  if (!fetch_files(entry, options, listener)) {
    constexpr int shell_base = 128;  // exit status of a program that a signal ended
    listener.line("interrupted; what has arrived is kept, and the same command continues");
    return shell_base + listener.signal();
  }
  listener.line(fmt::format("{} is complete; {} finds it", entry.name, check()));
  return 0;
}

}  // namespace convlab
