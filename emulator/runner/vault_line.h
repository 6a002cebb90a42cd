#pragma once
// `secret` in a timeline: a secret or parameter gets another value, or may not be read, or is slow to read.
#include <optional>
#include <string>

#include "emulator/edge/extension_config.h"
#include "emulator/platform/access/gatekeeper.h"
#include "middleware/config/reader.h"
#include "middleware/secrets/reference.h"

namespace emulator::runner {

struct Given;
struct TimelineAction;

struct SecretAction {
  std::string name;  ///< of the fault, for the record
  std::string of;    ///< as written: a reference, or a whole service
  secrets::SourceKind kind = secrets::SourceKind::SecretsManager;
  std::optional<secrets::Reference> reference{};  ///< nothing: everything that the service holds
  /// Exactly one of these.
  std::optional<std::string> rotate{};
  std::optional<access::Trouble> trouble{};
  kernel::Duration delay{};  ///< of Trouble::Slow
};

/// `extension` of a function.
config::Shape<edge::ExtensionConfig> extension_shape();

/// Without its name, which is the line's.
config::Shape<SecretAction> secret_line_shape();

/// What a line says that cannot be: a reference that is not given, a rotation with an end.
std::optional<std::string> secret_problem(const TimelineAction& line, const Given& given);

}  // namespace emulator::runner
