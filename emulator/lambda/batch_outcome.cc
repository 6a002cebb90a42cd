#include "emulator/lambda/batch_outcome.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::lambda {
namespace {

using kernel::Json;

constexpr const char* kFailures = "batchItemFailures";

BatchOutcome all(std::size_t count, bool done, std::string problem = {}) {
  return {.done = std::vector<bool>(count, done), .problem = std::move(problem)};
}

/// The failures that the response lists; null: none.
const Json* listed(const Json& response) {
  const auto found = response.find(kFailures);
  return found == response.end() || found->is_null() ? nullptr : &*found;
}

/// What makes the whole batch fail; empty: the entry is right.
std::string refuse_entry(const Json& entry, const std::vector<std::string>& ids) {
  const auto id = entry.is_object() ? entry.find("itemIdentifier") : entry.end();
  if (!entry.is_object() || id == entry.end()) return "an entry without itemIdentifier";
  if (!id->is_string() || id->get_ref<const std::string&>().empty())
    return "an itemIdentifier that is empty or no text";
  if (std::ranges::find(ids, id->get_ref<const std::string&>()) == ids.end())
    return "an itemIdentifier that is not in the batch";
  return {};
}

}  // namespace

BatchOutcome judge_batch(const InvokeResult& result, const std::vector<std::string>& ids,
                         bool reports_failures) {
  if (!result.succeeded()) return all(ids.size(), false);
  const auto response = kernel::parse_json(result.payload);
  if (!reports_failures) {
    const Json* ignored = response && response->is_object() ? listed(*response) : nullptr;
    const bool has_reported = ignored != nullptr && ignored->is_array() && !ignored->empty();
    return all(ids.size(), true,
               has_reported ? "the function reported failures, but the mapping does not ask for them: "
                              "what failed is deleted with the rest"
                            : "");
  }
  const std::string start = "the response fails the whole batch: ";
  // ASSUMPTION: a response without a single byte is as one that is no JSON.
  if (!response) return all(ids.size(), false, start + "it is not JSON");
  if (response->is_null()) return all(ids.size(), true);
  // ASSUMPTION: so does valid JSON that is no object.
  if (!response->is_object()) return all(ids.size(), false, start + "it is no object");
  // ASSUMPTION: an object without the key reports no failure, as an empty one.
  const Json* failures = listed(*response);
  if (failures == nullptr) return all(ids.size(), true);
  if (!failures->is_array()) return all(ids.size(), false, start + "batchItemFailures is no list");
  BatchOutcome outcome = all(ids.size(), true);
  for (const Json& entry : *failures) {
    if (const std::string why = refuse_entry(entry, ids); !why.empty())
      return all(ids.size(), false, start + "batchItemFailures has " + why);
    const auto at = std::ranges::find(ids, entry.at("itemIdentifier").get_ref<const std::string&>());
    outcome.done[static_cast<std::size_t>(at - ids.begin())] = false;
  }
  return outcome;
}

}  // namespace emulator::lambda
