#include "middleware/config/callback_shapes.h"

#include <algorithm>

#include "middleware/config/flow_shapes.h"
#include "middleware/config/suggest.h"
#include "middleware/config/template_shapes.h"

namespace config {
namespace {

using service::CallbackConfig;
using service::EventEnd;
using service::OutboxConfig;

bool tells(const CallbackText& callback, EventEnd end) {
  return std::ranges::find(callback.on, end) != callback.on.end();
}

bool can_undo(const FlowText& flow) {
  return std::ranges::any_of(flow.steps, [](const StepText& step) { return step.undo != nullptr; });
}

class CallbackCheck {
 public:
  CallbackCheck(const FlowText& flow, const CallbackText& callback, Problems& problems)
      : flow_(flow), callback_(callback), problems_(problems) {}

  void check_api(const MapOf<ApiText>& apis) {
    const auto found = std::ranges::find(apis, callback_.api, [](const auto& api) { return api.first; });
    if (found == apis.end()) {
      std::vector<std::string> names;
      for (const auto& [name, api] : apis) names.push_back(name);
      return say("calls the unknown api '" + callback_.api + "'" + did_you_mean_text(callback_.api, names));
    }
    if (!found->second.idempotency_header) {
      say("calls the api '" + callback_.api +
          "', which gets no idempotency key: a callback may be delivered more than once, and by the key its "
          "receiver knows it again");
    }
  }

  void check_ends(const InboxText& inbox) {
    if (callback_.on.empty()) say("waits for no end: 'on' is empty");
    if (tells(callback_, EventEnd::Dead) && inbox.answer == service::AnswerWhen::Sync) {
      say("waits for 'dead', which needs 'inbox: {answer: accepted}': where the caller keeps the event, it "
          "is "
          "the caller that gives it up");
    }
    for (const EventEnd end : {EventEnd::Compensated, EventEnd::CompensationFailed}) {
      if (tells(callback_, end) && !can_undo(flow_))
        say("waits for '" + std::string(to_text(end)) + "', and no step has an undo");
    }
    for (auto end = callback_.on.begin(); end != callback_.on.end(); ++end) {
      if (std::find(std::next(end), callback_.on.end(), *end) != callback_.on.end())
        say("names '" + std::string(to_text(*end)) + "' twice in 'on'");
    }
  }

  void check_reads() {
    std::vector<std::string> known{service::kEndName};
    for (const StepText& step : flow_.steps) known.push_back(step.name);
    for (const std::string& name : names_read(callback_)) {
      if (std::ranges::find(known, name) == known.end())
        say("reads the answer of '" + name + "', which is no step" + did_you_mean_text(name, known));
    }
  }

 private:
  void say(const std::string& what) {
    problems_.add(callback_.place, "callback '" + callback_.name + "' " + what);
  }

  const FlowText& flow_;
  const CallbackText& callback_;
  Problems& problems_;
};

}  // namespace

Shape<CallbackText> callback_shape() {
  const auto end = choice<EventEnd>({{"done", EventEnd::Done},
                                     {"compensated", EventEnd::Compensated},
                                     {"compensation_failed", EventEnd::CompensationFailed},
                                     {"dead", EventEnd::Dead}});
  return object<CallbackText>("a callback", "A request that tells an API how an event of the flow ended.")
      .required("name", &CallbackText::name, non_empty_text(), "Names it in hops and logs.")
      .optional("on", &CallbackText::on, one_or_list_of(end),
                "Of which ends it tells; of 'done' when absent.")
      .optional("when", &CallbackText::when,
                expression("Nobody is told unless this holds: /Amount__c > 100 and exists(book/id)."),
                "A condition.")
      .required("api", &CallbackText::api, non_empty_text(), "One of apis; its policies hold.")
      .optional("method", &CallbackText::method, method_shape(), "HTTP method.")
      .required("path", &CallbackText::path, text_template(), "Path and query; a template.")
      .optional("headers", &CallbackText::headers, map_of(text_template()), "Headers; templates.")
      .optional("body", &CallbackText::body, json_template(),
                "JSON body; a template. Reads the event, answers of steps, and ${end/state}, ${end/error}.")
      .optional("expect", &CallbackText::expected, one_or_list_of(integer(100, 599)),
                "Statuses that mean delivered; any 2xx or 3xx when absent.")
      .optional("key", &CallbackText::key, event_template(),
                "Names the record: callbacks of one key to one API are delivered in the order in which their "
                "events ended. The flow's ordering key when absent.")
      .place(&CallbackText::place)
      .done();
}

Shape<OutboxConfig> outbox_shape() {
  return object<OutboxConfig>("the outbox", "How callbacks are delivered.")
      .optional("running", &OutboxConfig::running_max, integer(1, 10'000), "Callbacks delivered at once.")
      .optional("waiting", &OutboxConfig::waiting_max, integer(1, 1'000'000'000),
                "Callbacks that are not delivered; above it events of flows with callbacks get 503.")
      .optional("deadline", &OutboxConfig::deadline, duration(std::chrono::milliseconds{1}),
                "Of one delivery, the API's retries included.")
      .optional("deliveries", &OutboxConfig::deliveries_max, integer(1, 1000),
                "Deliveries that failed; then a callback is dead.")
      .optional("parking", &OutboxConfig::parking, parking_shape(), "Between two deliveries of a callback.")
      .done();
}

void check_callbacks(const FlowText& flow, const MapOf<ApiText>& apis, const InboxText& inbox,
                     Problems& problems) {
  std::vector<std::string> names;
  for (const CallbackText& callback : flow.callbacks) {
    if (std::ranges::find(names, callback.name) != names.end())
      problems.add(callback.place, "there is a callback '" + callback.name + "' already");
    names.push_back(callback.name);
    CallbackCheck check(flow, callback, problems);
    check.check_api(apis);
    check.check_ends(inbox);
    check.check_reads();
  }
  if (flow.callbacks.empty()) return;
  for (const StepText& step : flow.steps) {
    if (step.name == service::kEndName)
      problems.add(step.place, "step 'end' has the name by which callbacks read how the event ended");
  }
}

}  // namespace config
