// The shapes of functions, and of what their account allows.
#include "emulator/runner/given_shapes.h"
#include "emulator/runner/process_given.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using lambda::Destination;
using lambda::DestinationKind;
using namespace std::chrono_literals;

struct DestinationText {
  std::optional<std::string> queue{};
  std::optional<std::string> topic{};
  std::optional<std::string> bus{};
  std::optional<std::string> lambda{};
};

struct AsyncText : lambda::AsyncRetryConfig {
  std::optional<Destination> on_success{};
  std::optional<Destination> on_failure{};
  std::optional<Destination> dead_letter{};
};

struct FunctionText : FunctionGiven, ProcessText {
  AsyncText async_text{};
  std::optional<kernel::Duration> init{};
};

kernel::Result<Destination> destination_from(const DestinationText& text) {
  if (text.topic) return Destination{DestinationKind::Topic, *text.topic};
  if (text.bus) return Destination{DestinationKind::Bus, *text.bus};
  if (text.lambda) return Destination{DestinationKind::Function, *text.lambda};
  return Destination{DestinationKind::Queue, *text.queue};
}

/// The name of a queue, or a map that says what else it is.
Shape<Destination> destination_shape(bool takes_all) {
  auto map = object<DestinationText>("a destination", "Where something is sent.");
  map.optional("queue", &DestinationText::queue, non_empty_text(), "A standard queue.")
      .optional("topic", &DestinationText::topic, non_empty_text(), "A standard topic.");
  if (takes_all) {
    map.optional("bus", &DestinationText::bus, non_empty_text(), "An event bus: an event of its own begins.")
        .optional("lambda", &DestinationText::lambda, non_empty_text(), "Another function, asynchronously.")
        .exactly_one_of({"queue", "topic", "bus", "lambda"});
  } else {
    map.exactly_one_of({"queue", "topic"});
  }
  const auto queue = mapped<Destination>(non_empty_text(), [](const std::string& name) {
    return kernel::Result<Destination>(Destination{DestinationKind::Queue, name});
  });
  return config::either<Destination>(
      {.scalar = queue, .map = mapped<Destination>(map.done(), destination_from)});
}

}  // namespace

Shape<AccountGiven> account_shape() {
  using lambda::AccountConfig;
  const auto lambda = object<AccountConfig>("the account's Lambda limits", "What all functions share.")
                          .optional("concurrency", &AccountConfig::concurrency, integer(1, 1'000'000),
                                    "Invocations at once, of all functions.")
                          .optional("environments_per_10s", &AccountConfig::environments_per_10s,
                                    integer(1, 1'000'000), "New environments of one function in ten seconds.")
                          .optional("requests_per_environment", &AccountConfig::requests_per_environment,
                                    integer(1, 1'000'000), "Synchronous invocations a second.")
                          .optional("recursion_max", &AccountConfig::recursion_max, integer(1, 10'000),
                                    "Invocations of one function in one chain of requests.")
                          .done();
  return object<AccountGiven>("the account", "What it allows.")
      .optional("lambda", &AccountGiven::lambda, lambda, "Functions.")
      .optional("sns", &AccountGiven::sns, topics_account_shape(), "How topics deliver.")
      .optional("secrets_manager", &AccountGiven::secrets_manager, secrets_manager_quotas_shape(),
                "Calls of Secrets Manager.")
      .optional("parameter_store", &AccountGiven::parameter_store, parameter_store_quotas_shape(),
                "Calls of Parameter Store.")
      .optional("cloudwatch_logs", &AccountGiven::cloudwatch_logs, log_quotas_shape(),
                "Calls of CloudWatch Logs.")
      .done();
}

Shape<std::vector<FunctionGiven>> lambda_shape() {
  using lambda::LogFormat;
  const auto async =
      object<AsyncText>("asynchronous settings", "What becomes of an event that is done, or that fails.")
          .optional("retries", &AsyncText::function_error_retries_max, integer(0, 2),
                    "After 1 and 2 minutes.")
          .optional("age", &AsyncText::event_age_max, duration(1min, 6h), "Oldest event that is tried again.")
          .optional("on_success", &AsyncText::on_success, destination_shape(true),
                    "Gets the record of an invocation that succeeded.")
          .optional("on_failure", &AsyncText::on_failure, destination_shape(true),
                    "Gets the record of a given-up event.")
          .optional("dead_letter", &AsyncText::dead_letter, destination_shape(false),
                    "Gets the given-up event itself.")
          .done();
  const auto function =
      object<FunctionText>("a function", "A Lambda function.")
          .optional("handler", &FunctionText::handler, non_empty_text(),
                    "builtin: the ingest function of the middleware. With a command: what it reads as "
                    "_HANDLER; the last word of the command when absent.")
          .optional("command", &FunctionText::command, command_shape(),
                    "A program and its arguments: the function is a process that speaks the Runtime API. "
                    "Wants a real clock.")
          .optional("folder", &FunctionText::folder, non_empty_text(),
                    "The command's working directory; that of this file when absent.")
          .optional("environment", &FunctionText::environment, environment_shape(),
                    "More variables for the command.")
          .requires_key("folder", {"command"})
          .requires_key("environment", {"command"})
          .check("handler", [](const FunctionText& text) { return refuse_handler(text); })
          .optional("concurrency", &FunctionText::concurrency, integer(0, 1'000'000),
                    "Reserved: at most so many at once; 0: it never runs.")
          .optional("timeout", &FunctionText::timeout, duration(1s, 15min), "An invocation ends after this.")
          .optional("cold_start", &FunctionText::init, duration(),
                    "Init of a new environment: 250ms when absent. Of a command, what comes before it is "
                    "started: nothing when absent.")
          .optional("idle", &FunctionText::idle_max, duration(), "How long an environment stays warm.")
          .optional("recursion", &FunctionText::stops_recursion,
                    choice<bool>({{"terminate", true}, {"allow", false}}),
                    "What happens to a loop through queues, topics and functions.")
          .optional("log_format", &FunctionText::log_format,
                    choice<LogFormat>({{"text", LogFormat::Text}, {"json", LogFormat::Json}}),
                    "Records what Lambda itself logs.")
          .optional("memory", &FunctionText::memory_mb, integer(128, 10'240), "MB, as REPORT says it.")
          .optional("memory_used", &FunctionText::memory_used_mb, integer(1, 10'240),
                    "MB, as REPORT says it; nobody measures.")
          .optional("async", &FunctionText::async_text, async, "For asynchronous invocations.")
          .optional("sources", &FunctionText::sources, sources_shape(), "Queues that it reads.")
          .optional("extension", &FunctionText::extension, extension_shape(),
                    "The parameters and secrets extension beside it.")
          .done();
  return mapped<std::vector<FunctionGiven>>(
      map_of(function), [](const MapOf<FunctionText>& entries) -> kernel::Result<std::vector<FunctionGiven>> {
        std::vector<FunctionGiven> functions;
        for (const auto& [name, text] : entries) {
          FunctionGiven config = text;
          config.name = name;
          for (lambda::MappingConfig& source : config.sources) source.function = name;
          config.async = text.async_text;
          config.on_success = text.async_text.on_success;
          config.on_failure = text.async_text.on_failure;
          config.dead_letter = text.async_text.dead_letter;
          config.process = process_of(text);
          if (config.process) config.cold_start = kernel::Duration{};
          if (text.init) config.cold_start = *text.init;
          functions.push_back(std::move(config));
        }
        return functions;
      });
}

}  // namespace emulator::runner
