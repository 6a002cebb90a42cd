#pragma once
// The text of a mock file (mocks/apis/*.yaml) read by itself, without a scenario around it.
#include <expected>
#include <string>

#include "emulator/runner/scenario.h"
#include "middleware/config/reader.h"

namespace emulator::runner {

/// `name` is the API's, `file` appears in places.
std::expected<ApiGiven, config::Problems> read_mock_file(std::string_view text, const std::string& name,
                                                         const std::string& file);

}  // namespace emulator::runner
