{
  "targets": [
    {
      "target_name": "fastcrc",
      "sources": [ "src/addon.cc", "src/crc32.c" ],
      "include_dirs": [ "<!(node -p \"require('node-addon-api').include_dir\")" ],
      "defines": [ "NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS" ],
      "cflags!": [ "-fno-exceptions" ],
      "conditions": [
        [ "OS=='mac'", { "xcode_settings": { "MACOSX_DEPLOYMENT_TARGET": "11.0" } } ],
        [ "OS=='win'", { "msvs_settings": { "VCCLCompilerTool": { "ExceptionHandling": 0 } } } ]
      ]
    }
  ]
}
