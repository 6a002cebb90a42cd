#include "middleware/config/middleware_file.h"

#include <algorithm>

#include "middleware/config/event_shapes.h"
#include "middleware/config/flow_shapes.h"
#include "middleware/config/suggest.h"

namespace config {
namespace {

using service::ApiConfig;

struct FileText {
  std::string name = "middleware";
  kernel::Duration answer_margin = ingest::IngestConfig{}.answer_margin;
  ingest::BatchFailures batch_failures = ingest::IngestConfig{}.batch_failures;
  MapOf<EventText> events{};
  MapOf<ApiText> apis{};
  std::vector<FlowText> flows{};
  sns::EndpointConfig sns{};
};

Shape<FileText> file_shape() {
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
      .optional("events", &FileText::events, map_of(event_shape()),
                "Checks by event type; a type with a flow and no entry is not checked.")
      .optional("sns", &FileText::sns, sns, "The middleware as a subscriber of topics.")
      .required("apis", &FileText::apis, map_of(api_shape()), "The external APIs.")
      .required("flows", &FileText::flows, list_of(flow_shape(), 1), "By event type.")
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
    file.service.flows.push_back(to_flow(flow));
    const auto checks = std::ranges::find(text.events, flow.event, [](const auto& e) { return e.first; });
    ingest::EventType type{.name = flow.event};
    if (checks != text.events.end()) type.required = checks->second.required;
    file.ingest.types.push_back(std::move(type));
  }
  return file;
}

}  // namespace

Shape<MiddlewareFile> middleware_shape() {
  return mapped<MiddlewareFile>(
      file_shape(), [](const FileText& text) -> kernel::Result<MiddlewareFile> { return to_file(text); });
}

std::expected<MiddlewareFile, Problems> read_middleware_with(const Tree& tree,
                                                             const std::vector<std::string>& handlers) {
  const auto text = read_from(tree, file_shape());
  if (!text) return std::unexpected(text.error());
  Problems problems;
  check_flows(text->flows, text->apis, handlers, problems);
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

std::expected<MiddlewareFile, Problems> read_middleware(const Tree& tree) {
  return read_middleware_with(tree, service::builtin_handler_names());
}

std::expected<MiddlewareFile, Problems> read_middleware_file(const std::string& path) {
  const kernel::Result<std::string> text = file_text(path);
  if (!text) return std::unexpected(Problems(text.error()));
  const kernel::Result<Tree> tree = read_tree(*text, path);
  if (!tree) return std::unexpected(Problems(tree.error()));
  return read_middleware(*tree);
}

}  // namespace config
