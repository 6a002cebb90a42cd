#pragma once
// What goes into a statement and what comes out of it, in PostgreSQL's binary form. Texts may hold any bytes:
// what a text of the database cannot hold is written as an escape.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_result;

namespace store {

/// The first half of the SHA-256 of a text of any length: what rows are found by.
std::string key_of(std::string_view text);

/// `bytes` as UTF-8 without zeros: '\' becomes "\\", each byte that does not belong "\xNN".
std::string escaped(std::string_view bytes);
std::string unescaped(std::string_view text);

/// $1, $2, ... in the order of adding.
class PostgresParameters {
 public:
  PostgresParameters&& integer(std::int64_t value) &&;
  PostgresParameters&& flag(bool value) &&;
  /// A column of texts.
  PostgresParameters&& text(std::string_view value) &&;
  /// A column of bytes.
  PostgresParameters&& bytes(std::string value) &&;
  PostgresParameters&& key(std::string_view of) && { return std::move(*this).bytes(key_of(of)); }
  /// "" is NULL.
  PostgresParameters&& bytes_or_null(std::string value) &&;

  const std::vector<std::string>& values() const { return values_; }
  const std::vector<unsigned>& types() const { return types_; }
  bool is_null(std::size_t index) const { return nulls_[index]; }

 private:
  PostgresParameters&& add(std::string value, unsigned type, bool is_null = false);

  std::vector<std::string> values_;
  std::vector<unsigned> types_;
  std::vector<bool> nulls_;
};

/// The answer to a statement. Columns count from 0.
class PostgresRows {
 public:
  PostgresRows() = default;
  explicit PostgresRows(pg_result* result) : result_(result) {}

  /// No statement has been answered.
  bool is_empty() const { return !result_; }
  int count() const;
  /// Rows that an INSERT, UPDATE or DELETE touched.
  int changed() const;
  std::int64_t integer(int row, int column) const;  ///< bigint, int, smallint
  bool flag(int row, int column) const;
  std::string text(int row, int column) const;   ///< as escaped() wrote it; null: ""
  std::string bytes(int row, int column) const;  ///< null: ""
  bool is_null(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace store
