// The shape of what a fault makes of an answer, and words of other lines of the timeline.
#include <nlohmann/json.hpp>

#include "emulator/runner/ending_words.h"
#include "emulator/runner/timeline_parts.h"

namespace emulator::runner {
namespace {

using config::duration;
using config::integer;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using mocks::FaultEffect;

std::string ending_names() {
  std::string names;
  for (const auto& [name, ending] : kEndingWords) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

kernel::Result<FaultEffect> effect_of(const kernel::Json& value) {
  if (value.is_number_integer()) {
    if (value < 100 || value > 599) return kernel::invalid("is no HTTP status");
    return FaultEffect{.status = value.get<int>()};
  }
  for (const auto& [name, ending] : kEndingWords) {
    if (value == name) return FaultEffect{.ending = ending};
  }
  return kernel::invalid("wants a status, a map, or one of " + ending_names());
}

/// A status or a word; of any JSON value, the schema must allow just these.
class EffectWord final : public config::ShapeOf<FaultEffect> {
 public:
  void read(const config::Tree& tree, FaultEffect& out, config::Problems& problems) const override {
    inner_->read(tree, out, problems);
  }
  config::JsonPtr schema(config::Definitions&) const override {
    const kernel::Json status = {{"type", "integer"}, {"minimum", 100}, {"maximum", 599}};
    kernel::Json names = kernel::Json::array();
    for (const auto& [name, ending] : kEndingWords) names.push_back(name);
    const kernel::Json words = {{"enum", names}};
    return std::make_shared<const kernel::Json>(
        kernel::Json{{"anyOf", kernel::Json::array({status, words})}});
  }
  std::string wants() const override { return "a status, or one of " + ending_names(); }

 private:
  Shape<FaultEffect> inner_ = mapped<FaultEffect>(config::json(), effect_of, {.wants = wants()});
};

}  // namespace

Shape<FaultEffect> respond_shape() {
  using HeaderList = std::vector<std::pair<std::string, std::string>>;
  const auto headers = config::mapped<HeaderList>(
      config::map_of(config::text()),
      [](const config::MapOf<std::string>& map) -> kernel::Result<HeaderList> { return map; });
  const auto map = object<FaultEffect>("a faulty response", "What the caller gets instead.")
                       .required("status", &FaultEffect::status, integer(100, 599), "HTTP status.")
                       .optional("retry_after", &FaultEffect::retry_after, duration(),
                                 "Retry-After, in whole seconds rounded up.")
                       .optional("retry_after_date", &FaultEffect::retry_after_is_date, config::boolean(),
                                 "Retry-After as an HTTP date, by the run's clock.")
                       .optional("headers", &FaultEffect::headers, headers,
                                 "Sent as they stand: a Location, a Retry-After that is wrong.")
                       .optional("body", &FaultEffect::body, non_empty_text(), "Its body, as text.")
                       .requires_key("retry_after_date", {"retry_after"})
                       .done();
  return config::either<FaultEffect>({.scalar = std::make_shared<const EffectWord>(), .map = map});
}

Shape<mocks::CountPer> count_per_shape() {
  using mocks::CountPer;
  return config::choice<CountPer>(
      {{"run", CountPer::Run}, {"event", CountPer::Event}, {"business_key", CountPer::BusinessKey}});
}

Shape<RelayVerb> relay_verb_shape() {
  return config::choice<RelayVerb>({{"pause", RelayVerb::Pause},
                                    {"run", RelayVerb::Run},
                                    {"stop", RelayVerb::Stop},
                                    {"lose_position", RelayVerb::LosePosition}});
}

Shape<subscriber::AfterLoss> after_loss_shape() {
  using subscriber::AfterLoss;
  return config::choice<AfterLoss>(
      {{"resume", AfterLoss::Resume}, {"restart", AfterLoss::Restart}, {"forget", AfterLoss::Forget}});
}

Shape<kernel::Door> door_shape() {
  using kernel::Door;
  return config::choice<Door>({{"refused", Door::Refused},
                               {"hang", Door::ConnectHang},
                               {"tls_self_signed", Door::SelfSigned},
                               {"tls_expired", Door::Expired},
                               {"tls_not_yet_valid", Door::NotYetValid},
                               {"tls_wrong_host", Door::WrongHost},
                               {"tls_old", Door::OldTls},
                               {"tls_closed", Door::ClosedInHello},
                               {"tls_plaintext", Door::Plaintext},
                               {"tls_wants_certificate", Door::WantsClientCertificate},
                               {"tls_hang", Door::HandshakeHang}});
}

}  // namespace emulator::runner
