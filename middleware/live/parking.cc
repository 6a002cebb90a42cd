#include "middleware/live/parking.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <vector>

#include "middleware/kernel/check.h"
#include "middleware/live/thread.h"

namespace live {

Parking::Parking(Wake wake)
    : wake_(std::move(wake)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      stir_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(epoll_.is_open() && stir_.is_open());
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stir_.get(), &event) == 0);
  thread_ = start_thread([this] { watch(); });
}

Parking::~Parking() { close(); }

void Parking::park(std::unique_ptr<Session> session) {
  Session* const key = session.get();
  const Due due{key->deadline(), key};
  const std::lock_guard lock(mutex_);
  if (is_closed_) return;
  key->stream.give_back_memory();
  parked_.emplace(key, std::move(session));
  due_.insert(due);
  if (key->is_idle()) idle_.insert(due);
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data = {.ptr = key}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, key->stream.socket(), &event) != 0) {
    take(key);  // the system cannot watch another: it goes
    return;
  }
  if (due_.begin()->second == key) eventfd_write(stir_.get(), 1);
}

std::unique_ptr<Session> Parking::take(Session* session) {
  const auto found = parked_.find(session);
  if (found == parked_.end()) return nullptr;
  std::unique_ptr<Session> taken = std::move(found->second);
  parked_.erase(found);
  due_.erase({taken->deadline(), session});
  idle_.erase({taken->deadline(), session});
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, taken->stream.socket(), nullptr);
  return taken;
}

bool Parking::close_idlest() {
  std::unique_ptr<Session> longest;  // closed without the lock
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return false;
  longest = take(idle_.begin()->second);
  return true;
}

void Parking::close() {
  std::vector<std::unique_ptr<Session>> all;
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    while (!parked_.empty()) all.push_back(take(parked_.begin()->first));
  }
  eventfd_write(stir_.get(), 1);
  if (thread_.joinable()) thread_.join();
}

int Parking::milliseconds_to_next() {
  const std::lock_guard lock(mutex_);
  if (due_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Parking::wake_late() {
  while (true) {
    std::unique_ptr<Session> late;
    {
      const std::lock_guard lock(mutex_);
      if (due_.empty() || due_.begin()->first > Clock::now()) return;
      late = take(due_.begin()->second);
    }
    wake_(std::move(late), true);
  }
}

void Parking::watch() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), milliseconds_to_next());
    for (int i = 0; i < count; ++i) {
      std::unique_ptr<Session> stirred;
      {
        const std::lock_guard lock(mutex_);
        if (is_closed_) return;
        auto* const session = static_cast<Session*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (session == nullptr) {
          eventfd_t count_of_stirs = 0;
          eventfd_read(stir_.get(), &count_of_stirs);
          continue;
        }
        stirred = take(session);
      }
      if (stirred) wake_(std::move(stirred), false);
    }
    wake_late();
  }
}

}  // namespace live
