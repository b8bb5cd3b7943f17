#include "engine/needed_data.h"

#include <variant>

#include "core/error.h"
#include "io/model_file.h"

namespace convlab {

namespace {

template <class Other>
std::string data_of(const Other&) {
  return {};
}

std::string data_of(const Configure& request) { return request.options.data; }

std::string data_of(const DescribeData& request) { return request.data; }

std::string data_of(const FindLearningRate& request) { return request.options.data; }

std::string data_of(const LoadModel& request) {
  if (!request.options.data.empty()) return request.options.data;
  try {
    return trained_data(request.file, request.source);
  } catch (const Error&) {
    return {};  // loading it says what is wrong
  }
}

}  // namespace

std::string needed_data(const Request& request) {
  return std::visit([](const auto& one) { return data_of(one); }, request);
}

}  // namespace convlab
