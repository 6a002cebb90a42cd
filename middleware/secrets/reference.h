#pragma once
// A secret by name, as files and variables hold it; the forms are listed in provider.h.
#include <cstdint>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace secrets {

enum class SourceKind : std::uint8_t { Environment, File, SecretsManager, ParameterStore };

struct Reference {
  SourceKind kind = SourceKind::Environment;
  std::string name;     ///< of the variable, file, secret or parameter
  std::string stage;    ///< Secrets Manager: "AWSPREVIOUS"; "" is AWSCURRENT
  std::string pointer;  ///< of the value within a JSON secret; "" takes it as it is

  /// The reference without its pointer: what the source is asked for.
  std::string whole() const;
};

/// The error quotes nothing of a text that is no reference: it may be a secret that was written in its place.
kernel::Result<Reference> parse_reference(std::string_view text);

}  // namespace secrets
