#include "emulator/runner/function_problems.h"

#include <algorithm>

#include "emulator/bus/arn.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using lambda::Destination;
using lambda::DestinationKind;

template <class T, class Name>
std::vector<std::string> names(const std::vector<T>& things, Name name) {
  std::vector<std::string> all;
  for (const T& thing : things) all.push_back(thing.*name);
  return all;
}

std::vector<std::string> names_of(const Given& given, DestinationKind kind) {
  switch (kind) {
    case DestinationKind::Queue:
      return names(given.queues, &queues::QueueConfig::name);
    case DestinationKind::Topic:
      return names(given.topics, &TopicGiven::name);
    case DestinationKind::Function:
      return names(given.functions, &lambda::FunctionConfig::name);
    case DestinationKind::Bus:
      break;
  }
  std::vector<std::string> buses = names(given.bus.buses, &bus::BusConfig::name);
  buses.emplace_back(bus::kDefaultBus);
  return buses;
}

void check(const Given& given, const std::string& function, const Destination& destination,
           std::vector<std::string>& problems) {
  const std::string start = "function '" + function + "'";
  if (auto why = lambda::refuse_destination(function, destination)) problems.push_back(start + ": " + *why);
  const std::vector<std::string> all = names_of(given, destination.kind);
  if (std::ranges::find(all, destination.name) != all.end()) return;
  problems.push_back(start + " has the destination " + text_of(destination) + ", which is not given" +
                     config::did_you_mean_text(destination.name, all));
}

}  // namespace

std::vector<std::string> function_problems(const Given& given) {
  std::vector<std::string> problems;
  std::int64_t reserved = 0;
  for (const FunctionGiven& function : given.functions) {
    reserved += function.concurrency.value_or(0);
    for (const auto& destination : {function.on_success, function.on_failure, function.dead_letter}) {
      if (destination) check(given, function.name, *destination, problems);
    }
  }
  const std::int64_t account = given.account.lambda.concurrency;
  if (const auto why = lambda::refuse_reserved(account, reserved)) {
    problems.push_back("the functions reserve " + std::to_string(reserved) + " of the account's " +
                       std::to_string(account) + ": " + *why);
  }
  return problems;
}

}  // namespace emulator::runner
