#pragma once
// Queries whose rows come page by page: what is left of each is kept as it was when the query was made.
//
// Source: facts/salesforce 6.1 says no more than that 2,000 rows come in one answer. ASSUMPTION, from memory:
// `done` and `nextRecordsUrl`, "01g..." and the number of rows before the page as its name, the header
// Sforce-Query-Options with batchSize=N (200 to 2,000), ten open cursors, of which the oldest goes, and the
// error's code and text.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/salesforce_edge/rest.h"

namespace emulator::salesforce_edge {

/// Of the header Sforce-Query-Options; what it does not say is 2,000, and what is beyond the limits is cut.
std::int64_t page_size_of(std::string_view options);

class QueryCursors {
 public:
  QueryCursors();
  ~QueryCursors();
  /// The first page of `rows`, a JSON array. The others are to be asked for by their nextRecordsUrl.
  ApiAnswer first_page(const RestCall& call, kernel::Json rows);
  /// `locator`: "01g...-2000". 400 INVALID_QUERY_LOCATOR.
  ApiResult page(const RestCall& call, std::string_view locator) const;

 private:
  struct Cursor;
  static ApiAnswer page_from(const RestCall& call, const Cursor& cursor, std::size_t begin);
  std::vector<std::unique_ptr<Cursor>> open_;  ///< the oldest first
  std::uint64_t made_ = 0;
};

}  // namespace emulator::salesforce_edge
