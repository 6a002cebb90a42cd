// A step that asks for a list page by page.
#include <nlohmann/json.hpp>

#include "middleware/service/flow_run_parts.h"

namespace service {
namespace {

CallEnd failed_end(std::string reason, core::FailureClass failure) {
  return {.result = CallFailure{.reason = std::move(reason), .failure = failure}};
}

/// What stands between the brackets of a list; an error when it is none.
kernel::Result<std::string> items_text(const kernel::Expression& items, const kernel::TemplateScope& scope) {
  auto text = items.json(scope);
  if (!text) return text;
  const auto list = kernel::parse_json(*text);
  if (!list || !list->is_array())
    return kernel::invalid("'items' wants a list, found " + text->substr(0, 60));
  return list->empty() ? std::string{} : text->substr(1, text->size() - 2);
}

/// "" at the last page.
kernel::Result<std::string> next_path(const kernel::Expression& next, const kernel::TemplateScope& scope) {
  const auto text = next.json(scope);
  if (!text) return text;
  const auto path = kernel::parse_json(*text);
  if (!path || path->is_null()) return std::string{};
  if (path->is_string() && path->get_ref<const std::string&>().starts_with('/'))
    return path->get<std::string>();
  return kernel::invalid("'next' wants a path, found " + text->substr(0, 60));
}

}  // namespace

kernel::Task<CallEnd> FlowRun::call_page(const Unit& unit, const std::string& path, kernel::HopId hop) const {
  const StepConfig& step = unit.step;
  Call call{.event = start_.event, .step = hop, .deadline = start_.deadline};
  call.request.method = step.method;
  call.request.host = step.api;
  const auto filled = fill_request(call.request, {}, step.headers, nullptr, scope(unit));
  if (!filled) return unsendable(filled.error().message);
  call.request.target = path;
  return find_caller(callers_, step.api).call(std::move(call), step.expected);
}

kernel::Task<CallEnd> FlowRun::call_pages(Unit unit, kernel::HopId hop) const {
  const PagesConfig& pages = *unit.step.pages;
  std::string all = "[";
  std::string path;
  for (std::int64_t page = 1;; ++page) {
    auto calling = page == 1 ? do_call(unit, hop) : call_page(unit, path, hop);
    CallEnd end = co_await std::move(calling);
    if (auto* failure = std::get_if<CallFailure>(&end.result)) {
      // Where a list goes on is forgotten after a while: the next delivery begins it anew.
      if (page > 1) failure->failure = core::FailureClass::Transient;
      co_return std::move(end);
    }
    auto& response = std::get<kernel::HttpResponse>(end.result);
    kernel::NamedValues nearer = unit.item;
    kernel::add_named(nearer, "answer", response.body);
    const kernel::TemplateScope scope{
        .root = payload_.get(), .named = &named_, .nearer = &nearer, .root_text = *text_};
    const auto items = items_text(pages.items, scope);
    if (!items) co_return failed_end("pages: " + items.error().message, core::FailureClass::Permanent);
    if (all.size() > 1 && !items->empty()) all += ',';
    all += *items;
    auto next = next_path(pages.next, scope);
    if (!next) co_return failed_end("pages: " + next.error().message, core::FailureClass::Permanent);
    if (next->empty()) {
      response.body = all + "]";
      co_return std::move(end);
    }
    if (page == pages.pages_max)
      co_return failed_end("pages: there are more than " + std::to_string(page),
                           core::FailureClass::Permanent);
    path = std::move(*next);
  }
}

}  // namespace service
