'use strict';
const fs = require('fs');
const path = require('path');
const pascal = (name) => name.replace(/(^|[-_ ])(\w)/g, (whole, mark, letter) => letter.toUpperCase());
const templates = {
  component: (name) => `import React from 'react';\nimport styles from './${name}.module.css';\n\nexport default function ${pascal(name)}(props) {\n  return <div className={styles.root}>{props.children}</div>;\n}\n`,
  test: (name) => `import { render } from '@testing-library/react';\nimport ${pascal(name)} from './${name}';\n\ntest('renders', () => {\n  render(<${pascal(name)} />);\n});\n`,
  style: () => '.root {\n  display: block;\n}\n',
};
exports.generate = function generate(name, root) {
  const folder = path.join(root, name);
  if (fs.existsSync(folder)) throw new Error(folder + ' exists');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name + '.jsx'), templates.component(name));
  fs.writeFileSync(path.join(folder, name + '.test.jsx'), templates.test(name));
  fs.writeFileSync(path.join(folder, name + '.module.css'), templates.style());
  return folder;
};
