#pragma once
// A value that keeps a schema, for responses whose author gave no example. The same for the same schema.
#include <optional>
#include <string>
#include <vector>

#include "mocks/imports/findings.h"
#include "mocks/imports/openapi_document.h"

namespace mocks::imports {

class Sampler {
 public:
  Sampler(const Document& document, Findings& findings) : document_(document), findings_(findings) {}

  /// What the schema names itself comes first: const, example, default, the first of enum; then the first of
  /// oneOf and anyOf, all of allOf; then something of its type, between its bounds. A schema that is asked
  /// for within itself is left out where that is allowed, else it is refused by name.
  std::optional<kernel::Json> sample(Located schema);

 private:
  static constexpr int kDepthMax = 12;  ///< deeper, only what is required is made

  std::optional<kernel::Json> made(const Located& schema, std::size_t n);
  std::optional<kernel::Json> by_type(const Located& schema, const std::string& type, std::size_t n);
  std::optional<kernel::Json> object(const Located& schema);
  std::optional<kernel::Json> array(const Located& schema);
  std::optional<kernel::Json> all_of(const Located& schema, std::size_t n);

  const Document& document_;
  Findings& findings_;
  std::vector<std::string> inside_;  ///< pointers of the schemas around
};

}  // namespace mocks::imports
