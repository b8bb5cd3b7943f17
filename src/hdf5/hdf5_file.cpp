#include "hdf5/hdf5_file.h"

// The functions of version 1.10 under their plain names, whatever the library's version.
#define H5_USE_110_API
#include <hdf5.h>

#include <array>
#include <cstddef>
#include <new>

#include "core/error.h"
#include "core/quoted.h"

namespace convlab {

namespace {

constexpr size_t max_objects = 100'000;
/// Compressed weights take about nine tenths of their size.
constexpr uint64_t max_compression = 100;

/// An open object of the library.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }

  hid_t id() const { return id_; }
  bool is_open() const { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

/// What a walk over all objects has found.
struct Found {
  std::vector<std::string> datasets;
  size_t objects = 0;
  bool out_of_memory = false;
};

/// Called by the library, which no exception may leave. A value above 0 ends the walk.
herr_t note_object(hid_t, const char* path, const H5O_info_t* info, void* data) noexcept {
  Found& found = *static_cast<Found*>(data);
  if (++found.objects > max_objects) return 1;
  if (info->type != H5O_TYPE_DATASET) return 0;
  try {
    found.datasets.emplace_back(path);
  } catch (const std::bad_alloc&) {
    found.out_of_memory = true;
    return 1;
  }
  return 0;
}

/// Whether the library would look for values outside the file.
bool is_elsewhere(hid_t dataset) {
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  return !properties.is_open() || H5Pget_layout(properties.id()) == H5D_VIRTUAL ||
         H5Pget_external_count(properties.id()) != 0;
}

bool is_float(hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  return type.is_open() && H5Tget_class(type.id()) == H5T_FLOAT;
}

Shape shape_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const int rank = space.is_open() ? H5Sget_simple_extent_ndims(space.id()) : -1;
  if (rank < 0) fail("it has no shape");
  if (rank > Shape::max_rank) fail("{} dimensions; expected at most {}", rank, Shape::max_rank);
  std::array<hsize_t, Shape::max_rank> dims{};
  H5Sget_simple_extent_dims(space.id(), dims.data(), nullptr);
  Shape shape;
  for (int axis = 0; axis < rank; ++axis)
    shape.append(static_cast<int64_t>(dims.at(static_cast<size_t>(axis))));
  return shape;
}

}  // namespace

struct Hdf5File::Object {
  explicit Object(hid_t file) : handle(file, H5Fclose) {}
  Handle handle;
};

Hdf5File::Hdf5File(const std::filesystem::path& path) : name_(path.string()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are reported by Error alone
  H5PLset_loading_state(0);
  if (H5Fis_hdf5(name_.c_str()) <= 0)
    fail("{} is missing or no HDF5 file; expected weights that Keras wrote as .h5", name_);
  file_ = std::make_unique<Object>(H5Fopen(name_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file_->handle.is_open()) fail("{} cannot be read: it is damaged, or not whole", name_);
}

Hdf5File::~Hdf5File() = default;

std::vector<Hdf5Floats> Hdf5File::floats() const {
  Found found;
  const herr_t status =
      H5Ovisit(file_->handle.id(), H5_INDEX_NAME, H5_ITER_INC, note_object, &found);
  if (found.objects > max_objects)
    fail("{} holds more than {} objects; expected weights", name_, max_objects);
  if (status != 0) fail("{}: its list of datasets cannot be read", name_);
  std::vector<Hdf5Floats> floats;
  for (const std::string& path : found.datasets) {
    const Handle dataset(H5Dopen2(file_->handle.id(), path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.is_open()) fail("{}: dataset {} cannot be read", name_, in_quotes(path));
    if (!is_float(dataset.id())) continue;
    try {
      if (is_elsewhere(dataset.id())) fail("its values are in another file");
      const Shape shape = shape_of(dataset.id());
      const auto elements = static_cast<uint64_t>(shape.elements());
      if (elements / max_compression > H5Dget_storage_size(dataset.id()))
        fail("it takes less than a hundredth of its size {}", shape);
      floats.push_back({path, shape});
    } catch (const Error& error) {
      fail("{}: dataset {}: {}", name_, in_quotes(path), error.what());
    }
  }
  return floats;
}

std::string Hdf5File::attribute(const std::string& object, const std::string& attribute) const {
  const Handle opened(H5Aopen_by_name(file_->handle.id(), object.c_str(), attribute.c_str(),
                                      H5P_DEFAULT, H5P_DEFAULT),
                      H5Aclose);
  if (!opened.is_open()) return {};
  const Handle type(H5Aget_type(opened.id()), H5Tclose);
  const Handle space(H5Aget_space(opened.id()), H5Sclose);
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) <= 0 ||
      H5Sget_simple_extent_npoints(space.id()) != 1)
    return {};
  const Handle memory_type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(memory_type.id(), H5T_VARIABLE);
  H5Tset_cset(memory_type.id(), H5Tget_cset(type.id()));
  char* text = nullptr;
  if (H5Aread(opened.id(), memory_type.id(), static_cast<void*>(&text)) < 0 || text == nullptr)
    return {};
  const std::unique_ptr<char, herr_t (*)(void*)> owner(text, H5free_memory);
  return text;
}

void Hdf5File::read(const Hdf5Floats& dataset, std::span<float> values) const {
  const Handle opened(H5Dopen2(file_->handle.id(), dataset.path.c_str(), H5P_DEFAULT), H5Dclose);
  if (H5Dread(opened.id(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail("{}: dataset {} cannot be read", name_, in_quotes(dataset.path));
}

}  // namespace convlab
