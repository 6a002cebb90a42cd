#include "mocks/proxy/effect.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "middleware/kernel/check.h"
#include "middleware/kernel/random.h"

namespace mocks::proxy {
namespace {

using kernel::Timestamp;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::int64_t kSplitMilliseconds = 100;  // bandwidth sends in such steps

Effect one(Kind kind, Timestamp due, bool instead_of_held = false) {
  Effect effect{.leaves = {}, .instead_of_held = instead_of_held};
  effect.leaves.push_back({.kind = kind, .bytes = {}, .due = due});
  return effect;
}

Effect passed_on(std::string bytes, Timestamp due) {
  Effect effect;
  effect.leaves.push_back({.kind = Kind::Data, .bytes = std::move(bytes), .due = due});
  return effect;
}

/// One chunk, one toxic.
struct OnChunk {
  Memory& memory;
  std::string bytes;
  Timestamp now;
  const Luck& luck;

  std::int64_t size() const { return static_cast<std::int64_t>(bytes.size()); }
  std::string part(std::int64_t from, std::int64_t to) const {
    return bytes.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
  }

  Effect operator()(const Latency& latency) {
    std::int64_t wait = latency.latency_ms;
    if (latency.jitter_ms > 0)
      wait += luck.below(2 * latency.jitter_ms, ++memory.draws, "jitter") - latency.jitter_ms;
    memory.free_at = std::max(memory.free_at, now + milliseconds{std::max<std::int64_t>(wait, 0)});
    return passed_on(std::move(bytes), memory.free_at);
  }

  Effect operator()(const Bandwidth& bandwidth) {
    const Timestamp start = std::max(now, memory.free_at);
    if (bandwidth.rate <= 0) return passed_on(std::move(bytes), memory.free_at = start);
    const std::int64_t step = bandwidth.rate * kSplitMilliseconds;
    const kernel::Duration whole{size() * std::chrono::nanoseconds{milliseconds{1}}.count() / bandwidth.rate};
    memory.free_at = start + whole;
    Effect effect;
    std::int64_t sent = 0;
    for (Timestamp due = start; size() - sent > step; sent += step) {
      due += milliseconds{kSplitMilliseconds};
      effect.leaves.push_back({.kind = Kind::Data, .bytes = part(sent, sent + step), .due = due});
    }
    effect.leaves.push_back({.kind = Kind::Data, .bytes = part(sent, size()), .due = memory.free_at});
    return effect;
  }

  Effect operator()(const SlowClose&) { return passed_on(std::move(bytes), now); }

  Effect operator()(const Timeout& timeout) {
    memory.has_swallowed = true;
    return timeout.timeout_ms > 0 ? one(Kind::Close, now + milliseconds{timeout.timeout_ms}, true) : Effect{};
  }

  Effect operator()(const ResetPeer& reset_peer) {
    if (std::exchange(memory.has_swallowed, true)) return {};
    return one(Kind::Reset, now + milliseconds{reset_peer.timeout_ms});
  }

  Effect operator()(const Slicer& slicer) {
    Effect effect;
    Timestamp due = std::max(now, memory.free_at);
    cut(slicer, 0, size(), [&](std::int64_t from, std::int64_t to) {
      effect.leaves.push_back({.kind = Kind::Data, .bytes = part(from, to), .due = due});
      due += microseconds{slicer.delay_us};
    });
    memory.free_at = due;
    return effect;
  }

  /// Halves [from, to), give or take, until a piece is no longer than average + variation.
  template <class Take>
  void cut(const Slicer& slicer, std::int64_t from, std::int64_t to, const Take& take) {
    const std::int64_t length = to - from;
    if (length - slicer.average_size <= slicer.size_variation) {
      take(from, to);
      return;
    }
    std::int64_t middle = from + length / 2;
    if (slicer.size_variation > 0)
      middle += luck.below(2 * slicer.size_variation, ++memory.draws, "slice") - slicer.size_variation;
    middle = std::clamp(middle, from + 1, to - 1);  // both parts get shorter: it ends
    cut(slicer, from, middle, take);
    cut(slicer, middle, to, take);
  }

  Effect operator()(const LimitData& limit) {
    const std::int64_t left = std::max<std::int64_t>(limit.bytes - memory.passed, 0);
    const std::int64_t count = std::min(left, size());
    Effect effect;
    if (count > 0) effect.leaves.push_back({.kind = Kind::Data, .bytes = part(0, count), .due = now});
    memory.passed += count;
    if (memory.passed >= limit.bytes) effect.leaves.push_back({.kind = Kind::Close, .bytes = {}, .due = now});
    return effect;
  }
};

}  // namespace

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::Data:
      return "data";
    case Kind::End:
      return "end";
    case Kind::Close:
      return "close";
    case Kind::Reset:
      return "reset";
  }
  return "unknown";
}

double Luck::unit(std::uint64_t n, std::string_view purpose) const {
  return kernel::draw_unit({.seed = seed, .rule = rule, .key = connection, .n = n, .purpose = purpose});
}

std::int64_t Luck::below(std::int64_t bound, std::uint64_t n, std::string_view purpose) const {
  CHECK(bound >= 1);
  const auto drawn = static_cast<std::int64_t>(unit(n, purpose) * static_cast<double>(bound));
  return std::min(drawn, bound - 1);
}

Effect on_start(const Attributes& attributes, Memory& memory, Timestamp now) {
  memory.free_at = now;
  const auto* timeout = std::get_if<Timeout>(&attributes);
  if (timeout == nullptr) return {};
  if (timeout->timeout_ms == 0) return Effect{.leaves = {}, .instead_of_held = true};
  return one(Kind::Close, now + milliseconds{timeout->timeout_ms}, true);
}

Effect on_chunk(const Attributes& attributes, Memory& memory, std::string bytes, Timestamp now,
                const Luck& luck) {
  CHECK(!bytes.empty());
  return std::visit(OnChunk{memory, std::move(bytes), now, luck}, attributes);
}

Effect on_end(const Attributes& attributes, Memory& memory, Kind kind, Timestamp now) {
  CHECK(kind != Kind::Data);
  if (const auto* slow_close = std::get_if<SlowClose>(&attributes))
    return one(kind, now + milliseconds{slow_close->delay_ms});
  return one(kind, std::max(now, memory.free_at), std::holds_alternative<Timeout>(attributes));
}

}  // namespace mocks::proxy
