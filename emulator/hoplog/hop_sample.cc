#include "emulator/hoplog/hop_sample.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "middleware/kernel/check.h"

namespace emulator::hoplog {

HopSample::HopSample(double share) : below_(static_cast<std::uint64_t>(std::ldexp(share, 64))) {
  CHECK(share > 0 && share < 1);
}

bool HopSample::takes_event(std::string_view uuid) const { return key_of(uuid).b < below_; }

std::uint32_t HopSample::layer_of(const OpenHop& hop, std::string_view target) {
  const std::uint64_t name = std::uint64_t{hop.target} << 8 | static_cast<std::uint64_t>(hop.stage);
  const std::uint32_t known = layer_by_name_.find(name);
  if (known != FlatMap<std::uint64_t>::kNone) return known;
  const auto made = static_cast<std::uint32_t>(layers_.size());
  layers_.push_back({.stage = std::string(kernel::to_text(hop.stage)), .target = std::string(target)});
  layer_by_name_.insert(name, made);
  return made;
}

void HopSample::opened(std::uint32_t at, OpenHop& hop, std::string_view target, std::uint32_t slot,
                       bool is_taken) {
  if (opened_.size() <= at) opened_.resize(at + 1);
  opened_[at] = {.layer = layer_of(hop, target), .slot = slot};
  if (slot != KnownEvents::kNone) {
    if (of_event_.size() <= slot) of_event_.resize(slot + 1);
    of_event_[slot].event = hop.event;
  }
  hop.is_kept = slot == KnownEvents::kNone
                    ? is_taken || folded_product(hop.id, 0x9E37'79B9'7F4A'7C15ULL) < below_
                    : is_taken;
}

bool HopSample::closes(OpenHops& all, OpenHop& hop, kernel::Outcome outcome) {
  const Opened& opened = opened_[all.place_of(hop)];
  LayerRow& layer = layers_[opened.layer];
  const bool is_sent = outcome != kernel::Outcome::Open;
  ++(is_sent ? layer.hops : layer.not_sent);
  if (is_sent && opened.slot != KnownEvents::kNone && of_event_[opened.slot].event == hop.event) {
    auto& counts = of_event_[opened.slot].counts;
    const auto found = std::ranges::find(counts, opened.layer, [](const auto& count) { return count.first; });
    if (found == counts.end()) {
      counts.emplace_back(opened.layer, 1U);
    } else {
      ++found->second;
    }
  }
  hop.is_kept = hop.is_kept || outcome != kernel::Outcome::Ok || hop.attempt > 1 || hop.fault != 0;
  if (hop.is_kept) {
    if (OpenHop* parent = all.find(hop.parent)) parent->is_kept = true;
  }
  return hop.is_kept;
}

void HopSample::forget(std::uint32_t slot) {
  if (slot >= of_event_.size()) return;
  for (const auto& [at, count] : of_event_[slot].counts) {
    LayerRow& layer = layers_[at];
    ++layer.events;
    layer.hops_of_events += count;
    layer.max_per_event = std::max<std::int64_t>(layer.max_per_event, count);
  }
  of_event_[slot] = {};
}

std::vector<LayerRow> HopSample::layers() {
  for (std::uint32_t slot = 0; slot < of_event_.size(); ++slot) forget(slot);
  std::vector<LayerRow> sorted = layers_;
  std::ranges::sort(sorted, {}, [](const LayerRow& row) { return std::tie(row.stage, row.target); });
  return sorted;
}

}  // namespace emulator::hoplog
