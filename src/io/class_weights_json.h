#pragma once

#include <string>
#include <string_view>

namespace convlab {

/// Reads the weights of classes from JSON, a list [1, 2, 0.5] or, as the class_weight argument of
/// Keras' fit, an object of class indices {"0": 1, "2": 0.5}, in which classes that are missing up
/// to the largest index have weight 1. Returns them as RunOptions::class_weights has them:
/// "1,1,0.5". Throws Error, starting with `where`, for other JSON, numbers that are not from 0 to
/// 1e6, and more than 65,535 classes.
std::string class_weights_from_json(std::string_view text, const std::string& where);

}  // namespace convlab
