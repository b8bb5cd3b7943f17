#include "net/http_get.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <memory>

#include "core/error.h"
#include "net/http_headers.h"

namespace convlab {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int max_redirects = 5;

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// Initializes libcurl during its lifetime; libcurl counts how often.
struct Library {
  Library() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) fail("[fetch] libcurl does not start");
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { curl_global_cleanup(); }
};

/// Whether a failure may be over soon: of the connection, not of the request.
bool is_temporary(CURLcode code) {
  constexpr std::array codes{CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_PARTIAL_FILE,
                             CURLE_GOT_NOTHING,     CURLE_SEND_ERROR,         CURLE_RECV_ERROR,
                             CURLE_HTTP2,           CURLE_HTTP2_STREAM};
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// Whether a status says that the server is busy or disturbed at the moment.
bool is_temporary(long status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// One request without redirects.
class Transfer {
 public:
  Transfer(const HttpRequest& request, const std::string& url, HttpReceiver& receiver)
      : request_(request), url_(url), receiver_(receiver), handle_(curl_easy_init()) {
    if (!handle_) fail("[fetch] libcurl does not start");
    error_text_[0] = '\0';
    set_address();
    set_callbacks();
  }

  HttpResult run() {
    last_arrival_ = Clock::now();
    const CURLcode code = curl_easy_perform(handle_.get());
    if (thrown_) std::rethrow_exception(thrown_);
    if (const long status = this->status(); status != 0 && status != 200 && status != 206)
      return refused(status);
    if (code == CURLE_OK && !begun_) begin();  // a file of 0 bytes
    if (thrown_) std::rethrow_exception(thrown_);
    if (unusable_) return {HttpEnd::unusable, "the server has another version of the file now"};
    if (code == CURLE_OK) return {HttpEnd::complete, ""};
    if (stalled_)
      return {HttpEnd::failed, fmt::format("nothing arrived for {} s", request_.stall_seconds)};
    if (code == CURLE_ABORTED_BY_CALLBACK) return {HttpEnd::stopped, ""};
    const std::string reason =
        error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code);
    if (!is_temporary(code)) fail("[fetch] {}: {}", url_, reason);
    return {HttpEnd::failed, reason};
  }

  /// Where the server redirects to; empty if it does not.
  std::string redirect() const { return is_redirect(status()) ? header("Location") : ""; }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(handle_.get(), option, value) != CURLE_OK)
      fail("[fetch] this libcurl ({}) is too old", curl_version());
  }

  void add_header(const std::string& line) {
    curl_slist* list = curl_slist_append(headers_.get(), line.c_str());
    if (list == nullptr) fail("[fetch] out of memory");
    if (!headers_) headers_.reset(list);  // a list that was there has only become longer
  }

  void set_address() {
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, "convlab");
    set(CURLOPT_ERRORBUFFER, error_text_.data());
    add_header("Accept-Encoding: identity");  // ranges are of the bytes as they are stored
    if (asks_for_part()) {
      const std::string last = request_.end ? fmt::format("{}", *request_.end - 1) : "";
      add_header(fmt::format("Range: bytes={}-{}", request_.offset, last));
      if (!request_.version.empty()) add_header("If-Range: " + request_.version);
    }
    set(CURLOPT_HTTPHEADER, headers_.get());
  }

  bool asks_for_part() const { return request_.offset > 0 || request_.end; }

  void set_callbacks() {
    set(CURLOPT_WRITEFUNCTION, &Transfer::write);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::poll);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
  }

  static size_t write(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.last_arrival_ = Clock::now();
    const bool taken = transfer.guarded([&] {
      // The page that comes with an error or a redirect is of no use.
      const long status = transfer.status();
      if ((status != 200 && status != 206) || (!transfer.begun_ && !transfer.begin())) return false;
      transfer.receiver_.receive({reinterpret_cast<const uint8_t*>(data), size * count});
      return true;
    });
    return taken ? size * count : CURL_WRITEFUNC_ERROR;
  }

  static int poll(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(self);
    // libcurl's own limits are for averages of several seconds, and for connecting alone.
    const std::chrono::duration<double> silence = Clock::now() - transfer.last_arrival_;
    transfer.stalled_ = silence.count() > transfer.request_.stall_seconds;
    if (transfer.stalled_) return 1;
    return transfer.guarded([&] { return !transfer.receiver_.stopped(); }) ? 0 : 1;
  }

  /// Keeps what `body` throws, since no exception may pass through libcurl.
  template <class Body>
  bool guarded(Body body) {
    try {
      return body();
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }

  bool begin() {
    begun_ = true;
    HttpAnswer answer{.version = version_of(header("ETag"), header("Last-Modified"))};
    if (status() == 206) {
      const auto range = parse_content_range(header("Content-Range"));
      unusable_ = !range || !asks_for_part() || range->first != request_.offset;
      if (unusable_) return false;
      answer.is_part = true;
      answer.offset = range->first;
      answer.total = range->total;
    } else if (curl_off_t length = -1;
               curl_easy_getinfo(handle_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) ==
                   CURLE_OK &&
               length >= 0) {
      answer.total = static_cast<uint64_t>(length);
    }
    unusable_ = !receiver_.begin(answer);
    return !unusable_;
  }

  HttpResult refused(long status) const {
    if (!redirect().empty()) return {HttpEnd::failed, "redirects"};
    if (is_temporary(status))
      return {HttpEnd::failed, fmt::format("the server answers with HTTP status {}", status)};
    if (status == 416) return {HttpEnd::unusable, "the server does not have the rest of the file"};
    const char* meaning = "";
    if (status == 404 || status == 410) meaning = " (it does not have the file)";
    if (status == 401 || status == 403) meaning = " (it does not give the file to everyone)";
    fail("[fetch] {}: the server answers with HTTP status {}{}", url_, status, meaning);
  }

  long status() const {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  std::string header(const char* name) const {
    curl_header* found = nullptr;
    return curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK
               ? found->value
               : "";
  }

  const HttpRequest& request_;
  const std::string& url_;
  HttpReceiver& receiver_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_;
  std::unique_ptr<CURL, EasyDeleter> handle_;
  std::exception_ptr thrown_;
  Clock::time_point last_arrival_;
  bool stalled_ = false;
  bool begun_ = false;
  bool unusable_ = false;
};

}  // namespace

HttpResult http_get(const HttpRequest& request, HttpReceiver& receiver) {
  const Library library;
  std::string url = request.url;
  check_url(url);
  for (int redirects = 0; redirects <= max_redirects; ++redirects) {
    Transfer transfer(request, url, receiver);
    const HttpResult result = transfer.run();
    const std::string location = transfer.redirect();
    if (location.empty()) return result;
    url = redirected_url(url, location);
  }
  fail("[fetch] {}: more than {} redirects, the last to {}", request.url, max_redirects, url);
}

}  // namespace convlab
