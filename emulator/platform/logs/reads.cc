// Events are read: of one stream from either end, or of many streams by time.
#include <algorithm>
#include <charconv>

#include "emulator/platform/logs/checks.h"
#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/platform/logs/errors.h"
#include "emulator/platform/logs/merged.h"

namespace emulator::logs {
namespace {

constexpr std::int64_t kEventsMax = 10'000;
constexpr std::int64_t kPageBytesMax = 1'048'576;

SeenEvent seen(const Stream& stream, const EventKey& key, const StoredEvent& event) {
  return {.key = key, .ingested = event.ingested, .stream = stream.name, .message = event.message};
}

/// A place between events: those from `key` on are behind it.
std::string place_text(const EventKey& key) {
  return std::to_string(key.timestamp) + "/" + std::to_string(key.number);
}

std::optional<EventKey> place_in(std::string_view text) {
  EventKey key;
  const char* const end = text.data() + text.size();
  const auto time = std::from_chars(text.data(), end, key.timestamp);
  if (time.ec != std::errc{} || time.ptr == end || *time.ptr != '/') return std::nullopt;
  const auto number = std::from_chars(time.ptr + 1, end, key.number);
  if (number.ec != std::errc{} || number.ptr != end) return std::nullopt;
  return key;
}

EventKey behind(const EventKey& key) { return {key.timestamp, key.number + 1}; }

/// Which way a page goes, and from where.
struct Start {
  EventKey place;
  bool is_forward;
};

/// "f/..." goes on forward, "b/..." backward. Without a token it begins at one end of [from, until).
Answer<Start> start_of(const GetRequest& request, const EventKey& from, const EventKey& until) {
  if (request.token.empty()) return Start{request.from_head ? from : until, request.from_head};
  const auto place =
      request.token.size() > 2 ? place_in(std::string_view(request.token).substr(2)) : std::nullopt;
  const bool is_forward = request.token.starts_with("f/");
  if (!place || !(is_forward || request.token.starts_with("b/")))
    return std::unexpected(errors::invalid_token());
  return Start{*place, is_forward};
}

}  // namespace

Answer<EventPage> CloudWatchLogs::get(const GetRequest& request) {
  if (auto checked = check_limit(request.limit, kEventsMax); !checked)
    return std::unexpected(checked.error());
  const auto stream = stream_of(request.group, request.stream);
  if (!stream) return std::unexpected(stream.error());
  const auto& events = (*stream)->events;
  const EventKey from{request.from.value_or(0), 0};
  EventKey until = events.empty() ? from : behind(events.rbegin()->first);
  if (request.until) until = std::min(until, EventKey{*request.until, 0});
  const auto start = start_of(request, from, until);
  if (!start) return std::unexpected(start.error());

  EventPage page;
  std::int64_t bytes = 0;
  const auto add = [&](const auto& entry) {
    const auto size = static_cast<std::int64_t>(entry.second.message.size()) + kEventOverhead;
    if (std::ssize(page.events) == request.limit || (!page.events.empty() && bytes + size > kPageBytesMax))
      return false;
    bytes += size;
    page.events.push_back(seen(**stream, entry.first, entry.second));
    return true;
  };
  if (start->is_forward) {
    for (auto at = events.lower_bound(std::max(start->place, from)); at != events.end(); ++at) {
      if (at->first >= until || !add(*at)) break;
    }
  } else {
    for (auto at = events.lower_bound(std::min(start->place, until)); at != events.begin();) {
      --at;
      if (at->first < from || !add(*at)) break;
    }
    std::ranges::reverse(page.events);
  }
  // Of an empty page both are where it began: whoever comes to an end gets the token that led there.
  const EventKey first = page.events.empty() ? start->place : page.events.front().key;
  const EventKey last = page.events.empty() ? start->place : behind(page.events.back().key);
  page.forward = "f/" + place_text(last);
  page.backward = "b/" + place_text(first);
  return page;
}

Answer<FilteredPage> CloudWatchLogs::filter(const FilterRequest& request) {
  if (auto checked = check_limit(request.limit, kEventsMax); !checked)
    return std::unexpected(checked.error());
  if (!request.streams.empty() && !request.stream_prefix.empty())
    return std::unexpected(
        errors::invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters."));
  if (request.streams.size() > 100)
    return std::unexpected(errors::constraint(std::to_string(request.streams.size()) + " names",
                                              "logStreamNames", "have length less than or equal to 100"));
  const auto pattern = FilterPattern::parse(request.pattern);
  if (!pattern) return std::unexpected(errors::invalid("Invalid filter pattern: " + pattern.error().message));
  const auto group = group_of(request.group);
  if (!group) return std::unexpected(group.error());
  EventKey place{request.from.value_or(0), 0};
  if (!request.token.empty()) {
    const auto told = place_in(request.token);
    if (!told) return std::unexpected(errors::invalid_token());
    place = *told;
  }
  Merged merged(place);
  for (const auto& [name, stream] : (*group)->streams) {
    const bool is_named = request.streams.empty()
                              ? name.starts_with(request.stream_prefix)
                              : std::ranges::find(request.streams, name) != request.streams.end();
    if (is_named) merged.add(stream);
  }
  for (const std::string& name : request.streams) {
    if (!(*group)->streams.contains(name)) return std::unexpected(errors::no_stream());
  }
  FilteredPage page;
  std::int64_t bytes = 0;
  while (const auto next = merged.next()) {
    if (request.until && next->key->timestamp >= *request.until) break;
    LogText text(next->event->message);
    if (!pattern->fits(text)) continue;
    bytes += static_cast<std::int64_t>(next->event->message.size()) + kEventOverhead;
    const bool is_full = std::ssize(page.events) == request.limit || bytes > kPageBytesMax;
    if (is_full && !page.events.empty()) {
      page.next = place_text(*next->key);
      break;
    }
    page.events.push_back(seen(*next->stream, *next->key, *next->event));
  }
  return page;
}

}  // namespace emulator::logs
