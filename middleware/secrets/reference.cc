#include "middleware/secrets/reference.h"

#include <utility>

namespace secrets {
namespace {

constexpr std::pair<std::string_view, SourceKind> kSchemes[] = {
    {"env:", SourceKind::Environment},
    {"file:", SourceKind::File},
    {"secretsmanager:", SourceKind::SecretsManager},
    {"ssm:", SourceKind::ParameterStore},
};
constexpr std::string_view kStage = "?stage=";

/// Cuts what stands behind `mark` off the end of `text`.
std::string take_tail(std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return {};
  std::string tail = text.substr(at + mark.size());
  text.resize(at);
  return tail;
}

}  // namespace

std::string Reference::whole() const {
  for (const auto& [scheme, its_kind] : kSchemes) {
    if (its_kind == kind)
      return std::string(scheme) + name + (stage.empty() ? "" : std::string(kStage) + stage);
  }
  return name;
}

kernel::Result<Reference> parse_reference(std::string_view text) {
  for (const auto& [scheme, kind] : kSchemes) {
    if (!text.starts_with(scheme)) continue;
    Reference reference{
        .kind = kind, .name = std::string(text.substr(scheme.size())), .stage = {}, .pointer = {}};
    const bool is_remote = kind == SourceKind::SecretsManager || kind == SourceKind::ParameterStore;
    if (is_remote) {
      const bool has_pointer = reference.name.find('#') != std::string::npos;
      reference.pointer = take_tail(reference.name, "#");
      if (has_pointer && !reference.pointer.starts_with('/'))
        return kernel::invalid(
            "what follows # in a reference is a JSON pointer: secretsmanager:NAME#/password");
    }
    if (kind == SourceKind::SecretsManager) reference.stage = take_tail(reference.name, kStage);
    if (reference.name.empty())
      return kernel::invalid("a reference names nothing behind '" + std::string(scheme) + "'");
    return reference;
  }
  return kernel::invalid(
      "a secret is named by a reference (env:NAME, file:PATH, secretsmanager:ID or ssm:NAME), never written "
      "here");
}

}  // namespace secrets
