#pragma once
// Files of mocks, read by themselves: what `apis` of a deployment would say of them.
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "emulator/runner/scenario.h"

namespace emulator::runner {

/// "payments=stripe.yaml" is the API payments; "mocks/apis/erp.yaml" and "erp" are the API erp.
std::pair<std::string, std::string> mock_named(const std::string& word);

/// Names and files; a file is a path, or a name in mocks/apis of this folder or of one above it.
std::expected<std::vector<ApiGiven>, config::Problems> read_mocks(
    const std::vector<std::pair<std::string, std::string>>& files);

/// Lines with `fault`: a list, as in a timeline. For these APIs.
std::expected<std::vector<TimelineAction>, config::Problems> read_faults(const std::string& path,
                                                                         const std::vector<ApiGiven>& apis);

}  // namespace emulator::runner
