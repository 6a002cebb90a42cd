#pragma once
// What others may ask of CloudWatch Logs: to take a line (boxes), and the calls of the service (clients).
// Every call answers at once.
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/logs/query_values.h"
#include "emulator/platform/logs/values.h"
#include "middleware/kernel/time.h"

namespace emulator::logs {

/// Where a box writes what its code said. Group and stream are made when they are new; an empty line is
/// nothing, and one that is too long becomes several events.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void line(std::string_view group, std::string_view stream, kernel::WallTime time,
                    std::string_view text) = 0;
};

/// A group is named by its name or, where the service takes it, by its ARN.
class LogsApi {
 public:
  virtual ~LogsApi() = default;
  virtual Answer<> create_group(const std::string& group, const Tags& tags) = 0;
  virtual Answer<> delete_group(const std::string& group) = 0;
  virtual Answer<> create_stream(const std::string& group, const std::string& stream) = 0;
  virtual Answer<> delete_stream(const std::string& group, const std::string& stream) = 0;
  virtual Answer<Page<GroupInfo>> groups(const GroupsRequest& request) = 0;
  virtual Answer<Page<StreamInfo>> streams(const StreamsRequest& request) = 0;
  /// Nothing: events are kept for ever.
  virtual Answer<> retain(const std::string& group, std::optional<std::int64_t> days) = 0;

  virtual Answer<Tags> tags(const std::string& group) = 0;
  virtual Answer<> tag(const std::string& group, const Tags& tags) = 0;
  virtual Answer<> untag(const std::string& group, const std::vector<std::string>& keys) = 0;

  virtual Answer<PutResult> put(const std::string& group, const std::string& stream,
                                std::vector<InputEvent> events) = 0;
  virtual Answer<EventPage> get(const GetRequest& request) = 0;
  virtual Answer<FilteredPage> filter(const FilterRequest& request) = 0;

  virtual Answer<> put_metric_filter(MetricFilter filter) = 0;
  virtual Answer<> delete_metric_filter(const std::string& group, const std::string& name) = 0;
  virtual Answer<Page<MetricFilter>> metric_filters(const FiltersRequest& request) = 0;
  virtual Answer<std::vector<PatternMatch>> test_metric_filter(const std::string& pattern,
                                                               const std::vector<std::string>& messages) = 0;

  virtual Answer<std::string> start_query(const QueryRequest& request) = 0;
  virtual Answer<QueryResult> query_result(const std::string& id) = 0;
  virtual Answer<> stop_query(const std::string& id) = 0;
  virtual Answer<Page<QueryInfo>> queries(const QueriesRequest& request) = 0;
};

/// The group that an ARN names, with or without ":*" behind it; any other text as it is.
std::string_view group_in(std::string_view text);
std::string group_arn(std::string_view group);
std::string stream_arn(std::string_view group, std::string_view stream);

}  // namespace emulator::logs
