#pragma once
// Answers the links that messages carry: SubscribeURL, UnsubscribeURL and SigningCertURL. It is what stands
// at https://sns.<region>.amazonaws.com within a rehearsal.
//
// Source: facts/aws-delivery 2.1 and 2.2.
#include <string_view>

#include "emulator/topics/topics.h"
#include "middleware/kernel/http.h"

namespace emulator::topics {

class Links final : public kernel::HttpHandler {
 public:
  explicit Links(Topics& topics) : topics_(topics) {}

  /// GET with Action=ConfirmSubscription or Action=Unsubscribe, and of the certificate; else 404 or 400 as an
  /// ErrorResponse of the query protocol.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  kernel::HttpResponse answer(std::string_view target);

  Topics& topics_;
};

}  // namespace emulator::topics
