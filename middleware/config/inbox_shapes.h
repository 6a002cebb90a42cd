#pragma once
// The shapes of `inbox`, and of `ordering` and `dead_letter` of a flow, in middleware.yaml. For the sources
// of this folder.
#include <optional>
#include <string>

#include "middleware/config/reader.h"
#include "middleware/service/flow.h"

namespace config {

/// A database that several instances share.
struct PostgresText {
  std::string url{};  ///< reference to the secret that holds it
  std::string schema = "relayrig";
  int connections = 8;
  kernel::Duration look = std::chrono::seconds{1};
  std::string ca_file{};
};

/// Where events are kept.
struct StoreConfig {
  std::string sqlite{};  ///< path of the file; "" and no database: in memory
  std::optional<PostgresText> postgres{};
  kernel::Duration remember = std::chrono::hours{24 * 7};  ///< events that are over

  /// Longer than the process.
  bool lasts() const { return !sqlite.empty() || postgres; }
  /// Of which kind, and which one: two that differ are two stores.
  std::string identity() const;
};

struct InboxText : inbox::InboxConfig {
  StoreConfig store{};
  service::AnswerWhen answer = service::AnswerWhen::Sync;
};

struct DeadLetterText {
  int after = service::FlowConfig{}.deliveries_max;
  Place place{};
};

struct OrderingText : service::OrderingConfig {
  Place place{};
};

/// Text that reads the event, and nothing else.
Shape<kernel::TextTemplate> event_template();
Shape<inbox::ParkingRules> parking_shape();
Shape<InboxText> inbox_shape();
Shape<OrderingText> ordering_shape();
/// Of a block: it reads the item too.
Shape<OrderingText> item_ordering_shape();
Shape<DeadLetterText> dead_letter_shape();

/// What a flow's keys say of the inbox.
void check_ordering(const std::optional<OrderingText>& ordering,
                    const std::optional<DeadLetterText>& dead_letter, const InboxText& inbox,
                    Problems& problems);

}  // namespace config
