#include "emulator/runner/given_shapes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace emulator::runner {

using config::object;
using config::Shape;

Shape<Given> given_shape() {
  return object<Given>("given", "The deployment that is rehearsed.")
      .optional("salesforce", &Given::salesforce, salesforce_shape(), "The org.")
      .optional("salesforce_clients", &Given::salesforce_clients, salesforce_clients_shape(),
                "What clients of the org meet.")
      .optional("relay", &Given::relay, relay_shape(), "The Event Relay.")
      .optional("bus", &Given::bus, bus_shape(), "EventBridge.")
      .optional("account", &Given::account, account_shape(), "What the account allows.")
      .optional("lambda", &Given::functions, lambda_shape(), "Functions by name.")
      .optional("compute", &Given::compute, compute_shape(), "Where the middleware runs, and which.")
      .optional("apis", &Given::apis, apis_shape(), "External APIs by name.")
      .optional("secrets", &Given::secrets, config::map_of(config::non_empty_text()),
                "What the middleware's references to secrets stand for, such as env:NAME: value.")
      .optional("queues", &Given::queues, queues_shape(),
                "Queues by name; those that are only named elsewhere get the defaults.")
      .optional("topics", &Given::topics, topics_shape(), "SNS topics by name.")
      .optional("alarms", &Given::alarms, alarms_shape(), "CloudWatch alarms by name.")
      .optional("logs", &Given::logs, logs_shape(),
                "CloudWatch Logs: true, or groups and metric filters; the boxes write to it.")
      .optional("metrics", &Given::keeps_metrics, config::boolean(),
                "The boxes' metrics are kept, and recorded minute by minute, also when no alarm wants them.")
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
      .check([](const Given& given) -> std::optional<std::string> {
        const auto stored = stored_secrets(given.secrets);
        return stored ? std::nullopt : std::optional("secrets: " + stored.error().text());
      })
      .check([](const Given& given) -> std::optional<std::string> {
        const auto has = [](const FunctionGiven& f) { return f.extension && !f.process; };
        if (std::ranges::count_if(given.functions, has) < 2) return std::nullopt;
        return "lambda: only one function with 'handler: builtin' can have an 'extension': they share their "
               "code";
      })
      .not_yet("platform", "secrets are in 'secrets', alarms in 'alarms'")
      .done();
}

}  // namespace emulator::runner
