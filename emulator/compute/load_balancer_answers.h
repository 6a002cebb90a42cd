#pragma once
// What a load balancer makes of a target that does not answer properly.
//
// Source: facts/aws-platform 1.9, "code made by ALB". ASSUMPTION: the text of the bodies; that an answer
// which breaks off behind its head is passed on as far as it came, unless it is shorter than it said.
#include <optional>
#include <string_view>

#include "middleware/kernel/http.h"

namespace emulator::compute {

struct MadeAnswer {
  int status;
  std::string_view why;  ///< for the record
};

/// Nothing: the answer is passed on.
std::optional<MadeAnswer> made_of(kernel::Ending ending);

kernel::HttpReply from_load_balancer(int status);

}  // namespace emulator::compute
