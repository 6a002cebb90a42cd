#pragma once
// An InputTransformer: takes values out of an event and puts them into a template.
//
//   paths {"id": "$.detail.id"}, template {"order": <id>, "text": "order <id>"}
//
// Source: facts/aws-delivery 1.5, as recorded from the service. A template that begins with a quote is text:
// strings stand in it bare, objects and arrays without any quotes, and nothing is checked afterwards. Every
// other template must be JSON once the values are in it, or the event is not delivered.
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/bus/event_path.h"
#include "emulator/bus/rule_ports.h"

namespace emulator::bus {

/// What a template can say beside its paths; the pointees outlive the call.
struct TransformerInput {
  std::string_view event;     ///< the envelope
  std::string_view ingested;  ///< "2026-01-05T09:00:00Z"
  std::string_view rule_name;
  std::string_view rule_arn;
};

class InputTransformer {
 public:
  /// Refuses placeholders that nobody knows, more than 100 paths and more than 8,192 characters.
  /// `member` is where the target stands in its call.
  static ApiResult<InputTransformer> compile(std::string_view target_id, const InputTransformerSpec& spec,
                                             std::string_view member = "targets.1.member");

  /// The target's input, or why there is none.
  std::expected<std::string, std::string> render(const TransformerInput& input) const;

 private:
  enum class Variable : std::uint8_t { Path, RuleArn, RuleName, IngestionTime, Event, EventJson };
  struct Part {
    std::string text{};  ///< stands before the value
    Variable variable = Variable::Path;
    std::size_t path = 0;
    bool is_quoted = false;  ///< the value stands within a string of the template
  };
  /// The value as JSON text; empty when the path finds nothing.
  std::string value_of(const Part& part, const TransformerInput& input) const;

  std::vector<EventPath> paths_;
  std::vector<Part> parts_;
  std::string tail_;
  bool is_text_ = false;
};

}  // namespace emulator::bus
