#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace convlab {

/// The names of the layers of a network. Generated ones are the kind and a number: "conv2d_1".
class LayerNames {
 public:
  bool contains(std::string_view name) const { return names_.contains(name); }
  /// Returns an unused name for another layer of this kind.
  std::string next(std::string_view kind);
  void insert(std::string_view kind, const std::string& name);
  void remove(std::string_view kind, std::string_view name);

 private:
  struct Numbers {
    int64_t count = 0;  // number of layers of the kind
    int64_t used = 0;   // no unused name has a number from `count` + 1 to this
  };

  std::set<std::string, std::less<>> names_;
  std::map<std::string, Numbers, std::less<>> numbers_;  // by kind
};

}  // namespace convlab
