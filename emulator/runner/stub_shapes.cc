// The shapes of stubs: responses, states, effects, jobs, callbacks.
#include <nlohmann/json.hpp>

#include "emulator/runner/as_written.h"
#include "emulator/runner/fault_when_shapes.h"
#include "emulator/runner/given_shapes.h"
#include "emulator/runner/mock_shapes.h"
#include "middleware/kernel/base64.h"
#include "mocks/stubs/stub_book.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using kernel::Ending;
using mocks::render::Escape;
using mocks::render::JsonBody;
using mocks::render::Template;
using namespace mocks::stubs;
using namespace std::chrono_literals;

/// As written; `templated` of the stub says what its texts are.
struct ResponseText : ResponseSpec {
  MapOf<std::vector<std::string>> header_texts{};
  std::optional<kernel::Json> body{};
  std::optional<std::string> plain{};
  std::optional<std::string> bytes{};
  std::optional<kernel::Pace> slow{};
  std::optional<kernel::Afterwards> keep_alive{};
};

struct JobText : JobSpec {
  ResponseText pending_text{};
  ResponseText done_text{};
};

struct CallbackText : CallbackSpec {
  MapOf<Template> header_templates{};
  std::optional<kernel::Json> body{};
};

struct StubText : StubSpec {
  bool is_templated = false;
  std::vector<ResponseText> response_texts{};
  std::optional<JobText> job_text{};
  MapOf<Template> state_templates{};
};

kernel::Result<Template> compiled(const std::string& text, bool is_templated, Escape escape) {
  return is_templated ? Template::compile(text, escape) : kernel::Result<Template>(Template::literal(text));
}

kernel::Result<ResponseSpec> response_of(const ResponseText& text, bool is_templated,
                                         const std::string& name) {
  ResponseSpec response = text;
  response.pace = text.slow.value_or(kernel::Pace{});
  response.afterwards = text.keep_alive.value_or(kernel::Afterwards::Kept);
  Escape escape = Escape::None;
  for (const auto& [header, values] : text.header_texts) {
    for (const std::string& value : values) {
      if (kernel::equal_without_case(header, "Content-Type") && value.find("json") != std::string::npos)
        escape = Escape::Json;
      auto made = compiled(value, is_templated, Escape::None);
      if (!made) return kernel::invalid(name + ", header " + header + ", " + made.error().message);
      response.headers.emplace_back(header, std::move(*made));
    }
  }
  if (text.body) {
    auto made = JsonBody::compile(*text.body, is_templated);
    if (!made) return kernel::invalid(name + ", body " + made.error().message);
    response.json = std::move(*made);
  }
  if (text.plain) {
    auto made = compiled(*text.plain, is_templated, escape);
    if (!made) return kernel::invalid(name + ", text, " + made.error().message);
    response.text = std::move(*made);
  }
  if (text.bytes) response.text = Template::literal(*text.bytes);
  return response;
}

kernel::Result<std::string> decoded(const std::string& text) {
  auto bytes = kernel::from_base64(text);
  if (bytes) return std::move(*bytes);
  return kernel::invalid("is no base64");
}

Shape<ResponseText> response_shape() {
  return object<ResponseText>("a response", "What is sent.")
      .optional("status", &ResponseText::status, integer(100, 599), "HTTP status.")
      .optional("headers", &ResponseText::header_texts,
                config::map_of(config::one_or_list_of(config::text())),
                "In this order; a list of values repeats the header.")
      .optional("body", &ResponseText::body, config::json(), "JSON.")
      .optional("text", &ResponseText::plain, config::text(),
                "A body that is not JSON, or JSON as it stands.")
      .optional("base64", &ResponseText::bytes, mapped<std::string>(non_empty_text(), decoded),
                "A body of bytes, never a template.")
      .optional("ending", &ResponseText::ending,
                choice<Ending>({{"complete", Ending::Complete},
                                {"reset", Ending::Reset},
                                {"empty", Ending::Empty},
                                {"garbage", Ending::Garbage},
                                {"truncated", Ending::Truncated},
                                {"hang", Ending::Hang},
                                {"half_closed", Ending::HalfClosed},
                                {"bad_chunk", Ending::BadChunk},
                                {"cut_chunks", Ending::CutChunks},
                                {"reset_in_body", Ending::ResetInBody},
                                {"two_lengths", Ending::TwoLengths},
                                {"length_and_chunks", Ending::LengthAndChunks},
                                {"bare_lf", Ending::BareLf},
                                {"bad_status_line", Ending::BadStatusLine},
                                {"long_body", Ending::LongBody}}),
                "How the connection ends.")
      .optional("slow", &ResponseText::slow, pace_shape(), "How long the answer is on its way.")
      .optional("keep_alive", &ResponseText::keep_alive, afterwards_shape(),
                "The connection does not stay open behind it, and it does not say so.")
      .optional("latency", &ResponseText::latency, latency_shape(), "Instead of the stub's.")
      .optional("repeat", &ResponseText::repeat, integer(1), "So many requests in a row.")
      .optional("weight", &ResponseText::weight, config::number(0), "With choose: weighted.")
      .at_most_one_of({"body", "text", "base64"})
      .check([](const ResponseText& text) -> std::optional<std::string> {
        if ((!text.slow && !text.keep_alive) || text.ending == Ending::Complete) return std::nullopt;
        return "'slow' and 'keep_alive' are for answers that come whole";
      })
      .done();
}

Shape<StateStep> step_shape() {
  return object<StateStep>("a step of a state machine", "The machine begins in Started.")
      .required("name", &StateStep::machine, non_empty_text(), "Stubs with one name share the machine.")
      .optional("required", &StateStep::required, non_empty_text(), "The stub answers in this state only.")
      .optional("next", &StateStep::next, non_empty_text(), "The state after it answered.")
      .optional("later", &StateStep::later, non_empty_text(), "And the state after that, by itself ...")
      .optional("after", &StateStep::later_after, duration(1ms), "... so long afterwards.")
      .requires_key("later", {"next", "after"})
      .requires_key("after", {"later"})
      .done();
}

Shape<EffectSpec> effect_shape() {
  const auto key =
      mapped<EffectSpec>(template_shape(), [](const Template& made) -> kernel::Result<EffectSpec> {
        return EffectSpec{.operation = {}, .key = made};
      });
  const auto map =
      object<EffectSpec>("an effect", "What the stub does to the business.")
          .required("operation", &EffectSpec::operation, non_empty_text(), "\"charge\".")
          .required("key", &EffectSpec::key, template_shape(), "What it is counted by, a template.")
          .done();
  return config::either<EffectSpec>({.scalar = key, .map = map});
}

Shape<JobText> job_shape() {
  return object<JobText>("a job", "Work that was accepted and is polled for with GET.")
      .required("path", &JobText::path,
                mapped<std::string>(non_empty_text(),
                                    [](const std::string& text) -> kernel::Result<std::string> {
                                      if (text.find("/{id}") != std::string::npos) return text;
                                      return kernel::invalid("wants a segment {id}: /jobs/{id}");
                                    }),
                "/jobs/{id}; {{job.id}} in the stub's response is the id.")
      .optional("after", &JobText::after, duration(), "Done so long after it was accepted ...")
      .optional("polls", &JobText::polls, integer(0), "... and after so many polls that found it running.")
      .optional("pending", &JobText::pending_text, response_shape(), "While it runs.")
      .required("done", &JobText::done_text, response_shape(),
                "When it is done; {{job.request.x}} reads the first request.")
      .done();
}

Shape<CallbackSpec> callback_shape() {
  const auto sign = object<SignatureSpec>("a signature", "HMAC-SHA256 with a shared secret.")
                        .required("header", &SignatureSpec::header, non_empty_text(), "Where it goes.")
                        .required("secret", &SignatureSpec::secret, non_empty_text(),
                                  "Shared with the receiver; of the rehearsal only.")
                        .optional("scheme", &SignatureSpec::scheme,
                                  choice<SignatureScheme>({{"stripe", SignatureScheme::Stripe},
                                                           {"hex", SignatureScheme::Hex},
                                                           {"base64", SignatureScheme::Base64}}),
                                  "stripe: t=UNIX,v1=HEX over UNIX.BODY; hex: sha256=HEX; base64.")
                        .done();
  const auto callback =
      object<CallbackText>("a callback", "A request that the mock sends after it answered.")
          .required("to", &CallbackText::host, non_empty_text(),
                    "Host, as the network knows it: middleware, or an API.")
          .required("path", &CallbackText::target, template_shape(), "Path and query, a template.")
          .optional("method", &CallbackText::method,
                    choice<std::string>({{"POST", "POST"}, {"PUT", "PUT"}, {"GET", "GET"}}), "")
          .optional("headers", &CallbackText::header_templates, config::map_of(template_shape()),
                    "Templates.")
          .optional("body", &CallbackText::body, config::json(),
                    "JSON whose texts are templates; {{response.json.id}} reads the answer.")
          .optional("delay", &CallbackText::delay, latency_shape(), "From the answer.")
          .optional("before_answer", &CallbackText::is_before_answer, boolean(),
                    "The delay counts from the arrival: it may overtake the answer.")
          .optional("attempts", &CallbackText::attempts_max, integer(1, 100),
                    "Until a 2xx; all carry one Webhook-Id.")
          .optional("wait", &CallbackText::wait, duration(1ms),
                    "Before the second attempt; doubled before each later one.")
          .optional("timeout", &CallbackText::timeout, duration(1ms), "Of one attempt.")
          .optional("copies", &CallbackText::copies, integer(1, 100),
                    "Delivered so often, with one Webhook-Id.")
          .optional("sign", &CallbackText::signature, sign, "")
          .done();
  return mapped<CallbackSpec>(callback, [](const CallbackText& text) -> kernel::Result<CallbackSpec> {
    CallbackSpec spec = text;
    for (const auto& [name, value] : text.header_templates) spec.headers.emplace_back(name, value);
    if (!text.body) return spec;
    auto made = JsonBody::compile(*text.body, true);
    if (!made) return kernel::invalid("body " + made.error().message);
    spec.json = std::move(*made);
    return spec;
  });
}

/// Settings that would be read and then ignored.
std::optional<std::string> idle_setting(const StubText& text) {
  const bool does_something = text.effect || text.job_text || !text.callbacks.empty();
  if (!text.executes && does_something)
    return "'executes: false' goes without 'effect', 'job' and 'callbacks'";
  const bool is_by_luck = text.choose == Choose::Random || text.choose == Choose::Weighted;
  for (const ResponseText& response : text.response_texts) {
    if (is_by_luck && response.repeat != 1) return "'repeat' is for responses that come in turn";
    if (text.choose != Choose::Weighted && response.weight != 1)
      return "'weight' goes with 'choose: weighted'";
  }
  return std::nullopt;
}

kernel::Result<StubSpec> stub_of(const StubText& text) {
  if (const auto idle = idle_setting(text)) return kernel::invalid(*idle);
  StubSpec stub = text;
  std::size_t number = 0;
  for (const ResponseText& response : text.response_texts) {
    auto made = response_of(response, text.is_templated, "response " + std::to_string(++number));
    if (!made) return std::unexpected(made.error());
    stub.responses.push_back(std::move(*made));
  }
  if (stub.responses.empty()) stub.responses.emplace_back();
  if (text.job_text) {
    JobSpec job = *text.job_text;
    auto pending = response_of(text.job_text->pending_text, text.is_templated, "pending");
    if (!pending) return std::unexpected(pending.error());
    auto done = response_of(text.job_text->done_text, text.is_templated, "done");
    if (!done) return std::unexpected(done.error());
    job.pending = std::move(*pending);
    job.done = std::move(*done);
    stub.job = std::move(job);
  }
  for (const auto& [name, value] : text.state_templates) stub.sets_state.emplace_back(name, value);
  if (stub.effect && stub.effect->operation.empty()) stub.effect->operation = stub.id;
  return stub;
}

Shape<StubText> stub_shape() {
  return object<StubText>("a stub", "Which requests, what answer, what it does.")
      .required("id", &StubText::id, non_empty_text(), "Its name in reports.")
      .optional("priority", &StubText::priority, integer(1, 1000),
                "The lowest wins, then the stub that stands last.")
      .required("request", &StubText::request, request_shape(), "Which requests.")
      .optional("contract", &StubText::contract, contract_shape(), "What the request has to keep.")
      .optional("respond", &StubText::response_texts, config::one_or_list_of(response_shape()),
                "One response, or several.")
      .optional("choose", &StubText::choose,
                choice<Choose>({{"sequence", Choose::Sequence},
                                {"cycle", Choose::Cycle},
                                {"random", Choose::Random},
                                {"weighted", Choose::Weighted}}),
                "Which of several: one after the other and the last one stays; round and round; by luck.")
      .optional("templated", &StubText::is_templated, boolean(),
                "{{expressions}} in headers and bodies are evaluated.")
      .optional("latency", &StubText::latency, latency_shape(), "Instead of the API's.")
      .optional("times", &StubText::times, integer(1), "Gone after so many requests.")
      .optional("for", &StubText::lives, duration(1ms), "Gone after this time of the run.")
      .optional("scenario", &StubText::step, step_shape(), "State machine.")
      .optional("scope", &StubText::scope, template_shape(),
                "States and responses are counted per value of this template.")
      .optional("requires_state", &StubText::requires_state, config::map_of(config::text()),
                "All must be set so.")
      .optional("sets_state", &StubText::state_templates, config::map_of(template_shape()), "Templates.")
      .optional("removes_state", &StubText::removes_state, config::list_of(non_empty_text()), "")
      .optional("effect", &StubText::effect, effect_shape(),
                "What it does to the business: a key, or operation and key.")
      .optional("executes", &StubText::executes, boolean(),
                "false: it refuses before anything is done, and no idempotency key is kept.")
      .optional("job", &StubText::job_text, job_shape(), "202, and poll.")
      .optional("callbacks", &StubText::callbacks, config::list_of(callback_shape()), "Sent in this order.")
      .not_yet("proxy", "a mock answers by itself")
      .done();
}

}  // namespace

Shape<Template> template_shape() {
  return mapped<Template>(config::text(), [](const std::string& text) { return Template::compile(text); },
                          {.wants = "a text with {{expressions}}"});
}

Shape<StubSpec> one_stub_shape() {
  return as_written(mapped<StubSpec>(stub_shape(), stub_of),
                    [](StubSpec& stub, config::JsonPtr written) { stub.written = std::move(written); });
}

Shape<std::vector<StubSpec>> stubs_shape() {
  return mapped<std::vector<StubSpec>>(
      config::list_of(one_stub_shape()),
      [](const std::vector<StubSpec>& stubs) -> kernel::Result<std::vector<StubSpec>> {
        for (std::size_t i = 0; i < stubs.size(); ++i) {
          for (std::size_t j = 0; j < i; ++j) {
            if (stubs[i].id == stubs[j].id)
              return kernel::invalid("two stubs are named '" + stubs[i].id + "'");
          }
        }
        const auto idle = stubs_that_never_win(stubs);
        if (!idle.empty()) return kernel::invalid(idle.front());
        return stubs;
      });
}

}  // namespace emulator::runner
