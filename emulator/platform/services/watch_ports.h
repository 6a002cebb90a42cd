#pragma once
// Who is told of what happens to services: EventBridge and CloudWatch Logs.
#include <string>
#include <string_view>

#include "middleware/kernel/time.h"

namespace emulator::services {

class ServiceWatcher {
 public:
  virtual ~ServiceWatcher() = default;
  /// An event of source aws.apprunner about the service with this ARN; `detail` is a JSON object.
  virtual void event(std::string_view detail_type, std::string detail, std::string_view arn,
                     kernel::WallTime time) = 0;
  /// A line of a log stream: "[AppRunner] Deployment started" in the stream "events" of the group
  /// "/aws/apprunner/NAME/ID/service".
  virtual void line(std::string_view group, std::string_view stream, kernel::WallTime time,
                    std::string_view text) = 0;
};

}  // namespace emulator::services
