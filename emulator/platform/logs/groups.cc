// Groups and streams: made, removed, listed.
#include <algorithm>
#include <charconv>

#include "emulator/platform/logs/checks.h"
#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/platform/logs/errors.h"
#include "middleware/kernel/base64.h"

namespace emulator::logs {
namespace {

bool contains_without_case(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto same = [lower](char a, char b) { return lower(a) == lower(b); };
  return std::ranges::search(text, part, same).begin() != text.end() || part.empty();
}

/// What a token says: where the last one that was shown stands in the order.
Answer<std::string> last_shown(const std::string& token) {
  auto last = kernel::from_base64(token);
  if (!last) return std::unexpected(errors::invalid_token());
  return *last;
}

/// Sorts as the stream does: by its last event, then by name.
std::string place_of(const StreamInfo& stream, StreamOrder order) {
  if (order == StreamOrder::Name) return stream.name;
  const std::string time = std::to_string(stream.last_event.value_or(0));
  return std::string(20 - time.size(), '0') + time + "/" + stream.name;
}

StreamInfo info_of(const Stream& stream) {
  StreamInfo info{.name = stream.name, .created = stream.created, .last_ingested = stream.last_ingested};
  if (stream.events.empty()) return info;
  info.first_event = stream.events.begin()->first.timestamp;
  info.last_event = stream.events.rbegin()->first.timestamp;
  return info;
}

}  // namespace

GroupInfo CloudWatchLogs::info_of(const Group& group) {
  return {.name = group.name,
          .created = group.created,
          .retention_days = group.retention_days,
          .metric_filters = std::ssize(group.filters.all()),
          .stored_bytes = group.stored_bytes};
}

Answer<> CloudWatchLogs::create_group(const std::string& name, const Tags& tags) {
  if (auto checked = check_group_name(name); !checked) return checked;
  if (auto checked = check_tags(tags); !checked) return checked;
  if (store_.find(name, now()) != nullptr) return std::unexpected(errors::group_exists());
  store_.make(name, now()).tags = tags;
  return {};
}

Answer<> CloudWatchLogs::delete_group(const std::string& name) {
  const auto group = group_of(name);
  if (!group) return std::unexpected(group.error());
  store_.remove(**group);
  return {};
}

Answer<> CloudWatchLogs::create_stream(const std::string& group_name, const std::string& name) {
  if (auto checked = check_stream_name(name); !checked) return checked;
  const auto group = group_of(group_name);
  if (!group) return std::unexpected(group.error());
  if ((*group)->streams.contains(name)) return std::unexpected(errors::stream_exists());
  store_.make_stream(**group, name, now());
  return {};
}

Answer<> CloudWatchLogs::delete_stream(const std::string& group_name, const std::string& name) {
  const auto stream = stream_of(group_name, name);
  if (!stream) return std::unexpected(stream.error());
  store_.remove(**group_of(group_name), **stream);
  return {};
}

Answer<> CloudWatchLogs::retain(const std::string& name, std::optional<std::int64_t> days) {
  if (days) {
    if (auto checked = check_retention(*days); !checked) return checked;
  }
  const auto group = group_of(name);
  if (!group) return std::unexpected(group.error());
  (*group)->retention_days = days;
  return {};
}

Answer<Page<GroupInfo>> CloudWatchLogs::groups(const GroupsRequest& request) {
  if (auto checked = check_limit(request.limit, 50); !checked) return std::unexpected(checked.error());
  if (!request.prefix.empty() && !request.pattern.empty())
    return std::unexpected(
        errors::invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
  const auto last = last_shown(request.token);
  if (!last) return std::unexpected(last.error());
  Page<GroupInfo> page;
  for (auto& [name, unused] : store_.groups()) {
    if (name <= *last || !name.starts_with(request.prefix) || !contains_without_case(name, request.pattern))
      continue;
    if (std::ssize(page.items) == request.limit) {
      page.next = kernel::base64(page.items.back().name);
      break;
    }
    page.items.push_back(info_of(*store_.find(name, now())));
  }
  return page;
}

Answer<Page<StreamInfo>> CloudWatchLogs::streams(const StreamsRequest& request) {
  if (auto checked = check_limit(request.limit, 50); !checked) return std::unexpected(checked.error());
  if (request.order == StreamOrder::LastEventTime && !request.prefix.empty())
    return std::unexpected(errors::invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
  const auto group = group_of(request.group);
  if (!group) return std::unexpected(group.error());
  const auto last = last_shown(request.token);
  if (!last) return std::unexpected(last.error());
  std::vector<std::pair<std::string, StreamInfo>> all;
  for (const auto& [name, stream] : (*group)->streams) {
    if (!name.starts_with(request.prefix)) continue;
    StreamInfo info = logs::info_of(stream);
    std::string place = place_of(info, request.order);
    const bool is_shown = !request.token.empty() && (request.descending ? place >= *last : place <= *last);
    if (!is_shown) all.emplace_back(std::move(place), std::move(info));
  }
  std::ranges::sort(all, [&request](const auto& a, const auto& b) {
    return request.descending ? b.first < a.first : a.first < b.first;
  });
  Page<StreamInfo> page;
  for (auto& [place, info] : all) {
    if (std::ssize(page.items) == request.limit) break;
    page.items.push_back(std::move(info));
  }
  if (page.items.size() < all.size()) page.next = kernel::base64(all[page.items.size() - 1].first);
  return page;
}

Answer<Tags> CloudWatchLogs::tags(const std::string& name) {
  const auto group = group_of(name);
  if (!group) return std::unexpected(group.error());
  return (*group)->tags;
}

Answer<> CloudWatchLogs::tag(const std::string& name, const Tags& tags) {
  const auto group = group_of(name);
  if (!group) return std::unexpected(group.error());
  Tags all = access::with_tags((*group)->tags, tags);
  if (auto checked = check_tags(all); !checked) return checked;
  (*group)->tags = std::move(all);
  return {};
}

Answer<> CloudWatchLogs::untag(const std::string& name, const std::vector<std::string>& keys) {
  const auto group = group_of(name);
  if (!group) return std::unexpected(group.error());
  access::erase_tags((*group)->tags, keys);
  return {};
}

}  // namespace emulator::logs
