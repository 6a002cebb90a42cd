#pragma once
// A scenario as its file says it: what is given, what happens when, what is expected.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/bus/event_bridge.h"
#include "emulator/edge/extension_config.h"
#include "emulator/lambda/event_source_mappings.h"
#include "emulator/lambda/lambda.h"
#include "emulator/queues/queues.h"
#include "emulator/relay/relay.h"
#include "emulator/runner/alarms_given.h"
#include "emulator/runner/compute_given.h"
#include "emulator/runner/judge/expectation.h"
#include "emulator/runner/logs_given.h"
#include "emulator/runner/process_given.h"
#include "emulator/runner/rig_secrets.h"
#include "emulator/runner/store_fault.h"
#include "emulator/runner/topics_given.h"
#include "emulator/runner/vault_line.h"
#include "emulator/runner/vaults_given.h"
#include "emulator/salesforce/org.h"
#include "emulator/salesforce_edge/config.h"
#include "emulator/subscriber/streaming_client.h"
#include "emulator/topics/delivery_retry.h"
#include "mocks/api.h"
#include "mocks/stubs/spec.h"
#include "mocks/stubs/verify.h"

namespace emulator::runner {

/// An external API: a mock of operations or of stubs; or the org, which the middleware may call like any
/// other.
struct ApiGiven : mocks::ApiSpec {
  std::shared_ptr<const mocks::stubs::MockSpec> stubs{};  ///< null: of operations
  bool is_org = false;
  bool is_tls = false;  ///< it is served by HTTPS
};

struct FunctionGiven : lambda::FunctionConfig {
  std::vector<lambda::MappingConfig> sources{};      ///< queues that it reads
  std::optional<ProcessGiven> process{};             ///< nothing: the middleware's own function
  std::optional<edge::ExtensionConfig> extension{};  ///< of parameters and secrets
};

/// How the topics of the account deliver.
struct TopicsAccount {
  topics::On429 on_429 = topics::kOn429;
};

/// What the account allows.
struct AccountGiven {
  lambda::AccountConfig lambda{};
  TopicsAccount sns{};
  SecretsManagerQuotas secrets_manager{};
  ParameterStoreQuotas parameter_store{};
  LogQuotas cloudwatch_logs{};
};

/// `mock: payments, request: {...}, equals: 3` of `expect`.
struct MockExpectation {
  config::Place place{};
  std::string mock;
  std::string name;  ///< as written, shortened
  mocks::stubs::Verification verification{};
  std::optional<kernel::Duration> wait{};  ///< the run goes on so long behind its timeline until it holds
};

struct Given {
  AccountGiven account{};
  salesforce::OrgConfig salesforce{};
  salesforce_edge::ClientsConfig salesforce_clients{};
  relay::RelayConfig relay{};
  bus::EventBridgeConfig bus{};
  std::vector<FunctionGiven> functions{};
  ComputeGiven compute{};
  std::vector<ApiGiven> apis{};
  SecretsGiven secrets{};
  std::vector<TopicGiven> topics{};
  std::vector<queues::QueueConfig> queues{};  ///< declared, and those that others name
  std::vector<AlarmGiven> alarms{};
  LogsGiven logs{};
  bool keeps_metrics = false;  ///< of the boxes, also when no alarm wants them
};

/// Events to publish. Exactly one of `rows` and `fields` is the source of their fields.
struct PublishAction {
  std::string api_name;
  std::string from{};                   ///< path of a JSON Lines file, "" = `fields`
  std::string fields{};                 ///< JSON object, as text
  std::int64_t skip = 0;                ///< rows of the file to begin behind
  std::optional<std::int64_t> count{};  ///< how many; with `rate` the end may be `lasts` instead
  std::optional<double> per_second{};   ///< nothing: all at once
};

enum class RelayVerb : std::uint8_t { Pause, Run, Stop, LosePosition };

/// One step of a transaction in the org.
struct ChangeStep {
  enum class Verb : std::uint8_t { Create, Update, Delete, Undelete, Publish };
  Verb verb = Verb::Create;
  std::string entity{};       ///< object, or API name of an event
  std::string fields = "{}";  ///< JSON object, as text
  std::string where = "{}";   ///< the records with these values; all when empty
  std::int64_t count = 1;     ///< records to create
};

/// A transaction in the org.
struct ChangeAction {
  std::vector<ChangeStep> steps{};
  std::string origin{};  ///< changeOrigin
  bool is_rolled_back = false;
};

/// What goes wrong in the org.
enum class OrgFault : std::uint8_t { Lose, Duplicate, Gap, ExpireTokens, DropSessions };

/// Events of an archive are sent again; the line is over when the replay is.
struct ReplayAction {
  std::string archive;
  std::string name;
  std::optional<judge::Window> window{};  ///< by the events' own times; all up to now when absent
  std::vector<std::string> rules{};       ///< only these; all when empty
};

/// A new version of the middleware. The line is over when its deployment is.
struct DeployAction {
  bool fails = false;
};

/// A program subscribes to the org for the line's time.
struct SubscribeAction {
  std::string channel;
  std::string name;
  std::int64_t replay = -1;
  subscriber::AfterLoss after_loss = subscriber::AfterLoss::Resume;
};

/// `fault: erp, connect: refused`
struct DoorAction {
  std::string name;
  std::string api;
  kernel::Door door = kernel::Door::Refused;
  std::optional<mocks::Flap> flap{};  ///< needs `until`
  kernel::Timestamp from{};
  std::optional<kernel::Timestamp> until{};       ///< half-open: [from, until)
  std::shared_ptr<const kernel::Json> written{};  ///< the line as its author wrote it; null when code made it
};

/// One line of the timeline: exactly one of the optional actions is there.
struct TimelineAction {
  config::Place place{};
  kernel::Duration at{};
  std::optional<kernel::Duration> lasts{};  ///< `for`
  std::optional<PublishAction> publish{};
  std::optional<mocks::FaultRule> fault{};  ///< its window is at .. at + lasts
  std::optional<DoorAction> door{};         ///< and of this
  std::optional<RelayVerb> relay{};
  std::optional<std::string> throttle{};  ///< a function, or "bus"
  std::optional<std::string> crash{};     ///< "middleware-1", or "middleware": all; back after `lasts`
  std::optional<DeployAction> deploy{};
  std::optional<StoreFault> store{};               ///< that all instances share; for `lasts`
  std::optional<std::int64_t> duplicate{};         ///< the relay, or a topic, sends so many next events twice
  std::string duplicates_at{};                     ///< the topic; "": the relay
  std::optional<bus::DeliveryFault> deliveries{};  ///< of the bus: some are made twice, or out of order
  std::optional<ReplayAction> replay{};
  std::optional<ChangeAction> change{};
  std::optional<std::pair<OrgFault, std::int64_t>> org_fault{};  ///< so many next events
  std::optional<SubscribeAction> subscribe{};
  std::optional<std::string> disconnect{};  ///< the subscriber of this name
  std::optional<SecretAction> secret{};
};

struct Scenario {
  std::string file;
  std::string text;
  std::string arguments;  ///< what overrode the file: "--set a.b=1"
  std::string name;
  std::string why;
  std::vector<std::string> tags{};
  std::uint64_t seed = 1;
  kernel::WallTime wall_start{};  ///< of a virtual run
  kernel::Duration limit =
      std::chrono::hours{24};  ///< after the timeline's end the run is cut off, whatever is in flight
  Given given{};
  std::vector<TimelineAction> timeline{};
  std::vector<judge::Expectation> expectations{};
  std::vector<MockExpectation> mock_expectations{};
  std::vector<LogExpectation> log_expectations{};
  judge::InvariantSettings invariants{};
  double hops_share = 1;  ///< `record: {hops: 1%}`: of the events whose hops the run file has

  /// When the last line of the timeline is over.
  kernel::Duration timeline_end() const;
};

}  // namespace emulator::runner
