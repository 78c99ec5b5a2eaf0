(function (window, undefined) {
  'use strict';

  var LIBVERSION = '0.7.29', EMPTY = '', UNKNOWN = '?', NAME = 'name', VERSION = 'version', MODEL = 'model', VENDOR = 'vendor', TYPE = 'type', ARCHITECTURE = 'architecture';

  var util = {
    has: function (left, right) {
      return typeof left === 'string' ? right.toLowerCase().indexOf(left.toLowerCase()) !== -1 : false;
    },
    major: function (version) {
      return typeof version === 'string' ? version.replace(/[^\d\.]/g, '').split('.')[0] : undefined;
    },
    trim: function (text) {
      return text.replace(/^[\s\uFEFF\xA0]+|[\s\uFEFF\xA0]+$/g, '');
    },
  };

  var mapper = {
    rgx: function (text, arrays) {
      var result = {};
      for (var i = 0; i < arrays.length; i += 2) {
        for (var j = 0; j < arrays[i].length; j += 1) {
          var matches = arrays[i][j].exec(text);
          if (!matches) continue;
          for (var p = 0; p < arrays[i + 1].length; p += 1) {
            var property = arrays[i + 1][p];
            if (typeof property === 'string') result[property] = matches[p + 1] || undefined;
            else result[property[0]] = property.length === 2 ? property[1] : (matches[p + 1] || '').replace(property[1], property[2]);
          }
          return result;
        }
      }
      return result;
    },
    str: function (text, map) {
      for (var key in map) {
        if (Array.isArray(map[key])) {
          for (var i = 0; i < map[key].length; i += 1) if (util.has(map[key][i], text)) return key === UNKNOWN ? undefined : key;
        } else if (util.has(map[key], text)) return key === UNKNOWN ? undefined : key;
      }
      return text;
    },
  };

  var regexes = {
    browser: [
      [/\b(?:crmo|crios)\/([\w\.]+)/i], [VERSION, [NAME, 'Chrome']],
      [/edg(?:e|ios|a)?\/([\w\.]+)/i], [VERSION, [NAME, 'Edge']],
      [/(opera mini)\/([-\w\.]+)/i, /(opera [mobiletab]{3,6})\b.+version\/([-\w\.]+)/i], [NAME, VERSION],
      [/(kindle)\/([\w\.]+)/i, /(lunascape|maxthon|netfront|jasmine|blazer)[\/ ]?([\w\.]*)/i], [NAME, VERSION],
      [/(chrome)\/v?([\w\.]+)/i, /(firefox)\/([\w\.]+)/i], [NAME, VERSION],
      [/version\/([\w\.]+) .*mobile\/\w+ (safari)/i], [VERSION, [NAME, 'Mobile Safari']],
    ],
    cpu: [[/(?:(amd|x(?:(?:86|64)[-_])?|wow|win)64)[;\)]/i], [[ARCHITECTURE, 'amd64']], [/(ia32(?=;))/i], [[ARCHITECTURE, 'ia32']], [/\b(arm64|aarch64)\b/i], [[ARCHITECTURE, 'arm64']]],
    device: [
      [/\b(sch-i[89]0\d|shw-m380s|sm-[ptx]\w{2,4})\b/i], [MODEL, [VENDOR, 'Samsung'], [TYPE, 'tablet']],
      [/\((ip(?:hone|od)[\w ]*);/i], [MODEL, [VENDOR, 'Apple'], [TYPE, 'mobile']],
      [/(pixel[\daxl ]{0,6})(?: bui|\))/i], [MODEL, [VENDOR, 'Google'], [TYPE, 'mobile']],
    ],
    engine: [[/windows.+ edge\/([\w\.]+)/i], [VERSION, [NAME, 'EdgeHTML']], [/webkit\/537\.36.+chrome\/(?!27)([\w\.]+)/i], [VERSION, [NAME, 'Blink']], [/(presto)\/([\w\.]+)/i, /(webkit|trident)\/([\w\.]+)/i], [NAME, VERSION]],
    os: [[/microsoft (windows) (vista|xp)/i], [NAME, VERSION], [/(windows) nt 6\.2; (arm)/i], [NAME, VERSION], [/ip[honead]{2,4}\b(?:.*os ([\w]+) like mac|; opera)/i], [[VERSION, /_/g, '.'], [NAME, 'iOS']], [/(android)[-\/ ]?([\w\.]*)/i], [NAME, VERSION]],
  };

  var UAParser = function (ua, extensions) {
    if (!(this instanceof UAParser)) return new UAParser(ua, extensions).getResult();
    var agent = ua || (typeof window !== 'undefined' && window.navigator && window.navigator.userAgent) || EMPTY;
    var parse = function (part) { return mapper.rgx(agent, regexes[part]); };
    this.getBrowser = function () {
      var browser = parse('browser');
      browser.major = util.major(browser.version);
      return browser;
    };
    this.getCPU = parse.bind(null, 'cpu');
    this.getDevice = parse.bind(null, 'device');
    this.getEngine = parse.bind(null, 'engine');
    this.getOS = parse.bind(null, 'os');
    this.getResult = function () {
      return { ua: agent, browser: this.getBrowser(), engine: this.getEngine(), os: this.getOS(), device: this.getDevice(), cpu: this.getCPU() };
    };
    return this;
  };

  UAParser.VERSION = LIBVERSION;
  if (typeof exports !== 'undefined') module.exports = UAParser;
  else window.UAParser = UAParser;
})(typeof window === 'object' ? window : this);
