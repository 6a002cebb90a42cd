#pragma once
// Which messages of a batch are done, going by what the function answered.
//
// Source: facts/aws-delivery 4.
#include <string>
#include <string_view>
#include <vector>

#include "emulator/lambda/ports.h"

namespace emulator::lambda {

struct BatchOutcome {
  std::vector<bool> done;  ///< in the order of the batch: to be deleted from the queue
  std::string problem{};   ///< what the author of the function should know; empty: nothing
};

/// `ids` are the batch's message ids, `reports_failures` whether the mapping asks for
/// ReportBatchItemFailures. The rule is the same for FIFO queues: to stop at the first failure and to report
/// all that it has not processed is the function's own duty.
BatchOutcome judge_batch(const InvokeResult& result, const std::vector<std::string>& ids,
                         bool reports_failures);

}  // namespace emulator::lambda
