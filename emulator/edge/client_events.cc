#include "emulator/edge/client_events.h"

#include "middleware/kernel/ids.h"

namespace emulator::edge {

ClientEvents::ClientEvents(std::uint64_t seed, std::string_view service, kernel::Journal& journal)
    : journal_(journal), ids_(seed, "edge " + std::string(service)) {}

std::string ClientEvents::begin(std::string_view channel, std::string_view kind, std::string_view payload,
                                std::string_view ordering_key) {
  std::string uuid = kernel::uuid4(ids_);
  journal_.published(
      {.uuid = uuid, .channel = channel, .kind = kind, .ordering_key = ordering_key, .payload = payload});
  return uuid;
}

}  // namespace emulator::edge
