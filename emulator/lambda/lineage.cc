#include "emulator/lambda/lineage.h"

#include <algorithm>
#include <charconv>

#include "emulator/lambda/ports.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"

namespace emulator::lambda {
namespace {

constexpr std::string_view kLineage = "Lineage=";
constexpr std::int64_t kTimesMax = 32'767;

/// Calls `with` for each part of `text`.
template <class With>
void for_each_part(std::string_view text, char separator, With with) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    with(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// A function as Lineage names it.
std::string short_name(std::string_view function) {
  return kernel::hex16(kernel::hash_text(function)).substr(0, 8);
}

/// Of "a87bd80c:3" for that function; nothing for another, or for what is no count.
std::int64_t times_in(std::string_view entry, std::string_view name) {
  if (!entry.starts_with(name) || !entry.substr(name.size()).starts_with(':')) return 0;
  const std::string_view digits = entry.substr(name.size() + 1);
  std::int64_t times = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), times);
  const bool is_good = read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && times >= 0;
  return is_good ? std::min(times, kTimesMax) : 0;
}

std::string_view lineage_in(std::string_view trace_header) {
  std::string_view lineage;
  for_each_part(trace_header, ';', [&](std::string_view part) {
    if (part.starts_with(kLineage)) lineage = part.substr(kLineage.size());
  });
  return lineage;
}

std::string root_of(std::string_view begins) {
  const std::string id = kernel::trace_id_of(begins);
  return "Root=1-" + id.substr(0, 8) + "-" + id.substr(8);
}

}  // namespace

std::int64_t invocations_in(std::string_view trace_header, std::string_view function) {
  const std::string_view lineage = lineage_in(trace_header);
  if (lineage.empty()) return 0;
  const std::string name = short_name(function);
  std::int64_t times = 0;
  for_each_part(lineage, '|',
                [&](std::string_view entry) { times = std::max(times, times_in(entry, name)); });
  return times;
}

std::string trace_header_after(std::string_view trace_header, const Invoked& invoked) {
  std::string root;
  std::string sampled = "Sampled=0";
  std::string others;
  for_each_part(trace_header, ';', [&](std::string_view part) {
    if (part.starts_with("Root=")) {
      root = part;
    } else if (part.starts_with("Sampled=")) {
      sampled = part;
    } else if (!part.empty() && !part.starts_with("Parent=") && !part.starts_with(kLineage)) {
      others += ";" + std::string(part);
    }
  });
  if (root.empty()) root = root_of(invoked.begins);
  const std::string name = short_name(invoked.function);
  std::string lineage = name + ":" + std::to_string(invocations_in(trace_header, invoked.function) + 1);
  for_each_part(lineage_in(trace_header), '|', [&](std::string_view entry) {
    if (!entry.starts_with(name + ":")) lineage += "|" + std::string(entry);
  });
  return root + ";Parent=" + kernel::hex16(invoked.hop) + ";" + sampled + others + ";" +
         std::string(kLineage) + lineage;
}

std::string trace_header_for(const CodeInvocation& invocation) {
  const std::string_view before =
      invocation.trace_header ? std::string_view(*invocation.trace_header) : std::string_view{};
  const bool has_event = kernel::trace_id_of(invocation.event).size() == 32;
  const std::string_view begins = has_event ? invocation.event : std::string_view(invocation.request_id);
  return trace_header_after(before, {invocation.function, begins, invocation.hop});
}

}  // namespace emulator::lambda
