module['exports'] = function runTheTrap(text) {
  var trap = { a: ['\u0040', '\u0104', '\u023a'], b: ['\u00df', '\u0181', '\u0243'], e: ['\u00cb', '\u0115', '\u018e'], o: ['\u00d8', '\u00f5', '\u019f'], s: ['\u00a7', '\u03de', '\u03df'] };
  var result = '';
  text = text || 'Run the trap, drop the bass';
  text.split('').forEach(function (letter) {
    var chars = trap[letter.toLowerCase()] || [' '];
    var pick = Math.floor(Math.random() * chars.length);
    result += typeof trap[letter.toLowerCase()] !== 'undefined' ? chars[pick] : letter;
  });
  return result;
};
