#pragma once
// Dates as templates write them.
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"
#include "middleware/kernel/time.h"

namespace mocks::render {

/// `format`: iso (milliseconds), seconds, date, http, unix (seconds), epoch (milliseconds), or letters: yyyy
/// MM dd HH mm ss SSS, with text in '...'. UTC.
kernel::Result<std::string> date_text(kernel::WallTime time, std::string_view format);

/// "3 days", "-2 hours": seconds, minutes, hours, days.
kernel::Result<kernel::Duration> parse_offset(std::string_view text);

}  // namespace mocks::render
