// Scalars with a unit: durations, rates, sizes, shares and calendar times.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "middleware/config/leaf.h"
#include "middleware/kernel/check.h"

namespace config {
namespace {

/// "12" or "12.5" at the front of `text`, which loses it; nothing else that numbers may look like.
std::optional<double> take_amount(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && (is_digit(text[length]) || text[length] == '.')) ++length;
  const std::string_view amount = text.substr(0, length);
  if (amount.starts_with('.') || amount.ends_with('.')) return std::nullopt;
  text.remove_prefix(length);
  return double_of(amount);
}

class DurationText : public Leaf<kernel::Duration> {
 public:
  DurationText(kernel::Duration min, kernel::Duration max) : min_(min), max_(max) { CHECK(min <= max); }
  JsonPtr schema(Definitions&) const override {
    std::string pattern = "^(?=.)";
    for (const char* unit : {"d", "h", "m", "s", "ms", "us", "ns"}) {
      pattern += std::string("(([0-9]+[.]?[0-9]*|[.][0-9]+)") + unit + ")?";
    }
    return pattern_schema(pattern + "$");
  }
  std::string wants() const override {
    return "a duration such as 250ms, 2m or 1h30m" +
           limits_text(min_.count() == 0 ? "" : kernel::duration_text(min_),
                       max_ == kernel::Duration::max() ? "" : kernel::duration_text(max_));
  }
  JsonPtr shown(const kernel::Duration& value) const override {
    return json_ptr(kernel::duration_text(value));
  }

 private:
  std::optional<kernel::Duration> value(const Tree& scalar) const override {
    const kernel::Result<kernel::Duration> found = kernel::parse_duration(scalar.scalar);
    return found && *found >= min_ && *found <= max_ ? std::optional(*found) : std::nullopt;
  }
  kernel::Duration min_;
  kernel::Duration max_;
};

class RateText : public Leaf<Rate> {
 public:
  JsonPtr schema(Definitions&) const override {
    return pattern_schema("^(?=[0-9.]*[1-9])[0-9]+([.][0-9]+)?/[smh]$");
  }
  std::string wants() const override { return "a rate such as 5/s"; }
  JsonPtr shown(const Rate& rate) const override {
    for (const auto& [unit, seconds] : {std::pair{"/s", 1.0}, {"/m", 60.0}, {"/h", 3600.0}}) {
      const double amount = rate.per_second * seconds;
      if (amount >= 1) return json_ptr(amount_text(amount) + unit);
    }
    return nullptr;
  }

 private:
  std::optional<Rate> value(const Tree& scalar) const override {
    std::string_view rest = scalar.scalar;
    const std::optional<double> amount = take_amount(rest);
    if (!amount || *amount <= 0) return std::nullopt;
    if (rest == "/s") return Rate{*amount};
    if (rest == "/m") return Rate{*amount / 60};
    if (rest == "/h") return Rate{*amount / 3600};
    return std::nullopt;
  }
};

struct SizeUnit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<SizeUnit, 8> kSizeUnits = {{{"GiB", 1LL << 30},
                                                 {"MiB", 1LL << 20},
                                                 {"KiB", 1LL << 10},
                                                 {"GB", 1'000'000'000},
                                                 {"MB", 1'000'000},
                                                 {"kB", 1'000},
                                                 {"KB", 1'000},
                                                 {"B", 1}}};

class Size : public Leaf<std::int64_t> {
 public:
  JsonPtr schema(Definitions&) const override {
    return json_ptr(
        {{"type", {"integer", "string"}}, {"minimum", 0}, {"pattern", "^[0-9]+([KMG]iB|[kKMG]B|B)$"}});
  }
  std::string wants() const override { return "a size such as 256KiB or 1MiB"; }
  JsonPtr shown(const std::int64_t& value) const override {
    for (const SizeUnit& unit : kSizeUnits) {
      const bool fits = value >= unit.bytes && value % unit.bytes == 0 && unit.bytes > 1;
      if (fits) return json_ptr(std::to_string(value / unit.bytes) + std::string(unit.name));
    }
    return json_ptr(value);
  }

 private:
  std::optional<std::int64_t> value(const Tree& scalar) const override {
    if (is_plain(scalar, Meaning::Integer)) {
      const std::optional<std::int64_t> bytes = int64_of(scalar.scalar);
      return bytes && *bytes >= 0 ? bytes : std::nullopt;
    }
    const std::string_view text = scalar.scalar;
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::optional<std::int64_t> amount = int64_of(text.substr(0, digits));
    for (const SizeUnit& unit : kSizeUnits) {
      if (text.substr(digits) != unit.name || !amount) continue;
      if (*amount > std::numeric_limits<std::int64_t>::max() / unit.bytes) return std::nullopt;
      return *amount * unit.bytes;
    }
    return std::nullopt;
  }
};

class Share : public Leaf<double> {
 public:
  JsonPtr schema(Definitions&) const override {
    return pattern_schema("^0*(100([.]0+)?|[0-9]{1,2}([.][0-9]+)?)%$");
  }
  std::string wants() const override { return "a share such as 10%"; }
  JsonPtr shown(const double& share) const override { return json_ptr(amount_text(share * 100) + "%"); }

 private:
  std::optional<double> value(const Tree& scalar) const override {
    std::string_view rest = scalar.scalar;
    const std::optional<double> amount = take_amount(rest);
    if (!amount || *amount > 100 || rest != "%") return std::nullopt;
    return *amount / 100;
  }
};

class WallTimeText : public Leaf<kernel::WallTime> {
 public:
  JsonPtr schema(Definitions&) const override {
    return pattern_schema("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z)?$");
  }
  std::string wants() const override { return "a UTC time such as 2026-01-05T09:00:00Z"; }
  JsonPtr shown(const kernel::WallTime& value) const override {
    return value == kernel::WallTime{} ? nullptr : json_ptr(kernel::iso_millis(value));
  }

 private:
  std::optional<kernel::WallTime> value(const Tree& scalar) const override {
    constexpr std::string_view kForm =
        "dddd-dd-ddTdd:dd:dd";  // parse_wall_time alone would let 2026-1-5 pass
    const std::string_view text = scalar.scalar;
    if (text.size() != 10 && text.size() < kForm.size() + 1) return std::nullopt;
    for (std::size_t i = 0; i < std::min(text.size(), kForm.size()); ++i) {
      if (kForm[i] == 'd' ? !is_digit(text[i]) : text[i] != kForm[i]) return std::nullopt;
    }
    if (text.size() > 10 && !is_fraction(text.substr(kForm.size()))) return std::nullopt;
    const kernel::Result<kernel::WallTime> time = kernel::parse_wall_time(text);
    return time ? std::optional(*time) : std::nullopt;
  }
  /// "Z" or ".123Z".
  static bool is_fraction(std::string_view text) {
    text.remove_suffix(1);
    return text.empty() ||
           (text.size() > 1 && text[0] == '.' && std::all_of(text.begin() + 1, text.end(), is_digit));
  }
};

}  // namespace

Shape<kernel::Duration> duration(kernel::Duration min, kernel::Duration max) {
  return std::make_shared<const DurationText>(min, max);
}
Shape<Rate> rate() { return std::make_shared<const RateText>(); }
Shape<std::int64_t> size() { return std::make_shared<const Size>(); }
Shape<double> share() { return std::make_shared<const Share>(); }
Shape<kernel::WallTime> wall_time() { return std::make_shared<const WallTimeText>(); }

}  // namespace config
