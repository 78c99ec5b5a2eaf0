'use strict';
const { string, object } = require('./validate');
const COUNTRIES = [
  { cca2: 'BR', name: 'Brazil', code: '+55', mask: '(##) #####-####' }, { cca2: 'DE', name: 'Germany', code: '+49', mask: '#### ########' }, { cca2: 'FR', name: 'France', code: '+33', mask: '# ## ## ## ##' },
  { cca2: 'GB', name: 'United Kingdom', code: '+44', mask: '#### ######' }, { cca2: 'IN', name: 'India', code: '+91', mask: '#####-#####' }, { cca2: 'US', name: 'United States', code: '+1', mask: '(###) ###-####' },
];
const shape = object({ phone: string(), country: string().optional() });

function applyMask(digits, mask) {
  let out = '';
  let at = 0;
  for (const letter of mask) {
    if (at >= digits.length) break;
    if (letter === '#') {
      out += digits[at];
      at += 1;
    } else out += letter;
  }
  return out;
}

exports.countryFor = (text) => COUNTRIES.filter((item) => text.startsWith(item.code)).sort((a, b) => b.code.length - a.code.length)[0] || null;
exports.format = (input) => {
  const { phone, country } = shape.parse(input);
  const found = country ? COUNTRIES.find((item) => item.cca2 === country) : exports.countryFor(phone);
  if (!found) return phone;
  const digits = phone.replace(found.code, '').replace(/\D/g, '');
  return found.code + ' ' + applyMask(digits, found.mask);
};
exports.isValid = (input) => exports.format(input).replace(/\D/g, '').length >= 8;
