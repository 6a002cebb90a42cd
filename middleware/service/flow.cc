#include "middleware/service/flow.h"

#include <algorithm>

namespace service {

std::vector<std::string> names_read(const StepConfig& step) {
  std::vector<std::string> names = step.path.names_read();
  const auto also = [&names](const std::vector<std::string>& more) {
    names.insert(names.end(), more.begin(), more.end());
  };
  for (const auto& [name, value] : step.headers) also(value.names_read());
  if (step.body) also(step.body->names_read());
  if (step.when) also(step.when->names_read());
  if (step.for_each) also(step.for_each->in.names_read());
  if (step.output) also(step.output->names_read());
  if (step.undo) also(names_read(*step.undo));
  if (step.pages) {
    also(step.pages->items.names_read());
    also(step.pages->next.names_read());
  }
  if (step.block) also(names_read_within(*step.block));
  return names;
}

std::vector<std::string> names_read_within(const FlowConfig& block) {
  std::vector<std::string> names;
  const auto also = [&names](const std::vector<std::string>& more) {
    names.insert(names.end(), more.begin(), more.end());
  };
  for (const StepConfig& step : block.steps) also(names_read(step));
  if (!block.ordering) return names;
  also(block.ordering->key.names_read());
  for (const kernel::TextTemplate& part : block.ordering->version) also(part.names_read());
  return names;
}

bool is_undone_at(const std::vector<FlowConfig>& flows, std::string_view api) {
  return std::ranges::any_of(flows, [api](const FlowConfig& flow) {
    return std::ranges::any_of(
        flow.steps, [api](const StepConfig& step) { return step.undo != nullptr && step.undo->api == api; });
  });
}

kernel::Duration undo_time(const FlowConfig& flow) {
  const auto undos =
      std::ranges::count_if(flow.steps, [](const StepConfig& step) { return step.undo != nullptr; });
  return flow.undo_deadline * undos;
}

const FlowConfig* choose_flow(const std::vector<FlowConfig>& flows, std::string_view event,
                              const kernel::Json& payload, std::string_view text) {
  const FlowConfig* last = nullptr;
  for (const FlowConfig& flow : flows) {
    if (flow.event != event) continue;
    last = &flow;
    if (!flow.when) break;
    const auto holds = flow.when->holds({.root = &payload, .root_text = text});
    if (!holds || *holds) break;
  }
  return last;
}

bool is_plain(const FlowConfig& flow) {
  const bool is_bare = !flow.when && flow.skip.empty() && flow.callbacks.empty();
  return is_bare && std::ranges::none_of(flow.steps, [](const StepConfig& step) {
           return step.when || step.for_each || step.output || step.undo || step.pivot || step.group != 0 ||
                  !step.handler.empty() || step.is_fresh || step.pages || step.block;
         });
}

}  // namespace service
