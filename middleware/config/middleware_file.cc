#include "middleware/config/middleware_file.h"

#include <algorithm>

#include "middleware/config/event_shapes.h"
#include "middleware/config/flow_shapes.h"
#include "middleware/config/route_shapes.h"
#include "middleware/config/security_shapes.h"
#include "middleware/config/suggest.h"

namespace config {
namespace {

using service::ApiConfig;

struct FileText : RoutesText {
  std::string name = "middleware";
  kernel::Duration answer_margin = ingest::IngestConfig{}.answer_margin;
  ingest::BatchFailures batch_failures = ingest::IngestConfig{}.batch_failures;
  MapOf<EventText> events{};
  MapOf<ApiText> apis{};
  std::vector<FlowText> flows{};
  sns::EndpointConfig sns{};
  InboxText inbox{};
  service::OutboxConfig outbox{};
  service::SecurityConfig security{};
  service::ServerLimits server{};
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
      .optional("enrich", &FileText::enrich, enrichment_shape(true), "What the function adds to payloads.")
      .optional("routes", &FileText::routes, routes_shape(),
                "Where events go, the first that holds; everything to the middleware when absent.")
      .optional("destinations", &FileText::destinations, destinations_shape(), "Where routes lead to.")
      .optional("batch", &FileText::batch, batch_shape(),
                "Events of one invocation go to a destination together; one by one when absent.")
      .optional("sns", &FileText::sns, sns, "The middleware as a subscriber of topics.")
      .optional("inbox", &FileText::inbox, inbox_shape(), "How events are kept and acknowledged.")
      .optional("outbox", &FileText::outbox, outbox_shape(), "How callbacks are delivered.")
      .optional("security", &FileText::security, security_shape(), "Who may call the deployed service.")
      .optional("server", &FileText::server, server_shape(), "Limits of the deployed service.")
      .required("apis", &FileText::apis, map_of(api_shape()), "The external APIs.")
      .required("flows", &FileText::flows, list_of(flow_shape(), 1),
                "By event type; of several the first that holds.")
      .done();
}

ingest::EventType event_type(const std::string& name, const EventText& text,
                             const std::optional<EnrichmentText>& all) {
  return {.name = name,
          .required = text.required,
          .schema = text.schema,
          .enrichment = enrichment_of(all, text.enrich)};
}

MiddlewareFile to_file(const FileText& text) {
  MiddlewareFile file;
  file.service.name = text.name;
  file.ingest.answer_margin = text.answer_margin;
  file.ingest.batch_failures = text.batch_failures;
  file.sns = text.sns;
  apply_to(text, file.ingest);
  file.service.added_member = file.ingest.enriched_under;
  file.store = text.inbox.store;
  file.service.inbox = text.inbox;
  file.service.outbox = text.outbox;
  file.service.answer = text.inbox.answer;
  file.service.works_off_store =
      text.inbox.answer == service::AnswerWhen::Accepted || text.inbox.store.lasts();
  if (const auto& shared = text.inbox.store.postgres) {
    file.service.inbox.look_every = shared->look;
    file.service.outbox.look_every = shared->look;
  }
  file.security = text.security;
  file.server = text.server;
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
  file.service.flows = to_flows(text.flows);
  for (const FlowText& flow : text.flows) {
    const bool is_there =
        std::ranges::find(file.ingest.types, flow.event, &ingest::EventType::name) != file.ingest.types.end();
    if (is_there) continue;  // several flows may start from one type
    const auto checks = std::ranges::find(text.events, flow.event, [](const auto& e) { return e.first; });
    file.ingest.types.push_back(checks == text.events.end()
                                    ? ingest::EventType{.name = flow.event}
                                    : event_type(flow.event, checks->second, text.enrich));
  }
  // With routes, an event may go elsewhere than into a flow.
  for (const auto& [name, event] : text.events) {
    const bool is_there =
        std::ranges::find(file.ingest.types, name, &ingest::EventType::name) != file.ingest.types.end();
    if (!is_there) file.ingest.types.push_back(event_type(name, event, text.enrich));
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
  check_apis(text->apis, problems);
  check_flows(text->flows, text->apis, handlers, problems);
  check_routes(*text, tree, problems);
  for (const auto& [name, destination] : text->destinations) {
    if (!destination.url.empty() && !text->sns.topics.empty())
      problems.add(tree.find("destinations")->place, "POST /sns leads to the middleware itself: '" + name +
                                                         "' cannot have a URL beside sns.topics");
  }
  for (const FlowText& flow : text->flows) {
    check_ordering(flow.ordering, flow.dead_letter, text->inbox, problems);
    check_callbacks(flow, text->apis, text->inbox, problems);
  }
  for (const auto& [name, event] : text->events) {
    const bool used =
        std::ranges::any_of(text->flows, [&n = name](const FlowText& f) { return f.event == n; });
    if (used || !text->routes.empty()) continue;
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
