#include "middleware/config/inbox_shapes.h"

#include <algorithm>

#include "middleware/config/security_shapes.h"
#include "middleware/config/template_shapes.h"

namespace config {
namespace {

using kernel::TextTemplate;
using service::AnswerWhen;

/// What PostgreSQL takes without quotes.
Shape<std::string> schema_name() {
  return mapped<std::string>(
      non_empty_text(),
      [](const std::string& name) -> kernel::Result<std::string> {
        const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
        const bool is_name = std::ranges::all_of(name, fits) && name.size() <= 63 &&
                             (name[0] < '0' || name[0] > '9') && !name.starts_with("pg_");
        if (!is_name) return kernel::invalid("is no name of a schema");
        return name;
      },
      {.wants = "a name of small letters, digits and _"});
}

Shape<PostgresText> postgres_shape() {
  const auto map =
      object<PostgresText>("a database", "PostgreSQL 13 or later; instances that name the same share it.")
          .required("url", &PostgresText::url, secret_reference(),
                    "Reference to the secret that holds its URL: env:DATABASE_URL.")
          .optional("schema", &PostgresText::schema, schema_name(),
                    "Of this deployment's tables; made if it is not there.")
          .optional("connections", &PostgresText::connections, integer(1, 1000), "Of one instance, at most.")
          .optional("look", &PostgresText::look,
                    duration(std::chrono::milliseconds{10}, std::chrono::hours{1}),
                    "How often an instance looks for what others left behind.")
          .optional("ca_file", &PostgresText::ca_file, non_empty_text(),
                    "PEM of CAs to trust in the server, instead of the system's.")
          .done();
  const auto reference = mapped<PostgresText>(
      secret_reference(),
      [](const std::string& url) -> kernel::Result<PostgresText> { return PostgresText{.url = url}; });
  return either<PostgresText>({.scalar = reference, .map = map});
}

Shape<StoreConfig> store_shape() {
  const auto map = object<StoreConfig>("a store", "Where events are kept.")
                       .optional("sqlite", &StoreConfig::sqlite, non_empty_text(),
                                 "Path of the file; it is made if it is not there. One process at a time.")
                       .optional("postgres", &StoreConfig::postgres, postgres_shape(),
                                 "A database that all instances share: its URL by reference, or a map.")
                       .exactly_one_of({"sqlite", "postgres"})
                       .done();
  const auto memory = mapped<StoreConfig>(
      choice<int>({{"memory", 0}}), [](const int&) -> kernel::Result<StoreConfig> { return StoreConfig{}; });
  return either<StoreConfig>({.scalar = memory, .map = map});
}

}  // namespace

std::string StoreConfig::identity() const {
  if (!postgres)
    return (sqlite.empty() ? "memory " : "sqlite " + sqlite + " ") + kernel::duration_text(remember);
  const PostgresText& text = *postgres;
  return "postgres " + text.url + " " + text.schema + " " + std::to_string(text.connections) + " " +
         kernel::duration_text(text.look) + " " + kernel::duration_text(remember) + " " + text.ca_file;
}

Shape<TextTemplate> event_template() {
  return mapped<TextTemplate>(text(),
                              [](const std::string& value) -> kernel::Result<TextTemplate> {
                                auto compiled = TextTemplate::compile(value);
                                if (!compiled) return compiled;
                                if (compiled->reads_names())
                                  return kernel::invalid("reads an answer, but no step has run yet");
                                if (!compiled->reads_root())
                                  return kernel::invalid("reads nothing of the event, such as ${/Id__c}");
                                return compiled;
                              },
                              {.wants = "text that reads the event, such as \"${/Order_Number__c}\""});
}

Shape<inbox::ParkingRules> parking_shape() {
  using inbox::ParkingRules;
  constexpr auto kShortest = std::chrono::milliseconds{1};
  return object<ParkingRules>("parking", "How long what failed waits for its next delivery.")
      .optional("first", &ParkingRules::wait_first, duration(kShortest),
                "After the first; doubles with each.")
      .optional("max", &ParkingRules::wait_max, duration(kShortest), "At most.")
      .check([](const ParkingRules& rules) -> std::optional<std::string> {
        if (rules.wait_first <= rules.wait_max) return std::nullopt;
        return "'first' is longer than 'max'";
      })
      .done();
}

namespace {

/// One template, or several that are compared in turn.
Shape<std::vector<TextTemplate>> version_of(Shape<TextTemplate> part) {
  return mapped<std::vector<TextTemplate>>(
      one_or_list_of(std::move(part)),
      [](const std::vector<TextTemplate>& parts) -> kernel::Result<std::vector<TextTemplate>> {
        if (parts.empty()) return kernel::invalid("an empty list says nothing");
        return parts;
      });
}

}  // namespace

Shape<InboxText> inbox_shape() {
  return object<InboxText>("the inbox", "What an acknowledgement of an event means.")
      .optional("store", &InboxText::store, store_shape(), "memory, {sqlite: PATH} or {postgres: REFERENCE}.")
      .optional(
          "remember", [](InboxText& inbox, kernel::Duration value) { inbox.store.remember = value; },
          duration(std::chrono::minutes{1}, std::chrono::hours{24 * 365}),
          "How long an event that is over is known: longer than any redelivery of it.")
      .optional("answer", &InboxText::answer,
                choice<AnswerWhen>({{"sync", AnswerWhen::Sync}, {"accepted", AnswerWhen::Accepted}}),
                "sync: when the flow is over, with its result. accepted: 202 when the event is kept.")
      .optional("running", &InboxText::running_max, integer(1, 10'000), "Accepted events worked on at once.")
      .optional("waiting", &InboxText::waiting_max, integer(1, 1'000'000'000),
                "Accepted events that are not over; more are refused with 503.")
      .optional("parking", &InboxText::parking, parking_shape(), "Between deliveries of an accepted event.")
      .done();
}

Shape<OrderingText> ordering_shape() {
  return object<OrderingText>("ordering", "What the events of a flow say of each other's order.")
      .required("key", &OrderingText::key, event_template(),
                "Names the record. Events of one key are done one after the other, in the order they came.")
      .optional(
          "version", &OrderingText::version, version_of(event_template()),
          "Instead of waiting: an event is skipped when a later version of its record was applied. A list "
          "is compared part by part.")
      .place(&OrderingText::place)
      .done();
}

Shape<OrderingText> item_ordering_shape() {
  return object<OrderingText>("ordering", "Which record an item is of, and which version of it.")
      .required("key", &OrderingText::key, text_template(), "Names the record: \"${item}\".")
      .required("version", &OrderingText::version, version_of(text_template()),
                "Compared with what was applied to the record; a list part by part.")
      .optional("late", &OrderingText::late_runs, choice<bool>({{"skip", false}, {"run", true}}),
                "Of an item that is older than what was applied: skip it, or run its steps, which may ask "
                "ordering/late.")
      .place(&OrderingText::place)
      .done();
}

Shape<DeadLetterText> dead_letter_shape() {
  return object<DeadLetterText>("dead_letter", "When an accepted event is given up.")
      .required("after", &DeadLetterText::after, integer(1, 1000), "Deliveries that failed.")
      .place(&DeadLetterText::place)
      .done();
}

void check_ordering(const std::optional<OrderingText>& ordering,
                    const std::optional<DeadLetterText>& dead_letter, const InboxText& inbox,
                    Problems& problems) {
  if (inbox.answer == AnswerWhen::Accepted) return;
  if (ordering && ordering->version.empty()) {
    problems.add(
        ordering->place,
        "'ordering' with a key alone needs 'inbox: {answer: accepted}': a caller that is answered at the "
        "end of the flow decides itself when the event comes again; or give a 'version'");
  }
  if (dead_letter) {
    problems.add(
        dead_letter->place,
        "'dead_letter' needs 'inbox: {answer: accepted}': where the caller keeps the event, it is the "
        "caller that gives it up");
  }
}

}  // namespace config
