// The shape of a step of a transaction in the org.
#include <nlohmann/json.hpp>

#include "emulator/runner/timeline_parts.h"

namespace emulator::runner {
namespace {

using config::integer;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;

struct StepText {
  std::optional<std::string> create{};
  std::optional<std::string> update{};
  std::optional<std::string> remove{};
  std::optional<std::string> undelete{};
  std::optional<std::string> publish{};
  std::optional<kernel::Json> fields{};
  std::optional<kernel::Json> where{};
  std::int64_t count = 1;
};

kernel::Result<ChangeStep> to_step(const StepText& text) {
  using Verb = ChangeStep::Verb;
  ChangeStep step{.count = text.count};
  for (const auto& [verb, entity] :
       {std::pair{Verb::Create, text.create}, std::pair{Verb::Update, text.update},
        std::pair{Verb::Delete, text.remove}, std::pair{Verb::Undelete, text.undelete},
        std::pair{Verb::Publish, text.publish}}) {
    if (!entity) continue;
    step.verb = verb;
    step.entity = *entity;
  }
  if (text.fields && !text.fields->is_object()) return kernel::invalid("'fields' wants a map");
  if (text.where && !text.where->is_object()) return kernel::invalid("'where' wants a map");
  if (text.fields) step.fields = kernel::json_text(*text.fields);
  if (text.where) step.where = kernel::json_text(*text.where);
  return step;
}

}  // namespace

Shape<ChangeStep> change_step_shape() {
  const auto step =
      object<StepText>("a step", "One step of a transaction.")
          .optional("create", &StepText::create, non_empty_text(), "Make records of this object.")
          .optional("update", &StepText::update, non_empty_text(), "Change records of this object.")
          .optional("delete", &StepText::remove, non_empty_text(), "Delete records of this object.")
          .optional("undelete", &StepText::undelete, non_empty_text(), "Bring deleted records back.")
          .optional("publish", &StepText::publish, non_empty_text(), "Publish an event of this API name.")
          .optional("fields", &StepText::fields, config::json(), "Fields of the record or event.")
          .optional("where", &StepText::where, config::json(), "Records with these values; all when absent.")
          .optional("count", &StepText::count, integer(1, 1'000'000), "How many records to make.")
          .exactly_one_of({"create", "update", "delete", "undelete", "publish"})
          .requires_one_of("fields", {"create", "update", "publish"})
          .requires_one_of("where", {"update", "delete", "undelete"})
          .requires_key("count", {"create"})
          .done();
  return mapped<ChangeStep>(step, to_step);
}

}  // namespace emulator::runner
