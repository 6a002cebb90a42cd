#include "mocks/stubs/stub_book.h"

#include <algorithm>

#include "middleware/kernel/random.h"

namespace mocks::stubs {
namespace {

using match::RequestPattern;

std::string counter_key(const StubSpec& stub, const std::string& scope) { return stub.id + '\0' + scope; }

bool takes_all_of(const StubSpec& first, const StubSpec& second) {
  const RequestPattern& a = first.request;
  const RequestPattern& b = second.request;
  const bool is_open = a.headers.empty() && a.query.empty() && a.cookies.empty() && a.form_fields.empty() &&
                       a.body.empty() && a.path_parameters.empty();
  const bool is_lasting =
      !first.times && !first.lives && (!first.step || !first.step->required) && first.requires_state.empty();
  const bool takes_methods =
      a.methods.empty() ||
      (!b.methods.empty() && std::ranges::all_of(b.methods, [&a](const std::string& method) {
        return std::ranges::find(a.methods, method) != a.methods.end();
      }));
  const bool takes_url = a.form == match::UrlForm::Any || (a.form == b.form && a.url == b.url);
  return is_open && is_lasting && takes_methods && takes_url;
}

std::vector<const StubSpec*> ordered(const std::vector<StubSpec>& stubs) {
  std::vector<const StubSpec*> result;
  for (const StubSpec& stub : stubs) result.push_back(&stub);
  // They lie one behind the other: of one priority the most recent comes first.
  std::ranges::sort(result, [](const StubSpec* a, const StubSpec* b) {
    return a->priority != b->priority ? a->priority < b->priority : a > b;
  });
  return result;
}

}  // namespace

std::vector<std::string> stubs_that_never_win(const std::vector<StubSpec>& stubs) {
  std::vector<std::string> found;
  const auto in_order = ordered(stubs);
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!takes_all_of(*in_order[j], *in_order[i])) continue;
      found.push_back("the stub '" + in_order[i]->id + "' never answers: '" + in_order[j]->id +
                      "' comes first and takes all of its requests (give one of them a priority)");
      break;
    }
  }
  return found;
}

StubBook::StubBook(const std::vector<StubSpec>& stubs) : in_order_(ordered(stubs)) {}

void StubBook::reset() {
  matches_.clear();
  served_.clear();
}

bool StubBook::is_there(const StubSpec& stub, kernel::Timestamp now) {
  if (stub.lives && now >= kernel::at(*stub.lives)) return false;
  return !stub.times || matches_.at(stub.id) < *stub.times;
}

bool StubBook::states_fit(const StubSpec& stub, const std::string& scope, const Instruments& with) const {
  if (stub.step && stub.step->required &&
      with.states.of(stub.step->machine, scope, with.scheduler.now()) != *stub.step->required) {
    return false;
  }
  return std::ranges::all_of(stub.requires_state, [&](const auto& pair) {
    const std::string* value = with.states.value(scope, pair.first);
    return value != nullptr && *value == pair.second;
  });
}

kernel::Result<StubBook::Choice> StubBook::choose(const match::RequestView& request, const Exchange& row,
                                                  const Instruments& with) {
  for (const StubSpec* stub : in_order_) {
    if (!is_there(*stub, with.scheduler.now()) || !stub->request.matches(request, with.scheduler.wall_now()))
      continue;
    Choice choice{.stub = stub};
    if (stub->request.form == match::UrlForm::PathTemplate)
      choice.parameters = *match::path_parameters(stub->request.url, request.path());
    if (!stub->scope.is_empty()) {
      const RequestFacts facts{
          .view = request, .row = row, .parameters = choice.parameters, .stub = stub->id};
      RequestScope scope(with, facts, "scope");
      auto text = stub->scope.text(scope);
      if (!text) return kernel::invalid("stub '" + stub->id + "', scope, " + text.error().message);
      choice.scope = std::move(*text);
    }
    if (states_fit(*stub, choice.scope, with)) return choice;
  }
  return Choice{};
}

kernel::Result<const ResponseSpec*> StubBook::take(const Choice& choice, const RequestFacts& facts,
                                                   const Instruments& with) {
  const StubSpec& stub = *choice.stub;
  if (stub.times) ++matches_.at(stub.id);
  const std::int64_t n = ++served_.at(counter_key(stub, choice.scope));
  const double u = kernel::draw_unit(
      {with.seed, with.mock + "/" + stub.id, choice.scope, static_cast<std::uint64_t>(n), "response"});
  if (stub.step && stub.step->next) {
    std::optional<States::Later> later;
    if (stub.step->later)
      later = States::Later{*stub.step->later, with.scheduler.now() + stub.step->later_after};
    with.states.move(stub.step->machine, choice.scope, *stub.step->next, std::move(later));
  }
  for (const auto& [key, value] : stub.sets_state) {
    RequestScope scope(with, facts, "state " + key);
    auto text = value.text(scope);
    if (!text) return kernel::invalid("stub '" + stub.id + "', state " + key + ", " + text.error().message);
    with.states.set(choice.scope, key, std::move(*text));
  }
  for (const std::string& key : stub.removes_state) with.states.remove(choice.scope, key);
  return &nth_response(stub, n, u);
}

const ResponseSpec& nth_response(const StubSpec& stub, std::int64_t n, double u) {
  const std::vector<ResponseSpec>& all = stub.responses;
  if (stub.choose == Choose::Random || stub.choose == Choose::Weighted) {
    double sum = 0;
    for (const ResponseSpec& response : all) sum += stub.choose == Choose::Random ? 1 : response.weight;
    double at = u * sum;
    for (const ResponseSpec& response : all) {
      at -= stub.choose == Choose::Random ? 1 : response.weight;
      if (at < 0) return response;
    }
    return all.back();
  }
  std::int64_t round = 0;
  for (const ResponseSpec& response : all) round += response.repeat;
  if (stub.choose == Choose::Sequence && n > round) return all.back();
  std::int64_t left = (n - 1) % round;
  for (const ResponseSpec& response : all) {
    left -= response.repeat;
    if (left < 0) return response;
  }
  return all.back();
}

}  // namespace mocks::stubs
