#include "emulator/bus/envelope.h"

#include <nlohmann/json.hpp>

#include "emulator/bus/arn.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/json.h"

namespace emulator::bus {
namespace {

constexpr std::string_view kBeforeResources = R"(","resources":[)";

}  // namespace

std::string envelope_text(const EnvelopeFields& fields) {
  std::string text;
  text.reserve(fields.detail.size() + 320);
  text.append(R"({"version":"0","id":")").append(fields.id).append(R"(","detail-type":)");
  kernel::append_json_quoted(text, fields.detail_type);
  text.append(R"(,"source":)");
  kernel::append_json_quoted(text, fields.source);
  text.append(R"(,"account":")").append(kAccount).append(R"(","time":")").append(fields.time);
  text.append(R"(","region":")").append(kRegion).append(kBeforeResources);
  for (const std::string& resource : fields.resources) {
    if (text.back() != '[') text += ',';
    kernel::append_json_quoted(text, resource);
  }
  text.append(R"(],"detail":)").append(fields.detail).append("}");
  return text;
}

std::string with_replay_name(std::string_view envelope, std::string_view replay_name) {
  const std::string region = std::string(R"("region":")").append(kRegion).append(kBeforeResources);
  // Texts before it are quoted, with their quotes escaped: this cannot stand in them.
  const std::size_t place = envelope.find(region);
  CHECK(place != std::string_view::npos);
  const std::size_t after_region = place + region.size() - kBeforeResources.size() + 1;
  std::string text(envelope.substr(0, after_region));
  text.append(R"(,"replay-name":)");
  kernel::append_json_quoted(text, replay_name);
  return text.append(envelope.substr(after_region));
}

EnvelopeParts parts_of(std::string_view envelope) {
  const auto value_at = [envelope](std::string_view pointer) {
    const auto slice = kernel::json_slice(envelope, pointer);
    CHECK(slice.has_value());
    auto value = kernel::parse_json(*slice);
    CHECK(value.has_value());
    return std::move(*value);
  };
  EnvelopeParts parts{.id = value_at("/id").get<std::string>(),
                      .detail_type = value_at("/detail-type").get<std::string>(),
                      .source = value_at("/source").get<std::string>(),
                      .time = value_at("/time").get<std::string>(),
                      .resources = value_at("/resources").get<std::vector<std::string>>(),
                      .detail = {}};
  const auto detail = kernel::json_slice(envelope, "/detail");
  CHECK(detail.has_value());
  parts.detail = *detail;
  return parts;
}

}  // namespace emulator::bus
