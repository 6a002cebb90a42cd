#include "middleware/live/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>

#include "middleware/kernel/check.h"

namespace live {
namespace {

constexpr std::uint64_t kNoWatch =
    ~std::uint64_t{0};  // the loop's own descriptors: waking up is all they are for
constexpr std::uint32_t kNoSlot = 0xFFFF'FFFF;
constexpr int kEventsPerWait = 256;

std::int64_t steady_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::uint64_t packed(std::uint32_t slot, std::uint32_t generation) {
  return (std::uint64_t{generation} << 32) | slot;
}

// Edge-triggered, so that neither the eventfd nor the timerfd ever has to be read.
void add_edge(int epoll, int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = tag;
  CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

}  // namespace

Loop::Loop(LoopConfig config)
    : speed_(config.speed),
      steady_start_(steady_nanoseconds()),
      wall_start_(
          std::chrono::duration_cast<kernel::Duration>(std::chrono::system_clock::now().time_since_epoch())),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      alarm_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      first_free_watch_(kNoSlot) {
  CHECK(speed_ > 0);
  CHECK(epoll_.is_open() && wake_.is_open() && alarm_.is_open());
  std::signal(SIGPIPE, SIG_IGN);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = kNoWatch;
  CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
  CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, alarm_.get(), &event) == 0);
}

Loop::~Loop() = default;

kernel::Timestamp Loop::now() const {
  const std::int64_t passed = steady_nanoseconds() - steady_start_;
  if (speed_ == 1.0) return kernel::at(kernel::Duration{passed});
  return kernel::at(kernel::Duration{static_cast<std::int64_t>(static_cast<double>(passed) * speed_)});
}

kernel::TimerId Loop::call_at(kernel::Timestamp when, kernel::Action action) {
  // A time that has passed becomes now, so that it cannot overtake what was asked for before.
  return timers_.push(std::max(when, now()), std::move(action));
}

void Loop::post(kernel::Action action) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(action));
    wake = std::exchange(is_sleeping_, false);
  }
  if (wake) eventfd_write(wake_.get(), 1);
}

void Loop::stop() {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    stop_asked_ = true;
    wake = std::exchange(is_sleeping_, false);
  }
  if (wake) eventfd_write(wake_.get(), 1);
}

void Loop::run() {
  run_until([] { return false; });
}

void Loop::run_until(const std::function<bool()>& done) {
  CHECK(!is_running_);
  struct Running {
    bool& flag;
    explicit Running(bool& is_running) : flag(is_running) { flag = true; }
    ~Running() { flag = false; }
  };
  const Running running(is_running_);
  prctl(PR_SET_TIMERSLACK, 1);  // else the kernel lets this thread's timers wait for others, 50 us
  if (is_over(done)) return;
  while (!run_posted(done) && !run_timers(done) && !run_ready(done) && !take_stop()) wait_for_events();
}

bool Loop::take_stop() {
  if (!stop_asked_.load(std::memory_order_relaxed)) return false;
  stop_asked_ = false;
  return true;
}

bool Loop::is_over(const std::function<bool()>& done) { return take_stop() || done(); }

bool Loop::run_posted(const std::function<bool()>& done) {
  // A batch that an earlier run left unfinished goes first.
  if (batch_next_ == batch_.size()) {
    batch_.clear();
    batch_next_ = 0;
    const std::lock_guard lock(mutex_);
    batch_.swap(posted_);
  }
  while (batch_next_ < batch_.size()) {
    {
      kernel::Action action = std::move(batch_[batch_next_++]);
      action();
    }
    if (is_over(done)) return true;
  }
  return false;
}

bool Loop::run_timers(const std::function<bool()>& done) {
  if (timers_.empty()) return false;
  // Timers that these ask for at `due` or later wait for the next round, so that nobody is starved.
  const kernel::Timestamp due = now();
  while (!timers_.empty() && timers_.next_time() <= due) {
    {
      kernel::Action action = timers_.pop();
      action();
    }
    if (is_over(done)) return true;
  }
  return false;
}

bool Loop::run_ready(const std::function<bool()>& done) {
  while (ready_next_ < ready_.size()) {
    const auto [tag, is_hung_up] = ready_[ready_next_++];
    const auto slot = static_cast<std::uint32_t>(tag);
    // Whoever ran before in this round may have unwatched it.
    if (watches_[slot].generation != static_cast<std::uint32_t>(tag >> 32)) continue;
    is_hung_up_ = is_hung_up;
    watches_[slot].watcher->on_ready();
    if (is_over(done)) return true;
  }
  return false;
}

bool Loop::may_sleep() {
  const std::lock_guard lock(mutex_);
  is_sleeping_ = posted_.empty() && !stop_asked_;
  return is_sleeping_;
}

void Loop::wait_for_events() {
  int timeout_ms = 0;
  const bool timer_is_due = !timers_.empty() && timers_.next_time() <= now();
  if (!timer_is_due && may_sleep()) {
    timeout_ms = -1;
    if (!timers_.empty()) arm_timer(timers_.next_time());
  }
  std::array<epoll_event, kEventsPerWait> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsPerWait, timeout_ms);
  ready_.clear();
  ready_next_ = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const bool is_hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    if (event.data.u64 != kNoWatch) ready_.push_back({event.data.u64, is_hung_up});
  }
  if (timeout_ms == 0) return;
  const std::lock_guard lock(mutex_);
  is_sleeping_ = false;
}

void Loop::arm_timer(kernel::Timestamp when) {
  const auto wait = static_cast<double>(kernel::nanoseconds(when)) / speed_;
  const std::int64_t time = steady_start_ + static_cast<std::int64_t>(std::ceil(wait));
  // An alarm that is set to a still earlier time only wakes us once for nothing; the next sleep sets the
  // right one.
  if (time == alarm_time_ && time > steady_nanoseconds()) return;
  alarm_time_ = time;
  itimerspec spec{};
  spec.it_value.tv_sec = time / 1'000'000'000;
  spec.it_value.tv_nsec = time % 1'000'000'000;
  CHECK(timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &spec, nullptr) == 0);
}

WatchId Loop::watch(int fd, ReadyWatcher& watcher) {
  std::uint32_t slot = first_free_watch_;
  if (slot == kNoSlot) {
    slot = static_cast<std::uint32_t>(watches_.size());
    watches_.emplace_back();
  } else {
    first_free_watch_ = watches_[slot].next_free;
  }
  Watch& watch = watches_[slot];
  watch.watcher = &watcher;
  add_edge(epoll_.get(), fd, packed(slot, watch.generation));
  return {slot, watch.generation};
}

void Loop::unwatch(WatchId id, int fd) {
  CHECK(id && watches_[id.slot].generation == id.generation);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  Watch& watch = watches_[id.slot];
  watch.watcher = nullptr;
  if (++watch.generation == 0) watch.generation = 1;
  watch.next_free = first_free_watch_;
  first_free_watch_ = id.slot;
}

}  // namespace live
