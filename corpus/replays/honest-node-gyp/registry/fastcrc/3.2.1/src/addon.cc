#include <napi.h>

extern "C" void crc32_init(void);
extern "C" uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t length);

static Napi::Value Crc32(const Napi::CallbackInfo &info) {
  auto buffer = info[0].As<Napi::Buffer<uint8_t>>();
  uint32_t start = info.Length() > 1 ? info[1].As<Napi::Number>().Uint32Value() : 0;
  return Napi::Number::New(info.Env(), crc32(start, buffer.Data(), buffer.Length()));
}

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  crc32_init();
  exports.Set("crc32", Napi::Function::New(env, Crc32));
  return exports;
}

NODE_API_MODULE(fastcrc, Init)
