#include "middleware/config/api_shapes.h"

#include <algorithm>

#include "middleware/config/auth_shape.h"
#include "middleware/config/policy_shapes.h"
#include "middleware/config/suggest.h"

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
      .optional("rate", &ApiText::rate, rate_shape(),
                "How often it is called; without limits only its own pauses are kept; off: not even those.")
      .optional("concurrency", &ApiText::concurrency, concurrency_shape(), "How many calls run at a time.")
      .optional(
          "hedge", &ApiText::hedge, hedge_shape(),
          "A second attempt when the first is silent, instead of retries, where a call may be repeated.")
      .at_most_one_of({"retry", "hedge"})
      .optional("idempotency_key", &ApiText::idempotency_header, header_or_off,
                "Header that carries the key of a step, the same for all its attempts; off: none is sent.")
      .optional("auth", &ApiText::auth, auth_shape(),
                "What shows the API who calls. A 401 is answered with a new credential, once a call.")
      .place(&ApiText::place)
      .done();
}

void check_apis(const MapOf<ApiText>& apis, Problems& problems) {
  std::vector<std::string> names;
  for (const auto& [name, api] : apis) names.push_back(name);
  for (const auto& [name, api] : apis) {
    const auto* oauth = api.auth ? std::get_if<service::ClientCredentials>(&*api.auth) : nullptr;
    if (oauth == nullptr || oauth->token_api.empty()) continue;
    if (std::ranges::find(names, oauth->token_api) != names.end()) continue;
    problems.add(api.place, "api '" + name + "' takes its tokens from the unknown api '" + oauth->token_api +
                                "'" + did_you_mean_text(oauth->token_api, names));
  }
}

}  // namespace config
