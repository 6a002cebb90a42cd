#include "middleware/service/callbacks.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/ids.h"
#include "middleware/service/step_call.h"

namespace service {
namespace {

kernel::Json end_value(const FlowConfig& flow, const EndedEvent& ended) {
  return {{"state", std::string(to_text(ended.end))},
          {"event", std::string(ended.event)},
          {"type", flow.event},
          {"error", ended.error.empty() ? kernel::Json() : kernel::Json(ended.error)},
          {"at", kernel::iso_millis(ended.at)}};
}

std::string fault_text(const std::string& why) { return kernel::json_text({{"fault", why}}); }

std::string request_text(const CallbackConfig& callback, const kernel::TemplateScope& scope) {
  kernel::HttpRequest request;
  const auto filled = fill_request(request, callback.path, callback.headers,
                                   callback.body ? &*callback.body : nullptr, scope);
  if (!filled) return fault_text(filled.error().message);
  kernel::Json headers = kernel::Json::object();
  for (const auto& [name, value] : request.headers) headers[name] = value;
  return kernel::json_text({{"method", callback.method},
                            {"target", request.target},
                            {"headers", std::move(headers)},
                            {"body", request.body},
                            {"expect", callback.expected}});
}

std::string lane_of(const FlowConfig& flow, const CallbackConfig& callback,
                    const kernel::TemplateScope& scope) {
  const kernel::TextTemplate* key = callback.key ? &*callback.key : nullptr;
  if (key == nullptr && flow.ordering) key = &flow.ordering->key;
  std::string text = key == nullptr ? std::string{} : key->text(scope);
  return text.empty() ? text : callback.api + "\n" + text;
}

}  // namespace

std::string_view to_text(EventEnd end) {
  switch (end) {
    case EventEnd::Done:
      return "done";
    case EventEnd::Compensated:
      return "compensated";
    case EventEnd::CompensationFailed:
      return "compensation_failed";
    case EventEnd::Dead:
      return "dead";
  }
  return "";
}

std::vector<std::string> names_read(const CallbackConfig& callback) {
  std::vector<std::string> names = callback.path.names_read();
  const auto also = [&names](const std::vector<std::string>& more) {
    names.insert(names.end(), more.begin(), more.end());
  };
  for (const auto& [name, value] : callback.headers) also(value.names_read());
  if (callback.body) also(callback.body->names_read());
  if (callback.when) also(callback.when->names_read());
  return names;
}

std::optional<EventEnd> end_of(FlowState state) {
  switch (state) {
    case FlowState::Done:
      return EventEnd::Done;
    case FlowState::Compensated:
      return EventEnd::Compensated;
    case FlowState::CompensationFailed:
      return EventEnd::CompensationFailed;
    case FlowState::Failed:
      return EventEnd::Dead;
    case FlowState::Compensating:
    case FlowState::TakenOver:
      break;
  }
  return std::nullopt;
}

store::Callbacks callbacks_of(const FlowConfig& flow, const EndedEvent& ended,
                              const kernel::TemplateScope& scope) {
  store::Callbacks all;
  const std::string end(to_text(ended.end));
  const kernel::NamedValues nearer{{kEndName, end_value(flow, ended)}};
  kernel::TemplateScope own = scope;
  own.nearer = &nearer;
  for (const CallbackConfig& callback : flow.callbacks) {
    if (std::ranges::find(callback.on, ended.end) == callback.on.end()) continue;
    const auto holds = callback.when ? callback.when->holds(own) : kernel::Result<bool>(true);
    if (holds && !*holds) continue;
    const std::string event(ended.event);
    all.push_back(
        {.id = step_key(event, "callback " + callback.name + " " + end, callback.api),
         .event = event,
         .name = callback.name,
         .api = callback.api,
         .lane = lane_of(flow, callback, own),
         .trace = kernel::traceparent(event, ended.cause),
         .request = holds ? request_text(callback, own) : fault_text("when: " + holds.error().message)});
  }
  return all;
}

std::expected<CallbackRequest, std::string> request_of(const store::Callback& callback) {
  const auto kept = kernel::parse_json(callback.request);
  if (!kept || !kept->is_object()) return std::unexpected("the outbox kept no request");
  if (kept->contains("fault"))
    return std::unexpected("it cannot be made: " + kernel::json_text_at(*kept, "/fault"));
  CallbackRequest result;
  result.request = {.method = kernel::json_text_at(*kept, "/method"),
                    .host = callback.api,
                    .target = kernel::json_text_at(*kept, "/target"),
                    .body = kernel::json_text_at(*kept, "/body")};
  if (const kernel::Json* headers = kernel::json_at(*kept, "/headers"); headers != nullptr) {
    for (const auto& [name, value] : headers->items())
      result.request.headers.add(name, value.get<std::string>());
  }
  if (const kernel::Json* expected = kernel::json_at(*kept, "/expect"); expected != nullptr)
    result.expected = expected->get<std::vector<std::int64_t>>();
  return result;
}

}  // namespace service
