#pragma once
// A Salesforce org: what it declares, the checks of publishing, and the stream of its events.
//
// Source: facts/salesforce 1 to 4. Parts: definitions.h, directory.h, channels.h, event_log.h, work.h.
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/relay/ports.h"
#include "emulator/salesforce/allocation.h"
#include "emulator/salesforce/channels.h"
#include "emulator/salesforce/config.h"
#include "emulator/salesforce/definitions.h"
#include "emulator/salesforce/directory.h"
#include "emulator/salesforce/event_log.h"
#include "emulator/salesforce/ports.h"
#include "emulator/salesforce/stream_ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::salesforce {

class Records;
struct RecordChange;

struct Published {
  std::string event_uuid;
  std::int64_t replay_id;  ///< 0: accepted, and never stored (a fault)
};

class Org final : public relay::RetainedStream, public OrgData, public Limits, public EventStream {
 public:
  Org(OrgConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal);
  ~Org() override;

  /// Publishes one event in a transaction of its own. `fields` is the text of a JSON object; `key` names the
  /// event in the run file ("" = from the fields, if the definition has a key). An error is recorded as a
  /// rejected event. For a type without definition the text is taken as it is: who passes foreign text on
  /// parses it first.
  std::expected<Published, OrgError> publish(std::string_view api_name, std::string_view fields,
                                             std::string_view key = {});

  /// Publishes a change event as it was captured: the text goes through unchanged. Refused without a
  /// ChangeEventHeader, and not recorded then.
  OrgResult<> capture(std::string_view payload);
  void capture_or_log(std::string_view payload);
  /// Ids of the records that have these values, in the order of creation. Of the deleted ones, if asked.
  std::vector<std::string> matching(std::string_view object, const kernel::Json& values,
                                    bool is_deleted) const;
  /// For refusals that no event in the record can show.
  void log_refusal(const OrgError& error);

  /// The next `count` events are accepted and never stored: lost, and nobody is told.
  void lose_next(std::int64_t count) { to_lose_ += count; }
  /// The next `count` events are stored twice: same EventUuid, another replay id.
  void store_twice_next(std::int64_t count) { to_store_twice_ += count; }

  /// The next `count` change events come as GAP_*, as after an internal error.
  void gap_next(std::int64_t count) { to_gap_ += count; }

  const Schema& schema() const { return definitions_; }
  const Directory& directory() const { return users_; }
  Channels& channels() { return channels_; }
  const OrgConfig& config() const { return config_; }

  std::unique_ptr<Transaction> begin(Caller caller) override;
  OrgResult<kernel::Json> record(std::string_view object, std::string_view id) const override;
  OrgResult<std::vector<kernel::Json>> records(std::string_view object) const override;
  OrgResult<std::vector<kernel::Json>> deleted_records(std::string_view object) const override;

  std::vector<Allocation> limits() override;
  Allocation api_requests() override;
  OrgResult<> count_api_request() override;
  std::int64_t streaming_clients_max() const override;
  bool is_delivery_limit_reached() override;

  OrgResult<std::unique_ptr<StreamSubscription>> open(SubscribeRequest request) override;

  std::vector<relay::StoredEventPtr> read_after(std::string_view channel, std::int64_t replay_id,
                                                std::size_t count) override {
    return log_.read_after(channel, replay_id, count);
  }
  std::int64_t newest_replay_id() const override { return log_.newest_replay_id(); }
  void subscribe(relay::StreamListener& listener, std::string_view channel) override {
    log_.subscribe(listener, channel);
  }
  void unsubscribe(relay::StreamListener& listener) override { log_.unsubscribe(listener); }
  std::int64_t take_deliveries(std::int64_t wanted) override { return log_.take_deliveries(wanted); }
  std::string org_id() const override { return users_.identity().org_id; }
  bool is_enriched(std::string_view channel) const override { return channels_.enriches(channel); }

 private:
  class Work;

  /// An event that passed the checks: its EventUuid is out, it is not stored yet.
  struct Accepted {
    const Definitions::Event* event;
    std::string api_name;
    std::string uuid;
    std::string key;
    std::string payload;
    kernel::WallTime created;
  };
  struct Publishing {
    std::string_view api_name;
    std::string_view fields;
    std::string_view key{};
    std::string_view user_id{};
    std::string_view publisher = "publisher";
    kernel::HopId cause = 0;
  };
  std::expected<Accepted, OrgError> accept(const Publishing& publishing);
  /// The replay id, or 0 when the event got lost.
  std::int64_t put(const Publishing& publishing, Accepted accepted);
  void keep(relay::StoredEvent stored);
  struct ChangeParts {
    std::string object;
    std::string record_id;
    std::string payload;
    std::string record{};
  };
  void keep_change(ChangeParts parts, const Caller& caller);
  void tell_changes(const std::vector<RecordChange>& changes, const Caller& caller);
  std::string published_id(const Definitions::Event& event);
  bool has_entity(const Channels::View& view);

  OrgConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  kernel::Random uuids_;
  kernel::Random transactions_;
  Definitions definitions_;
  Channels channels_;
  Users users_;
  RollingAllocation publishes_;
  RollingAllocation requests_;
  EventLog log_;
  std::unique_ptr<Records> records_;
  std::int64_t last_commit_ = 0;
  std::uint64_t ids_given_ = 0;
  std::int64_t to_lose_ = 0;
  std::int64_t to_store_twice_ = 0;
  std::int64_t to_gap_ = 0;
};

}  // namespace emulator::salesforce
