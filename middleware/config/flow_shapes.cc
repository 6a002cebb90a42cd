#include "middleware/config/flow_shapes.h"

#include <algorithm>

#include "middleware/config/template_shapes.h"

namespace config {
namespace {

using service::ForEachConfig;
using service::PagesConfig;

Shape<ForEachConfig> for_each_shape() {
  const auto list = [] { return expression("The list: an expression such as json(/Lines__c)."); };
  const auto alone = mapped<ForEachConfig>(
      list(),
      [](const kernel::Expression& in) -> kernel::Result<ForEachConfig> { return ForEachConfig{.in = in}; });
  const auto map =
      object<ForEachConfig>("for_each", "The step is done for each item of a list.")
          .required("in", &ForEachConfig::in, list(), "The list: an expression such as json(/Lines__c).")
          .optional("as", &ForEachConfig::as, non_empty_text(),
                    "What templates call the item: ${item/field}.")
          .optional("at_once", &ForEachConfig::at_once, integer(1, 64), "So many calls run side by side.")
          .optional("at_most", &ForEachConfig::items_max, integer(1, 100'000),
                    "A longer list fails the step.")
          .done();
  return either<ForEachConfig>({.scalar = alone, .map = map});
}

Shape<PagesConfig> pages_shape() {
  return object<PagesConfig>("pages", "The list comes page by page; the step's answer is all of it.")
      .required("items", &PagesConfig::items, expression("A list of the page: answer/records."),
                "The list of a page.")
      .required("next", &PagesConfig::next, expression("Path of the next page: answer/nextRecordsUrl."),
                "The path of the next page; null at the last.")
      .optional("at_most", &PagesConfig::pages_max, integer(1, 100'000), "More pages fail the step.")
      .done();
}

/// The keys of a request, which a step and its undo share.
Object<StepText>& with_request(Object<StepText>& object) {
  return object.optional("method", &StepText::method, method_shape(), "HTTP method.")
      .optional("path", &StepText::path, text_template(), "Path and query; a template.")
      .optional("headers", &StepText::headers, map_of(text_template()), "Headers; templates.")
      .optional("body", &StepText::body, json_template(), "JSON body; a template.")
      .optional("expect", &StepText::expected, one_or_list_of(integer(100, 599)),
                "Statuses that mean done; any 2xx or 3xx when absent.");
}

Shape<StepText> undo_shape() {
  Object<StepText> undo("an undo",
                        "The request that makes a step undone. 404 is fine: there was nothing to undo.");
  undo.optional("api", &StepText::api, non_empty_text(), "One of apis; the step's when absent.");
  return with_request(undo)
      .place(&StepText::place)
      .check([](const StepText& step) -> std::optional<std::string> {
        if (!step.path.is_empty()) return std::nullopt;
        return "an undo needs 'path'";
      })
      .done();
}

void set_undo(StepText& step, StepText undo) {
  undo.name = "undo";
  step.undo = std::make_shared<const StepText>(std::move(undo));
}

Shape<StepText> step_shape();

/// Groups side by side get numbers.
std::vector<StepText> without_groups(std::vector<StepText> entries) {
  std::vector<StepText> steps;
  int group = 0;
  for (StepText& entry : entries) {
    if (entry.parallel.empty()) {
      steps.push_back(std::move(entry));
      continue;
    }
    ++group;
    for (StepText& step : entry.parallel) {
      step.group = group;
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

Shape<std::vector<StepText>> steps_shape() { return list_of(lazy<StepText>("step", step_shape), 1); }

Object<StepText> step_object() {
  Object<StepText> step("a step", "One call of a flow, or several side by side.");
  step.optional("name", &StepText::name, non_empty_text(), "Names the step in hops and in ${name/field}.")
      .optional("api", &StepText::api, non_empty_text(), "One of apis.");
  with_request(step)
      .optional("handler", &StepText::handler, non_empty_text(), "Code that does the step instead of an API.")
      .optional(
          "with", [](StepText& s, kernel::JsonTemplate with) { s.body = std::move(with); }, json_template(),
          "JSON for the handler; a template.")
      .optional(
          "when", &StepText::when,
          expression("The step is left out unless this holds: /Amount__c > 100 and exists(/Region__c)."),
          "A condition.")
      .optional(
          "for_each",
          [](StepText& s, ForEachConfig each) {
            s.for_each = std::make_shared<const ForEachConfig>(std::move(each));
          },
          for_each_shape(), "Once for each item of a list.")
      .optional("output", &StepText::output, json_template(),
                "What is kept of the answer: a template that reads ${answer/field} and ${response/status}.")
      .optional("undo", set_undo, undo_shape(), "How it is undone when a later step fails for good.")
      .optional("pivot", &StepText::pivot, boolean(), "Once it is done, nothing is undone any more.")
      .optional("parallel", &StepText::parallel, list_of(lazy<StepText>("step", step_shape), 2),
                "Steps that run side by side; alone in its entry.")
      .optional("fresh", &StepText::is_fresh, boolean(),
                "Asked again at each delivery of the event: what it reads may have changed since.")
      .optional(
          "pages",
          [](StepText& s, PagesConfig pages) {
            s.pages = std::make_shared<const PagesConfig>(std::move(pages));
          },
          pages_shape(), "The list comes page by page.")
      .optional(
          "steps",
          [](StepText& s, std::vector<StepText> steps) { s.steps = without_groups(std::move(steps)); },
          steps_shape(), "Instead of a call: these, for each item, one item's after the other.")
      .optional("ordering", &StepText::ordering, item_ordering_shape(),
                "Beside steps: which record an item is of, and which version of it.")
      .exactly_one_of({"name", "parallel"})
      .requires_one_of("name", {"api", "handler", "steps"})
      .at_most_one_of({"api", "handler", "steps"})
      .requires_key("ordering", {"steps"})
      .requires_key("pages", {"api"})
      .requires_key("api", {"name", "path"})
      .requires_key("handler", {"name"})
      .requires_key("with", {"handler"});
  for (const char* key : {"method", "path", "headers", "body", "expect"}) step.requires_key(key, {"api"});
  for (const char* key : {"when", "for_each", "steps"}) step.requires_key(key, {"name"});
  for (const char* key : {"output", "undo", "pivot", "fresh"}) step.requires_one_of(key, {"api", "handler"});
  return step;
}

Shape<StepText> step_shape() { return step_object().place(&StepText::place).done(); }

void set_steps(FlowText& flow, std::vector<StepText> entries) {
  flow.steps = without_groups(std::move(entries));
}

service::StepConfig to_step(const StepText& text, const std::string& event) {
  service::StepConfig step = text;
  if (!text.steps.empty()) {
    service::FlowConfig block{.event = event};
    for (const StepText& inner : text.steps) block.steps.push_back(to_step(inner, event));
    block.ordering = text.ordering;
    step.block = std::make_shared<const service::FlowConfig>(std::move(block));
  }
  if (step.undo != nullptr && step.undo->api.empty()) {
    service::StepConfig undo = *step.undo;
    undo.api = step.api;
    step.undo = std::make_shared<const service::StepConfig>(std::move(undo));
  }
  return step;
}

service::FlowConfig to_flow(const FlowText& text) {
  service::FlowConfig flow{.event = text.event, .deadline = text.deadline};
  flow.when = text.when;
  flow.skip = text.skip;
  if (text.undo_deadline) flow.undo_deadline = *text.undo_deadline;
  if (text.late_is_undone) flow.late_is_undone = *text.late_is_undone;
  flow.ordering = text.ordering;
  for (const StepText& step : text.steps) flow.steps.push_back(to_step(step, text.event));
  flow.callbacks.assign(text.callbacks.begin(), text.callbacks.end());
  return flow;
}

}  // namespace

Shape<FlowText> flow_shape() {
  return object<FlowText>("a flow", "What an event of one type starts.")
      .required("event", &FlowText::event, non_empty_text(), "API name of the event.")
      .optional("deadline", &FlowText::deadline, duration(std::chrono::milliseconds{1}),
                "For all steps together.")
      .optional("when", &FlowText::when,
                expression("An event for which this does not hold is done at once: not contains(...)."),
                "A condition.")
      .optional("undo_deadline", &FlowText::undo_deadline, duration(std::chrono::seconds{1}),
                "Of each undo, from its own beginning; 3m when absent.")
      .optional("when_late", &FlowText::late_is_undone, choice<bool>({{"undo", true}, {"redeliver", false}}),
                "What happens when the flow's own deadline runs out: undo, or go on at the next delivery.")
      .optional("steps", set_steps, list_of(step_shape(), 1), "In this order.")
      .optional("skip", &FlowText::skip, non_empty_text(),
                "Instead of steps: nothing is to be done, for this reason.")
      .optional("ordering", &FlowText::ordering, ordering_shape(), "Of the events of one record.")
      .optional("callbacks", &FlowText::callbacks, list_of(callback_shape(), 1),
                "Who is told when an event is over.")
      .optional("dead_letter", &FlowText::dead_letter, dead_letter_shape(), "When an event is given up.")
      .exactly_one_of({"steps", "skip"})
      .requires_key("deadline", {"steps"})
      .requires_key("undo_deadline", {"steps"})
      .requires_key("when_late", {"steps"})
      .requires_key("ordering", {"steps"})
      .requires_key("dead_letter", {"steps"})
      .place(&FlowText::place)
      .done();
}

std::vector<service::FlowConfig> to_flows(const std::vector<FlowText>& texts) {
  std::vector<service::FlowConfig> flows;
  for (const FlowText& text : texts) flows.push_back(to_flow(text));
  for (const FlowText& text : texts) {
    if (!text.dead_letter) continue;
    for (service::FlowConfig& flow : flows) {
      if (flow.event == text.event) flow.deliveries_max = text.dead_letter->after;
    }
  }
  return flows;
}

}  // namespace config
