#pragma once
// The text of an event as targets get it.
//
// Source: facts/aws-delivery 1.1.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace emulator::bus {

/// The pointees outlive the call.
struct EnvelopeFields {
  std::string_view id{};
  std::string_view detail_type{};
  std::string_view source{};
  std::string_view time{};  ///< "2026-01-05T09:00:00Z"
  std::span<const std::string> resources{};
  std::string_view detail{};  ///< JSON object, as text
};

/// Keys in the service's order. ASSUMPTION: the detail keeps its spaces.
std::string envelope_text(const EnvelopeFields& fields);

/// The same event as a replay sends it: with `replay-name` between region and resources.
std::string with_replay_name(std::string_view envelope, std::string_view replay_name);

/// What patterns and archives ask of an envelope.
struct EnvelopeParts {
  std::string id;
  std::string detail_type;
  std::string source;
  std::string time;
  std::vector<std::string> resources;
  std::string_view detail;  ///< within the envelope

  EnvelopeFields fields() const {
    return {.id = id,
            .detail_type = detail_type,
            .source = source,
            .time = time,
            .resources = resources,
            .detail = detail};
  }
};
EnvelopeParts parts_of(std::string_view envelope);

}  // namespace emulator::bus
