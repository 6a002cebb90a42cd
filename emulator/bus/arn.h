#pragma once
// Names and ARNs of buses, rules, archives, replays and targets.
//
// Source: facts/aws-delivery 1.3.
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "emulator/arn/arn.h"

namespace emulator::bus {

inline constexpr std::string_view kDefaultBus = "default";

std::string bus_arn(std::string_view bus);
std::string source_arn(std::string_view source);
/// Without the bus's name on the default bus.
std::string rule_arn(std::string_view bus, std::string_view rule);
std::string archive_arn(std::string_view archive);
std::string replay_arn(std::string_view replay);
std::string function_arn(std::string_view function);
std::string queue_arn(std::string_view queue);
std::string topic_arn(std::string_view topic);

/// The bus that a name or an ARN means; "" is the default bus.
std::string_view bus_name(std::string_view name_or_arn);
/// The name within `arn` if it begins as `prefix_arn` of an empty name does: "event-bus/", ":archive/".
std::optional<std::string_view> name_in_arn(std::string_view arn, std::string_view resource);

struct LambdaTarget {
  std::string function;
};
struct QueueTarget {
  std::string queue;
};
struct TopicTarget {
  std::string topic;
};
struct BusTarget {
  std::string bus;
};
/// The target of the rule behind an archive.
struct ArchiveTarget {
  std::string archive;
};
/// Who gets an event. A further kind of target is a further member, an ARN in arn.cc and an answer in
/// invoke_target.cc.
using Destination = std::variant<LambdaTarget, QueueTarget, TopicTarget, BusTarget, ArchiveTarget>;

/// Nothing when the ARN is none of these, or of another account or region.
std::optional<Destination> destination_of(std::string_view arn);

/// Bare name, for hops.
const std::string& name_of(const Destination& destination);

}  // namespace emulator::bus
