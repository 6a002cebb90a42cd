#include "emulator/lambda/destination.h"

#include <array>
#include <cstdint>

#include "emulator/arn/arn.h"

namespace emulator::lambda {
namespace {

struct Naming {
  DestinationKind kind;
  std::string_view service;
  std::string_view before;  ///< the name, in an ARN
  std::string_view word;
};
// In the order of the enumerators.
constexpr std::array<Naming, 4> kNamings = {{
    {DestinationKind::Queue, "sqs", "", "queue"},
    {DestinationKind::Topic, "sns", "", "topic"},
    {DestinationKind::Bus, "events", "event-bus/", "bus"},
    {DestinationKind::Function, "lambda", "function:", "lambda"},
}};

const Naming& naming_of(DestinationKind kind) { return kNamings[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string arn_of(const Destination& destination) {
  const Naming& naming = naming_of(destination.kind);
  return make_arn(naming.service, naming.before).append(destination.name);
}

std::optional<Destination> destination_of(std::string_view arn) {
  for (const Naming& naming : kNamings) {
    const std::string begin = make_arn(naming.service, naming.before);
    if (!arn.starts_with(begin)) continue;
    std::string_view name = arn.substr(begin.size());
    constexpr std::string_view kLatest = ":$LATEST";
    if (naming.kind == DestinationKind::Function && name.ends_with(kLatest))
      name.remove_suffix(kLatest.size());
    // What follows a further colon is a version, a subscription or the like.
    if (name.empty() || name.find(':') != std::string_view::npos) return std::nullopt;
    return Destination{naming.kind, std::string(name)};
  }
  return std::nullopt;
}

std::string text_of(const Destination& destination) {
  return std::string(naming_of(destination.kind).word) + " " + destination.name;
}

}  // namespace emulator::lambda
