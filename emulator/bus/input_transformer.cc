#include "emulator/bus/input_transformer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "emulator/bus/errors.h"
#include "middleware/kernel/json.h"

namespace emulator::bus {
namespace {

constexpr std::size_t kPathsMax = 100;
constexpr std::size_t kTemplateMax = 8192;

bool is_variable_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.';
}

/// The name between < and > at the front of `text`; empty when that is no placeholder but a bracket.
std::string_view placeholder_at(std::string_view text) {
  if (!text.starts_with('<')) return {};
  const std::size_t end = text.find('>');
  if (end == std::string_view::npos) return {};
  const std::string_view name = text.substr(1, end - 1);
  return std::ranges::all_of(name, is_variable_character) ? name : std::string_view{};
}

std::string without_quotes(std::string text) {
  std::erase(text, '"');
  return text;
}

/// A string as its characters, everything else as it is.
std::string bare(std::string value) {
  if (!value.starts_with('"')) return value;
  const auto parsed = kernel::parse_json(value);
  return parsed ? parsed->get<std::string>() : value;
}

bool is_structure(std::string_view value) { return value.starts_with('{') || value.starts_with('['); }

/// `aws.events.event`: the event without its detail, keys in camel case, the time being that of ingestion.
/// ASSUMPTION: the order of the keys, which is the envelope's.
std::string event_summary(const TransformerInput& input) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kKeys = {
      {{"version", "$.version"},
       {"id", "$.id"},
       {"detailType", "$.detail-type"},
       {"source", "$.source"},
       {"account", "$.account"},
       {"region", "$.region"},
       {"resources", "$.resources"}}};
  std::string text = "{";
  for (const auto& [key, path] : kKeys) {
    if (text.size() > 1) text += ',';
    text.append("\"").append(key).append("\":");
    text.append(EventPath::parse(path)->find(input.event).value_or("null"));
    if (key == "account") text.append(R"(,"time":)").append(kernel::json_quoted(input.ingested));
  }
  return text + "}";
}

}  // namespace

ApiResult<InputTransformer> InputTransformer::compile(std::string_view target_id,
                                                      const InputTransformerSpec& spec,
                                                      std::string_view member) {
  const std::string target = std::string("target ").append(target_id);
  if (spec.paths.size() > kPathsMax) return std::unexpected(limit_exceeded());
  if (spec.text.empty() || spec.text.size() > kTemplateMax) {
    return std::unexpected(
        constraint(spec.text.empty() ? "" : "...", std::string(member) + ".inputTransformer.inputTemplate",
                   spec.text.empty() ? "Member must have length greater than or equal to 1"
                                     : "Member must have length less than or equal to 8192"));
  }
  InputTransformer made;
  for (const auto& [variable, text] : spec.paths) {
    auto path = EventPath::parse(text);
    // ASSUMPTION: both texts.
    if (!path) return std::unexpected(validation("Invalid InputPath for " + target + ": " + text));
    if (variable.starts_with("aws.")) {
      return std::unexpected(
          validation("InputPathsMap of " + target + " uses the reserved name " + variable + "."));
    }
    made.paths_.push_back(std::move(*path));
  }

  constexpr std::array<std::pair<std::string_view, Variable>, 5> kReserved = {
      {{"aws.events.rule-arn", Variable::RuleArn},
       {"aws.events.rule-name", Variable::RuleName},
       {"aws.events.event.ingestion-time", Variable::IngestionTime},
       {"aws.events.event", Variable::Event},
       {"aws.events.event.json", Variable::EventJson}}};
  made.is_text_ = spec.text.find_first_not_of(" \t\r\n") != std::string::npos &&
                  spec.text[spec.text.find_first_not_of(" \t\r\n")] == '"';
  bool is_quoted = false;
  const std::string_view text = spec.text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view name = placeholder_at(text.substr(i));
    if (name.empty()) {
      if (text[i] == '"') is_quoted = !is_quoted;
      made.tail_ += text[i];
      // What is escaped ends no string.
      if (is_quoted && text[i] == '\\' && i + 1 < text.size()) made.tail_ += text[++i];
      continue;
    }
    Part part{.text = std::move(made.tail_), .is_quoted = is_quoted};
    made.tail_.clear();
    const auto own =
        std::ranges::find(spec.paths, name, [](const auto& p) { return std::string_view(p.first); });
    const auto reserved = std::ranges::find(kReserved, name, [](const auto& r) { return r.first; });
    if (own != spec.paths.end()) {
      part.path = static_cast<std::size_t>(own - spec.paths.begin());
    } else if (reserved != kReserved.end()) {
      part.variable = reserved->second;
    } else {
      return std::unexpected(validation("InputTemplate for " + target + " contains invalid placeholder " +
                                        std::string(name) + "."));
    }
    made.parts_.push_back(std::move(part));
    i += name.size() + 1;
  }
  return made;
}

std::string InputTransformer::value_of(const Part& part, const TransformerInput& input) const {
  switch (part.variable) {
    case Variable::Path:
      return std::string(paths_[part.path].find(input.event).value_or(""));
    case Variable::RuleArn:
      return kernel::json_quoted(input.rule_arn);
    case Variable::RuleName:
      return kernel::json_quoted(input.rule_name);
    case Variable::IngestionTime:
      return kernel::json_quoted(input.ingested);
    case Variable::Event:
      return event_summary(input);
    case Variable::EventJson:
      return std::string(input.event);
  }
  return {};
}

std::expected<std::string, std::string> InputTransformer::render(const TransformerInput& input) const {
  std::string text;
  for (const Part& part : parts_) {
    text.append(part.text);
    std::string value = value_of(part, input);
    if (is_text_) {
      text.append(is_structure(value) ? without_quotes(std::move(value)) : bare(std::move(value)));
    } else if (part.is_quoted) {
      text.append(bare(std::move(value)));
    } else {
      text.append(value.empty() ? std::string_view(R"("")") : std::string_view(value));
    }
  }
  text.append(tail_);
  if (is_text_ || kernel::is_json(text)) return text;
  return std::unexpected("the input template makes no JSON of it: " + text.substr(0, 200));
}

}  // namespace emulator::bus
