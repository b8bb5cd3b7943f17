#include "engine/engine.h"

#include <fmt/format.h>
#include <algorithm>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <set>
#include <type_traits>

#include "core/error.h"
#include "engine/inspectors/inspectors.h"
#include "engine/session.h"

namespace convlab {

namespace {

constexpr double max_fraction = 0.05;     // of the time, for what is only shown
constexpr double publish_interval = 0.1;  // seconds between snapshots while training
constexpr double images_interval = 0.5;   // seconds between updates of samples and filters

struct Queued {
  uint64_t id = 0;
  Request request;
};

std::string_view name_of(const Request& request) {
  return std::visit([](const auto& kind) { return kind.name; }, request);
}

}  // namespace

class Engine::Impl {
 public:
  explicit Impl(EngineEnvironment environment)
      : session_(std::move(environment), [this] { network_changes(); }) {
    publish(true);
  }

  void send(Request request, uint64_t id) {
    const std::lock_guard lock(mutex_);
    if (inbox_.size() + outbox_.size() >= max_waiting) {
      fail(
          "[engine] {} requests wait and {} replies have not been taken; expected less than {} "
          "together",
          inbox_.size(), outbox_.size(), max_waiting);
    }
    if (id != 0 && !open_ids_.insert(id).second)
      fail("[engine] the id {} is that of a request that has no reply yet", id);
    inbox_.push_back({id, std::move(request)});
  }

  std::optional<Reply> take_reply() {
    const std::lock_guard lock(mutex_);
    if (outbox_.empty()) return std::nullopt;
    std::optional<Reply> reply = std::move(outbox_.front());
    outbox_.pop_front();
    return reply;
  }

  std::shared_ptr<const Snapshot> snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }

  Activity advance() {
    carry_out_requests();
    // A run on features that the task computes is trained in turn with it.
    const bool trains = session_.is_training() && session_.needs_task();
    if (task_ && !(trains && is_training_turn_)) {
      is_training_turn_ = trains;
      return advance_task();
    }
    is_training_turn_ = false;
    if (!session_.is_training()) return Activity::idle;
    const RunState before = session_.state();
    const int64_t epochs = session_.run()->epochs_done();
    session_.train();
    epoch_ended_ = epoch_ended_ || session_.run()->epochs_done() != epochs;
    if (!session_.is_training()) {
      publish(true);
      return task_ ? Activity::busy : Activity::idle;
    }
    // Epochs of a tiny network end so often that a snapshot of each would take most of the time.
    const double now = session_.now();
    const bool epoch_due = epoch_ended_ && now >= published_ + publish_seconds_ / max_fraction;
    if (is_due() || session_.state() != before || epoch_due) publish(false);
    const bool waits = session_.state() == RunState::waiting_for_data && !task_;
    return waits ? Activity::waiting : Activity::busy;
  }

  Result call(Request request, const std::function<void(const Snapshot&)>& progressed) {
    // An id that no front end can have sent at the same time.
    const uint64_t id = std::numeric_limits<uint64_t>::max();
    send(std::move(request), id);
    while (true) {
      carry_out_requests();
      if (std::optional<Reply> reply = take_reply_of(id)) {
        if (!reply->error.empty()) fail("{}", reply->error);
        return std::move(reply->result);
      }
      advance_task();
      if (progressed) progressed(*snapshot());
    }
  }

  void data_arrived() {
    session_.data_arrived();
    publish(true);
  }

 private:
  std::optional<Queued> next_request() {
    const std::lock_guard lock(mutex_);
    if (inbox_.empty()) return std::nullopt;
    std::optional<Queued> next = std::move(inbox_.front());
    inbox_.pop_front();
    return next;
  }

  std::optional<Reply> take_reply_of(uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(outbox_.begin(), outbox_.end(),
                                    [id](const Reply& reply) { return reply.id == id; });
    if (found == outbox_.end()) return std::nullopt;
    std::optional<Reply> reply = std::move(*found);
    outbox_.erase(found);
    return reply;
  }

  void answer(Reply reply) {
    const std::lock_guard lock(mutex_);
    open_ids_.erase(reply.id);
    if (reply.id != 0 || !reply.error.empty()) outbox_.push_back(std::move(reply));
  }

  void answer_error(uint64_t id, ErrorKind kind, const std::string& message) {
    answer({.id = id, .error = message.empty() ? "unknown failure" : message, .kind = kind});
  }

  void carry_out_requests() {
    while (true) {
      if (std::optional<Queued> next = next_request()) {
        carry_out(std::move(*next));
        publish(true);
      } else if (!task_ && !long_requests_.empty()) {
        begin_task();
        publish(false);
      } else {
        return;
      }
    }
  }

  void carry_out(Queued queued) {
    current_ = name_of(queued.request);
    const bool is_long = std::visit(
        [this, id = queued.id](const auto& kind) {
          if constexpr (std::is_same_v<decltype(apply(kind)), std::unique_ptr<Task>>) {
            return true;
          } else {
            answered(id, [&] { answer({.id = id, .result = apply(kind)}); });
            return false;
          }
        },
        queued.request);
    if (is_long) long_requests_.push_back(std::move(queued));
  }

  void begin_task() {
    const Queued next = std::move(long_requests_.front());
    long_requests_.pop_front();
    answered(next.id, [&] {
      std::visit(
          [this](const auto& kind) {
            if constexpr (std::is_same_v<decltype(apply(kind)), std::unique_ptr<Task>>)
              task_ = apply(kind);
          },
          next.request);
      running_ = {.id = next.id, .name = std::string(name_of(next.request))};
      task_start_ = session_.now();
    });
  }

  // Runs `action`, and answers the request with its error.
  template <class Action>
  void answered(uint64_t id, const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      answer_error(id, ErrorKind::invalid, error.what());
    } catch (const std::exception& error) {
      answer_error(id, ErrorKind::failed, error.what());
    }
  }

  template <class Kind>
  auto apply(const Kind& request) -> decltype(std::declval<Session&>().apply(request)) {
    return session_.apply(request);
  }

  Result apply(const Subscribe& request) {
    inspections_.subscribe(request.parts);
    images_due_ = image_seconds_ = 0;
    return Done{};
  }

  Result apply(const Cancel& request) {
    const uint64_t id = request.target;
    const auto waiting = std::find_if(long_requests_.begin(), long_requests_.end(),
                                      [id](const Queued& queued) { return queued.id == id; });
    if (id != 0 && task_ && running_.id == id) {
      end_task(ErrorKind::cancelled, "cancelled");
    } else if (id != 0 && waiting != long_requests_.end()) {
      long_requests_.erase(waiting);
      answer_error(id, ErrorKind::cancelled, "cancelled");
    } else {
      fail("[engine] no request with the id {} waits or runs", id);
    }
    return Done{};
  }

  // A task must not use a network that changes.
  void network_changes() {
    images_due_ = image_seconds_ = 0;
    if (task_ && task_->uses_run())
      end_task(ErrorKind::cancelled, fmt::format("cancelled by {}", current_));
  }

  void end_task(ErrorKind kind, const std::string& message) {
    const uint64_t id = running_.id;
    task_.reset();
    running_ = {};
    session_.task_ended();
    answer_error(id, kind, message);
  }

  Activity advance_task() {
    try {
      if (task_->advance()) {
        session_.task_ended();  // first, so that only the task has what is returned
        answer({.id = running_.id, .result = task_->result()});
        task_.reset();
        running_ = {};
      }
    } catch (const std::exception& error) {
      end_task(ErrorKind::failed, error.what());
    }
    if (!task_ || is_due()) publish(false);
    return task_ && task_->is_waiting() ? Activity::waiting : Activity::busy;
  }

  bool is_due() const { return session_.now() >= published_ + publish_interval; }

  RunningRequest running() const {
    RunningRequest running = running_;
    if (!task_) return running;
    running.progress = task_->progress();
    if (running.progress > 0) {
      const double elapsed = session_.now() - task_start_;
      running.seconds_left = elapsed / running.progress * (1 - running.progress);
    }
    return running;
  }

  // Makes the current state the snapshot. What fails in it shows in the snapshot: nobody waits for
  // an exception here. What inspectors make needs time, so it is renewed less often.
  void publish(bool with_images) {
    const double start = session_.now();
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->sequence = ++sequence_;
    snapshot->running = running();
    const bool cheap = image_seconds_ <= images_interval / 2;
    if (start >= images_due_ || (with_images && cheap)) renew_images();
    inspections_.describe(*snapshot);
    guarded([&] { session_.describe(*snapshot); });
    if (session_.state() == RunState::failed) guarded([&] { session_.describe_state(*snapshot); });
    set_versions(*snapshot);
    epoch_ended_ = false;
    {
      const std::lock_guard lock(mutex_);
      snapshot_ = std::move(snapshot);
    }
    published_ = session_.now();
    publish_seconds_ = published_ - start;
  }

  void renew_images() {
    if (!inspections_.is_stale(session_)) return;
    const double start = session_.now();
    guarded([&] { inspections_.renew(session_, sequence_); });
    const double end = session_.now();
    image_seconds_ = end - start;
    images_due_ = end + std::max(images_interval, image_seconds_ / max_fraction);
  }

  // What is the same as in the last snapshot keeps its version.
  void set_versions(Snapshot& snapshot) const {
    const Snapshot none;
    const Snapshot& last = snapshot_ ? *snapshot_ : none;
    const auto version = [&](bool same, uint64_t before) {
      return same && snapshot_ ? before : snapshot.sequence;
    };
    snapshot.setup_version =
        version(snapshot.options == last.options && snapshot.class_names == last.class_names &&
                    snapshot.features == last.features && snapshot.parameters == last.parameters,
                last.setup_version);
    snapshot.curves_version =
        version(snapshot.train_loss == last.train_loss && snapshot.val_loss == last.val_loss &&
                    snapshot.train_accuracy == last.train_accuracy &&
                    snapshot.val_accuracy == last.val_accuracy,
                last.curves_version);
    const size_t known = last.history.size();
    const bool grows = snapshot.history.size() >= known &&
                       (known == 0 || snapshot.history[known - 1] == last.history[known - 1]);
    snapshot.history_version = version(grows, last.history_version);
  }

  template <class Action>
  void guarded(const Action& action) {
    try {
      action();
    } catch (const std::exception& error) {
      session_.fail_run(error.what());
    }
  }

  mutable std::mutex mutex_;  // guards the next four
  std::deque<Queued> inbox_;
  std::deque<Reply> outbox_;
  std::set<uint64_t> open_ids_;
  std::shared_ptr<const Snapshot> snapshot_;

  Session session_;
  std::deque<Queued> long_requests_;
  std::unique_ptr<Task> task_;  // after session_, whose run it uses
  RunningRequest running_;
  std::string_view current_;  // the request that is carried out now
  double task_start_ = 0;
  bool is_training_turn_ = false;
  bool epoch_ended_ = false;
  uint64_t sequence_ = 0;
  double published_ = 0;
  double publish_seconds_ = 0;  // that the last snapshot took
  double image_seconds_ = 0;    // that the last samples and filters took
  double images_due_ = 0;
  Inspections inspections_;
};

Engine::Engine(EngineEnvironment environment)
    : impl_(std::make_unique<Impl>(std::move(environment))) {}
Engine::~Engine() = default;

void Engine::send(Request request, uint64_t id) { impl_->send(std::move(request), id); }

std::optional<Reply> Engine::take_reply() { return impl_->take_reply(); }

std::shared_ptr<const Snapshot> Engine::snapshot() const { return impl_->snapshot(); }

Activity Engine::advance() { return impl_->advance(); }

Result Engine::call_any(Request request, const std::function<void(const Snapshot&)>& progressed) {
  return impl_->call(std::move(request), progressed);
}

void Engine::data_arrived() { impl_->data_arrived(); }

}  // namespace convlab
