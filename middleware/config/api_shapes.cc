#include "middleware/config/api_shapes.h"

#include <nlohmann/json.hpp>

#include "middleware/config/policy_shapes.h"

namespace config {

Shape<ApiText> api_shape() {
  using Name = std::optional<std::string>;
  const auto header_or_off = mapped<Name>(
      non_empty_text(),
      [](const std::string& value) -> kernel::Result<Name> { return value == "off" ? Name{} : Name(value); },
      {.wants = "the name of a header, or off"});
  using Tokens = std::optional<std::int64_t>;
  const auto budget = mapped<Tokens>(json(),
                                     [](const kernel::Json& value) -> kernel::Result<Tokens> {
                                       if (value.is_string() && value == "off") return Tokens{};
                                       if (value.is_number_integer() && value >= 1)
                                         return Tokens(value.get<std::int64_t>());
                                       return kernel::invalid("wants a number of tokens or off");
                                     },
                                     {.wants = "a number of tokens, or off"});
  return object<ApiText>("an API", "An external API and how carefully it is called.")
      .optional("url", &ApiText::url, non_empty_text(),
                "Base URL, for the deployed middleware. In the rig the mock of that name answers.")
      .optional("timeout", &ApiText::per_try, duration(std::chrono::milliseconds{1}),
                "An attempt ends after this.")
      .optional("retry", &ApiText::retry_rules, retry_shape(),
                "When a failed call is made again; off: never.")
      .optional("retry_budget", &ApiText::retry_budget, budget,
                "Tokens that retries cost (14, or 5 after a throttle); off: no limit.")
      .optional("breaker", &ApiText::breaker, breaker_shape(), "When calls are stopped; off: never.")
      .optional("breaker_counts_throttles", &ApiText::breaker_counts_throttles, boolean(),
                "429, and 503 with Retry-After, count as failures to the breaker.")
      .optional("idempotency_key", &ApiText::idempotency_header, header_or_off,
                "Header that carries the key of a step, the same for all its attempts; off: none is sent.")
      .done();
}

}  // namespace config
