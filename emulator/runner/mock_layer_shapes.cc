// The shapes of what stands around the stubs of a mock.
#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"
#include "emulator/runner/mock_shapes.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using namespace mocks::stubs;
using namespace std::chrono_literals;

struct InFlight {
  std::optional<int> status{};
};

Shape<InFlight> in_flight_shape() {
  return mapped<InFlight>(config::json(),
                          [](const kernel::Json& value) -> kernel::Result<InFlight> {
                            if (value == "wait") return InFlight{};
                            if (value.is_number_integer() && value >= 400 && value <= 599)
                              return InFlight{.status = value.get<int>()};
                            return kernel::invalid("wants a status from 400 to 599, or wait");
                          },
                          {.wants = "a status from 400 to 599, or wait"});
}

struct TokenText : TokenSpec {
  config::MapOf<std::string> client_texts{};
};

struct BucketText : BucketSpec {
  std::optional<kernel::Json> records{};
};

}  // namespace

Shape<IdempotencySpec> idempotency_shape() {
  const auto method =
      choice<std::string>({{"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}, {"DELETE", "DELETE"}});
  return object<IdempotencySpec>("an idempotency layer", "As Stripe does it, unless said otherwise.")
      .optional("header", &IdempotencySpec::header, non_empty_text(), "Carries the key.")
      .optional("methods", &IdempotencySpec::methods, config::list_of(method, 1), "Which honour it.")
      .optional("required", &IdempotencySpec::is_required, boolean(), "Without a key: 400.")
      .optional("per_credential", &IdempotencySpec::is_per_credential, boolean(),
                "The key belongs to the Authorization that sent it.")
      .optional("per_path", &IdempotencySpec::is_per_path, boolean(), "And to method and path.")
      .optional("fingerprint", &IdempotencySpec::fingerprint,
                choice<Fingerprint>(
                    {{"body", Fingerprint::Body}, {"json", Fingerprint::Json}, {"none", Fingerprint::None}}),
                "What makes two requests the same: bytes, JSON whatever its order, or nothing.")
      .optional(
          "stores", &IdempotencySpec::stored,
          choice<Stored>(
              {{"all", Stored::All}, {"2xx", Stored::Success}, {"not_server_error", Stored::NotServerError}}),
          "Which answers are repeated.")
      .optional("window", &IdempotencySpec::window, duration(1ms), "How long a key is remembered.")
      .optional("mismatch", &IdempotencySpec::mismatch_status, integer(400, 499),
                "Status when the request is another.")
      .optional(
          "in_flight",
          [](IdempotencySpec& out, const InFlight& value) { out.in_flight_status = value.status; },
          in_flight_shape(), "Status while the first runs, or wait.")
      .optional("replay_header", &IdempotencySpec::replay_header, non_empty_text(),
                "Says true on a repeated answer.")
      .optional("before_limits", &IdempotencySpec::is_before_limits, boolean(),
                "A repeated answer costs no rate limit.")
      .done();
}

Shape<std::vector<LimitSpec>> limits_shape() {
  const auto kind = choice<LimitKind>({{"token_bucket", LimitKind::TokenBucket},
                                       {"fixed_window", LimitKind::FixedWindow},
                                       {"sliding_log", LimitKind::SlidingLog},
                                       {"sliding_counter", LimitKind::SlidingCounter},
                                       {"leaky_bucket", LimitKind::LeakyBucket},
                                       {"concurrency", LimitKind::Concurrency}});
  const auto style = choice<LimitHeaders>({{"x-ratelimit-epoch", LimitHeaders::XEpochSeconds},
                                           {"x-ratelimit-delta", LimitHeaders::XDeltaSeconds},
                                           {"x-ratelimit-epoch-ms", LimitHeaders::XEpochMillis},
                                           {"ratelimit-06", LimitHeaders::Draft06},
                                           {"ratelimit-07", LimitHeaders::Draft07},
                                           {"ratelimit-08", LimitHeaders::Draft08}});
  return config::list_of(
      object<LimitSpec>("a rate limit", "Requests above it are refused.")
          .optional("name", &LimitSpec::name, non_empty_text(), "In its headers and reports.")
          .required("kind", &LimitSpec::kind, kind, "How it counts.")
          .required("limit", &LimitSpec::limit, integer(1), "So many requests (concurrency: at once) ...")
          .optional("per", &LimitSpec::per, duration(1ms), "... in this time.")
          .optional("from_first", &LimitSpec::begins_with_first, boolean(),
                    "fixed_window: aligned to the key's first request, not to the clock.")
          .optional("path", &LimitSpec::path_prefix, non_empty_text(), "Only requests whose path starts so.")
          .optional("key", &LimitSpec::key, template_shape(), "Counted per value of this template.")
          .optional("headers", &LimitSpec::headers, config::one_or_list_of(style),
                    "What it tells of itself, on success too.")
          .optional("retry_after", &LimitSpec::sends_retry_after, boolean(), "Retry-After on refusal.")
          .optional("status", &LimitSpec::status, integer(400, 599), "Of a refusal.")
          .optional("body", &LimitSpec::body, non_empty_text(), "Of a refusal, JSON as text.")
          .check("from_first",
                 [](const LimitSpec& limit) -> std::optional<std::string> {
                   if (!limit.begins_with_first || limit.kind == LimitKind::FixedWindow) return std::nullopt;
                   return "'from_first' is for fixed_window";
                 })
          .done());
}

Shape<SaturationSpec> saturation_shape() {
  return object<SaturationSpec>("saturation", "Workers and a queue before them: latency grows with load.")
      .required("workers", &SaturationSpec::workers, integer(1, 100'000), "Requests that are served at once.")
      .required("service", &SaturationSpec::service, latency_shape(), "How long a worker takes.")
      .optional("queue", &SaturationSpec::queue_max, integer(0), "So many may wait; no bound when absent.")
      .optional("queue_timeout", &SaturationSpec::queue_timeout, duration(1ms),
                "Who would wait longer is refused at once.")
      .optional("status", &SaturationSpec::status, integer(400, 599), "Of a refusal.")
      .optional("retry_after", &SaturationSpec::retry_after, duration(),
                "Of a refusal, in whole seconds rounded up.")
      .done();
}

Shape<std::vector<BucketSpec>> buckets_shape() {
  const auto path =
      mapped<std::string>(non_empty_text(), [](const std::string& text) -> kernel::Result<std::string> {
        if (text.starts_with('/') && !text.ends_with('/')) return text;
        return kernel::invalid("wants a path such as /things");
      });
  const auto bucket =
      object<BucketText>("a bucket", "Records that are listed, read, made, changed and deleted over REST.")
          .required("path", &BucketText::path, path, "/things; a record is /things/{id}.")
          .optional("id", &BucketText::id, non_empty_text(), "The field that is the key.")
          .optional("records", &BucketText::records, config::json(), "At the start.")
          .optional("lag", &BucketText::lag, duration(), "Reads see the records as they were so long ago.")
          .optional("effect", &BucketText::effect, non_empty_text(), "What making one does to the business.")
          .optional("business_key", &BucketText::effect_key, non_empty_text(),
                    "JSON Pointer into the record, by which the effect is counted; its id when absent.")
          .requires_key("business_key", {"effect"})
          .done();
  return config::list_of(mapped<BucketSpec>(bucket, [](const BucketText& text) -> kernel::Result<BucketSpec> {
    BucketSpec spec = text;
    if (!text.records) return spec;
    if (!text.records->is_array()) return kernel::invalid("'records' wants a list of objects");
    for (const kernel::Json& record : *text.records) {
      if (!record.is_object() || !record.contains(text.id))
        return kernel::invalid("each of 'records' is an object with '" + text.id + "'");
    }
    spec.seed = std::make_shared<const kernel::Json>(*text.records);
    return spec;
  }));
}

Shape<TokenSpec> tokens_shape() {
  const auto tokens =
      object<TokenText>("an OAuth token endpoint",
                        "Client credentials and refresh; all other paths want its tokens.")
          .optional("path", &TokenText::path, non_empty_text(), "Where tokens are asked for, with POST.")
          .required("clients", &TokenText::client_texts, config::map_of(config::text()),
                    "Secret by client id.")
          .optional("lasts", &TokenText::lasts, duration(1ms), "How long a token is good.")
          .optional("refresh_tokens", &TokenText::gives_refresh_tokens, boolean(),
                    "A refresh token comes along, for one use.")
          .optional("uses", &TokenText::uses_max, integer(0),
                    "A token is refused after so many requests, before its time.")
          .done();
  return mapped<TokenSpec>(tokens, [](const TokenText& text) -> kernel::Result<TokenSpec> {
    TokenSpec spec = text;
    spec.clients.assign(text.client_texts.begin(), text.client_texts.end());
    return spec;
  });
}

Shape<CredentialSpec> credential_shape() {
  return object<CredentialSpec>("a credential", "A header that every request has to carry, else 401.")
      .required("header", &CredentialSpec::header, non_empty_text(), "Authorization, X-Api-Key.")
      .required("value", &CredentialSpec::value, non_empty_text(), "Of the rehearsal only.")
      .done();
}

}  // namespace emulator::runner
