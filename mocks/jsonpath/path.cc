#include "mocks/jsonpath/path.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mocks/jsonpath/evaluate.h"
#include "mocks/jsonpath/parser.h"

namespace mocks::jsonpath {

bool Query::is_singular() const {
  return std::ranges::all_of(segments, [](const Segment& segment) {
    return !segment.is_descendant && segment.selectors.size() == 1 &&
           (segment.selectors[0].kind == Selector::Kind::Name ||
            segment.selectors[0].kind == Selector::Kind::Index);
  });
}

kernel::Result<Path> Path::compile(std::string_view text) {
  try {
    Path path;
    path.query_ = std::make_shared<const Query>(Parser(text).parse());
    path.text_ = text;
    return path;
  } catch (const Cursor::Refused& refused) {
    return kernel::invalid("'" + std::string(text) + "' is no JSONPath: " + refused.message);
  }
}

std::vector<const kernel::Json*> Path::select(const kernel::Json& root) const {
  return Evaluation(root).select(*query_, root);
}

bool same_value(const kernel::Json& a, const kernel::Json& b) {
  if (a.is_number() && b.is_number()) return a == b;
  if (a.type() != b.type()) return false;
  if (!a.is_structured()) return a == b;
  if (a.size() != b.size()) return false;
  for (auto member = a.begin(); member != a.end(); ++member) {
    const bool is_object = a.is_object();
    const auto found = is_object ? b.find(member.key()) : b.begin() + (member - a.begin());
    if (found == b.end() || !same_value(*member, *found)) return false;
  }
  return true;
}

}  // namespace mocks::jsonpath
