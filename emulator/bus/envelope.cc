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
  const auto text_at = [envelope](std::string_view pointer) {
    const auto slice = kernel::json_slice(envelope, pointer);
    const auto value = slice ? kernel::parse_json(*slice) : kernel::invalid("no such field");
    CHECK(value.has_value());
    return kernel::json_text_at(*value, "");
  };
  const auto detail = kernel::json_slice(envelope, "/detail");
  CHECK(detail.has_value());
  return {.id = text_at("/id"),
          .detail_type = text_at("/detail-type"),
          .source = text_at("/source"),
          .time = text_at("/time"),
          .detail = *detail};
}

}  // namespace emulator::bus
