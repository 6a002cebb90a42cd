#pragma once
// All event source mappings: those that a scenario declares and those that clients create.
//
// Source: facts/aws-delivery 4.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/lambda/event_source_mapping.h"
#include "emulator/lambda/mapping.h"
#include "middleware/kernel/random.h"

namespace emulator::lambda {

class EventSourceMappings final : public MappingAdmin {
 public:
  EventSourceMappings(std::uint64_t seed, MappingSurroundings around);

  MappingAnswer<MappingInfo> create(MappingConfig config) override;
  MappingAnswer<MappingInfo> update(std::string_view uuid, const MappingChange& change) override;
  MappingAnswer<MappingInfo> remove(std::string_view uuid) override;
  MappingAnswer<MappingInfo> find(std::string_view uuid) const override;
  std::vector<MappingInfo> list(std::string_view function, std::string_view queue) const override;

 private:
  struct Entry {
    MappingInfo info;
    std::unique_ptr<EventSourceMapping> mapping{};
    /// From before an update: they receive no more and end what they have.
    std::vector<std::unique_ptr<EventSourceMapping>> retired{};
  };
  std::optional<MappingError> refuse_here(const MappingConfig& config) const;
  Entry* entry_of(std::string_view uuid);
  void start(Entry& entry);
  /// Those that have nothing left to end.
  void forget_ended();

  MappingSurroundings around_;
  kernel::Random ids_;
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<EventSourceMapping>> removed_;
};

}  // namespace emulator::lambda
