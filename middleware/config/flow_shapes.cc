#include "middleware/config/flow_shapes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/config/suggest.h"

namespace config {
namespace {

using kernel::JsonTemplate;
using kernel::TextTemplate;

Shape<TextTemplate> text_template() {
  return mapped<TextTemplate>(
      text(), [](const std::string& value) { return TextTemplate::compile(value); },
      {.description = "Text in which ${/Field__c} reads the event and ${step/field} an answer."});
}

Shape<JsonTemplate> json_template() {
  return mapped<JsonTemplate>(
      json(), [](const kernel::Json& value) { return JsonTemplate::compile(value); },
      {.description = "JSON in whose strings ${/Field__c} reads the event; alone it keeps its type."});
}

Shape<StepText> step_shape() {
  return object<StepText>("a step", "One call of a flow.")
      .required("name", &StepText::name, non_empty_text(), "Names the step in hops and in ${name/field}.")
      .required("api", &StepText::api, non_empty_text(), "One of apis.")
      .optional(
          "method", &StepText::method,
          choice<std::string>(
              {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}, {"DELETE", "DELETE"}}),
          "HTTP method.")
      .required("path", &StepText::path, text_template(), "Path and query; a template.")
      .optional("headers", &StepText::headers, map_of(text_template()), "Headers; templates.")
      .optional("body", &StepText::body, json_template(), "JSON body; a template.")
      .optional("expect", &StepText::expected, one_or_list_of(integer(100, 599)),
                "Statuses that mean done; any 2xx or 3xx when absent.")
      .not_yet("parallel", "steps run one after the other")
      .not_yet("when", "every step runs")
      .place(&StepText::place)
      .done();
}

void check_step(const FlowText& flow, std::size_t index, const MapOf<ApiText>& all, Problems& problems) {
  const StepText& step = flow.steps[index];
  std::vector<std::string> apis;
  for (const auto& [name, api] : all) apis.push_back(name);
  if (std::ranges::find(apis, step.api) == apis.end()) {
    problems.add(step.place, "step '" + step.name + "' calls the unknown api '" + step.api + "'" +
                                 did_you_mean_text(step.api, apis));
  }
  std::vector<std::string> earlier;
  for (std::size_t i = 0; i < index; ++i) earlier.push_back(flow.steps[i].name);
  if (std::ranges::find(earlier, step.name) != earlier.end()) {
    problems.add(step.place, "there is a step '" + step.name + "' already");
  }
  std::vector<std::string> read = step.path.names_read();
  const auto also = [&read](const std::vector<std::string>& more) {
    read.insert(read.end(), more.begin(), more.end());
  };
  if (step.body) also(step.body->names_read());
  for (const auto& [name, value] : step.headers) also(value.names_read());
  for (const std::string& name : read) {
    if (std::ranges::find(earlier, name) == earlier.end()) {
      problems.add(step.place, "step '" + step.name + "' reads the answer of '" + name +
                                   "', which is no earlier step" + did_you_mean_text(name, earlier));
    }
  }
}

}  // namespace

Shape<FlowText> flow_shape() {
  return object<FlowText>("a flow", "What an event of one type starts.")
      .required("event", &FlowText::event, non_empty_text(), "API name of the event.")
      .optional("deadline", &FlowText::deadline, duration(std::chrono::milliseconds{1}),
                "For all steps together.")
      .required("steps", &FlowText::steps, list_of(step_shape(), 1), "In this order.")
      .optional("ordering", &FlowText::ordering, ordering_shape(), "Of the events of one record.")
      .optional("dead_letter", &FlowText::dead_letter, dead_letter_shape(), "When an event is given up.")
      .place(&FlowText::place)
      .done();
}

void check_flows(const std::vector<FlowText>& flows, const MapOf<ApiText>& apis, Problems& problems) {
  std::vector<std::string> events;
  for (const FlowText& flow : flows) {
    if (std::ranges::find(events, flow.event) != events.end()) {
      problems.add(flow.place, "there is a flow for '" + flow.event + "' already");
    }
    events.push_back(flow.event);
    for (std::size_t i = 0; i < flow.steps.size(); ++i) check_step(flow, i, apis, problems);
  }
}

}  // namespace config
