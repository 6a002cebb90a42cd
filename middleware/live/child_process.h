#pragma once
// A program as a child of this process: its output comes line by line, its end as an event of the loop. It
// leads a process group of its own, and whatever it started dies with it.
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/result.h"
#include "middleware/live/child_keeper.h"
#include "middleware/live/loop.h"

namespace live {

struct ChildConfig {
  std::vector<std::string> command{};  ///< at least one; a program without a slash is looked for in PATH
  std::string folder{};                ///< working directory; empty: ours
  std::vector<std::pair<std::string, std::string>> variables{};  ///< the whole environment, but for
  std::vector<std::string> inherited{};                          ///< these of ours, if nobody set them
  /// Also what it started dies with this process, however that ends. It outlives the child.
  ChildKeeper* keeper = nullptr;
};

enum class ChildStream : std::uint8_t { Output, Error };

struct ChildEnd {
  int status = 0;  ///< its exit status
  int signal = 0;  ///< or the signal that killed it
};

/// Called on the loop's thread.
class ChildListener {
 public:
  /// Without its end. A line of more than 256 KiB comes in pieces.
  virtual void line(ChildStream stream, std::string_view text) = 0;
  /// After the last line. Whatever it started is dead. The child may be destroyed here.
  virtual void ended(ChildEnd end) = 0;

 protected:
  ~ChildListener() = default;
};

class ChildProcess {
 public:
  /// Errors are Infrastructure. Both references outlive the child. It takes no input, has SIGINT, SIGTERM
  /// and SIGPIPE as a program expects them, and dies with this process.
  static kernel::Result<std::unique_ptr<ChildProcess>> start(Loop& loop, ChildConfig config,
                                                             ChildListener& listener);
  /// Kills what still runs; the listener hears nothing any more.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// To the whole group.
  void send_signal(int signal);
  /// Reads what it has written up to now: listener's line() is called from here.
  void read_output();
  /// Waits up to `at_most` of real time for its end, without the loop. True when it has come; then the
  /// listener has heard its last line.
  bool wait(std::chrono::milliseconds at_most);
  int pid() const;

  /// The file that `program` names: itself when it has a slash (from `folder`), else the first of that name
  /// in PATH, ours if `config` has none. Infrastructure error when there is none that can be run, or
  /// no folder.
  static kernel::Result<std::string> find_program(const ChildConfig& config);
  /// Readable once that process has ended, whoever's child it is. Closed when there is none.
  static Descriptor watch_end(int pid);

 private:
  class Impl;
  explicit ChildProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace live
