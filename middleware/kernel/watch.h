#pragma once
// For libraries that bring a socket of their own: who is told when it may be read or written. Its engine is
// live::Loop; in virtual time there are no sockets.
#include <cstdint>

namespace kernel {

/// Told that a descriptor may have become readable or writable, or was hung up. It tries its I/O again.
class ReadyWatcher {
 public:
  virtual void on_ready() = 0;

 protected:
  ~ReadyWatcher() = default;
};

/// Names one watched descriptor. A default one names none.
struct WatchId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< 0: not watched
  explicit operator bool() const { return generation != 0; }
};

class Watches {
 public:
  /// Calls `watcher` after every change of readiness of `fd` (edge-triggered; also once for what it is ready
  /// for now), from the loop, never from here. Both must live until unwatch().
  virtual WatchId watch(int fd, ReadyWatcher& watcher) = 0;
  /// `fd` may be closed already.
  virtual void unwatch(WatchId id, int fd) = 0;

 protected:
  ~Watches() = default;
};

}  // namespace kernel
