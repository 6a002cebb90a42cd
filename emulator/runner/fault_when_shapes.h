#pragma once
// The shapes of faults beyond window, counts and answer: which requests, when, and what becomes of the true
// answer.
#include <optional>
#include <string>
#include <vector>

#include "middleware/config/reader.h"
#include "mocks/faults/fault.h"

namespace emulator::runner {

/// `only`: which requests, beyond the API and its path.
struct FaultOnly {
  std::optional<std::string> method{};
  config::MapOf<std::string> header{};
  std::optional<std::string> stub{};
  std::optional<std::string> key{};
  std::vector<std::int64_t> attempts{};  ///< from, to
};

/// `when`: the schedule, beyond window, counts and share.
struct FaultWhen {
  std::optional<mocks::Ramp> ramp{};
  std::optional<mocks::Burst> burst{};
  std::optional<mocks::Flap> flap{};
  std::optional<std::int64_t> total{};
  std::optional<std::vector<mocks::Fired>> fires{};
};

config::Shape<FaultOnly> fault_only_shape();
config::Shape<FaultWhen> fault_when_shape();
config::Shape<mocks::Damage> damage_shape();
/// `slow`: how much time an answer takes on its way.
config::Shape<kernel::Pace> pace_shape();
/// `keep_alive`: what becomes of its connection.
config::Shape<kernel::Afterwards> afterwards_shape();

void narrow(mocks::FaultRule& rule, const FaultOnly& only, const FaultWhen& when);

}  // namespace emulator::runner
