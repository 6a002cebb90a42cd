#pragma once
// A mock as its file says it: stubs (which requests, what answer, what it does to the world) and the layers
// around them. Facts: mocks-and-faults 0 to 4, 11, 13, 14, 16.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"
#include "mocks/faults/latency.h"
#include "mocks/match/request_pattern.h"
#include "mocks/render/template.h"
#include "mocks/stubs/bucket.h"
#include "mocks/stubs/idempotency.h"
#include "mocks/stubs/limits.h"
#include "mocks/stubs/saturation.h"
#include "mocks/stubs/tokens.h"

namespace mocks::stubs {

struct ContractSpec;  // contract.h

using HeaderTemplates = std::vector<std::pair<std::string, render::Template>>;

struct ResponseSpec {
  int status = 200;
  HeaderTemplates headers{};
  std::optional<render::JsonBody> json{};  ///< sent as application/json
  render::Template text{};                 ///< without `json`; Content-Type is the author's
  kernel::Ending ending = kernel::Ending::Complete;
  kernel::Pace pace{};                                       ///< how slowly it is sent, when it is complete
  kernel::Afterwards afterwards = kernel::Afterwards::Kept;  ///< and what becomes of its connection
  std::optional<LatencyLaw> latency{};                       ///< instead of the stub's or the mock's
  std::int64_t repeat = 1;  ///< so many requests in a row, before the next response
  double weight = 1;        ///< for Choose::Weighted
};

/// Which response of several comes next.
enum class Choose : std::uint8_t {
  Sequence,  ///< one after the other; the last one stays
  Cycle,     ///< and again from the first
  Random,    ///< equally likely
  Weighted
};

/// A state machine that stubs share by its name. It begins in "Started".
struct StateStep {
  std::string machine;
  std::optional<std::string> required{};  ///< nothing: in any state
  std::optional<std::string> next{};
  std::optional<std::string> later{};  ///< after `next`, by itself ...
  kernel::Duration later_after{};      ///< ... so long afterwards
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What the business would notice: counted by API, operation and key.
struct EffectSpec {
  std::string operation;
  render::Template key;
};

/// 202 and poll: the stub answers at once, and the work is found under `path` while it runs and when it is
/// done. Done: `after` has passed and it was asked for `polls` times before.
struct JobSpec {
  std::string path;  ///< "/jobs/{id}"
  kernel::Duration after{};
  std::int64_t polls = 0;
  ResponseSpec pending{};
  ResponseSpec done{};
};

enum class SignatureScheme : std::uint8_t {
  Stripe,  ///< "t=UNIX,v1=HEX" over "UNIX.BODY"
  Hex,     ///< "sha256=HEX" over the body
  Base64   ///< base64 over the body
};

struct SignatureSpec {
  std::string header;
  std::string secret;
  SignatureScheme scheme = SignatureScheme::Hex;
};

struct CallbackSpec {
  std::string host;  ///< a name of the network: "middleware"
  std::string method = "POST";
  render::Template target;  ///< path and query
  HeaderTemplates headers{};
  std::optional<render::JsonBody> json{};
  LatencyLaw delay{};             ///< from the answer; or from the execution
  bool is_before_answer = false;  ///< the race that real APIs have
  std::int64_t attempts_max = 1;
  kernel::Duration wait{
      std::chrono::seconds{1}};  ///< before the second attempt; doubled before each later one
  kernel::Duration timeout{std::chrono::seconds{10}};  ///< of one attempt
  std::int64_t copies = 1;                             ///< deliveries of one id: 2 sends a duplicate
  std::optional<SignatureSpec> signature{};
};

struct StubSpec {
  std::string id;             ///< unique in the mock
  std::int64_t priority = 5;  ///< the lowest wins, then the stub that stands last
  match::RequestPattern request{};
  bool executes =
      true;  ///< false: it refuses before anything is done (validation): no idempotency key is kept
  std::shared_ptr<const ContractSpec> contract{};  ///< null: any request will do
  std::optional<StateStep> step{};
  render::Template scope{};  ///< states and responses are counted per value; empty: one for all
  Pairs requires_state{};
  std::vector<std::pair<std::string, render::Template>> sets_state{};
  std::vector<std::string> removes_state{};
  Choose choose = Choose::Sequence;
  std::vector<ResponseSpec> responses{};    ///< at least one
  std::optional<std::int64_t> times{};      ///< gone after so many matches
  std::optional<kernel::Duration> lives{};  ///< gone after this time of the run
  std::optional<LatencyLaw> latency{};
  std::optional<EffectSpec> effect{};
  std::optional<JobSpec> job{};
  std::vector<CallbackSpec> callbacks{};
  std::shared_ptr<const kernel::Json> written{};  ///< as its author wrote it; null when code made it
};
/// A request that is under way, a job or a callback keeps the stub that it came from.
using StubPtr = std::shared_ptr<const StubSpec>;

struct MockSpec {
  std::string name;
  LatencyLaw latency{};
  render::Template correlation{};  ///< attempts are counted by it; empty: by the event of the caller's trace
  bool is_strict = false;          ///< a request that no stub answers fails the scenario
  std::vector<StubSpec> stubs{};
  std::optional<IdempotencySpec> idempotency{};
  std::vector<LimitSpec> limits{};
  std::optional<SaturationSpec> saturation{};
  std::vector<BucketSpec> buckets{};
  std::optional<TokenSpec> tokens{};
  std::optional<CredentialSpec> credential{};
};

}  // namespace mocks::stubs
