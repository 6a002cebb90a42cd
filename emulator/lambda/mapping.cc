#include "emulator/lambda/mapping.h"

#include <algorithm>

#include "emulator/lambda/invocation_record.h"

namespace emulator::lambda {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kBatchMax = 10'000;
constexpr std::int64_t kBatchMaxWithoutWindow = 10;
constexpr kernel::Duration kWindowMax = 300s;

std::string seconds_text(kernel::Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration).count()) + " seconds";
}

// ASSUMPTION: all texts but those of an unknown queue and of a batch without a window.
std::optional<std::string> refuse_size(const MappingConfig& config, bool is_fifo) {
  const std::int64_t batch_max = is_fifo ? kBatchMaxWithoutWindow : kBatchMax;
  if (config.batch_max < 1 || config.batch_max > batch_max)
    return "Batch size must be between 1 and " + std::to_string(batch_max) + " for this event source.";
  if (config.window < 0s || config.window > kWindowMax)
    return "Maximum batch window in seconds must be between 0 and 300";
  if (is_fifo && config.window > 0s) return "Batching window is not supported for FIFO queues";
  if (config.batch_max > kBatchMaxWithoutWindow && config.window < 1s)
    return "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10";
  if (config.concurrency_max && (*config.concurrency_max < 2 || *config.concurrency_max > 1000))
    return "MaximumConcurrency must be between 2 and 1000";
  return std::nullopt;
}

}  // namespace

std::optional<MappingError> refuse(const MappingConfig& config, std::optional<kernel::Duration> timeout,
                                   const queues::Answer<queues::SourceQueue>& source) {
  if (!timeout) {
    return MappingError{404, "ResourceNotFoundException",
                        "Function not found: " + function_arn(config.function)};
  }
  if (!source) {
    return MappingError{
        .message = "Error occurred while ReceiveMessage. SQS Error Code: " + source.error().query_code +
                   ". SQS Error Message: " + source.error().message};
  }
  if (auto text = refuse_size(config, source->is_fifo)) return MappingError{.message = std::move(*text)};
  if (*timeout > source->visibility) {
    return MappingError{.message = "Queue visibility timeout: " + seconds_text(source->visibility) +
                                   " is less than Function timeout: " + seconds_text(*timeout)};
  }
  return std::nullopt;
}

kernel::Duration effective_visibility(const MappingConfig& config, kernel::Duration timeout,
                                      const queues::SourceQueue& source) {
  if (config.window > 0s && config.window + timeout > source.visibility) return config.window + timeout + 30s;
  return source.visibility;
}

}  // namespace emulator::lambda
