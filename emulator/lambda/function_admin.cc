#include "emulator/lambda/function_admin.h"

#include <algorithm>

#include "emulator/lambda/invocation_record.h"
#include "emulator/lambda/lambda.h"

namespace emulator::lambda {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNameMax = 64;

std::unexpected<FunctionError> not_found(std::string_view function) {
  return std::unexpected(FunctionError{.status = 404,
                                       .code = "ResourceNotFoundException",
                                       .message = "Function not found: " + function_arn(function)});
}

std::unexpected<FunctionError> invalid(std::string message) {
  return std::unexpected(FunctionError{.message = std::move(message)});
}

/// ASSUMPTION: worded as the API words broken constraints of its model.
std::unexpected<FunctionError> out_of_range(const std::string& member, std::int64_t value, std::int64_t low,
                                            std::int64_t high) {
  return invalid("1 validation error detected: Value '" + std::to_string(value) + "' at '" + member +
                 "' failed to satisfy constraint: Member must have value between " + std::to_string(low) +
                 " and " + std::to_string(high));
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::optional<Destination> named_or_none(const Destination& destination) {
  return destination.name.empty() ? std::nullopt : std::optional(destination);
}

std::optional<FunctionError> refuse_timeout(kernel::Duration timeout) {
  if (timeout >= 1s && timeout <= 15min) return std::nullopt;
  return out_of_range("timeout", timeout / 1s, 1, 900).error();
}

std::optional<FunctionError> refuse_memory(std::int64_t mb) {
  if (mb >= 128 && mb <= 10'240) return std::nullopt;
  return out_of_range("memorySize", mb, 128, 10'240).error();
}

}  // namespace

std::optional<std::string> refuse_reserved(std::int64_t account_concurrency, std::int64_t total) {
  if (total == 0 || total <= account_concurrency - kUnreservedMin) return std::nullopt;
  return "Specified ReservedConcurrentExecutions for function decreases account's "
         "UnreservedConcurrentExecution below its minimum value of [" +
         std::to_string(kUnreservedMin) + "].";
}

std::optional<std::string> refuse_destination(std::string_view function, const Destination& destination) {
  if (destination == Destination{DestinationKind::Function, std::string(function)})
    return "You can't specify the function as a destination for itself.";
  // ASSUMPTION: the text.
  if (destination.name.ends_with(".fifo"))
    return "The destination ARN " + arn_of(destination) + " is invalid: FIFO is not supported.";
  return std::nullopt;
}

FunctionInfo Lambda::info_of(const Function& function) {
  const FunctionConfig& config = function.config;
  return {.settings = {.name = config.name,
                       .timeout = config.timeout,
                       .reserved = config.concurrency,
                       .async = config.async,
                       .on_success = config.on_success,
                       .on_failure = config.on_failure,
                       .dead_letter = config.dead_letter,
                       .memory_mb = config.memory_mb,
                       .log_format = config.log_format},
          .modified_at = function.modified_at,
          .async_modified_at = function.async_modified_at};
}

FunctionAnswer<FunctionInfo> Lambda::create_function(FunctionSettings settings) {
  if (!is_name(settings.name)) return invalid("'" + settings.name + "' is no name of a function");
  if (auto wrong = refuse_timeout(settings.timeout)) return std::unexpected(std::move(*wrong));
  if (auto wrong = refuse_memory(settings.memory_mb)) return std::unexpected(std::move(*wrong));
  if (find(settings.name) != nullptr) {
    return std::unexpected(FunctionError{.status = 409,
                                         .code = "ResourceConflictException",
                                         .message = "Function already exist: " + settings.name});
  }
  if (builtin_ == nullptr) return invalid("there is no code that the function could run");
  add({.name = settings.name,
       .timeout = settings.timeout,
       .async = settings.async,
       .on_success = std::move(settings.on_success),
       .on_failure = std::move(settings.on_failure),
       .dead_letter = std::move(settings.dead_letter),
       .log_format = settings.log_format,
       .memory_mb = settings.memory_mb},
      *builtin_);
  return info_of(*find(settings.name));
}

FunctionAnswer<FunctionInfo> Lambda::delete_function(std::string_view name) {
  const auto found =
      std::ranges::find(functions_, name, [](const auto& f) { return std::string_view(f->config.name); });
  if (found == functions_.end()) return not_found(name);
  FunctionInfo info = info_of(**found);
  deleted_.push_back(std::move(*found));
  functions_.erase(found);
  share_out();
  return info;
}

std::vector<FunctionInfo> Lambda::list_functions() const {
  std::vector<FunctionInfo> all;
  for (const auto& function : functions_) all.push_back(info_of(*function));
  std::ranges::sort(all, {}, [](const FunctionInfo& info) { return info.settings.name; });
  return all;
}

FunctionAnswer<FunctionInfo> Lambda::function(std::string_view name) const {
  const Function* found = find(name);
  if (found == nullptr) return not_found(name);
  return info_of(*found);
}

FunctionAnswer<FunctionInfo> Lambda::change_function(std::string_view name, const FunctionChange& change) {
  Function* found = find(name);
  if (found == nullptr) return not_found(name);
  if (change.timeout) {
    if (auto wrong = refuse_timeout(*change.timeout)) return std::unexpected(std::move(*wrong));
  }
  if (change.memory_mb) {
    if (auto wrong = refuse_memory(*change.memory_mb)) return std::unexpected(std::move(*wrong));
  }
  found->config.timeout = change.timeout.value_or(found->config.timeout);
  found->config.memory_mb = change.memory_mb.value_or(found->config.memory_mb);
  if (change.log_format) found->config.log_format = change.log_format;
  if (change.dead_letter) found->config.dead_letter = named_or_none(*change.dead_letter);
  found->modified_at = scheduler_.wall_now();
  return info_of(*found);
}

FunctionAnswer<FunctionInfo> Lambda::reserve(std::string_view name, std::optional<std::int64_t> concurrency) {
  Function* found = find(name);
  if (found == nullptr) return not_found(name);
  if (concurrency && *concurrency < 0)
    return out_of_range("reservedConcurrentExecutions", *concurrency, 0, account_.concurrency);
  const std::int64_t others = account_.concurrency - pool_.limit - found->config.concurrency.value_or(0);
  if (concurrency && *concurrency > 0) {
    if (auto wrong = refuse_reserved(account_.concurrency, others + *concurrency))
      return invalid(std::move(*wrong));
  }
  found->config.concurrency = concurrency;
  found->environments.reserve(concurrency);
  share_out();
  return info_of(*found);
}

FunctionAnswer<FunctionInfo> Lambda::change_async(std::string_view name, const AsyncChange& change,
                                                  bool starts_anew) {
  Function* found = find(name);
  if (found == nullptr) return not_found(name);
  if (change.retries_max && (*change.retries_max < 0 || *change.retries_max > 2))
    return out_of_range("maximumRetryAttempts", *change.retries_max, 0, 2);
  if (change.event_age_max && (*change.event_age_max < 1min || *change.event_age_max > 6h))
    return out_of_range("maximumEventAgeInSeconds", *change.event_age_max / 1s, 60, 21'600);
  for (const auto& destination : {change.on_failure, change.on_success}) {
    if (!destination) continue;
    if (auto wrong = refuse_destination(name, *destination)) return invalid(std::move(*wrong));
  }
  FunctionConfig& config = found->config;
  if (starts_anew) {
    config.async = {};
    config.on_failure.reset();
    config.on_success.reset();
  }
  if (change.retries_max) config.async.function_error_retries_max = *change.retries_max;
  if (change.event_age_max) config.async.event_age_max = *change.event_age_max;
  if (change.on_failure) config.on_failure = named_or_none(*change.on_failure);
  if (change.on_success) config.on_success = named_or_none(*change.on_success);
  found->retry = AsyncRetry(config.async);
  found->async_modified_at = scheduler_.wall_now();
  return info_of(*found);
}

FunctionAnswer<FunctionInfo> Lambda::reset_async(std::string_view name) {
  Function* found = find(name);
  if (found == nullptr) return not_found(name);
  if (!found->async_modified_at) {
    return std::unexpected(FunctionError{
        .status = 404,
        .code = "ResourceNotFoundException",
        .message = "The function " + function_arn(name) + ":$LATEST doesn't have an EventInvokeConfig"});
  }
  found->config.async = {};
  found->config.on_failure.reset();
  found->config.on_success.reset();
  found->retry = AsyncRetry({});
  found->async_modified_at.reset();
  return info_of(*found);
}

}  // namespace emulator::lambda
