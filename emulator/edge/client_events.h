#pragma once
// Events that begin with a client's call: a message published or sent, an invocation. Each gets an event in
// the record, so that its way through the rig and its end are judged like those of any other.
#include <string>
#include <string_view>

#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"

namespace emulator::edge {

class ClientEvents {
 public:
  ClientEvents(std::uint64_t seed, std::string_view service, kernel::Journal& journal);

  /// The new event's uuid. `channel` is where it was put, `kind` what it is: "sns Publish".
  std::string begin(std::string_view channel, std::string_view kind, std::string_view payload,
                    std::string_view ordering_key = {});
  /// The service refused it: nothing else will end it.
  void refused(std::string_view event, std::string_view where) {
    journal_.ended(event, kernel::End::Rejected, where);
  }
  void ended(std::string_view event, kernel::End end, std::string_view where) {
    journal_.ended(event, end, where);
  }

 private:
  kernel::Journal& journal_;
  kernel::Random ids_;
};

}  // namespace emulator::edge
