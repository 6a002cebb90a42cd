#include "emulator/bus/arn.h"

namespace emulator::bus {
namespace {

std::string arn_of(std::string_view service, std::string_view resource, std::string_view name) {
  return make_arn(service, resource).append(name);
}

std::optional<std::string_view> rest_of(std::string_view arn, const std::string& prefix) {
  if (!arn.starts_with(prefix) || arn.size() == prefix.size()) return std::nullopt;
  return arn.substr(prefix.size());
}

}  // namespace

std::string bus_arn(std::string_view bus) { return arn_of("events", "event-bus/", bus); }
std::string source_arn(std::string_view source) {
  return "arn:aws:events:" + std::string(kRegion) + "::event-source/" + std::string(source);
}
std::string rule_arn(std::string_view bus, std::string_view rule) {
  std::string arn = make_arn("events", "rule/");
  if (bus != kDefaultBus) arn.append(bus).append("/");
  return arn.append(rule);
}
std::string archive_arn(std::string_view archive) { return arn_of("events", "archive/", archive); }
std::string replay_arn(std::string_view replay) { return arn_of("events", "replay/", replay); }
std::string function_arn(std::string_view function) { return arn_of("lambda", "function:", function); }
std::string queue_arn(std::string_view queue) { return arn_of("sqs", "", queue); }
std::string topic_arn(std::string_view topic) { return arn_of("sns", "", topic); }

std::string_view bus_name(std::string_view name_or_arn) {
  if (name_or_arn.empty()) return kDefaultBus;
  if (!name_or_arn.starts_with("arn:")) return name_or_arn;
  return name_in_arn(name_or_arn, "event-bus/").value_or(name_or_arn);
}

std::optional<std::string_view> name_in_arn(std::string_view arn, std::string_view resource) {
  return rest_of(arn, make_arn("events", resource));
}

std::optional<Destination> destination_of(std::string_view arn) {
  if (const auto function = rest_of(arn, make_arn("lambda", "function:"))) {
    constexpr std::string_view kLatest = ":$LATEST";
    const bool is_latest = function->ends_with(kLatest);
    return LambdaTarget{
        std::string(function->substr(0, function->size() - (is_latest ? kLatest.size() : 0)))};
  }
  if (const auto queue = rest_of(arn, make_arn("sqs"))) return QueueTarget{std::string(*queue)};
  if (const auto topic = rest_of(arn, make_arn("sns"))) return TopicTarget{std::string(*topic)};
  if (const auto bus = name_in_arn(arn, "event-bus/")) return BusTarget{std::string(*bus)};
  if (const auto archive = name_in_arn(arn, "archive/")) return ArchiveTarget{std::string(*archive)};
  return std::nullopt;
}

const std::string& name_of(const Destination& destination) {
  struct Name {
    const std::string& operator()(const LambdaTarget& t) const { return t.function; }
    const std::string& operator()(const QueueTarget& t) const { return t.queue; }
    const std::string& operator()(const TopicTarget& t) const { return t.topic; }
    const std::string& operator()(const BusTarget& t) const { return t.bus; }
    const std::string& operator()(const ArchiveTarget& t) const { return t.archive; }
  };
  return std::visit(Name{}, destination);
}

}  // namespace emulator::bus
