// What the keys of flows say of each other.
#include <algorithm>

#include "middleware/config/flow_shapes.h"
#include "middleware/config/suggest.h"

namespace config {
namespace {

using Names = std::vector<std::string>;

bool holds(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

class FlowCheck {
 public:
  FlowCheck(const FlowText& flow, const Names& apis, const Names& handlers, Problems& problems)
      : flow_(flow), apis_(apis), handlers_(handlers), problems_(problems) {}

  void run() {
    if (flow_.when && !flow_.when->names_read().empty()) {
      problems_.add(flow_.place, "the flow's 'when' reads the answer of '" +
                                     flow_.when->names_read().front() + "', and no step has run");
    }
    for (std::size_t i = 0; i < flow_.steps.size(); ++i) check_step(i);
    check_way_back();
  }

 private:
  void say(const StepText& step, const std::string& what) {
    problems_.add(step.place, "step '" + step.name + "' " + what);
  }

  void check_step(std::size_t index) {
    const StepText& step = flow_.steps[index];
    check_name(step, index);
    if (step.handler.empty()) check_api(step, step.api);
    if (!step.handler.empty() && !holds(handlers_, step.handler)) {
      std::string there;
      for (const std::string& name : handlers_) there += (there.empty() ? "" : ", ") + name;
      say(step, "names the unknown handler '" + step.handler + "'" +
                    did_you_mean_text(step.handler, handlers_) + " (there are: " + there + ")");
    }
    if (step.undo != nullptr && (!step.undo->api.empty() || !step.handler.empty()))
      check_api(step, step.undo->api);
    if (step.undo != nullptr && step.undo->api.empty() && !step.handler.empty())
      say(step, "is done by a handler: its undo needs 'api'");
    check_reads(step, index);
  }

  void check_api(const StepText& step, const std::string& api) {
    if (!api.empty() && !holds(apis_, api))
      say(step, "calls the unknown api '" + api + "'" + did_you_mean_text(api, apis_));
  }

  void check_name(const StepText& step, std::size_t index) {
    for (std::size_t i = 0; i < index; ++i) {
      if (flow_.steps[i].name == step.name) {
        problems_.add(step.place, "there is a step '" + step.name + "' already");
        break;
      }
    }
    if (step.name.find_first_of("[]()\n") != std::string::npos)
      say(step, "has a bracket in its name: those name items in the journal");
    for (const char* reserved : {"answer", "response", "each"}) {
      if (step.name == reserved) say(step, "has a name that templates need for something else");
    }
  }

  void check_reads(const StepText& step, std::size_t index) {
    Names earlier;
    for (std::size_t i = 0; i < index; ++i) {
      const bool beside = step.group != 0 && flow_.steps[i].group == step.group;
      if (!beside) earlier.push_back(flow_.steps[i].name);
    }
    if (step.when) check_read(step, step.when->names_read(), earlier);
    Names with_item = earlier;
    if (step.for_each) {
      check_read(step, step.for_each->in.names_read(), earlier);
      if (holds(earlier, step.for_each->as) || step.for_each->as == step.name)
        say(step, "calls its item '" + step.for_each->as + "', which is a step");
      with_item.insert(with_item.end(), {step.for_each->as, "each"});
    }
    service::StepConfig request = step;
    request.when.reset();
    request.for_each.reset();
    request.output.reset();
    request.undo.reset();
    check_read(step, names_read(request), with_item);
    if (step.output) {
      Names all = with_item;
      all.insert(all.end(), {"answer", "response"});
      check_read(step, step.output->names_read(), all);
    }
    if (step.undo != nullptr) {
      Names all = with_item;
      all.push_back("answer");
      if (!step.for_each) all.push_back(step.name);
      check_read(step, names_read(*step.undo), all);
    }
  }

  void check_read(const StepText& step, const Names& read, const Names& known) {
    for (const std::string& name : read) {
      if (!holds(known, name))
        say(step,
            "reads the answer of '" + name + "', which is no earlier step" + did_you_mean_text(name, known));
    }
  }

  void check_way_back() {
    const StepText* pivot = nullptr;
    bool any_undo = false;
    for (const StepText& step : flow_.steps) {
      if (step.undo != nullptr && pivot != nullptr)
        say(step, "stands behind the pivot '" + pivot->name + "' and is never undone: it takes no undo");
      if (step.pivot && step.group != 0) say(step, "runs beside others and cannot be the pivot");
      if (step.pivot && pivot != nullptr) say(step, "is a second pivot: there is one, '" + pivot->name + "'");
      if (step.pivot && !any_undo) say(step, "is the pivot, and no step before it has an undo");
      if (step.pivot && step.undo != nullptr) say(step, "is the pivot: it takes no undo");
      any_undo = any_undo || step.undo != nullptr;
      if (step.pivot) pivot = &step;
    }
    if (any_undo) return;
    if (flow_.undo_deadline) problems_.add(flow_.place, "'undo_deadline' says nothing: no step has an undo");
    if (flow_.late_is_undone) problems_.add(flow_.place, "'when_late' says nothing: no step has an undo");
  }

  const FlowText& flow_;
  const Names& apis_;
  const Names& handlers_;
  Problems& problems_;
};

}  // namespace

void check_flows(const std::vector<FlowText>& flows, const MapOf<ApiText>& apis, const Names& handlers,
                 Problems& problems) {
  Names api_names;
  for (const auto& [name, api] : apis) api_names.push_back(name);
  Names events;
  for (const FlowText& flow : flows) {
    if (holds(events, flow.event))
      problems.add(flow.place, "there is a flow for '" + flow.event + "' already");
    events.push_back(flow.event);
    FlowCheck(flow, api_names, handlers, problems).run();
  }
}

}  // namespace config
