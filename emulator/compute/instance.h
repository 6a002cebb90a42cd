#pragma once
// One instance of the middleware: its application, and what becomes of it.
//
//   provisioning ──> active ──> inactive ──> gone        crashed, unhealthy, draining: see fleet.h
//                      ^           │
//                      └activating<┘
//
// Source: facts/aws-platform 1.4.
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "emulator/compute/cpu_gate.h"
#include "middleware/kernel/answer_scope.h"
#include "middleware/kernel/http.h"

namespace emulator::compute {

enum class State : std::uint8_t {
  Provisioning,
  Inactive,  ///< provisioned: it keeps its memory and has no CPU
  Activating,
  Active,
  Crashed,
  Draining,  ///< its version is replaced: it takes no more requests
  Gone,      ///< only those whose request waits for it still hold it
};
std::string_view to_text(State state);

struct Instance;

/// Told when the last request of an instance is over.
class PlaceKeeper {
 public:
  virtual void emptied(Instance& instance) = 0;

 protected:
  ~PlaceKeeper() = default;
};

/// One of an instance's places, from the moment the request is given to it until its application has
/// answered.
class Place {
 public:
  Place(Instance& instance, PlaceKeeper& keeper);
  Place(Place&& other) noexcept
      : instance_(std::exchange(other.instance_, nullptr)), keeper_(other.keeper_) {}
  Place& operator=(Place&&) = delete;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();
  Instance& instance() const { return *instance_; }

 private:
  Instance* instance_;
  PlaceKeeper* keeper_;
};

using Requests = kernel::AnswerScope<kernel::HttpReply, Place>;
using Checks = kernel::AnswerScope<kernel::HttpReply>;

struct Instance {
  std::int64_t number;
  State state = State::Provisioning;
  std::int64_t running = 0;
  kernel::Timestamp idle_since{};
  kernel::TimerId timer{};
  std::unique_ptr<CpuGate> cpu{};              ///< null: it always has CPU
  std::unique_ptr<kernel::HttpHandler> app{};  ///< null: nobody listens
  /// What the application works on; it goes before it. Answers that are on their way hold it too.
  std::shared_ptr<Requests> requests{};
  std::unique_ptr<Checks> checks{};  ///< of its health
};

}  // namespace emulator::compute
