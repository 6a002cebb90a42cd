// The words of states, and the detail of an entry.
#include "emulator/relay/relay.h"

namespace emulator::relay {

std::string_view to_text(AdminState state) {
  switch (state) {
    case AdminState::Run:
      return "RUN";
    case AdminState::Pause:
      return "PAUSE";
    case AdminState::Stop:
      return "STOP";
  }
  return "unknown";
}

std::string_view to_text(Status status) {
  switch (status) {
    case Status::Running:
      return "RUNNING";
    case Status::Paused:
      return "PAUSED";
    case Status::Stopped:
      return "STOPPED";
    case Status::Error:
      return "ERROR";
  }
  return "unknown";
}

std::string_view to_text(ReplayRecovery recovery) {
  return recovery == ReplayRecovery::Latest ? "LATEST" : "EARLIEST";
}

std::string detail_of(const StoredEvent& event, EnvelopeProfile profile) {
  std::string text;
  text.reserve(event.payload.size() + 160);
  switch (profile) {
    case EnvelopeProfile::PayloadOnly:
      text.append(R"({"payload":)").append(event.payload);
      break;
    case EnvelopeProfile::PubSub:
      text.append(R"({"payload":)").append(event.payload).append(R"(,"schemaId":")").append(event.schema_id);
      text.append(R"(","id":")").append(event.uuid).append("\"");
      break;
    case EnvelopeProfile::CometD:
      text.append(R"({"schema":")").append(event.schema_id).append(R"(","payload":)").append(event.payload);
      text.append(R"(,"event":{"EventUuid":")").append(event.uuid).append(R"(","replayId":)");
      text.append(std::to_string(event.replay_id))
          .append(R"(,"EventApiName":")")
          .append(event.api_name)
          .append("\"}");
      break;
  }
  return text.append("}");
}

}  // namespace emulator::relay
