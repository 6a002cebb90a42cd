#pragma once
// A target of a rule, checked and compiled: who gets the event, what of it, how long it is tried.
//
// Source: facts/aws-delivery 1.3, 1.5, 1.6.
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "emulator/bus/arn.h"
#include "emulator/bus/delivery_retry.h"
#include "emulator/bus/event_path.h"
#include "emulator/bus/input_transformer.h"
#include "emulator/bus/rule_ports.h"

namespace emulator::bus {

/// One event on one bus, shared by all its deliveries.
struct BusEvent {
  std::string event_uuid;  ///< for the record
  std::string id;          ///< of EventBridge
  /// JSON, what targets get. By itself: who holds on to it long does not hold the rest.
  std::shared_ptr<const std::string> envelope;
  std::string trace_header{};
  std::string replay_name{};  ///< of an event out of an archive
  kernel::WallTime ingested;
  kernel::Timestamp accepted_at;
  kernel::HopId cause = 0;
  bool is_forwarded = false;  ///< came from another bus: goes to no third one
};
using BusEventPtr = std::shared_ptr<const BusEvent>;

/// A target as it is written down, and the curve of its retries, which the service keeps to itself.
struct TargetConfig {
  TargetSpec spec;
  DeliveryRetryConfig retry{};
  bool is_by_arn = false;  ///< the ARN was written out: what it names need not be there
};

/// What of the event a target gets.
using TargetInput =
    std::variant<std::monostate, std::shared_ptr<const std::string>, EventPath, InputTransformer>;

/// Immutable: deliveries under way keep the one that they began with, whatever becomes of the rule.
struct Target {
  TargetSpec spec;
  Destination destination;
  TargetInput input{};
  DeliveryRetryConfig retry{};
  std::string dead_letter{};  ///< queue; without one, an event that is given up is lost
  std::string rule_name{};
  std::string rule_arn{};
  std::string draw_name{};  ///< names its draws: two targets of one rule have luck of their own

  const std::string& name() const { return name_of(destination); }
};
using TargetPtr = std::shared_ptr<const Target>;

/// Where a target stands: the rule that it will belong to, and which of the call's targets it is.
struct TargetPlace {
  std::string rule_name{};
  std::string rule_arn{};
  std::size_t number = 1;
};
/// `retry` gives the curve, and attempts and age where the target says nothing.
ApiResult<TargetPtr> compile_target(TargetSpec spec, const DeliveryRetryConfig& retry,
                                    const TargetPlace& place);

/// The target's input, or why there is none: then nothing is delivered. Without settings it is the envelope
/// itself, which is not copied.
std::expected<std::shared_ptr<const std::string>, std::string> input_of(const Target& target,
                                                                        const BusEventPtr& event);

}  // namespace emulator::bus
