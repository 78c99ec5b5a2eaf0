module['exports'] = function americanFlag () {
  console.log('LIBERTY LIBERTY LIBERTY'.yellow);
  console.log('LIBERTY LIBERTY LIBERTY'.america);
  console.log('LIBERTY LIBERTY LIBERTY'.yellow);
  let flag = '';
  for (let row = 0; row < 7; row += 1) flag += '\n' + '* '.repeat(6) + '='.repeat(30);
  console.log(flag);
};
