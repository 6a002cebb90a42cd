#include "middleware/config/middleware_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/config/policy_shapes.h"
#include "middleware/config/suggest.h"

namespace config {
namespace {

using kernel::JsonTemplate;
using kernel::TextTemplate;
using service::ApiConfig;
using service::FlowConfig;
using service::StepConfig;

struct ApiText : ApiConfig {
  std::optional<core::RetryRules> retry_rules = core::RetryRules{};  ///< nothing: one attempt
  std::optional<std::string> url{};
};

struct StepText : StepConfig {
  Place place{};
};

struct FlowText {
  std::string event{};
  kernel::Duration deadline = FlowConfig{}.deadline;
  std::vector<StepText> steps{};
  Place place{};
};

struct EventText {
  MapOf<ingest::FieldKind> required{};
};

struct FileText {
  std::string name = "middleware";
  kernel::Duration answer_margin = ingest::IngestConfig{}.answer_margin;
  ingest::BatchFailures batch_failures = ingest::IngestConfig{}.batch_failures;
  MapOf<EventText> events{};
  MapOf<ApiText> apis{};
  std::vector<FlowText> flows{};
  sns::EndpointConfig sns{};
};

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

Shape<ApiText> api_shape() {
  using Name = std::optional<std::string>;
  const auto header_or_off = mapped<Name>(
      non_empty_text(),
      [](const std::string& value) -> kernel::Result<Name> { return value == "off" ? Name{} : Name(value); },
      {.wants = "the name of a header, or off"});
  using Tokens = std::optional<std::int64_t>;
  const auto budget = mapped<Tokens>(json(),
                                     [](const kernel::Json& value) -> kernel::Result<Tokens> {
                                       if (value.is_string() && value == "off") return Tokens{};
                                       if (value.is_number_integer() && value >= 1)
                                         return Tokens(value.get<std::int64_t>());
                                       return kernel::invalid("wants a number of tokens or off");
                                     },
                                     {.wants = "a number of tokens, or off"});
  return object<ApiText>("an API", "An external API and how carefully it is called.")
      .optional("url", &ApiText::url, non_empty_text(),
                "Base URL, for the deployed middleware. In the rig the mock of that name answers.")
      .optional("timeout", &ApiText::per_try, duration(std::chrono::milliseconds{1}),
                "An attempt ends after this.")
      .optional("retry", &ApiText::retry_rules, retry_shape(),
                "When a failed call is made again; off: never.")
      .optional("retry_budget", &ApiText::retry_budget, budget,
                "Tokens that retries cost (14, or 5 after a throttle); off: no limit.")
      .optional("breaker", &ApiText::breaker, breaker_shape(), "When calls are stopped; off: never.")
      .optional("breaker_counts_throttles", &ApiText::breaker_counts_throttles, boolean(),
                "429, and 503 with Retry-After, count as failures to the breaker.")
      .optional("idempotency_key", &ApiText::idempotency_header, header_or_off,
                "Header that carries the key of a step, the same for all its attempts; off: none is sent.")
      .done();
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

Shape<FileText> file_shape() {
  const auto kind = choice<ingest::FieldKind>({{"text", ingest::FieldKind::Text},
                                               {"number", ingest::FieldKind::Number},
                                               {"boolean", ingest::FieldKind::Boolean},
                                               {"json", ingest::FieldKind::Json}});
  const auto event =
      object<EventText>("an event type", "What the function refuses before it calls the middleware.")
          .optional("requires", &EventText::required, map_of(kind),
                    "Fields that must be there, and their kind.")
          .done();
  const auto flow = object<FlowText>("a flow", "What an event of one type starts.")
                        .required("event", &FlowText::event, non_empty_text(), "API name of the event.")
                        .optional("deadline", &FlowText::deadline, duration(std::chrono::milliseconds{1}),
                                  "For all steps together.")
                        .required("steps", &FlowText::steps, list_of(step_shape(), 1), "In this order.")
                        .place(&FlowText::place)
                        .done();
  const auto topic = mapped<std::string>(non_empty_text(),
                                         [](const std::string& arn) -> kernel::Result<std::string> {
                                           if (!sns::service_host(arn).empty()) return arn;
                                           return kernel::invalid("is no ARN of a topic");
                                         },
                                         {.wants = "the ARN of a topic"});
  const auto sns = object<sns::EndpointConfig>("sns", "Topics that deliver to POST /sns.")
                       .optional("topics", &sns::EndpointConfig::topics, list_of(topic),
                                 "ARNs; subscriptions of these are confirmed, others are refused.")
                       .done();
  return object<FileText>("the middleware", "What one deployment of the middleware does.")
      .optional("name", &FileText::name, non_empty_text(), "Of the deployment.")
      .optional("answer_margin", &FileText::answer_margin, duration(),
                "What the function keeps of its time for its own answer.")
      .optional(
          "batch_failures", &FileText::batch_failures,
          choice<ingest::BatchFailures>(
              {{"report", ingest::BatchFailures::Report}, {"fail_all", ingest::BatchFailures::FailAll}}),
          "What the function says of a batch of SQS in which some events failed: which they are, or that "
          "the whole batch failed.")
      .optional("events", &FileText::events, map_of(event),
                "Checks by event type; a type with a flow and no entry is not checked.")
      .optional("sns", &FileText::sns, sns, "The middleware as a subscriber of topics.")
      .required("apis", &FileText::apis, map_of(api_shape()), "The external APIs.")
      .required("flows", &FileText::flows, list_of(flow, 1), "By event type.")
      .done();
}

MiddlewareFile to_file(const FileText& text) {
  MiddlewareFile file;
  file.service.name = text.name;
  file.ingest.answer_margin = text.answer_margin;
  file.ingest.batch_failures = text.batch_failures;
  file.sns = text.sns;
  for (const auto& [name, api] : text.apis) {
    ApiConfig config = api;
    config.name = name;
    if (api.retry_rules) {
      config.retry = *api.retry_rules;
    } else {
      config.retry.attempts_max = 1;
    }
    if (api.url) file.urls.emplace_back(name, *api.url);
    file.service.apis.push_back(std::move(config));
  }
  for (const FlowText& flow : text.flows) {
    FlowConfig config{.event = flow.event, .deadline = flow.deadline};
    config.steps.assign(flow.steps.begin(), flow.steps.end());
    file.service.flows.push_back(std::move(config));
    const auto checks = std::ranges::find(text.events, flow.event, [](const auto& e) { return e.first; });
    ingest::EventType type{.name = flow.event};
    if (checks != text.events.end()) type.required = checks->second.required;
    file.ingest.types.push_back(std::move(type));
  }
  return file;
}

void check_step(const FlowText& flow, std::size_t index, const FileText& file, Problems& problems) {
  const StepText& step = flow.steps[index];
  std::vector<std::string> apis;
  for (const auto& [name, api] : file.apis) apis.push_back(name);
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

void check(const FileText& file, Problems& problems) {
  std::vector<std::string> events;
  for (const FlowText& flow : file.flows) {
    if (std::ranges::find(events, flow.event) != events.end()) {
      problems.add(flow.place, "there is a flow for '" + flow.event + "' already");
    }
    events.push_back(flow.event);
    for (std::size_t i = 0; i < flow.steps.size(); ++i) check_step(flow, i, file, problems);
  }
}

}  // namespace

Shape<MiddlewareFile> middleware_shape() {
  return mapped<MiddlewareFile>(
      file_shape(), [](const FileText& text) -> kernel::Result<MiddlewareFile> { return to_file(text); });
}

std::expected<MiddlewareFile, Problems> read_middleware(const Tree& tree) {
  const auto text = read_from(tree, file_shape());
  if (!text) return std::unexpected(text.error());
  Problems problems;
  check(*text, problems);
  for (const auto& [name, event] : text->events) {
    const bool used =
        std::ranges::any_of(text->flows, [&n = name](const FlowText& f) { return f.event == n; });
    if (used) continue;
    std::vector<std::string> flows;
    for (const FlowText& flow : text->flows) flows.push_back(flow.event);
    const Tree* events = tree.find("events");
    problems.add(events == nullptr ? tree.place : events->place,
                 "no flow starts from the event '" + name + "'" + did_you_mean_text(name, flows));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return to_file(*text);
}

std::expected<MiddlewareFile, Problems> read_middleware_file(const std::string& path) {
  const kernel::Result<std::string> text = file_text(path);
  if (!text) return std::unexpected(Problems(text.error()));
  const kernel::Result<Tree> tree = read_tree(*text, path);
  if (!tree) return std::unexpected(Problems(tree.error()));
  return read_middleware(*tree);
}

}  // namespace config
