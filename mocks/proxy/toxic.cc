#include "mocks/proxy/toxic.h"

#include <array>
#include <limits>

#include "middleware/kernel/check.h"

namespace mocks::proxy {
namespace {

constexpr std::int64_t kMillisecondsMax = 1'000'000'000'000;
constexpr std::int64_t kMicrosecondsMax = 1'000'000'000'000'000;
constexpr std::int64_t kRateMax = 1'000'000'000'000;
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kNegative = std::numeric_limits<std::int64_t>::min();

template <class T, std::int64_t T::* Member>
std::int64_t& member(Attributes& attributes) {
  return std::get<T>(attributes).*Member;
}

constexpr std::array kLatency = {
    Attribute{"latency", 0, kMillisecondsMax, &member<Latency, &Latency::latency_ms>},
    Attribute{"jitter", 0, kMillisecondsMax, &member<Latency, &Latency::jitter_ms>}};
constexpr std::array kBandwidth = {
    Attribute{"rate", kNegative, kRateMax, &member<Bandwidth, &Bandwidth::rate>}};
constexpr std::array kSlowClose = {
    Attribute{"delay", 0, kMillisecondsMax, &member<SlowClose, &SlowClose::delay_ms>}};
constexpr std::array kTimeout = {
    Attribute{"timeout", 0, kMillisecondsMax, &member<Timeout, &Timeout::timeout_ms>}};
constexpr std::array kResetPeer = {
    Attribute{"timeout", 0, kMillisecondsMax, &member<ResetPeer, &ResetPeer::timeout_ms>}};
constexpr std::array kSlicer = {
    Attribute{"average_size", 1, kAny, &member<Slicer, &Slicer::average_size>},
    Attribute{"size_variation", 0, kAny, &member<Slicer, &Slicer::size_variation>},
    Attribute{"delay", 0, kMicrosecondsMax, &member<Slicer, &Slicer::delay_us>}};
constexpr std::array kLimitData = {Attribute{"bytes", 0, kAny, &member<LimitData, &LimitData::bytes>}};

struct Type {
  std::string_view name;
  std::span<const Attribute> attributes;
};

/// In the order of Attributes' alternatives.
constexpr std::array kTypes = {Type{"latency", kLatency},      Type{"bandwidth", kBandwidth},
                               Type{"slow_close", kSlowClose}, Type{"timeout", kTimeout},
                               Type{"reset_peer", kResetPeer}, Type{"slicer", kSlicer},
                               Type{"limit_data", kLimitData}};
static_assert(kTypes.size() == std::variant_size_v<Attributes>);

template <std::size_t I = 0>
Attributes defaults_at(std::size_t index) {
  if constexpr (I < std::variant_size_v<Attributes>) {
    return index == I ? Attributes(std::in_place_index<I>) : defaults_at<I + 1>(index);
  } else {
    CHECK(false);
  }
}

}  // namespace

std::string_view to_text(Stream stream) { return stream == Stream::Upstream ? "upstream" : "downstream"; }

std::optional<Stream> parse_stream(std::string_view text) {
  if (text == "upstream") return Stream::Upstream;
  if (text == "downstream") return Stream::Downstream;
  return std::nullopt;
}

std::string_view type_name(const Attributes& attributes) { return kTypes[attributes.index()].name; }

std::optional<Attributes> attributes_of_type(std::string_view type) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == type) return defaults_at(i);
  }
  return std::nullopt;
}

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (const Type& type : kTypes) names.emplace_back(type.name);
  return names;
}

std::string default_name(const Toxic& toxic) {
  return std::string(type_name(toxic.attributes)) + "_" + std::string(to_text(toxic.stream));
}

std::span<const Attribute> attribute_list(const Attributes& attributes) {
  return kTypes[attributes.index()].attributes;
}

kernel::Result<> set_attribute(Attributes& attributes, std::string_view name, std::int64_t value) {
  std::string known;
  for (const Attribute& attribute : attribute_list(attributes)) {
    if (attribute.name == name) {
      if (value < attribute.min || value > attribute.max) {
        return kernel::invalid("'" + std::string(name) + "' must be " +
                               (value < attribute.min ? "at least " + std::to_string(attribute.min)
                                                      : "at most " + std::to_string(attribute.max)) +
                               ", not " + std::to_string(value));
      }
      attribute.of(attributes) = value;
      return {};
    }
    known += (known.empty() ? "" : ", ") + std::string(attribute.name);
  }
  return kernel::invalid(std::string(type_name(attributes)) + " has no attribute '" + std::string(name) +
                         "': it has " + known);
}

kernel::Result<> check(const Toxic& toxic) {
  if (!(toxic.toxicity >= 0 && toxic.toxicity <= 1)) return kernel::invalid("'toxicity' must be from 0 to 1");
  const auto* slicer = std::get_if<Slicer>(&toxic.attributes);
  if (slicer != nullptr && slicer->average_size < 1) {
    return kernel::invalid("'average_size' must be at least 1");
  }
  if (slicer != nullptr && slicer->size_variation >= slicer->average_size) {
    return kernel::invalid("'size_variation' must be below 'average_size'");
  }
  return {};
}

bool operator==(const Toxic& a, const Toxic& b) {
  if (a.name != b.name || a.stream != b.stream || a.toxicity != b.toxicity) return false;
  if (a.attributes.index() != b.attributes.index()) return false;
  Attributes of_a = a.attributes;
  Attributes of_b = b.attributes;
  for (const Attribute& attribute : attribute_list(of_a)) {
    if (attribute.of(of_a) != attribute.of(of_b)) return false;
  }
  return true;
}

}  // namespace mocks::proxy
