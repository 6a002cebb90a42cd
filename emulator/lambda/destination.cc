#include "emulator/lambda/destination.h"

#include <array>
#include <cstdint>

namespace emulator::lambda {
namespace {

struct Naming {
  DestinationKind kind;
  std::string_view arn_begin;
  std::string_view word;
};
// In the order of the enumerators.
constexpr std::array<Naming, 4> kNamings = {{
    {DestinationKind::Queue, "arn:aws:sqs:us-east-1:123456789012:", "queue"},
    {DestinationKind::Topic, "arn:aws:sns:us-east-1:123456789012:", "topic"},
    {DestinationKind::Bus, "arn:aws:events:us-east-1:123456789012:event-bus/", "bus"},
    {DestinationKind::Function, "arn:aws:lambda:us-east-1:123456789012:function:", "lambda"},
}};

const Naming& naming_of(DestinationKind kind) { return kNamings[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string arn_of(const Destination& destination) {
  return std::string(naming_of(destination.kind).arn_begin) + destination.name;
}

std::optional<Destination> destination_of(std::string_view arn) {
  for (const Naming& naming : kNamings) {
    if (!arn.starts_with(naming.arn_begin)) continue;
    std::string_view name = arn.substr(naming.arn_begin.size());
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
