// A unit of work: events that wait for the commit, records and their change events.
#include <nlohmann/json.hpp>

#include "emulator/salesforce/errors.h"
#include "emulator/salesforce/org.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace emulator::salesforce {

class Org::Work final : public Transaction {
 public:
  Work(Org& org, Caller caller) : org_(org), caller_(std::move(caller)) {}
  ~Work() override {
    if (is_open_) roll_back();
  }

  OrgResult<SavedEvent> publish(std::string_view api_name, std::string_view fields) override {
    const Publishing publishing = of_caller(api_name, fields);
    auto accepted = org_.accept(publishing);
    if (!accepted) return std::unexpected(accepted.error());
    SavedEvent saved{.id = org_.published_id(*accepted->event), .event_uuid = accepted->uuid};
    const EventDefinition* definition = accepted->event->definition;
    if (definition != nullptr && definition->publish == PublishBehaviour::AfterCommit) {
      waiting_.push_back(std::move(*accepted));
    } else {
      org_.put(publishing, std::move(*accepted));
    }
    return saved;
  }

  OrgResult<std::string> create(std::string_view, const kernel::Json&) override {
    return std::unexpected(not_found());
  }
  OrgResult<> update(std::string_view, std::string_view, const kernel::Json&) override {
    return std::unexpected(not_found());
  }
  OrgResult<Upserted> upsert(std::string_view, std::string_view, const kernel::Json&,
                             const kernel::Json&) override {
    return std::unexpected(not_found());
  }
  OrgResult<> remove(std::string_view, std::string_view) override { return std::unexpected(not_found()); }
  OrgResult<> undelete(std::string_view, std::string_view) override { return std::unexpected(not_found()); }

  void commit() override {
    CHECK(is_open_);
    is_open_ = false;
    for (Accepted& accepted : waiting_) org_.put(of_caller(accepted.api_name, {}), std::move(accepted));
  }

  void roll_back() override {
    CHECK(is_open_);
    is_open_ = false;
    for (const Accepted& accepted : waiting_) {
      org_.journal_.rejected({.uuid = accepted.uuid,
                              .channel = accepted.event->channel,
                              .kind = accepted.api_name,
                              .ordering_key = accepted.key,
                              .payload = accepted.payload},
                             "salesforce: rolled back");
      kernel::point_hop(org_.journal_,
                        {.stage = kernel::Stage::Publish,
                         .event = accepted.uuid,
                         .parent = caller_.cause,
                         .from = caller_.name,
                         .to = "salesforce",
                         .operation = accepted.api_name},
                        {.outcome = kernel::Outcome::Rejected, .error = "the transaction was rolled back"});
    }
  }

 private:
  Publishing of_caller(std::string_view api_name, std::string_view fields) const {
    return {.api_name = api_name,
            .fields = fields,
            .user_id = caller_.user_id,
            .publisher = caller_.name,
            .cause = caller_.cause};
  }

  Org& org_;
  Caller caller_;
  bool is_open_ = true;
  std::vector<Accepted> waiting_;  // Publish After Commit, in the order of publishing
};

std::unique_ptr<Transaction> Org::begin(Caller caller) {
  return std::make_unique<Work>(*this, std::move(caller));
}

std::string Org::published_id(const Definitions::Event& event) {
  return kernel::salesforce_id(event.key_prefix, ++ids_given_);
}

OrgResult<kernel::Json> Org::record(std::string_view, std::string_view) const {
  return std::unexpected(not_found());
}

OrgResult<std::vector<kernel::Json>> Org::records(std::string_view) const {
  return std::unexpected(not_found());
}

}  // namespace emulator::salesforce
