#include "emulator/platform/logs/queries.h"

#include <algorithm>

#include "emulator/platform/logs/checks.h"
#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/platform/logs/errors.h"
#include "emulator/platform/logs/insights.h"
#include "emulator/platform/logs/merged.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/ids.h"

namespace emulator::logs {
namespace {

constexpr std::size_t kQueriesMax = 1000;
constexpr std::size_t kGroupsMax = 50;

}  // namespace

std::string_view to_text(QueryStatus status) {
  switch (status) {
    case QueryStatus::Running:
      return "Running";
    case QueryStatus::Complete:
      return "Complete";
    case QueryStatus::Cancelled:
      return "Cancelled";
  }
  return "Unknown";
}

std::string Queries::add(const QueryRequest& request, QueryResult result, Milliseconds now) {
  Query query{.info = {.id = kernel::uuid4(ids_),
                       .text = request.text,
                       .created = now,
                       .group = request.groups.front()},
              .groups = request.groups,
              .result = std::move(result),
              .done_at = scheduler_.now() + runs_for_};
  queries_.push_back(std::move(query));
  if (queries_.size() > kQueriesMax) queries_.pop_front();
  return queries_.back().info.id;
}

const Queries::Query* Queries::find(const std::string& id) const {
  const auto found = std::ranges::find(queries_, id, [](const Query& query) { return query.info.id; });
  return found == queries_.end() ? nullptr : &*found;
}

QueryStatus Queries::status_of(const Query& query) const {
  if (query.is_cancelled) return QueryStatus::Cancelled;
  return scheduler_.now() < query.done_at ? QueryStatus::Running : QueryStatus::Complete;
}

Answer<QueryResult> Queries::result(const std::string& id) const {
  const Query* query = find(id);
  if (query == nullptr) return std::unexpected(errors::no_query(id));
  const QueryStatus status = status_of(*query);
  if (status == QueryStatus::Complete) return query->result;
  return QueryResult{.status = status};
}

Answer<> Queries::stop(const std::string& id) {
  const Query* query = find(id);
  if (query == nullptr) return std::unexpected(errors::no_query(id));
  if (status_of(*query) != QueryStatus::Running)
    return std::unexpected(errors::invalid("Query " + id + " has already ended."));
  std::ranges::find(queries_, id, [](const Query& one) { return one.info.id; })->is_cancelled = true;
  return {};
}

Answer<Page<QueryInfo>> Queries::list(const QueriesRequest& request) const {
  if (auto checked = check_limit(request.limit, 1000); !checked) return std::unexpected(checked.error());
  const auto last = kernel::from_base64(request.token);
  if (!last) return std::unexpected(errors::invalid_token());
  Page<QueryInfo> page;
  bool is_reached = last->empty();
  for (auto at = queries_.rbegin(); at != queries_.rend(); ++at) {
    const bool was_shown = !is_reached;
    if (at->info.id == *last) is_reached = true;
    const QueryStatus status = status_of(*at);
    const bool is_wanted =
        (request.group.empty() || std::ranges::find(at->groups, request.group) != at->groups.end()) &&
        (!request.status || *request.status == status);
    if (was_shown || !is_wanted) continue;
    if (std::ssize(page.items) == request.limit) {
      page.next = kernel::base64(page.items.back().id);
      return page;
    }
    page.items.push_back(at->info);
    page.items.back().status = status;
  }
  if (!is_reached) return std::unexpected(errors::invalid_token());
  return page;
}

Answer<std::string> CloudWatchLogs::start_query(const QueryRequest& request) {
  if (request.groups.empty() || request.groups.size() > kGroupsMax)
    return std::unexpected(errors::constraint(std::to_string(request.groups.size()) + " groups",
                                              "logGroupNames", "have length from 1 to 50"));
  if (auto checked = check_limit(request.limit, 10'000); !checked) return std::unexpected(checked.error());
  if (request.from > request.until)
    return std::unexpected(errors::invalid("Query's end time must not be before its start time"));
  const auto query = Insights::parse(request.text);
  if (!query) return std::unexpected(errors::malformed_query(query.error().message));
  std::vector<std::shared_ptr<InsightsRecord>> records;
  std::map<EventKey, std::shared_ptr<InsightsRecord>> in_order;
  for (const std::string& name : request.groups) {
    const auto group = group_of(name);
    if (!group) return std::unexpected(group.error());
    Merged merged({request.from * 1000, 0});
    for (const auto& [unused, stream] : (*group)->streams) merged.add(stream);
    while (const auto next = merged.next()) {
      if (next->key->timestamp >= (request.until + 1) * 1000) break;
      SeenEvent event{*next->key, next->event->ingested, next->stream->name, next->event->message};
      in_order.emplace(*next->key, std::make_shared<InsightsRecord>(std::move(event), name));
    }
  }
  for (auto at = in_order.rbegin(); at != in_order.rend(); ++at) records.push_back(at->second);
  return queries_.add(request, query->run(records, request.limit), now());
}

Answer<QueryResult> CloudWatchLogs::query_result(const std::string& id) { return queries_.result(id); }

Answer<> CloudWatchLogs::stop_query(const std::string& id) { return queries_.stop(id); }

Answer<Page<QueryInfo>> CloudWatchLogs::queries(const QueriesRequest& request) {
  return queries_.list(request);
}

}  // namespace emulator::logs
