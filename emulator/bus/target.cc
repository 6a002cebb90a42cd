#include "emulator/bus/target.h"

#include <algorithm>

#include "emulator/bus/errors.h"
#include "middleware/kernel/json.h"

namespace emulator::bus {
namespace {

constexpr std::int64_t kRetriesMax = 185;
constexpr std::int64_t kAgeMin = 60;
constexpr std::int64_t kAgeMax = 86'400;

std::optional<ApiError> check_range(std::int64_t value, const std::string& place, std::int64_t min,
                                    std::int64_t max) {
  if (value >= min && value <= max) return std::nullopt;
  const bool is_small = value < min;
  return constraint(std::to_string(value), place,
                    std::string("Member must have value ") + (is_small ? "greater" : "less") +
                        " than or equal to " + std::to_string(is_small ? min : max));
}

std::optional<ApiError> check_retry(const TargetSpec& spec, const std::string& member) {
  const std::string policy = member + ".retryPolicy.";
  if (spec.retry_attempts) {
    auto error = check_range(*spec.retry_attempts, policy + "maximumRetryAttempts", 0, kRetriesMax);
    if (error) return error;
  }
  if (!spec.event_age_seconds) return std::nullopt;
  return check_range(*spec.event_age_seconds, policy + "maximumEventAgeInSeconds", kAgeMin, kAgeMax);
}

ApiResult<TargetInput> compile_input(const TargetSpec& spec, const std::string& member) {
  const int given = int{spec.input.has_value()} + int{spec.input_path.has_value()} +
                    int{spec.input_transformer.has_value()};
  if (given > 1) {
    return std::unexpected(validation(
        "Only one of Input, InputPath, or InputTransformer must be provided for target " + spec.id + "."));
  }
  if (spec.input) {
    // ASSUMPTION: the text of this and of the next error.
    if (!kernel::is_json(*spec.input)) {
      return std::unexpected(validation("JSON syntax error in input for target " + spec.id + "."));
    }
    return std::make_shared<const std::string>(*spec.input);
  }
  if (spec.input_path) {
    auto path = EventPath::parse(*spec.input_path);
    if (!path) {
      return std::unexpected(validation("Invalid InputPath for target " + spec.id + ": " + *spec.input_path));
    }
    return std::move(*path);
  }
  if (!spec.input_transformer) return TargetInput{};
  auto transformer = InputTransformer::compile(spec.id, *spec.input_transformer, member);
  if (!transformer) return std::unexpected(transformer.error());
  return std::move(*transformer);
}

/// Of six parts at least, whatever they say.
bool is_arn(std::string_view text) { return text.starts_with("arn:") && std::ranges::count(text, ':') >= 5; }

ApiResult<Destination> destination_for(const TargetSpec& spec, const TargetInput& input) {
  const auto destination = destination_of(spec.arn);
  if (!destination && is_arn(spec.arn)) {
    return std::unexpected(validation("The target " + spec.arn +
                                      " is not emulated: functions, queues, topics and buses of this account "
                                      "and region are."));
  }
  if (!destination || std::holds_alternative<ArchiveTarget>(*destination)) {
    return std::unexpected(bad_parameter(spec.arn, "Provided Arn is not in correct format."));
  }
  const auto* queue = std::get_if<QueueTarget>(&*destination);
  const bool is_fifo = queue != nullptr && queue->queue.ends_with(".fifo");
  // ASSUMPTION: these texts.
  if (is_fifo && spec.message_group_id.empty()) {
    return std::unexpected(validation(
        "Parameter(s) SqsParameters.MessageGroupId must be specified for target: " + spec.id + "."));
  }
  if (queue == nullptr && !spec.message_group_id.empty()) {
    return std::unexpected(
        validation("Parameter(s) SqsParameters.MessageGroupId not valid for target: " + spec.id + "."));
  }
  if (std::holds_alternative<BusTarget>(*destination) && !std::holds_alternative<std::monostate>(input)) {
    return std::unexpected(
        validation("A bus gets the whole event: no input is emulated for target " + spec.id + "."));
  }
  return *destination;
}

}  // namespace

ApiResult<TargetPtr> compile_target(TargetSpec spec, const DeliveryRetryConfig& retry,
                                    const TargetPlace& place) {
  const std::string member = "targets." + std::to_string(place.number) + ".member";
  if (auto error = check_name(spec.id, {.place = member + ".id"})) return std::unexpected(*error);
  if (auto error = check_retry(spec, member)) return std::unexpected(*error);
  auto input = compile_input(spec, member);
  if (!input) return std::unexpected(input.error());
  auto destination = destination_for(spec, *input);
  if (!destination) return std::unexpected(destination.error());

  Target target{.spec = std::move(spec),
                .destination = std::move(*destination),
                .input = std::move(*input),
                .retry = retry,
                .rule_name = place.rule_name,
                .rule_arn = place.rule_arn};
  target.draw_name = place.rule_arn + "/" + target.spec.id;
  if (target.spec.retry_attempts) target.retry.attempts_max = *target.spec.retry_attempts;
  if (target.spec.event_age_seconds) {
    target.retry.event_age_max = std::chrono::seconds{*target.spec.event_age_seconds};
  }
  if (!target.spec.dead_letter_arn.empty()) {
    const auto queue = destination_of(target.spec.dead_letter_arn);
    const auto* dead_letter = queue ? std::get_if<QueueTarget>(&*queue) : nullptr;
    // ASSUMPTION: the text.
    if (dead_letter == nullptr) {
      return std::unexpected(bad_parameter("DeadLetterConfig.Arn", "Must contain the ARN of an SQS queue."));
    }
    target.dead_letter = dead_letter->queue;
  }
  return std::make_shared<const Target>(std::move(target));
}

std::expected<std::shared_ptr<const std::string>, std::string> input_of(const Target& target,
                                                                        const BusEventPtr& event) {
  using Input = std::shared_ptr<const std::string>;
  if (const auto* constant = std::get_if<Input>(&target.input)) return *constant;
  if (const auto* path = std::get_if<EventPath>(&target.input)) {
    const auto found = path->find(*event->envelope);
    // ASSUMPTION: what the service does then is not known; nothing usable is delivered.
    if (!found) return std::unexpected("the input path " + *target.spec.input_path + " finds nothing");
    return std::make_shared<const std::string>(*found);
  }
  if (const auto* transformer = std::get_if<InputTransformer>(&target.input)) {
    // ASSUMPTION: whole seconds, as `time`.
    const std::string ingested = kernel::iso_seconds(event->ingested);
    auto text = transformer->render({.event = *event->envelope,
                                     .ingested = ingested,
                                     .rule_name = target.rule_name,
                                     .rule_arn = target.rule_arn});
    if (!text) return std::unexpected(std::move(text.error()));
    return std::make_shared<const std::string>(std::move(*text));
  }
  return event->envelope;
}

}  // namespace emulator::bus
