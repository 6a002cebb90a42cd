#include "mocks/stubs/stub_book.h"

#include <algorithm>

#include "middleware/kernel/random.h"

namespace mocks::stubs {
namespace {

using match::RequestPattern;

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

/// Among the stubs as they are asked: of one priority the one that stands last comes first.
template <class Pointer>
void add_in_order(Pointer stub, std::vector<Pointer>& in_order) {
  const auto priority = [](const Pointer& one) { return one->priority; };
  const auto at = std::ranges::lower_bound(in_order, priority(stub), {}, priority);
  in_order.insert(at, std::move(stub));
}

}  // namespace

std::vector<std::string> stubs_that_never_win(const std::vector<StubSpec>& stubs) {
  std::vector<std::string> found;
  std::vector<const StubSpec*> in_order;
  for (const StubSpec& stub : stubs) add_in_order(&stub, in_order);
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

StubBook::StubBook(const std::vector<StubSpec>& stubs) {
  for (const StubSpec& stub : stubs) stubs_.push_back(std::make_shared<const StubSpec>(stub));
  put_in_order();
}

void StubBook::put_in_order() {
  in_order_.clear();
  for (const StubPtr& stub : stubs_) add_in_order(stub, in_order_);
}

void StubBook::begin_anew(const std::string& id, kernel::Timestamp now) {
  ++editions_.at(id);
  matches_.erase(id);
  came_at_.at(id) = now;
}

bool StubBook::put(StubSpec stub, kernel::Timestamp now) {
  begin_anew(stub.id, now);
  const auto same = std::ranges::find(stubs_, stub.id, [](const StubPtr& one) { return one->id; });
  const bool is_new = same == stubs_.end();
  auto made = std::make_shared<const StubSpec>(std::move(stub));
  if (is_new) {
    stubs_.push_back(std::move(made));
  } else {
    *same = std::move(made);
  }
  put_in_order();
  return is_new;
}

bool StubBook::remove(std::string_view id) {
  const bool was_there = std::erase_if(stubs_, [id](const StubPtr& stub) { return stub->id == id; }) > 0;
  put_in_order();
  return was_there;
}

void StubBook::set(const std::vector<StubSpec>& stubs, kernel::Timestamp now) {
  stubs_.clear();
  for (const StubSpec& stub : stubs) put(stub, now);
  put_in_order();
}

void StubBook::reset() {
  matches_.clear();
  served_.clear();
}

std::string StubBook::counter(const StubSpec& stub, const std::string& scope) const {
  const std::int64_t* edition = editions_.find(stub.id);
  return stub.id + '\0' + std::to_string(edition == nullptr ? 0 : *edition) + '\0' + scope;
}

bool StubBook::is_there(const StubSpec& stub, kernel::Timestamp now) {
  const kernel::Timestamp* came = came_at_.find(stub.id);
  if (stub.lives && now >= (came == nullptr ? kernel::Timestamp{} : *came) + *stub.lives) return false;
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
  for (const StubPtr& stub : in_order_) {
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
  const std::int64_t n = ++served_.at(counter(stub, choice.scope));
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
