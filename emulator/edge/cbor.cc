#include "emulator/edge/cbor.h"

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace emulator::edge {
namespace {

using kernel::Json;

/// The first three bits of an item.
enum class Major : std::uint8_t { Positive, Negative, Bytes, Text, Array, Map, Tag, Simple };
constexpr std::uint8_t kIndefinite = 31;
constexpr std::uint8_t kBreak = 0xFF;
constexpr int kLevelsMax = 64;
constexpr char kFalse = '\xF4';
constexpr char kTrue = '\xF5';
constexpr char kNull = '\xF6';
constexpr char kDouble = '\xFB';
constexpr std::uint64_t kEpochTime = 1;

class Writer {
 public:
  void item(const Json& value, bool is_time) {
    switch (value.type()) {
      case Json::value_t::object:
        return map(value);
      case Json::value_t::array:
        head(Major::Array, value.size());
        for (const Json& one : value) item(one, is_time);
        return;
      case Json::value_t::string:
        return text(value.get_ref<const std::string&>());
      case Json::value_t::boolean:
        out_ += value.get<bool>() ? kTrue : kFalse;
        return;
      case Json::value_t::number_unsigned:
      case Json::value_t::number_integer:
      case Json::value_t::number_float:
        return number(value, is_time);
      default:
        out_ += kNull;
    }
  }
  std::string take() { return std::move(out_); }

 private:
  void head(Major major, std::uint64_t count) {
    const auto first = static_cast<std::uint8_t>(static_cast<unsigned>(major) << 5);
    if (count < 24) {
      out_ += static_cast<char>(first | count);
      return;
    }
    const int bytes = count < 0x100 ? 1 : (count < 0x10000 ? 2 : (count < 0x100000000 ? 4 : 8));
    const int size = bytes == 1 ? 24 : (bytes == 2 ? 25 : (bytes == 4 ? 26 : 27));
    out_ += static_cast<char>(first | size);
    big_endian(count, bytes);
  }
  void big_endian(std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      out_ += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFF);
  }
  void text(const std::string& value) {
    head(Major::Text, value.size());
    out_ += value;
  }
  void map(const Json& value) {
    std::uint64_t count = 0;
    for (const auto& [name, member] : value.items()) count += member.is_null() ? 0 : 1;
    head(Major::Map, count);
    for (const auto& [name, member] : value.items()) {
      if (member.is_null()) continue;
      text(name);
      item(member, name.ends_with("Timestamp") || name.ends_with("Timestamps"));
    }
  }
  void number(const Json& value, bool is_time) {
    if (is_time) head(Major::Tag, kEpochTime);
    if (value.is_number_float() || is_time) {
      out_ += kDouble;
      return big_endian(std::bit_cast<std::uint64_t>(value.get<double>()), 8);
    }
    if (value.is_number_unsigned() || value.get<std::int64_t>() >= 0)
      return head(Major::Positive, value.get<std::uint64_t>());
    head(Major::Negative, static_cast<std::uint64_t>(-1 - value.get<std::int64_t>()));
  }

  std::string out_;
};

/// The JSON library reads no times: tags below 6 are unknown to it. An item that is wrong ends the reading.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  /// Nothing unless the bytes are one item.
  std::optional<Json> whole() {
    Json value = item(0);
    if (is_wrong_ || at_ != bytes_.size()) return std::nullopt;
    return value;
  }

 private:
  struct Head {
    Major major;
    std::uint8_t info;
    std::uint64_t count;  ///< the value, the length, or the bits of a float
  };

  Json fail() {
    is_wrong_ = true;
    return {};
  }
  std::uint64_t big_endian(std::size_t bytes) {
    std::uint64_t value = 0;
    if (bytes_.size() - at_ < bytes) is_wrong_ = true;
    for (std::size_t i = 0; i < bytes && !is_wrong_; ++i)
      value = value << 8 | static_cast<std::uint8_t>(bytes_[at_++]);
    return value;
  }
  Head head() {
    const auto first = static_cast<std::uint8_t>(big_endian(1));
    Head head{
        .major = static_cast<Major>(first >> 5), .info = static_cast<std::uint8_t>(first & 31), .count = 0};
    if (head.info < 24) head.count = head.info;
    if (head.info >= 24 && head.info <= 27) head.count = big_endian(std::size_t{1} << (head.info - 24));
    if (head.info > 27 && head.info != kIndefinite) is_wrong_ = true;
    return head;
  }
  /// Of an indefinite length; passes the break over.
  bool at_break() {
    if (at_ >= bytes_.size() || static_cast<std::uint8_t>(bytes_[at_]) != kBreak) return false;
    ++at_;
    return true;
  }
  bool has_more(const Head& head, std::uint64_t read) {
    if (is_wrong_) return false;
    return head.info == kIndefinite ? !at_break() : read < head.count;
  }

  Json item(int level) {
    if (level > kLevelsMax) return fail();
    const Head head = this->head();
    if (is_wrong_) return {};
    switch (head.major) {
      case Major::Positive:
        return head.count;
      case Major::Negative:
        return -1 - static_cast<std::int64_t>(head.count);
      case Major::Bytes:
      case Major::Text:
        return text(head);
      case Major::Array: {
        Json list = Json::array();
        while (has_more(head, list.size())) list.push_back(item(level + 1));
        return list;
      }
      case Major::Map: {
        Json map = Json::object();
        for (std::uint64_t read = 0; has_more(head, read); ++read) {
          const Json key = item(level + 1);
          if (!key.is_string()) return fail();
          map[key.get<std::string>()] = item(level + 1);
        }
        return map;
      }
      case Major::Tag:
        return item(level + 1);
      case Major::Simple:
        return simple(head);
    }
    return fail();
  }

  Json text(const Head& head) {
    std::string text;
    if (head.info == kIndefinite) {
      while (!is_wrong_ && !at_break()) {
        const Head part = this->head();
        if (part.major != head.major || part.info == kIndefinite) return fail();
        append(text, part.count);
      }
    } else {
      append(text, head.count);
    }
    return text;
  }
  void append(std::string& text, std::uint64_t count) {
    if (count > bytes_.size() - at_) {
      is_wrong_ = true;
      return;
    }
    text += bytes_.substr(at_, count);
    at_ += count;
  }

  Json simple(const Head& head) {
    switch (head.info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return nullptr;
      case 25:
        return half(static_cast<std::uint16_t>(head.count));
      case 26:
        return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(head.count)));
      case 27:
        return std::bit_cast<double>(head.count);
      default:
        return fail();
    }
  }
  static double half(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31;
    const int fraction = bits & 1023;
    const double size = exponent == 0    ? std::ldexp(fraction, -24)
                        : exponent == 31 ? (fraction == 0 ? HUGE_VAL : NAN)
                                         : std::ldexp(1024 + fraction, exponent - 25);
    return (bits & 0x8000) != 0 ? -size : size;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool is_wrong_ = false;
};

}  // namespace

bool speaks_cbor(std::string_view service) { return service == "monitoring"; }

std::expected<Json, AwsError> read_cbor(std::string_view body) {
  if (body.empty()) return Json::object();
  auto input = Reader(body).whole();
  if (input && input->is_object()) return std::move(*input);
  return std::unexpected(AwsError{.code = "SerializationException",
                                  .message = input ? "The body is not a CBOR map" : "The body is not CBOR"});
}

std::string cbor_of(const Json& value) {
  Writer writer;
  writer.item(value, false);
  return writer.take();
}

}  // namespace emulator::edge
