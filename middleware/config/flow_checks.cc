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

/// What a file has beside its flows.
struct Known {
  const Names& apis;
  const Names& handlers;
};

/// What the steps around a block have for those within.
struct Outer {
  Names readable{};  ///< by templates
  Names steps{};     ///< names that are taken
};

class StepsCheck {
 public:
  StepsCheck(const std::vector<StepText>& steps, const Known& known, Problems& problems, Outer outer = {})
      : steps_(steps), known_(known), problems_(problems), outer_(std::move(outer)) {}

  void run() {
    for (std::size_t i = 0; i < steps_.size(); ++i) check_step(i);
  }

 private:
  void say(const StepText& step, const std::string& what) {
    problems_.add(step.place, "step '" + step.name + "' " + what);
  }

  void check_step(std::size_t index) {
    const StepText& step = steps_[index];
    check_name(step, index);
    if (step.handler.empty() && step.steps.empty()) check_api(step, step.api);
    if (!step.handler.empty() && !holds(known_.handlers, step.handler)) {
      std::string there;
      for (const std::string& name : known_.handlers) there += (there.empty() ? "" : ", ") + name;
      say(step, "names the unknown handler '" + step.handler + "'" +
                    did_you_mean_text(step.handler, known_.handlers) + " (there are: " + there + ")");
    }
    if (step.undo != nullptr && (!step.undo->api.empty() || !step.handler.empty()))
      check_api(step, step.undo->api);
    if (step.undo != nullptr && step.undo->api.empty() && !step.handler.empty())
      say(step, "is done by a handler: its undo needs 'api'");
    check_reads(step, index);
    check_fresh(step, index);
    check_pages(step);
    if (!step.steps.empty()) check_block(step, index);
  }

  void check_api(const StepText& step, const std::string& api) {
    if (!api.empty() && !holds(known_.apis, api))
      say(step, "calls the unknown api '" + api + "'" + did_you_mean_text(api, known_.apis));
  }

  void check_name(const StepText& step, std::size_t index) {
    Names taken = outer_.steps;
    for (std::size_t i = 0; i < index; ++i) taken.push_back(steps_[i].name);
    if (holds(taken, step.name)) problems_.add(step.place, "there is a step '" + step.name + "' already");
    if (step.name.find_first_of("[]()\n") != std::string::npos)
      say(step, "has a bracket in its name: those name items in the journal");
    if (is_reserved(step.name)) say(step, "has a name that templates need for something else");
    if (step.for_each && is_reserved(step.for_each->as))
      say(step, "gives its item a name that templates need for something else");
  }

  static bool is_reserved(const std::string& name) {
    return name == "answer" || name == "response" || name == "each" || name == "ordering";
  }

  /// What a step may read beside its own item.
  Names earlier_than(std::size_t index) const {
    const StepText& step = steps_[index];
    Names earlier = outer_.readable;
    for (std::size_t i = 0; i < index; ++i) {
      const bool beside = step.group != 0 && steps_[i].group == step.group;
      if (!beside && steps_[i].steps.empty()) earlier.push_back(steps_[i].name);
    }
    return earlier;
  }

  /// What is asked again may be another list the next time: only records that are known by their keys can be
  /// told apart then.
  void check_fresh(const StepText& step, std::size_t index) {
    if (step.is_fresh && step.undo != nullptr) say(step, "is asked again at each delivery: it takes no undo");
    if (step.is_fresh && step.handler.empty() && step.method != "GET")
      say(step, "is asked again at each delivery: that is for GET and for handlers");
    if (!step.for_each || step.ordering) return;
    const Names read = step.for_each->in.names_read();
    for (std::size_t i = 0; i < index; ++i) {
      if (steps_[i].is_fresh && holds(read, steps_[i].name))
        say(step, "has a list of '" + steps_[i].name +
                      "', which is asked again at each delivery: it needs 'steps' with an 'ordering'");
    }
  }

  void check_pages(const StepText& step) {
    if (!step.pages) return;
    if (step.method != "GET") say(step, "asks for pages: its method is GET");
    if (step.undo != nullptr) say(step, "asks for pages: it takes no undo");
  }

  void check_block(const StepText& step, std::size_t index) {
    Outer inner{.readable = earlier_than(index), .steps = outer_.steps};
    if (step.for_each) inner.readable.insert(inner.readable.end(), {step.for_each->as, "each"});
    for (const StepText& other : steps_) inner.steps.push_back(other.name);
    if (step.ordering) {
      for (const Names& read : ordering_reads(*step.ordering)) check_read(step, read, inner.readable);
      const Names key = step.ordering->key.names_read();
      if (step.for_each && !holds(key, step.for_each->as))
        say(step, "has an 'ordering' whose key does not read '" + step.for_each->as +
                      "': all its items would be one record");
      inner.readable.push_back("ordering");
    }
    for (const StepText& within : step.steps) {
      if (!within.steps.empty()) say(within, "is a block within the block '" + step.name + "'");
      if (within.undo != nullptr || within.pivot)
        say(within, "stands in the block '" + step.name + "': it takes no undo and is no pivot");
    }
    StepsCheck(step.steps, known_, problems_, std::move(inner)).run();
  }

  static std::vector<Names> ordering_reads(const OrderingText& ordering) {
    std::vector<Names> reads = {ordering.key.names_read()};
    for (const auto& part : ordering.version) reads.push_back(part.names_read());
    return reads;
  }

  void check_reads(const StepText& step, std::size_t index) {
    const Names earlier = earlier_than(index);
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
    request.pages.reset();
    check_read(step, names_read(request), with_item);
    if (step.pages) {
      Names page = with_item;
      page.push_back("answer");
      check_read(step, step.pages->items.names_read(), page);
      check_read(step, step.pages->next.names_read(), page);
    }
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

  const std::vector<StepText>& steps_;
  const Known& known_;
  Problems& problems_;
  Outer outer_;
};

class FlowCheck {
 public:
  FlowCheck(const FlowText& flow, const Known& known, Problems& problems)
      : flow_(flow), known_(known), problems_(problems) {}

  void run() {
    if (flow_.when && !flow_.when->names_read().empty()) {
      problems_.add(flow_.place, "the flow's 'when' reads the answer of '" +
                                     flow_.when->names_read().front() + "', and no step has run");
    }
    StepsCheck(flow_.steps, known_, problems_).run();
    check_way_back();
  }

 private:
  void say(const StepText& step, const std::string& what) {
    problems_.add(step.place, "step '" + step.name + "' " + what);
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
  const Known& known_;
  Problems& problems_;
};

/// Of the flows of one event the first whose condition holds is run: one that can never be the first is a
/// mistake.
void check_order(const std::vector<FlowText>& flows, std::size_t index, Problems& problems) {
  const FlowText& flow = flows[index];
  for (std::size_t i = 0; i < index; ++i) {
    const FlowText& earlier = flows[i];
    if (earlier.event != flow.event) continue;
    const std::string at = " at line " + std::to_string(earlier.place.line);
    const bool is_same = earlier.when && flow.when && earlier.when->text() == flow.when->text();
    if (!earlier.when || is_same) {
      problems.add(flow.place,
                   "this flow for '" + flow.event + "' is never run: the one" + at +
                       (is_same ? " has the same 'when'" : " has no 'when' and takes all of them"));
      return;
    }
    if (earlier.dead_letter && flow.dead_letter && earlier.dead_letter->after != flow.dead_letter->after) {
      problems.add(flow.dead_letter->place, "'dead_letter' of '" + flow.event + "' is said otherwise" + at +
                                                ": all flows of an event share it");
      return;
    }
  }
}

}  // namespace

void check_flows(const std::vector<FlowText>& flows, const MapOf<ApiText>& apis, const Names& handlers,
                 Problems& problems) {
  Names api_names;
  for (const auto& [name, api] : apis) api_names.push_back(name);
  const Known known{api_names, handlers};
  for (std::size_t i = 0; i < flows.size(); ++i) {
    check_order(flows, i, problems);
    FlowCheck(flows[i], known, problems).run();
  }
}

}  // namespace config
