#pragma once
// CloudWatch Logs: takes lines of boxes and clients, keeps them, and answers what was said.
//
// Source: facts/aws-platform 4.5.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/platform/logs/ports.h"
#include "emulator/platform/logs/queries.h"
#include "emulator/platform/logs/store.h"
#include "emulator/platform/metrics/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::logs {

struct LogsConfig {
  std::int64_t bytes_max = 64 << 20;  ///< kept in all; then the first to come go, which is said
  /// ASSUMPTION: the current model's limit; older documents say 262,144.
  std::int64_t event_bytes_max = 1 << 20;
  kernel::Duration query_time = std::chrono::milliseconds{500};  ///< ASSUMPTION: how long a query runs
};

/// Of the text of every event, and of its group. It may be empty.
using CheckEvent = std::function<void(std::string_view text, const std::string& group)>;

/// Where numbers go. Both may be missing; what there is outlives the service, or is taken away again.
struct LogsOutlets {
  metrics::MetricSink* metrics = nullptr;  ///< of metric filters
  /// Of every event that a client put: it may hold metrics (embedded metric format). Lines of boxes are read
  /// where they are recorded.
  std::function<void(std::string_view text, std::string_view source)> read_metrics{};
};

/// What came into a group.
struct Incoming {
  std::string group;
  std::int64_t events = 0;
  std::int64_t bytes = 0;
};

class CloudWatchLogs final : public LogsApi, public LogSink {
 public:
  /// The references outlive it.
  CloudWatchLogs(LogsConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                 kernel::Journal& journal, CheckEvent check = {});

  /// From now on numbers go there.
  void reach(LogsOutlets outlets) { outlets_ = std::move(outlets); }

  void line(std::string_view group, std::string_view stream, kernel::WallTime time,
            std::string_view text) override;

  Answer<> create_group(const std::string& group, const Tags& tags) override;
  Answer<> delete_group(const std::string& group) override;
  Answer<> create_stream(const std::string& group, const std::string& stream) override;
  Answer<> delete_stream(const std::string& group, const std::string& stream) override;
  Answer<Page<GroupInfo>> groups(const GroupsRequest& request) override;
  Answer<Page<StreamInfo>> streams(const StreamsRequest& request) override;
  Answer<> retain(const std::string& group, std::optional<std::int64_t> days) override;
  Answer<Tags> tags(const std::string& group) override;
  Answer<> tag(const std::string& group, const Tags& tags) override;
  Answer<> untag(const std::string& group, const std::vector<std::string>& keys) override;
  Answer<PutResult> put(const std::string& group, const std::string& stream,
                        std::vector<InputEvent> events) override;
  Answer<EventPage> get(const GetRequest& request) override;
  Answer<FilteredPage> filter(const FilterRequest& request) override;
  Answer<> put_metric_filter(MetricFilter filter) override;
  Answer<> delete_metric_filter(const std::string& group, const std::string& name) override;
  Answer<Page<MetricFilter>> metric_filters(const FiltersRequest& request) override;
  Answer<std::vector<PatternMatch>> test_metric_filter(const std::string& pattern,
                                                       const std::vector<std::string>& messages) override;
  Answer<std::string> start_query(const QueryRequest& request) override;
  Answer<QueryResult> query_result(const std::string& id) override;
  Answer<> stop_query(const std::string& id) override;
  Answer<Page<QueryInfo>> queries(const QueriesRequest& request) override;

  /// `found` is called for every event of this group that fits: at once for those that are there, later for
  /// those that come.
  void watch(std::string group, FilterPattern pattern, std::function<void()> found);
  /// The minute that began at `second` (since 1970) is over: defaults of metric filters, and what came in
  /// since the last call.
  std::vector<Incoming> end_minute(std::int64_t second);
  /// Events that were not kept because there was too much.
  std::uint64_t dropped() const { return store_.dropped(); }

 private:
  struct Watch {
    std::string group;
    FilterPattern pattern;
    std::function<void()> found;
  };
  Milliseconds now() const;
  Answer<Group*> group_of(std::string_view name);
  Answer<Stream*> stream_of(std::string_view group, std::string_view name);
  void take(Group& group, Stream& stream, Milliseconds timestamp, std::string message);
  void give_metrics(const std::vector<metrics::Datum>& data, const Group& group);
  static GroupInfo info_of(const Group& group);

  LogsConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  CheckEvent check_;
  LogsOutlets outlets_{};
  LogStore store_;
  Queries queries_;
  std::vector<Watch> watches_;
  std::uint64_t puts_ = 0;
};

}  // namespace emulator::logs
