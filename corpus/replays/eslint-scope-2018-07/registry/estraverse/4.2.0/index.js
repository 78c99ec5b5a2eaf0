'use strict';
exports.VisitorOption = { Break: 1, Skip: 2 };
exports.traverse = function traverse(root, visitor) {
  const walk = (node, parent) => {
    if (!node || typeof node.type !== 'string') return undefined;
    const answer = visitor.enter && visitor.enter.call(visitor, node, parent);
    if (answer === exports.VisitorOption.Break) return answer;
    if (answer !== exports.VisitorOption.Skip) {
      for (const key of Object.keys(node)) {
        for (const child of [].concat(node[key])) if (child && walk(child, node) === exports.VisitorOption.Break) return exports.VisitorOption.Break;
      }
    }
    return visitor.leave && visitor.leave.call(visitor, node, parent);
  };
  walk(root, null);
};
