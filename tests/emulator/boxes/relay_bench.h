#pragma once
// A relay between an org and a bus that does as its script says.
#include <gtest/gtest.h>

#include <deque>

#include "emulator/relay/relay.h"
#include "emulator/salesforce/org.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::relay {

using kernel::End;
using kernel::Stage;

/// Takes what its script allows: "." takes an entry, "x" refuses it; without a line it takes everything. A
/// taken event ends.
class ScriptedBus final : public bus::PartnerEventSink {
 public:
  ScriptedBus(kernel::Scheduler& scheduler, kernel::Journal& journal)
      : scheduler_(scheduler), journal_(journal) {}

  kernel::Task<std::vector<bus::EntryResult>> put_partner_events(
      std::vector<bus::PartnerEntry> entries) override {
    std::string call = kernel::duration_text(scheduler_.now().time_since_epoch());
    const std::string line = script.empty() ? "" : script.front();
    if (!script.empty()) script.pop_front();
    if (takes > 0s) co_await kernel::sleep_until(scheduler_, scheduler_.now() + takes);
    std::vector<bus::EntryResult> results;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const bool is_refused = i < line.size() && line[i] == 'x';
      call += " " + name_of(entries[i]) + (is_refused ? "x" : "");
      results.push_back(is_refused ? bus::EntryResult{.error_code = "ThrottlingException"}
                                   : bus::EntryResult{.event_id = "id"});
      if (!is_refused) journal_.ended(entries[i].event_uuid, End::Delivered, "test");
      entries_seen.push_back(std::move(entries[i]));
    }
    calls.push_back(std::move(call));
    co_return results;
  }

  std::deque<std::string> script;
  kernel::Duration takes{};
  Lines calls;  ///< "100ms 1 2x"
  std::vector<bus::PartnerEntry> entries_seen;

 private:
  /// The number that the test published.
  static std::string name_of(const bus::PartnerEntry& entry) {
    const std::size_t at = entry.detail.find("\"N__c\":") + 7;
    return entry.detail.substr(at, entry.detail.find('}', at) - at);
  }
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
};

struct RelayBench : Bench {
  salesforce::Org org;
  ScriptedBus bus{scheduler, journal};
  Relay relay;
  int published = 0;

  explicit RelayBench(RelayConfig config = {}, salesforce::OrgConfig org_config = {})
      : org(std::move(org_config), 7, scheduler, journal),
        relay(std::move(config), 7, scheduler, journal, org, bus) {
    relay.start();
  }
  void publish(int count = 1) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(org.publish("Order_Placed__e", R"({"N__c":)" + std::to_string(++published) + "}"));
    }
  }
  /// How the nth event ended, all of its ends.
  std::string ends(int n) {
    std::string all;
    for (const std::string& end : journal.events.at(static_cast<std::size_t>(n) - 1).ends)
      all += (all.empty() ? "" : "; ") + end;
    return all;
  }
};

}  // namespace emulator::relay
