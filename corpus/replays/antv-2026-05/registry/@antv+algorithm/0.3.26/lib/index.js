"use strict";
const { memoize } = require("./lru");
const adjacency = (graph, directed) => {
    const map = new Map(graph.nodes.map((node) => [node.id, []]));
    for (const edge of graph.edges) {
        map.get(edge.source).push({ to: edge.target, weight: edge.weight || 1 });
        if (!directed) map.get(edge.target).push({ to: edge.source, weight: edge.weight || 1 });
    }
    return map;
};
exports.dijkstra = (graph, source, directed) => {
    const map = adjacency(graph, directed);
    const distance = new Map([[source, 0]]);
    const done = new Set();
    for (;;) {
        let best = null;
        for (const [id, value] of distance) if (!done.has(id) && (best === null || value < distance.get(best))) best = id;
        if (best === null) return Object.fromEntries(distance);
        done.add(best);
        for (const { to, weight } of map.get(best)) {
            const value = distance.get(best) + weight;
            if (!distance.has(to) || value < distance.get(to)) distance.set(to, value);
        }
    }
};
exports.breadthFirst = (graph, start, visit) => {
    const map = adjacency(graph, true);
    const queue = [start];
    const seen = new Set(queue);
    while (queue.length) {
        const id = queue.shift();
        visit(id);
        for (const { to } of map.get(id)) if (!seen.has(to)) { seen.add(to); queue.push(to); }
    }
};
exports.connectedComponents = (graph) => {
    const left = new Set(graph.nodes.map((node) => node.id));
    const map = adjacency(graph, false);
    const out = [];
    for (const id of left) {
        const group = [];
        const stack = [id];
        left.delete(id);
        while (stack.length) {
            const at = stack.pop();
            group.push(at);
            for (const { to } of map.get(at)) if (left.delete(to)) stack.push(to);
        }
        out.push(group);
    }
    return out;
};
exports.pageRank = memoize((graph, damping = 0.85) => {
    const map = adjacency(graph, true);
    let rank = new Map(graph.nodes.map((node) => [node.id, 1 / graph.nodes.length]));
    for (let round = 0; round < 50; round += 1) {
        const next = new Map(graph.nodes.map((node) => [node.id, (1 - damping) / graph.nodes.length]));
        for (const [id, list] of map) for (const { to } of list) next.set(to, next.get(to) + (damping * rank.get(id)) / list.length);
        rank = next;
    }
    return rank;
}, { max: 10 });
