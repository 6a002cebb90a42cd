#pragma once
// Which records of a bucket a list shows: search, filters, order, page.
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"

namespace mocks::stubs {

struct Listed {
  std::vector<const kernel::Json*> records;
  std::size_t filtered = 0;  ///< how many there are before the page is cut
};

/// Parameters: search, sort, order (asc, desc), page (from 1), limit, and FIELD_eq, _ne, _gt, _gte, _lt,
/// _lte, _like (without case) for fields of the record. Others are ignored.
Listed listed(const std::vector<kernel::Json>& records, const kernel::FormFields& query);

}  // namespace mocks::stubs
