#include "middleware/config/api_shapes.h"

#include "middleware/config/policy_shapes.h"

namespace config {

Shape<ApiText> api_shape() {
  using Name = std::optional<std::string>;
  const auto header_or_off = mapped<Name>(
      non_empty_text(),
      [](const std::string& value) -> kernel::Result<Name> { return value == "off" ? Name{} : Name(value); },
      {.wants = "the name of a header, or off"});
  return object<ApiText>("an API", "An external API and how carefully it is called.")
      .optional("url", &ApiText::url, non_empty_text(),
                "Base URL, for the deployed middleware. In the rig the mock of that name answers.")
      .optional("timeout", &ApiText::per_try, duration(std::chrono::milliseconds{1}),
                "An attempt ends after this.")
      .optional("retry", &ApiText::retry_rules, retry_shape(),
                "When a failed call is made again; off: never.")
      .optional("retry_budget", &ApiText::retry_budget, retry_budget_shape(),
                "What bounds the share of retries; a number: tokens of a quota; off: nothing.")
      .optional("breaker", &ApiText::breaker, breaker_shape(), "When calls are stopped; off: never.")
      .optional("breaker_counts_throttles", &ApiText::breaker_counts_throttles, boolean(),
                "429, and 503 with Retry-After, count as failures to the breaker.")
      .optional("idempotency_key", &ApiText::idempotency_header, header_or_off,
                "Header that carries the key of a step, the same for all its attempts; off: none is sent.")
      .done();
}

}  // namespace config
