#pragma once
// A line of the timeline as it is written, before its keys are sorted out. For the sources of this folder.
#include <optional>
#include <string>
#include <vector>

#include "emulator/runner/fault_when_shapes.h"
#include "emulator/runner/scenario.h"
#include "middleware/config/shape.h"

namespace emulator::runner {

struct LineText {
  config::Place place{};
  kernel::Duration at{};
  std::optional<kernel::Duration> lasts{};
  // publish
  std::optional<std::string> publish{};
  std::optional<std::string> from{};
  std::optional<kernel::Json> fields{};
  std::optional<std::int64_t> count{};
  std::optional<config::Rate> rate{};
  // fault
  std::optional<std::string> fault{};
  std::optional<std::string> name{};
  mocks::Place where = mocks::Place::Before;
  std::optional<std::int64_t> times{};
  std::int64_t skip = 0;
  std::int64_t every = 1;
  std::optional<double> share{};
  mocks::CountPer per = mocks::CountPer::Run;
  std::optional<std::string> path{};
  std::optional<mocks::FaultEffect> respond{};
  std::optional<kernel::Door> connect{};
  std::optional<mocks::LatencyLaw> delay{};
  FaultOnly only{};
  FaultWhen when{};
  std::optional<mocks::Damage> damage{};
  bool is_twice = false;
  std::optional<kernel::Pace> slow{};
  std::optional<kernel::Afterwards> keep_alive{};
  // platform
  std::optional<RelayVerb> relay{};
  std::optional<std::string> throttle{};
  std::optional<std::string> crash{};
  std::optional<DeployAction> deploy{};
  std::optional<StoreFault> store{};
  std::optional<std::string> duplicate{};
  std::optional<int> reorder{};
  std::optional<kernel::Duration> by{};
  // replay
  std::optional<std::string> replay{};
  // the org
  std::optional<std::vector<ChangeStep>> change{};
  std::optional<std::string> origin{};
  bool is_rolled_back = false;
  std::optional<OrgFault> lose{};
  std::optional<OrgFault> gap{};
  std::optional<OrgFault> expire_tokens{};
  std::optional<OrgFault> drop_sessions{};
  // a streaming client
  std::optional<std::string> subscribe{};
  std::optional<std::int64_t> replay_from{};
  std::optional<subscriber::AfterLoss> after_loss{};
  std::optional<std::string> disconnect{};
  std::optional<judge::Window> window{};
  std::vector<std::string> rules{};
  std::optional<SecretAction> secret{};
};

/// What it does. Invalid when keys of it do not go together.
kernel::Result<TimelineAction> to_action(const LineText& line);

}  // namespace emulator::runner
