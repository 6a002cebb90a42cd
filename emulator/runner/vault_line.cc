#include "emulator/runner/vault_line.h"

#include <algorithm>

#include "emulator/runner/scenario.h"

namespace emulator::runner {
namespace {

using access::Trouble;
using config::choice;
using config::non_empty_text;
using config::object;
using config::Shape;

struct SecretText {
  std::string of{};
  std::optional<std::string> rotate{};
  std::optional<Trouble> answer{};
  std::optional<kernel::Duration> delay{};
};

kernel::Result<SecretAction> to_action(const SecretText& text) {
  SecretAction action{.name = {}, .of = text.of};
  action.rotate = text.rotate;
  action.trouble = text.answer;
  if (text.delay) {
    action.trouble = Trouble::Slow;
    action.delay = *text.delay;
  }
  if (text.of == "secretsmanager" || text.of == "ssm") {
    if (text.rotate) return kernel::invalid("'rotate' wants one secret, and not a whole service");
    if (text.of == "ssm") action.kind = secrets::SourceKind::ParameterStore;
    return action;
  }
  auto reference = secrets::parse_reference(text.of);
  if (!reference || !is_stored(*reference)) {
    return kernel::invalid(
        "'of' wants secretsmanager:NAME or ssm:NAME, or one of the services secretsmanager and ssm");
  }
  if (!reference->stage.empty()) return kernel::invalid("'of' wants a secret without a stage");
  if (!reference->pointer.empty() && !text.rotate)
    return kernel::invalid("'of' has a pointer, which goes with 'rotate' only");
  action.kind = reference->kind;
  action.reference = std::move(*reference);
  return action;
}

}  // namespace

Shape<edge::ExtensionConfig> extension_shape() {
  using edge::ExtensionConfig;
  using namespace std::chrono_literals;
  return object<ExtensionConfig>("the extension of a function", "Secrets over HTTP, from a cache.")
      .optional("port", &ExtensionConfig::port, config::integer(0, 65'535),
                "On a real clock; any that is free when absent.")
      .optional("cache", &ExtensionConfig::is_cached, config::boolean(), "Whether it keeps values.")
      .optional("cache_size", &ExtensionConfig::cache_size, config::integer(0, 1000), "How many.")
      .optional("secrets_ttl", &ExtensionConfig::secrets_ttl, config::duration(0s, 300s),
                "How long it keeps secrets.")
      .optional("parameters_ttl", &ExtensionConfig::parameters_ttl, config::duration(0s, 300s),
                "How long it keeps parameters.")
      .optional("secrets_timeout", &ExtensionConfig::secrets_timeout, config::duration(),
                "Of a call to Secrets Manager; 0s: none.")
      .optional("parameters_timeout", &ExtensionConfig::parameters_timeout, config::duration(),
                "Of a call to Parameter Store; 0s: none.")
      .done();
}

Shape<SecretAction> secret_line_shape() {
  const auto text =
      object<SecretText>("what befalls a secret", "It is rotated, or reading it fails.")
          .required("of", &SecretText::of, non_empty_text(),
                    "secretsmanager:NAME or ssm:NAME; secretsmanager or ssm is everything there.")
          .optional("rotate", &SecretText::rotate, non_empty_text(),
                    "Its value from now on; the old one is AWSPREVIOUS.")
          .optional("answer", &SecretText::answer,
                    choice<Trouble>({{"denied", Trouble::Denied},
                                     {"throttled", Trouble::Throttled},
                                     {"unavailable", Trouble::Unavailable}}),
                    "What calls about it are answered.")
          .optional("delay", &SecretText::delay, config::duration(std::chrono::milliseconds{1}),
                    "How long calls about it take.")
          .exactly_one_of({"rotate", "answer", "delay"})
          .done();
  return config::mapped<SecretAction>(text, to_action);
}

std::optional<std::string> secret_problem(const TimelineAction& line, const Given& given) {
  const std::optional<SecretAction>& action = line.secret;
  if (!action) return std::nullopt;
  if (action->rotate && line.lasts)
    return "'for' does not go with a rotation: nobody brings the old value back";
  if (!action->reference) return std::nullopt;
  const auto is_it = [&action](const auto& secret) {
    const auto reference = secrets::parse_reference(secret.first);
    return reference && reference->kind == action->kind && reference->name == action->reference->name;
  };
  if (std::ranges::none_of(given.secrets, is_it))
    return "the secret is '" + action->of + "', which is not given";
  if (!action->rotate || !action->reference->pointer.empty()) return std::nullopt;
  const auto fits = check_stored(*action->reference, *action->rotate);
  return fits ? std::nullopt : std::optional(fits.error().text());
}

}  // namespace emulator::runner
