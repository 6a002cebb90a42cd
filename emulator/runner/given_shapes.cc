#include "emulator/runner/given_shapes.h"

#include <nlohmann/json.hpp>

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::list_of;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::number;
using config::object;
using config::Shape;
using kernel::Duration;
using namespace std::chrono_literals;

struct AsyncText : lambda::AsyncRetryConfig {
  std::optional<std::string> on_failure{};
  std::optional<std::string> dead_letter{};
};

struct FunctionText : FunctionGiven {
  int handler = 0;
  AsyncText async_text{};
};

}  // namespace

Shape<salesforce::ChannelConfig> members_shape() {
  return mapped<salesforce::ChannelConfig>(
      list_of(non_empty_text()),
      [](const std::vector<std::string>& names) -> kernel::Result<salesforce::ChannelConfig> {
        salesforce::ChannelConfig channel;
        for (const std::string& name : names) channel.members.push_back({.entity = name});
        return channel;
      });
}

Shape<salesforce::OrgConfig> salesforce_shape() {
  using salesforce::Edition;
  using salesforce::FieldType;
  const auto field = object<salesforce::FieldDefinition>("a field", "A field of a platform event.")
                         .optional("type", &salesforce::FieldDefinition::type,
                                   choice<FieldType>({{"Text", FieldType::Text},
                                                      {"TextArea", FieldType::TextArea},
                                                      {"Number", FieldType::Number},
                                                      {"Checkbox", FieldType::Checkbox},
                                                      {"Date", FieldType::Date},
                                                      {"DateTime", FieldType::DateTime}}),
                                   "What it holds.")
                         .optional("required", &salesforce::FieldDefinition::required, boolean(),
                                   "Publishing without it fails.")
                         .optional("length", &salesforce::FieldDefinition::length, integer(0, 131'072),
                                   "Longest text; 0: the type's own.")
                         .done();
  const auto event = object<salesforce::EventDefinition>("an event definition", "A platform event.")
                         .optional("key", &salesforce::EventDefinition::key, non_empty_text(),
                                   "Field that names an event: its business key.")
                         .optional("fields", &salesforce::EventDefinition::fields, map_of(field),
                                   "Its fields; any are taken when absent.")
                         .done();
  return object<salesforce::OrgConfig>("salesforce", "The org that publishes.")
      .optional("edition", &salesforce::OrgConfig::edition,
                choice<Edition>({{"developer", Edition::Developer},
                                 {"enterprise", Edition::Enterprise},
                                 {"unlimited", Edition::Unlimited}}),
                "Decides how many events may be published in an hour.")
      .optional("publish_per_hour", &salesforce::OrgConfig::publish_per_hour, integer(1, 1'000'000'000),
                "Instead of the edition's allocation.")
      .optional("retention", &salesforce::OrgConfig::retention, duration(1s, 24h * 30),
                "How long an event can be read again.")
      .optional("events", &salesforce::OrgConfig::events, map_of(event),
                "Event definitions by API name; other events take any fields.")
      .optional("channels", &salesforce::OrgConfig::channels, map_of(members_shape()),
                "Custom channels and their members; a channel that is not named carries every event.")
      .done();
}

Shape<relay::RelayConfig> relay_shape() {
  using relay::AdminState;
  using relay::EnvelopeProfile;
  return object<relay::RelayConfig>("the relay", "The Event Relay between the org and the bus.")
      .optional("channel", &relay::RelayConfig::channel, non_empty_text(), "The channel it reads.")
      .optional("state", &relay::RelayConfig::state,
                choice<AdminState>(
                    {{"RUN", AdminState::Run}, {"PAUSE", AdminState::Pause}, {"STOP", AdminState::Stop}}),
                "At the start.")
      .optional("envelope", &relay::RelayConfig::envelope,
                choice<EnvelopeProfile>({{"payload-only", EnvelopeProfile::PayloadOnly},
                                         {"pubsub", EnvelopeProfile::PubSub},
                                         {"cometd", EnvelopeProfile::CometD}}),
                "What stands beside the payload in detail.")
      .optional("latency", &relay::RelayConfig::latency, duration(),
                "From stored to handed over, for a batch.")
      .optional("batch", &relay::RelayConfig::batch_max, integer(1, 20),
                "Events in one PutPartnerEvents call.")
      .optional("retry_base", &relay::RelayConfig::retry_base, duration(1ms),
                "First wait when the bus refuses; doubles.")
      .optional("retry_wait_max", &relay::RelayConfig::retry_wait_max, duration(1ms), "Longest wait.")
      .done();
}

Shape<std::vector<FunctionGiven>> lambda_shape() {
  const auto async =
      object<AsyncText>("asynchronous settings", "What becomes of an event that the function fails.")
          .optional("retries", &AsyncText::function_error_retries_max, integer(0, 2),
                    "After 1 and 2 minutes.")
          .optional("age", &AsyncText::event_age_max, duration(1min, 6h), "Oldest event that is tried again.")
          .optional("on_failure", &AsyncText::on_failure, non_empty_text(),
                    "Queue that gets the record of a given-up event.")
          .optional("dead_letter", &AsyncText::dead_letter, non_empty_text(),
                    "Queue that gets the given-up event itself.")
          .not_yet("on_success", "there is no destination for successes")
          .done();
  const auto function =
      object<FunctionText>("a function", "A Lambda function.")
          .optional("handler", &FunctionText::handler, choice<int>({{"builtin", 0}}),
                    "builtin: the ingest function of the middleware.")
          .optional("concurrency", &FunctionText::concurrency, integer(0, 100'000),
                    "Reserved: at most so many at once; 0: it never runs.")
          .optional("timeout", &FunctionText::timeout, duration(1s, 15min), "An invocation ends after this.")
          .optional("cold_start", &FunctionText::cold_start, duration(), "Init of a new environment.")
          .optional("idle", &FunctionText::idle_max, duration(), "How long an environment stays warm.")
          .optional("async", &FunctionText::async_text, async, "For asynchronous invocations.")
          .optional("sources", &FunctionText::sources, sources_shape(), "Queues that it reads.")
          .not_yet("command", "handler: builtin runs the middleware's own function")
          .done();
  return mapped<std::vector<FunctionGiven>>(
      map_of(function), [](const MapOf<FunctionText>& entries) -> kernel::Result<std::vector<FunctionGiven>> {
        std::vector<FunctionGiven> functions;
        for (const auto& [name, text] : entries) {
          FunctionGiven config = text;
          config.name = name;
          for (lambda::MappingConfig& source : config.sources) source.function = name;
          config.async = text.async_text;
          config.on_failure = text.async_text.on_failure;
          config.dead_letter = text.async_text.dead_letter;
          functions.push_back(std::move(config));
        }
        return functions;
      });
}

Shape<Given> given_shape() {
  return object<Given>("given", "The deployment that is rehearsed.")
      .optional("salesforce", &Given::salesforce, salesforce_shape(), "The org.")
      .optional("salesforce_clients", &Given::salesforce_clients, salesforce_clients_shape(),
                "What clients of the org meet.")
      .optional("relay", &Given::relay, relay_shape(), "The Event Relay.")
      .optional("bus", &Given::bus, bus_shape(), "EventBridge.")
      .optional("lambda", &Given::functions, lambda_shape(), "Functions by name.")
      .optional("compute", &Given::compute, compute_shape(), "Where the middleware runs, and which.")
      .optional("apis", &Given::apis, apis_shape(), "External APIs by name.")
      .optional("queues", &Given::queues, queues_shape(),
                "Queues by name; those that are only named elsewhere get the defaults.")
      .optional("topics", &Given::topics, topics_shape(), "SNS topics by name.")
      .check([](const Given& given) -> std::optional<std::string> {
        // Not in the schema: what is missing here may stand in the file that `use` names.
        std::string missing;
        const auto need = [&missing](bool is_there, const char* key) {
          if (!is_there) missing += (missing.empty() ? "'" : ", '") + std::string(key) + "'";
        };
        need(given.bus.has_rules(), "bus");
        need(!given.functions.empty(), "lambda");
        need(!given.compute.middleware.service.flows.empty(), "compute.middleware");
        need(!given.apis.empty(), "apis");
        if (missing.empty()) return std::nullopt;
        return "the deployment is not complete: " + missing + " is missing here and in the file of 'use'";
      })
      .not_yet("platform", "there are no secrets, parameters and alarms")
      .done();
}

}  // namespace emulator::runner
