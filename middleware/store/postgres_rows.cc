#include "middleware/store/postgres_rows.h"

#include <libpq-fe.h>

#include <charconv>

#include "middleware/kernel/check.h"
#include "middleware/kernel/digest.h"

namespace store {
namespace {

// Of pg_type; they are the same in every server.
constexpr unsigned kBool = 16;
constexpr unsigned kBytes = 17;
constexpr unsigned kInteger = 20;
constexpr unsigned kText = 25;

constexpr std::size_t kKeyBytes = 16;

unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }

/// The bytes of the character of UTF-8 at the front, 0 if there is none.
std::size_t character_size(std::string_view text) {
  const unsigned char first = byte_of(text[0]);
  if (first < 0x80) return first == 0 ? 0 : 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_of(text[i]) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte_of(text[1]);
  const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool is_beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return is_overlong || is_beyond ? 0 : size;
}

}  // namespace

std::string key_of(std::string_view text) {
  const auto digest = kernel::sha256(text);
  return {reinterpret_cast<const char*>(digest.data()), kKeyBytes};
}

std::string escaped(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t size = character_size(bytes);
    if (size == 0) {
      const std::uint8_t byte = byte_of(bytes[0]);
      text += "\\x" + kernel::to_hex(&byte, 1);
    } else if (bytes[0] == '\\') {
      text += "\\\\";
    } else {
      text += bytes.substr(0, size);
    }
    bytes.remove_prefix(size == 0 ? 1 : size);
  }
  return text;
}

std::string unescaped(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    ++i;
    if (text[i] != 'x' || i + 2 >= text.size()) {
      bytes += text[i];
      continue;
    }
    unsigned byte = 0;
    std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
    bytes += static_cast<char>(byte);
    i += 2;
  }
  return bytes;
}

PostgresParameters&& PostgresParameters::add(std::string value, unsigned type, bool is_null) {
  values_.push_back(std::move(value));
  types_.push_back(type);
  nulls_.push_back(is_null);
  return std::move(*this);
}

PostgresParameters&& PostgresParameters::integer(std::int64_t value) && {
  std::string bytes(8, '\0');
  auto left = static_cast<std::uint64_t>(value);
  for (std::size_t i = 8; i-- > 0; left >>= 8) bytes[i] = static_cast<char>(left & 0xFF);
  return add(std::move(bytes), kInteger);
}

PostgresParameters&& PostgresParameters::flag(bool value) && {
  return add(std::string(1, value ? '\1' : '\0'), kBool);
}

PostgresParameters&& PostgresParameters::text(std::string_view value) && {
  return add(escaped(value), kText);
}

PostgresParameters&& PostgresParameters::bytes(std::string value) && { return add(std::move(value), kBytes); }

PostgresParameters&& PostgresParameters::bytes_or_null(std::string value) && {
  const bool is_null = value.empty();
  return add(std::move(value), kBytes, is_null);
}

void PostgresRows::Clear::operator()(pg_result* result) const { PQclear(result); }

int PostgresRows::count() const { return PQntuples(result_.get()); }

int PostgresRows::changed() const {
  const char* text = PQcmdTuples(result_.get());
  int count = 0;
  std::from_chars(text, text + std::char_traits<char>::length(text), count);
  return count;
}

std::int64_t PostgresRows::integer(int row, int column) const {
  const int size = PQgetlength(result_.get(), row, column);
  const char* bytes = PQgetvalue(result_.get(), row, column);
  CHECK(size == 2 || size == 4 || size == 8);
  std::uint64_t value = (byte_of(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (int i = 0; i < size; ++i) value = value << 8 | byte_of(bytes[i]);
  return static_cast<std::int64_t>(value);
}

bool PostgresRows::flag(int row, int column) const {
  CHECK(PQgetlength(result_.get(), row, column) == 1);
  return *PQgetvalue(result_.get(), row, column) != '\0';
}

std::string PostgresRows::text(int row, int column) const { return unescaped(bytes(row, column)); }

std::string PostgresRows::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

bool PostgresRows::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }

}  // namespace store
