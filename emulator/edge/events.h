#pragma once
// The wire side of EventBridge: JSON 1.1 in front of bus/ports.h and its neighbours.
//
// Source: facts/aws-delivery 1.2, 1.3, 1.7. Schedules, connections, API destinations, endpoints, pipes, tags
// and permissions are refused by name. PutEvents begins the events of the record itself, in the box.
#include "emulator/bus/archive_ports.h"
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"

namespace emulator::edge {

/// What of EventBridge is asked. It outlives the service.
struct EventBridgePorts {
  bus::EventSink& sink;
  bus::EventBuses& buses;
  bus::Rules& rules;
  bus::Archives& archives;
};

class Events final : public AwsService {
 public:
  explicit Events(EventBridgePorts ports) : ports_(ports) {}
  std::string_view name() const override { return "events"; }
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  // events.cc
  AwsResult put_events(const AwsCall& call);
  AwsResult test_event_pattern(const AwsCall& call);
  AwsResult create_event_bus(const AwsCall& call);
  AwsResult describe_event_bus(const AwsCall& call);
  AwsResult list_event_buses(const AwsCall& call);
  AwsResult delete_event_bus(const AwsCall& call);
  AwsResult describe_event_source(const AwsCall& call);
  AwsResult list_event_sources(const AwsCall& call);
  // events_rules.cc
  AwsResult put_rule(const AwsCall& call);
  AwsResult describe_rule(const AwsCall& call);
  AwsResult list_rules(const AwsCall& call);
  AwsResult enable_rule(const AwsCall& call);
  AwsResult disable_rule(const AwsCall& call);
  AwsResult delete_rule(const AwsCall& call);
  AwsResult put_targets(const AwsCall& call);
  AwsResult list_targets_by_rule(const AwsCall& call);
  AwsResult remove_targets(const AwsCall& call);
  AwsResult list_rule_names_by_target(const AwsCall& call);
  // events_archives.cc
  AwsResult create_archive(const AwsCall& call);
  AwsResult describe_archive(const AwsCall& call);
  AwsResult list_archives(const AwsCall& call);
  AwsResult update_archive(const AwsCall& call);
  AwsResult delete_archive(const AwsCall& call);
  AwsResult start_replay(const AwsCall& call);
  AwsResult describe_replay(const AwsCall& call);
  AwsResult list_replays(const AwsCall& call);
  AwsResult cancel_replay(const AwsCall& call);

  EventBridgePorts ports_;
};

/// How EventBridge words what is wrong with a parameter.
extern const MemberErrors kEventsErrors;
AwsError error_of(const bus::ApiError& error);

/// NamePrefix, NextToken and Limit.
bus::ListRequest list_request(Members& in);

/// Adds `name` unless the text is empty: the service leaves out what was not given.
void add_text(kernel::Json& to, const char* name, const std::string& text);

}  // namespace emulator::edge
